"""Sites of change: changed polygons that touch and have the same effect, told as one place.

A housing estate changes as dozens of polygons (roofs, streets, gardens). A reader looks for the estate.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import geopandas
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from millesime.geo.grid import Bounds

#: What would be shown as 0,00 ha is not a site.
_SHOWN_M2 = 50.0


@dataclass(frozen=True)
class Site:
    """One place that changed."""

    number: int
    """From 1, as on the map."""

    flux: int
    """1 artificialised, -1 renatured, 0 no effect on artificialisation."""

    area_ha: float
    polygons: int

    covers: tuple[str, str]
    """CS before and after, of the largest transition of the site."""

    uses: tuple[str, str]
    """US before and after, of that same transition."""

    transition_share: float
    """Share of the site's area that this transition makes, from 0 to 1."""

    commune: str
    """Name of the commune that holds most of it; '' when communes are not known."""

    geometry: Any
    """Union of the polygons, in the CRS of the territory."""


def biggest_sites(
    differential: geopandas.GeoDataFrame,
    communes: geopandas.GeoDataFrame | None,
    *,
    years: tuple[int, int],
    with_effect: int,
    without_effect: int,
    gap_m: float,
) -> tuple[Site, ...]:
    """The largest sites that change the artificialised land, then the largest of the others, numbered in order.

    Args:
        differential: changed polygons, with cs_, us_ of both years, artificialisation and area_m2.
        communes: limits with `name`, or None.
        years: first and second year.
        with_effect: how many sites with an artificial flux to keep.
        without_effect: how many of the others.
        gap_m: polygons nearer than this to each other belong to one site.
    """
    if differential.empty:
        return ()
    flux = differential["artificialisation"].to_numpy()
    labels = _components(differential.geometry.to_numpy(), flux, gap_m)
    table = pd.DataFrame({"site": labels, "flux": flux, "area": differential["area_m2"].to_numpy()})
    sites = table.groupby("site", sort=True).agg(flux=("flux", "first"), area=("area", "sum")).reset_index()
    # Equal areas are told apart by the first polygon of the site, so that numbers do not move between runs.
    ranked = sites[sites["area"] >= _SHOWN_M2].sort_values(["area", "site"], ascending=[False, True])
    kept = [*ranked[ranked["flux"] != 0]["site"].head(with_effect)]
    kept += [*ranked[ranked["flux"] == 0]["site"].head(without_effect)]
    return tuple(
        _site(number, differential[labels == label], communes, years) for number, label in enumerate(kept, start=1)
    )


def _components(geometries: npt.NDArray[Any], flux: npt.NDArray[np.integer[Any]], gap_m: float) -> npt.NDArray[np.intp]:
    tree = shapely.STRtree(geometries)
    left, right = tree.query(geometries, predicate="dwithin", distance=gap_m)
    same = flux[left] == flux[right]
    left, right = left[same], right[same]
    graph = coo_array((np.ones(len(left), dtype=bool), (left, right)), shape=(len(flux), len(flux)))
    _, labels = connected_components(graph, directed=False)
    # The first polygon of each site names it: labels of the library depend on its traversal.
    first = np.full(labels.max() + 1, len(labels))
    np.minimum.at(first, labels, np.arange(len(labels)))
    return first[labels]


def _site(
    number: int,
    polygons: geopandas.GeoDataFrame,
    communes: geopandas.GeoDataFrame | None,
    years: tuple[int, int],
) -> Site:
    first, second = years
    keys = [f"cs_{first}", f"cs_{second}", f"us_{first}", f"us_{second}"]
    areas = polygons.groupby(keys, sort=True)["area_m2"].sum()
    leading = areas.idxmax()
    union = shapely.union_all(polygons.geometry.to_numpy())
    total = float(polygons["area_m2"].sum())
    return Site(
        number=number,
        flux=int(polygons["artificialisation"].iloc[0]),
        area_ha=total / 10_000,
        polygons=len(polygons),
        covers=(leading[0], leading[1]),
        uses=(leading[2], leading[3]),
        transition_share=float(areas.max()) / total,
        commune=_commune(union, communes),
        geometry=union,
    )


def _commune(geometry: Any, communes: geopandas.GeoDataFrame | None) -> str:
    if communes is None or communes.empty:
        return ""
    shares = shapely.area(shapely.intersection(communes.geometry.to_numpy(), geometry))
    return str(communes["name"].iloc[int(np.argmax(shares))])


def site_bounds(site: Site, extent: Bounds) -> Bounds:
    """The square around a site that its pictures show: the site and a margin, 60 m at least, inside `extent`."""
    west, south, east, north = shapely.bounds(site.geometry)
    room = min(extent[2] - extent[0], extent[3] - extent[1])
    half = min(max(1.35 * max(east - west, north - south), 60.0), room) / 2
    x = min(max((west + east) / 2, extent[0] + half), extent[2] - half)
    y = min(max((south + north) / 2, extent[1] + half), extent[3] - half)
    return (x - half, y - half, x + half, y + half)
