"""Which roads are drawn and how wide: decided for each continuous road, never for a section alone."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import geopandas
import numpy as np
import numpy.typing as npt
import shapely
from pydantic import BaseModel, ConfigDict
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from millesime.built_zone.set_aside import gather, set_aside
from millesime.nomenclature import threshold

#: Ways that carry no motor traffic or lie on water: never represented.
PATHS = ("Chemin", "Sentier", "Piste cyclable", "Escalier", "Bac ou liaison maritime")

#: Carriageway in metres of a road whose widths and lanes are all empty, by nature (inferred).
DEFAULT_WIDTH_M = MappingProxyType(
    {
        "Type autoroutier": 10.5,
        "Route à 2 chaussées": 7.0,
        "Route à 1 chaussée": 5.0,
        "Bretelle": 5.0,
        "Rond-point": 7.0,
        "Route empierrée": 3.0,
    }
)


class RoadRules(BaseModel):
    """How roads are drawn; the 5 m are confirmed, the rest is inferred."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    min_width_m: float = threshold("ocsge_min_road_width_input").value
    """Roads narrower than this are not represented."""

    lane_width_m: float = 3.5
    """Width of a lane where the carriageway's own width is empty."""

    minor_default_width_m: float = 4.0
    """Default width of a single carriageway of importance 5 or 6."""

    ossature_importance: tuple[str, ...] = ("1", "2", "3", "4")
    """Importances that partition the territory."""


@dataclass(frozen=True)
class Roads:
    """Sections that are drawn, and those set aside."""

    drawn: geopandas.GeoDataFrame
    """Sections with `width_m` (float) and `is_ossature` (bool), and the columns of the source."""

    set_aside: geopandas.GeoDataFrame


def select_roads(sections: geopandas.GeoDataFrame, *, rules: RoadRules) -> Roads:
    """Choose the sections to draw and give each its width.

    Args:
        sections: BD TOPO TRONCON_DE_ROUTE, normalised, with `level`.
        rules: widths.
    """
    nature = sections["nature"].to_numpy(str)
    reason = np.full(len(sections), "", dtype=object)
    reason[sections["level"].to_numpy() < 0] = "below ground"
    is_path = np.isin(nature, PATHS)
    reason[is_path] = [f"not a road: {name}" for name in nature[is_path]]
    candidates = sections[reason == ""].reset_index(drop=True)
    road = continuous_roads(candidates)
    width = road_widths(candidates, road, rules=rules)
    narrow = width < rules.min_width_m
    positions = np.flatnonzero(reason == "")[narrow]
    reason[positions] = f"road below {rules.min_width_m:g} m"
    drawn = candidates[~narrow].assign(
        width_m=width[~narrow],
        is_ossature=candidates["importance"].isin(rules.ossature_importance).to_numpy()[~narrow],
    )
    out = reason != ""
    listed = set_aside(
        sections[out], source="bd_topo", layer="troncon_de_route", key="cleabs", reasons=reason[out].tolist()
    )
    return Roads(drawn.reset_index(drop=True), gather([listed], crs=str(sections.crs)))


def continuous_roads(sections: geopandas.GeoDataFrame) -> npt.NDArray[np.int64]:
    """Number of the continuous road of each section.

    Two sections that share an end node are one road when nature and importance agree and either their names
    do (not empty), or one of them has no name and they are the only two of their kind at that node.
    """
    count = len(sections)
    names = _names(sections)
    kinds = list(zip(sections["nature"], sections["importance"], strict=True))
    at_node: dict[tuple[float, float, Any], list[int]] = defaultdict(list)
    for position, line in enumerate(sections.geometry):
        for x, y, *_ in (line.coords[0], line.coords[-1]):
            at_node[round(x, 2), round(y, 2), kinds[position]].append(position)
    pairs = []
    for group in at_node.values():
        for index, first in enumerate(group):
            for second in group[index + 1 :]:
                same_name = names[first] == names[second] != ""
                nameless = "" in (names[first], names[second])
                if same_name or (len(group) == 2 and nameless):
                    pairs.append((first, second))
    links = np.array(pairs, dtype=np.int64).reshape(-1, 2)
    graph = coo_array((np.ones(len(links)), (links[:, 0], links[:, 1])), shape=(count, count))
    return np.asarray(connected_components(graph, directed=False)[1], dtype=np.int64)


def road_widths(
    sections: geopandas.GeoDataFrame, road: npt.NDArray[np.int64], *, rules: RoadRules
) -> npt.NDArray[np.float64]:
    """Width of each section, in metres.

    The width of a road is the median of its known widths by length (carriageway, else lanes), else the default
    of its nature. A road too narrow as a whole is too narrow everywhere; elsewhere sections keep their own width.
    """
    carriageway = sections["largeur_de_chaussee"].to_numpy(float)
    lanes = sections["nombre_de_voies"].to_numpy(float)
    own = np.where(carriageway > 0, carriageway, np.where(lanes > 0, lanes * rules.lane_width_m, np.nan))
    length = shapely.length(sections.geometry.to_numpy())
    width = np.empty(len(sections))
    for number in np.unique(road):
        members = np.flatnonzero(road == number)
        known = members[~np.isnan(own[members])]
        whole = _median(own[known], length[known]) if len(known) else _default(sections, members[0], rules)
        filled = np.where(np.isnan(own[members]), whole, own[members])
        # A stretch narrower than its road is drawn at the minimum, so that the road stays one.
        is_wide = whole >= rules.min_width_m
        width[members] = np.maximum(filled, rules.min_width_m) if is_wide else whole
    return width


def _default(sections: geopandas.GeoDataFrame, position: int, rules: RoadRules) -> float:
    nature, importance = sections["nature"].iloc[position], sections["importance"].iloc[position]
    if nature == "Route à 1 chaussée" and importance not in rules.ossature_importance:
        return rules.minor_default_width_m
    return DEFAULT_WIDTH_M.get(nature, rules.minor_default_width_m)


def _median(values: npt.NDArray[np.float64], weights: npt.NDArray[np.float64]) -> float:
    """Weighted median: the smallest value that at least half of the weight does not exceed."""
    order = np.argsort(values, kind="stable")
    reached = np.cumsum(weights[order])
    return float(values[order][np.searchsorted(reached, reached[-1] / 2)])


def _names(sections: geopandas.GeoDataFrame) -> list[str]:
    """Number of the road when it has one, else its street name, else ''."""
    numbers = sections.get("cpx_numero", [""] * len(sections))
    streets = sections.get("nom_collaboratif_gauche", [""] * len(sections))
    return [number or street for number, street in zip(numbers, streets, strict=True)]
