"""The rules of use (US), by decreasing certainty: a face keeps what the first rule that applies says.

A rule looks at the description of the faces with their cover code (`code_cs`). What no rule tells is inherited
from the neighbours (`inherit`), and the last two rules close the list.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas
from pydantic import BaseModel, ConfigDict

from millesime.built_zone.footprints import FROM_COVER
from millesime.nomenclature import US
from millesime.ocsge_auto.cover_rules import ORCHARD_GROUPS
from millesime.ocsge_auto.faces import (
    BARE,
    CROPS,
    LAWN,
    MINERAL,
    SHRUBS,
    TREES,
    VINE,
    in_scope,
    is_farmed,
    is_quarried,
    worked_ground,
)
from millesime.ocsge_auto.matching import matching_rows
from millesime.ocsge_auto.use_table import BUILDINGS, PLACES, STANDS, VEGETATION, WATERS, UseRow

Mask = npt.NDArray[np.bool_]
Texts = npt.NDArray[np.object_]

_HOMES = ("Résidentiel", "Annexe")
_TRADES = ("Commercial et services", "Industriel")
_BUILDING_LIKE = ("CS1.1.1.1",)
_ANTHROPISED = ("CS1.1.1.1", "CS1.1.1.2", "CS1.1.2.1", "CS1.1.2.2")


class UseParameters(BaseModel):
    """Limits of the rules of use (inferred)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    home_parcel_max_m2: float = 5000.0
    """On a larger parcel only what lies in the built zone belongs to its dwellings."""

    garden_parcel_max_m2: float = 2000.0
    """Lawn of a smaller parcel, without dwelling and undeclared, takes the use of its neighbours."""

    house_max_m2: float = 300.0
    """A block of buildings that no database knows, up to this footprint, is taken for a house."""

    meadow_min_m2: float = 5000.0
    """Grass outside the built zone that no source tells of is farmed when, with its like, it is at least so large."""


@dataclass(frozen=True)
class UseRule:
    """One rule: the use of each face, '' where the rule does not apply; and the identifiers to write."""

    rule: str
    told: Callable[[pandas.DataFrame, UseParameters], tuple[Texts, Texts]]
    """(faces, parameters) -> (code or '', identifier) of each face."""

    why: str


def _fixed(rule: str, code: str, applies: Callable[[pandas.DataFrame, UseParameters], Mask], why: str) -> UseRule:
    def told(faces: pandas.DataFrame, parameters: UseParameters) -> tuple[Texts, Texts]:
        mask = applies(faces, parameters)
        return np.where(mask, code, "").astype(object), np.full(len(faces), rule, dtype=object)

    return UseRule(rule, told, why)


def _tabled(
    rule: str,
    rows: Sequence[UseRow],
    layer: str,
    column: dict[str, str],
    applies: Callable[[pandas.DataFrame], Mask],
    why: str,
) -> UseRule:
    """A rule that reads a table of attribute values; `column` says which attribute a column of the faces holds."""
    codes = np.array([row.us for row in rows] + [""], dtype=object)
    names = np.array([row.rule for row in rows] + [""], dtype=object)

    def told(faces: pandas.DataFrame, parameters: UseParameters) -> tuple[Texts, Texts]:
        del parameters
        attributes = pandas.DataFrame({name: faces[held] for held, name in column.items()})
        found = matching_rows(attributes, layer, rows)
        present = np.logical_or.reduce([(faces[held] != "").to_numpy() for held in column])
        found[~(applies(faces) & present)] = -1
        return codes[found], names[found]

    return UseRule(rule, told, why)


def _network(faces: pandas.DataFrame, parameters: UseParameters) -> tuple[Texts, Texts]:
    del parameters
    return faces["network_us"].to_numpy(object), faces["network_rule"].to_numpy(object)


def _places(wanted: Callable[[UseRow], bool]) -> Callable[[pandas.DataFrame, UseParameters], tuple[Texts, Texts]]:
    codes = np.array([row.us if wanted(row) else "" for row in PLACES] + [""], dtype=object)
    names = np.array([row.rule for row in PLACES] + [""], dtype=object)

    def told(faces: pandas.DataFrame, parameters: UseParameters) -> tuple[Texts, Texts]:
        del parameters
        place = faces["place"].to_numpy(int)
        return codes[place], names[place]

    return told


def _is_building(faces: pandas.DataFrame) -> Mask:
    return faces["is_building"].to_numpy(bool)


def _not_building(faces: pandas.DataFrame) -> Mask:
    return ~faces["is_building"].to_numpy(bool)


def _anything(faces: pandas.DataFrame) -> Mask:
    return np.ones(len(faces), dtype=bool)


