"""Changes of a draft small enough to be computed by hand."""

import geopandas
import pytest
import shapely

from millesime.demo.plan.assemble import scene_at
from millesime.demo.plan.draft import STANDING, Area, Draft, Life
from millesime.demo.plan.scenes import find_changes
from millesime.demo.plan.terrain import Course, Ground
from millesime.demo.plan.units import Plan

EXTENT = (650000.0, 6860000.0, 650100.0, 6860100.0)


def square(x, y, width, height):
    return shapely.box(650000 + x, 6860000 + y, 650000 + x + width, 6860000 + y + height)


def plan_of(draft):
    ground = Ground(100.0, (), Course(650000.0, 6860000.0, 0.0, ()), 0.0, 50.0, 0.0, 5.0)
    communes = geopandas.GeoDataFrame(
        {"insee": ["99001"], "name": ["Ici"]}, geometry=[shapely.box(*EXTENT)], crs="EPSG:2154"
    )
    return Plan(draft, ground, {}, communes, [])


@pytest.fixture
def draft():
    """A hundred metres square of field, with a barn of 10 x 20 m and, later, three changes.

    | what                      | area m2 | from              | to                | artificial |
    |---------------------------|---------|-------------------|-------------------|------------|
    | house built 2021          | 20 x 30 | CS2.2.1 x US1.1   | CS1.1.1.1 x US5   | +1         |
    | quarry opened 2020        | 40 x 25 | CS2.2.1 x US1.1   | CS1.1.2.1 x US1.3 | 0          |
    | barn pulled down 2022     | 10 x 20 | CS1.1.1.1 x US1.1 | CS2.2.1 x US1.1   | -1         |
    | shed built 2018           | 15 x 15 | before the first vintage: no change        |            |
    """
    made = Draft(1, EXTENT)
    made.land(shapely.box(*EXTENT), ("CS2.2.1", "US1.1"), "field", z=0)
    made.parcels.append(_parcel())
    roof = {"height_m": 5.0, "roof": "gable", "roof_material": "slate", "ridge_deg": 0.0}
    house = made.happen("house", 2021)
    quarry = made.happen("quarry", 2020)
    fall = made.happen("demolition", 2022)
    shed = made.happen("small_site", 2018)
    made.build(square(5, 5, 20, 30), usage="Résidentiel", codes_us="US5", life=Life(2021, begun_by=house), **roof)
    made.land(square(50, 60, 40, 25), ("CS1.1.2.1", "US1.3"), "quarry", z=20, life=Life(2020, begun_by=quarry))
    made.build(square(60, 10, 10, 20), usage="Agricole", codes_us="US1.1", life=Life(gone=2022, ended_by=fall), **roof)
    made.build(square(5, 80, 15, 15), usage="Annexe", codes_us="US1.1", life=Life(2018, begun_by=shed), **roof)
    return made


def _parcel():
    return Area(shapely.box(*EXTENT), {"z": 0.0, "public": False}, STANDING)


def test_changes_and_flux_by_hand(draft):
    changes = find_changes(plan_of(draft))
    rows = sorted(
        (
            row.kind,
            row.year,
            row.cs_from,
            row.us_from,
            row.cs_to,
            row.us_to,
            row.artificial,
            round(row.geometry.area, 6),
        )
        for row in changes.itertuples()
    )
    assert rows == [
        ("demolition", 2022, "CS1.1.1.1", "US1.1", "CS2.2.1", "US1.1", -1, 200.0),
        ("house", 2021, "CS2.2.1", "US1.1", "CS1.1.1.1", "US5", 1, 600.0),
        ("quarry", 2020, "CS2.2.1", "US1.1", "CS1.1.2.1", "US1.3", 0, 1000.0),
    ]


@pytest.mark.parametrize(
    ("year", "built_m2", "quarry_m2"),
    # barn 200, shed 225 from 2018, house 600 from 2021, barn gone in 2022; quarry 1000 from 2020
    [(2017, 200, 0), (2018, 425, 0), (2019, 425, 0), (2020, 425, 1000), (2021, 1025, 1000), (2022, 825, 1000)],
)
def test_state_of_each_year(draft, year, built_m2, quarry_m2):
    units = scene_at(plan_of(draft), year).units
    area = units.assign(m2=units.area).groupby("cs")["m2"].sum()
    assert area["CS1.1.1.1"] == pytest.approx(built_m2)
    assert area.get("CS1.1.2.1", 0) == pytest.approx(quarry_m2)
    assert area.sum() == pytest.approx(10_000)


def test_a_shed_below_50_m2_is_no_land(draft):
    draft.build(
        square(80, 5, 7, 7), height_m=2.0, roof="shed", roof_material="slate", ridge_deg=0.0, usage="Annexe",
        codes_us="US5",
    )  # fmt: skip
    scene = scene_at(plan_of(draft), 2019)
    assert len(scene.buildings) == 3
    assert (scene.units["kind"] == "building").sum() == 2
