"""The demo scene: a partition at every date, the same in every run, with changes that both dates bear out."""

import numpy as np
import pytest
import shapely
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from millesime.demo.plan import make_scenes
from millesime.demo.scene import MATERIALS
from millesime.nomenclature import ARTIFICIALISATION, CS, US

FRAMES = (
    "units", "surfaces", "buildings", "trees", "vehicles", "roads", "railways", "waters", "zones", "fields",
    "woods", "parcels", "communes",
)  # fmt: skip


@pytest.fixture(scope="module")
def scenes():
    return make_scenes(7, 0.5, 0.05)


def as_bytes(scene):
    """Every frame as bytes: geometry as WKB, the rest as text."""
    parts = []
    for name in FRAMES:
        frame = getattr(scene, name)
        parts.append(b"".join(shapely.to_wkb(frame.geometry.to_numpy())))
        parts.append(frame.drop(columns="geometry").to_csv().encode())
    return parts


def test_two_runs_give_the_same_bytes(scenes):
    again = make_scenes(7, 0.5, 0.05)
    assert as_bytes(again.first) == as_bytes(scenes.first)
    assert as_bytes(again.second) == as_bytes(scenes.second)
    assert as_bytes(again.scene_at(2018)) == as_bytes(scenes.scene_at(2018))


def test_seeds_differ(scenes):
    assert as_bytes(make_scenes(8, 0.5, 0.05).first) != as_bytes(scenes.first)


@pytest.mark.parametrize(("seed", "size_km"), [(0, 0.4), (11, 0.4), (23, 0.4), (42, 0.4), (5, 0.6), (3, 0.9)])
def test_every_state_is_a_partition_with_known_words(seed, size_km):
    made = make_scenes(seed, size_km)
    for scene in (made.scene_at(2017), made.first, made.second):
        units = scene.units
        assert shapely.coverage_is_valid(units.geometry.to_numpy())
        assert shapely.is_valid(units.geometry.to_numpy()).all()
        assert set(units.geom_type) == {"Polygon"}
        assert units.area.sum() == pytest.approx((size_km * 1000) ** 2, abs=1e-3)
        assert tuple(units.total_bounds) == scene.extent
        assert units["uid"].is_unique
        CS.require(units["cs"])
        US.require(units["us"])
        assert set(scene.surfaces["material"]) <= set(MATERIALS)
        assert set(scene.surfaces["uid"]) <= {*units["uid"], -1}
        assert scene.communes.area.sum() == pytest.approx((size_km * 1000) ** 2, rel=1e-6)
        assert len(scene.buildings) >= 10
        assert len(scene.roads) >= 5
        assert len(scene.fields) >= 5
        assert len(scene.woods) >= 1
        assert len(scene.waters) >= 1
        assert {"CS1.2.2", "CS1.1.1.1", "CS1.1.1.2", "CS2.2.1"} <= set(units["cs"])


def test_coordinates_lie_on_the_centimetre(scenes):
    for frame in (scenes.first.units, scenes.first.buildings, scenes.first.parcels):
        points = shapely.get_coordinates(frame.geometry.to_numpy())
        assert np.abs(points * 100 - np.round(points * 100)).max() < 1e-4


def test_parcels_do_not_overlap_and_leave_out_the_streets(scenes):
    parcels = scenes.first.parcels.geometry.to_numpy()
    assert shapely.coverage_is_valid(parcels)
    whole = shapely.box(*scenes.first.extent).area
    assert 0.8 * whole < shapely.area(parcels).sum() < 0.99 * whole


def test_changes_are_what_differs_between_the_vintages(scenes):
    """Codes at 20 000 chance places: they differ exactly inside a change, and as the change says."""
    rng = np.random.Generator(np.random.PCG64(1))
    west, south, east, north = scenes.first.extent
    points = shapely.points(rng.uniform((west, south), (east, north), (20_000, 2)))

    def codes(frame, columns):
        found = np.full((len(points), len(columns)), "", dtype=object)
        rows, hits = shapely.STRtree(frame.geometry.to_numpy()).query(points, predicate="within")
        found[rows] = frame[list(columns)].to_numpy()[hits]
        return found

    before, after = codes(scenes.first.units, ("cs", "us")), codes(scenes.second.units, ("cs", "us"))
    claimed = codes(scenes.changes, ("cs_from", "us_from", "cs_to", "us_to"))
    differs = (before != after).any(axis=1)
    assert differs.sum() > 300
    assert (differs == (claimed[:, 0] != "")).all()
    assert (claimed[differs] == np.hstack([before, after])[differs]).all()