def _cover(faces: pandas.DataFrame, *groups: tuple[str, ...]) -> Mask:
    return faces["cover"].isin([name for group in groups for name in group]).to_numpy()


def _mixed_parcel(faces: pandas.DataFrame) -> Mask:
    return ((faces["dwellings"] > 0) & (faces["premises"] > 0)).to_numpy()


def _mixed_building(faces: pandas.DataFrame, parameters: UseParameters) -> Mask:
    del parameters
    first, second = faces["usage_1"], faces["usage_2"]
    by_usage = (first.isin(_HOMES) & second.isin(_TRADES)) | (first.isin(_TRADES) & second.isin(_HOMES))
    untold = first.isin((*_HOMES, "Commercial et services", "Indifférencié", ""))
    return _is_building(faces) & (by_usage.to_numpy() | (_mixed_parcel(faces) & untold.to_numpy()))


def _tended(faces: pandas.DataFrame, parameters: UseParameters) -> Mask:
    """Ground that goes with what stands on its parcel: not fields, and near buildings when the parcel is large."""
    near = faces["in_built_zone"].to_numpy(bool) | (faces["parcel_m2"].to_numpy() <= parameters.home_parcel_max_m2)
    return near & ~_cover(faces, CROPS, VINE) & ~is_farmed(faces)


def _field(faces: pandas.DataFrame, parameters: UseParameters) -> Mask:
    del parameters
    open_ground = _cover(faces, CROPS, VINE, LAWN, BARE, MINERAL, SHRUBS)
    orchard = _cover(faces, TREES) & faces["code_group"].isin(ORCHARD_GROUPS).to_numpy()
    return is_farmed(faces) & _not_building(faces) & (open_ground | orchard)


def _unlisted_house(faces: pandas.DataFrame, parameters: UseParameters) -> Mask:
    size = faces["block_area_m2"].to_numpy(float)
    return _is_building(faces) & (faces["origin"] == FROM_COVER).to_numpy() & (size <= parameters.house_max_m2)


def _forested(faces: pandas.DataFrame) -> Mask:
    """Trees and shrubs of a stand; grass and bare ground only where the stand is said to be without cover.

    Outlines of BD Forêt are simplified at 10 m: what is open at their edge belongs to the neighbour.
    """
    cleared = faces["code_tfv"].str.startswith(("FF0", "FO0")).to_numpy(bool)
    return _not_building(faces) & (_cover(faces, TREES, SHRUBS) | (cleared & _cover(faces, LAWN, BARE)))


def _farm_pond(faces: pandas.DataFrame, parameters: UseParameters) -> Mask:
    del parameters
    return ((faces["water"] == "Retenue") & (faces["code_group"] != "")).to_numpy()


