"""The rules of cover (CS), in order: each that applies replaces what those before it said.

A rule looks at the description of the faces (`faces.describe_faces`). To add one, add a row to `COVER_RULES`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas
from pydantic import BaseModel, ConfigDict

from millesime.nomenclature import COSIA, CS, threshold
from millesime.ocsge_auto.faces import (
    BARE,
    BUILT,
    CROPS,
    LAWN,
    MINERAL,
    SHRUBS,
    TREES,
    VINE,
    WATER,
    is_farmed,
    is_quarried,
    worked_ground,
)
from millesime.ocsge_auto.use_table import PLACES

Mask = npt.NDArray[np.bool_]

#: Groups of the RPG: crops, meadows, orchards, vines.
CROP_GROUPS = tuple(str(group) for group in (*range(1, 10), 11, 14, 15, 16, 24, 25, 26))
MEADOW_GROUPS = ("17", "18", "19")
ORCHARD_GROUPS = ("20", "22", "23")
VINE_GROUPS = ("21",)

_PLACE_NAMES = np.array([row.rule for row in PLACES] + [""], dtype=object)


class CoverParameters(BaseModel):
    """Shares that decide a cover."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    mixed_stand_share: float = threshold("mixed_stand_share").value / 100
    """A stand where neither broadleaved nor coniferous trees reach this share of the canopy is mixed (unconfirmed)."""


@dataclass(frozen=True)
class CoverRule:
    """One rule: where it applies, the code is this."""

    rule: str
    """Identifier written with the objects whose cover it sets."""

    code: str
    applies: Callable[[pandas.DataFrame], Mask]
    """(faces) -> mask; the table has a column `mixed_stand` besides those of `describe_faces`."""

    why: str


def _cover_in(*groups: tuple[str, ...]) -> Callable[[pandas.DataFrame], Mask]:
    names = [name for group in groups for name in group]
    return lambda faces: faces["cover"].isin(names).to_numpy()


def _both(*masks: Callable[[pandas.DataFrame], Mask]) -> Callable[[pandas.DataFrame], Mask]:
    return lambda faces: np.logical_and.reduce([mask(faces) for mask in masks])


def _one_of(column: str, values: tuple[str, ...]) -> Callable[[pandas.DataFrame], Mask]:
    return lambda faces: faces[column].isin(values).to_numpy()


def _at_place(*rules: str) -> Callable[[pandas.DataFrame], Mask]:
    return lambda faces: np.isin(_PLACE_NAMES[faces["place"].to_numpy(int)], rules)


def _network(code: str) -> Callable[[pandas.DataFrame], Mask]:
    return lambda faces: (faces["network_cs"] == code).to_numpy()


_NOT_BUILT: Callable[[pandas.DataFrame], Mask] = lambda faces: ~faces["is_building"].to_numpy(bool)  # noqa: E731