def test_flux_of_each_change_follows_the_matrix(scenes):
    changes = scenes.changes
    before = ARTIFICIALISATION.status(changes["cs_from"].to_numpy(), changes["us_from"].to_numpy())
    after = ARTIFICIALISATION.status(changes["cs_to"].to_numpy(), changes["us_to"].to_numpy())
    assert (changes["artificial"].to_numpy() == after.astype(int) - before.astype(int)).all()
    assert set(changes["artificial"]) >= {0, 1}
    assert changes["year"].between(2020, 2022).all()
    assert "edge" not in set(changes["kind"])


def test_what_does_not_change_keeps_geometry_number_and_look(scenes):
    first, second = scenes.first.units.set_index("uid"), scenes.second.units.set_index("uid")
    same = first.index.intersection(second.index)
    assert len(same) > 0.7 * len(first)
    assert (first.loc[same].to_wkb() == second.loc[same].to_wkb()).all(axis=None)
    ground = shapely.union_all(scenes.changes.geometry.to_numpy()).buffer(0.05)
    gone = first.loc[first.index.difference(same)]
    assert shapely.intersects(gone.geometry.to_numpy(), ground).all()
    old, new = scenes.first.buildings.set_index("bid"), scenes.second.buildings.set_index("bid")
    kept = old.index.intersection(new.index)
    assert len(kept) > 0.9 * len(old)
    assert (old.loc[kept].to_wkb().drop(columns="uid") == new.loc[kept].to_wkb().drop(columns="uid")).all(axis=None)


def test_crops_turn_without_being_a_change(scenes):
    first, second = scenes.first.fields.set_index("fid"), scenes.second.fields.set_index("fid")
    same = first.index.intersection(second.index)
    assert (first.loc[same, "crop"] != second.loc[same, "crop"]).sum() >= 2
    assert not set(scenes.changes["kind"]) & {"field", "rotation"}


def test_nothing_changes_at_rate_zero():
    made = make_scenes(4, 0.4, 0.0)
    assert len(made.changes) == 0
    assert made.first.units.equals(made.second.units)
    assert set(made.changes.columns) >= {"cs_from", "cs_to", "us_from", "us_to", "kind", "year", "artificial"}


def test_rate_is_about_the_share_that_changes(scenes):
    share = scenes.changes.area.sum() / shapely.box(*scenes.first.extent).area
    assert 0.03 < share < 0.06


def test_roads_meet_and_houses_have_a_road(scenes):
    """Sections share their end points: nearly all the network is one piece; no house stands off a road."""
    for scene in (scenes.first, scenes.second):
        roads = scene.roads
        ends = np.round(
            np.concatenate(
                [shapely.get_coordinates(shapely.get_point(roads.geometry.to_numpy(), at)) for at in (0, -1)]
            )
            * 100
        ).astype(np.int64)
        _, node = np.unique(ends, axis=0, return_inverse=True)
        a, b = node.ravel()[: len(roads)], node.ravel()[len(roads) :]
        size = int(node.max()) + 1
        _, part = connected_components(coo_matrix((np.ones(len(roads)), (a, b)), shape=(size, size)), directed=False)
        length = np.bincount(part[a], weights=roads.length.to_numpy())
        assert length.max() > 0.75 * length.sum()
        homes = scene.buildings[scene.buildings["dwellings"] > 0]
        assert homes.distance(shapely.union_all(roads.geometry.to_numpy())).max() < 60


def test_no_building_stands_on_a_road_or_in_water(scenes):
    """More than 1 m2 in common would be seen; the church's tower alone stands in the nave."""
    for scene in (scenes.first, scenes.second):
        walls = scene.buildings.geometry.to_numpy()
        roads = scene.roads[scene.roads["level"] >= 0]
        ground = shapely.union_all(roads.buffer(roads["width_m"] / 2 - 0.3).to_numpy())
        assert shapely.area(shapely.intersection(walls, ground)).max() < 1
        water = shapely.union_all(scene.waters.geometry.to_numpy())
        assert shapely.area(shapely.intersection(walls, water)).max() < 1


def test_bridges_and_no_land_road_in_the_underpass():
    scene = make_scenes(1, 0.9).first
    assert {1} <= set(scene.roads["level"])
    under = scene.roads[scene.roads["level"] == -1]
    roads = shapely.union_all(scene.units[scene.units["kind"] == "road"].geometry.to_numpy())
    for line in under.geometry:
        assert not roads.contains(line.interpolate(0.5, normalized=True))


@pytest.mark.parametrize(("size", "rate"), [(0.3, None), (11.0, None), (0.4, -0.1), (0.4, 0.5)])
def test_sizes_and_rates_out_of_range_are_refused(size, rate):
    with pytest.raises(ValueError, match=r"demo territory|share that changes"):
        make_scenes(1, size, rate)


def test_years_out_of_range_are_refused(scenes):
    with pytest.raises(ValueError, match="2017 to 2022"):
        scenes.scene_at(2016)