#: In this order, the most certain first.
USE_RULES: tuple[UseRule, ...] = (
    UseRule("network", _network, "roads and railways of BD TOPO"),
    _tabled(
        "building.state", BUILDINGS[:2], "batiment", {"etat_de_l_objet": "etat_de_l_objet"}, _is_building,
        "state of the building",
    ),
    _fixed("building.mixed", "US235", _mixed_building, "dwellings and activity premises together"),
    _tabled(
        "building.usage", BUILDINGS[2:], "batiment", {"nature": "nature", "usage_1": "usage_1"}, _is_building,
        "nature, else declared usage of the building",
    ),
    _fixed(
        "building.flats", "US5",
        lambda faces, _: _is_building(faces) & (faces["nombre_de_logements"].fillna(0) > 0).to_numpy(),
        "dwellings counted in the building",
    ),
    _fixed("water.farm_pond", "US1.1", _farm_pond, "pond of a crop parcel"),
    UseRule(
        "place.sure", _places(lambda row: row.certainty == "high" or row.scope == "all"),
        "places whose nature tells the use",
    ),
    _fixed("quarry.ground", "US1.3", lambda faces, _: is_quarried(faces), "ground in one piece with a quarry's"),
    _fixed("site", "US6.1", lambda faces, _: worked_ground(faces), "bare ground beside buildings"),
    _fixed("rpg", "US1.1", _field, "declared to the common agricultural policy"),
    UseRule("place", _places(lambda row: row.certainty != "low"), "places whose nature or category suggests it"),
    _tabled(
        "water", WATERS, "surface_hydrographique", {"water": "nature"},
        lambda faces: (faces["code_cs"] == "CS1.2.2").to_numpy(), "nature of the water surface",
    ),
    _fixed(
        "parcel.mixed", "US235",
        lambda faces, p: _mixed_parcel(faces) & (_is_building(faces) | _tended(faces, p)),
        "parcel with dwellings and activity premises",
    ),
    _fixed(
        "parcel.dwellings", "US5",
        lambda faces, p: (faces["dwellings"] > 0).to_numpy() & (_is_building(faces) | _tended(faces, p)),
        "parcel with dwellings",
    ),
    UseRule(
        "parcel.premises",
        lambda faces, p: (
            np.where(
                (faces["premises"] > 0).to_numpy() & (_is_building(faces) | _tended(faces, p)),
                np.where(faces["premises_us"] != "", faces["premises_us"], "US3"), "",
            ).astype(object),
            np.full(len(faces), "parcel.premises", dtype=object),
        ),
        "parcel with activity premises, industry when their occupation code says so",
    ),
    UseRule(
        "parcel.buildings",
        lambda faces, p: (
            np.where(_is_building(faces) | _tended(faces, p), faces["parcel_us"], "").astype(object),
            np.full(len(faces), "parcel.buildings", dtype=object),
        ),
        "parcel whose buildings have a known use, where the Fichiers fonciers tell none",
    ),
    _tabled(
        "forest", STANDS, "formation_vegetale", {"code_tfv": "code_tfv"},
        _forested, "stand of BD Forêt",
    ),
    _tabled(
        "vegetation", VEGETATION, "zone_de_vegetation", {"vegetation": "nature"},
        lambda faces: _cover(faces, TREES, SHRUBS, VINE) & _not_building(faces), "vegetation of BD TOPO",
    ),
    _fixed(
        "cover.crops", "US1.1", lambda faces, _: _cover(faces, CROPS, VINE, ("Serre",)),
        "crops, vines and greenhouses are farmed, declared or not",
    ),
    _fixed(
        "public.ground", "US4.1.1",
        lambda faces, _: ((faces["code_cs"] == "CS1.1.1.2") & ~faces["is_cadastral"] & faces["has_cadastre"]
                          & _not_building(faces)).to_numpy(),
        "sealed ground outside any parcel is public: street or square",
    ),
    _fixed(
        "cover.meadow", "US1.1",
        lambda faces, p: _cover(faces, LAWN) & (faces["meadow_m2"].to_numpy() >= p.meadow_min_m2),
        "large grassland is farmed, declared or not",
    ),
    _fixed(
        "building.unlisted", "US5", _unlisted_house,
        "building of the size of a house that the imagery alone shows: databases lag, and houses come first",
    ),
    UseRule(
        "place.weak", _places(lambda row: row.certainty == "low"), "places that only hint at the use"
    ),
)  # fmt: skip

#: After inheritance: what stays without a use.
LAST_RULES: tuple[UseRule, ...] = (
    _fixed(
        "natural",
        "US6.3",
        lambda faces, _: ~faces["code_cs"].isin(_ANTHROPISED).to_numpy(),
        "natural cover without a known use",
    ),
    _fixed("unknown", "US6.6", lambda faces, _: _anything(faces), "nothing tells"),
)


def apply_use_rules(
    faces: pandas.DataFrame, *, parameters: UseParameters, rules: Sequence[UseRule] = USE_RULES
) -> tuple[Texts, Texts]:
    """Use of each face and the rule that tells it; '' where no rule applies.

    Args:
        faces: as `describe_faces` gives them, with `code_cs`; a column `code_us` holds uses already known.
        parameters: limits.
        rules: the rules in order.
    """
    count = len(faces)
    codes = faces["code_us"].to_numpy(object).copy() if "code_us" in faces else np.full(count, "", dtype=object)
    names = faces["us_rule"].to_numpy(object).copy() if "us_rule" in faces else np.full(count, "", dtype=object)
    table = faces.assign(has_cadastre=bool(faces["is_cadastral"].any()))
    for rule in rules:
        told, identifiers = rule.told(table, parameters)
        where = (codes == "") & (told != "")
        codes[where], names[where] = told[where], identifiers[where]
    US.require(codes[codes != ""].tolist(), place="rules of use")
    return codes, names


def inherits(faces: pandas.DataFrame, *, parameters: UseParameters) -> Mask:
    """Faces without a use that take that of their neighbours.

    They are built or sealed ground, and lawn of the built zone or of a parcel as small as a garden.
    """
    untold = (faces["code_us"] == "").to_numpy()
    small = faces["is_cadastral"].to_numpy(bool) & (faces["parcel_m2"].to_numpy() <= parameters.garden_parcel_max_m2)
    near = in_scope("used", faces) & (faces["in_built_zone"].to_numpy(bool) | small)
    return untold & (faces["code_cs"].isin(_ANTHROPISED).to_numpy() | near)
