"""Changes found: how much of the true change a differential finds, and how much of what it finds is true."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import geopandas
import numpy as np
import numpy.typing as npt
import shapely

from millesime.evaluation.by_area import shared_ground

#: A true change counts as found when at least this share of its area is in the differential.
FOUND_SHARE = 0.5


@dataclass(frozen=True)
class Found:
    """True changes of one kind, and what a differential found of them."""

    kind: str
    count: int
    found_count: int
    """Those of which at least FOUND_SHARE of the area is in the differential."""

    area_m2: float
    found_m2: float

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "kind": self.kind,
            "changes": self.count,
            "changes_found": self.found_count,
            "area_ha": self.area_m2 / 10_000,
            "share_found": _share(self.found_m2, self.area_m2),
        }


@dataclass(frozen=True)
class ChangeAccuracy:
    """A differential against the true changes, by area."""

    true_m2: float
    mapped_m2: float
    both_m2: float
    right_codes_m2: float
    """Ground changed in both, with the true cover and use of the later vintage."""

    kinds: tuple[Found, ...]
    """The largest kind first."""

    large: Found
    """True changes of at least the minimum unit: those that the specification asks to show."""

    min_unit_m2: float

    @property
    def share_of_true_found(self) -> float | None:
        """Share of the true change area that the differential finds (producer's accuracy)."""
        return _share(self.both_m2, self.true_m2)

    @property
    def share_of_found_true(self) -> float | None:
        """Share of the area of the differential that truly changed (user's accuracy)."""
        return _share(self.both_m2, self.mapped_m2)

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "true_ha": self.true_m2 / 10_000,
            "mapped_ha": self.mapped_m2 / 10_000,
            "both_ha": self.both_m2 / 10_000,
            "right_codes_ha": self.right_codes_m2 / 10_000,
            "share_of_true_found": self.share_of_true_found,
            "share_of_found_true": self.share_of_found_true,
            "at_least_minimum_unit": {"min_unit_m2": self.min_unit_m2, **self.large.as_dict()},
            "kinds": [kind.as_dict() for kind in self.kinds],
        }


def _share(part: float, whole: float) -> float | None:
    # Areas of intersections may add up to a square millimetre more than the whole.
    return min(part / whole, 1.0) if whole else None


def change_accuracy(
    true_changes: geopandas.GeoDataFrame,
    differential: geopandas.GeoDataFrame,
    *,
    years: tuple[int, int],
    min_unit_m2: float,
) -> ChangeAccuracy:
    """Compare a differential with the true changes of cover or use.

    Args:
        true_changes: `cs_to`, `us_to`, `kind`; polygons that do not overlap.
        differential: `cs_Y`, `us_Y` for both years and `sliver`; slivers and places where only the status
            changed are left out.
        years: the two vintages, earlier first.
        min_unit_m2: from this area on, a true change is one that the specification asks to show.
    """
    first, second = years
    codes_changed = (differential[f"cs_{first}"] != differential[f"cs_{second}"]) | (
        differential[f"us_{first}"] != differential[f"us_{second}"]
    )
    found = differential[codes_changed & ~differential["sliver"].astype(bool)]
    true_geoms, found_geoms = true_changes.geometry.to_numpy(), found.geometry.to_numpy()
    shared = shared_ground(true_geoms, found_geoms)
    same_cs = true_changes["cs_to"].to_numpy()[shared.truth] == found[f"cs_{second}"].to_numpy()[shared.product]
    same_us = true_changes["us_to"].to_numpy()[shared.truth] == found[f"us_{second}"].to_numpy()[shared.product]
    area = shapely.area(true_geoms)
    covered = np.bincount(shared.truth, weights=shared.area_m2, minlength=len(area)).astype(np.float64)
    kinds = [
        _found(str(kind), area, covered, (true_changes["kind"] == kind).to_numpy(bool))
        for kind in sorted(set(true_changes["kind"]))
    ]
    return ChangeAccuracy(
        true_m2=float(area.sum()),
        mapped_m2=float(shapely.area(found_geoms).sum()),
        both_m2=float(shared.area_m2.sum()),
        right_codes_m2=float(shared.area_m2[same_cs & same_us].sum()),
        kinds=tuple(sorted(kinds, key=lambda found: (-found.area_m2, found.kind))),
        large=_found("all", area, covered, area >= min_unit_m2),
        min_unit_m2=min_unit_m2,
    )


def _found(
    kind: str, area: npt.NDArray[np.float64], covered: npt.NDArray[np.float64], among: npt.NDArray[np.bool_]
) -> Found:
    return Found(
        kind=kind,
        count=int(among.sum()),
        found_count=int((covered[among] >= FOUND_SHARE * area[among]).sum()),
        area_m2=float(area[among].sum()),
        found_m2=float(covered[among].sum()),
    )