#: After CoSIA's own class, in this order.
COVER_RULES: tuple[CoverRule, ...] = (
    CoverRule(
        "cosia.small_built", "CS1.1.1.2", _cover_in(("Bâtiment", "Serre")),
        "built in the imagery but no building of 50 m²: sealed ground until merged into a neighbour",
    ),
    CoverRule("cosia.snow", "CS1.2.1", _cover_in(("Neige",)), "snow without a glacier of BD TOPO: bare ground"),
    CoverRule(
        "bd_topo.glacier", "CS1.2.3", _both(_cover_in(("Neige",), BARE), _one_of("water", ("Glacier, névé",))),
        "glacier of BD TOPO",
    ),
    CoverRule(
        "rpg.soil", "CS2.2.1",
        _both(
            _cover_in(BARE, MINERAL, ("Terre labourée",)), _one_of("code_group", (*CROP_GROUPS, *MEADOW_GROUPS)),
            is_farmed,
        ),
        "bare or ploughed ground of a crop parcel is arable land",
    ),
    CoverRule(
        "rpg.vine", "CS2.1.3",
        _both(_cover_in(BARE, MINERAL, LAWN, CROPS, SHRUBS, VINE), _one_of("code_group", VINE_GROUPS)),
        "declared vineyard",
    ),
    CoverRule(
        "rpg.orchard",
        "CS2.1.2",
        _both(_cover_in(BARE, MINERAL, LAWN, CROPS, SHRUBS), _one_of("code_group", ORCHARD_GROUPS)),
        "declared orchard: low trees in rows, with their grass",
    ),
    CoverRule(
        "bd_topo.vine", "CS2.1.3",
        _both(_cover_in(BARE, LAWN, CROPS, SHRUBS), _one_of("vegetation", ("Vigne",))), "vineyard of BD TOPO",
    ),
    CoverRule(
        "stand.mixed", "CS2.1.1.3",
        _both(_cover_in(TREES), lambda faces: faces["mixed_stand"].to_numpy(bool)),
        "neither broadleaved nor coniferous trees reach 75 % of the canopy of the stand",
    ),
    CoverRule(
        "bd_topo.water", "CS1.2.2",
        _both(
            _cover_in(TREES, SHRUBS, WATER, BARE), _NOT_BUILT,
            lambda faces: ((faces["water"] != "") & (faces["water"] != "Glacier, névé")
                           & ~faces["persistance"].isin(("Intermittent", "Ephémère"))).to_numpy(),
        ),
        "water of BD TOPO under crowns or with bare banks",
    ),
    CoverRule(
        "place.quarry", "CS1.1.2.1", is_quarried,
        "ground of a quarry is mineral material, also where it outgrew the zone of the database",
    ),
    CoverRule(
        "place.waste", "CS1.1.2.2", _both(_cover_in(BARE, MINERAL), _at_place("place.waste")),
        "ground of a waste site is composite material",
    ),
    CoverRule(
        "site.bare", "CS1.1.2.1", worked_ground,
        "bare ground beside buildings is a site: as bare soil it would not be artificial",
    ),
    CoverRule("building", "CS1.1.1.1", lambda faces: faces["is_building"].to_numpy(bool), "footprint that stands"),
    CoverRule("network.mineral", "CS1.1.2.1", _network("CS1.1.2.1"), "ballast, stone road"),
    CoverRule("network.sealed", "CS1.1.1.2", _network("CS1.1.1.2"), "carriageway"),
)  # fmt: skip


def apply_cover_rules(
    faces: pandas.DataFrame, *, parameters: CoverParameters, rules: tuple[CoverRule, ...] = COVER_RULES
) -> tuple[npt.NDArray[np.object_], npt.NDArray[np.object_]]:
    """Cover code of each face, and the rules that set it, the decisive one last.

    Args:
        faces: as `describe_faces` gives them.
        parameters: shares.
        rules: the rules in order.

    Raises:
        CodeError: the cover holds a class that CoSIA does not have, or one without a code.
    """
    recode = {item.name: item.cs_code for item in COSIA.classes}
    codes = faces["cover"].map(recode).to_numpy(object)
    CS.require(codes[~faces["cover"].isin(recode)].tolist() or ["CS1.2.1"], place="cover_vector, classe")
    chain = np.full(len(faces), "cosia", dtype=object)
    table = faces.assign(mixed_stand=mixed_stands(faces, min_share=parameters.mixed_stand_share))
    for rule in rules:
        where = rule.applies(table)
        codes[where] = rule.code
        chain[where] = chain[where] + f";{rule.rule}"
    return codes, chain


def mixed_stands(faces: pandas.DataFrame, *, min_share: float) -> Mask:
    """Whether each face lies in a stand of BD Forêt where no kind of tree reaches `min_share` of the canopy."""
    tree = faces["cover"].isin(TREES).to_numpy() & (faces["stand"].to_numpy() >= 0)
    stand = faces["stand"].to_numpy()[tree]
    area = faces["area_m2"].to_numpy()[tree]
    conifer = (faces["cover"].to_numpy()[tree] == "Conifère") * area
    size = int(faces["stand"].max()) + 1 if len(faces) else 0
    canopy = np.bincount(stand, weights=area, minlength=size)
    conifers = np.bincount(stand, weights=conifer, minlength=size)
    with np.errstate(invalid="ignore", divide="ignore"):
        share = conifers / canopy
    mixed = (share < min_share) & (share > 1 - min_share)
    found = np.zeros(len(faces), dtype=bool)
    found[tree] = mixed[stand]
    return found


assert all(rule.code in CS for rule in COVER_RULES)
assert set(BUILT) <= {item.name for item in COSIA.classes}
