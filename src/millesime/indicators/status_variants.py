"""What the status of each polygon of a vintage would be, had one thing been otherwise.

Each variant is the whole decision made again (matrix, thresholds, built forcing), never a sum of polygons: one patch
that changes moves what is around it. The contacts of the polygons are found once and serve all variants.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import geopandas
import numpy as np
import numpy.typing as npt

from millesime.artificialisation import (
    STEP_LABELS,
    Artificialisation,
    Parameters,
    Partition,
    decide,
    partition_of,
)
from millesime.artificialisation.margin import margin_of
from millesime.differential.near_thresholds import near_threshold
from millesime.nomenclature import ARTIFICIALISATION

Flags = npt.NDArray[np.bool_]

BUILT_COVER = "CS1.1.1.1"
UNKNOWN_USE, MIXED_USE = "US6.6", "US235"

#: Readings that no text fixes -> their values.
READINGS = {
    "connectivity": ("edge", "touch"),
    "enclosure": ("limit", "single"),
    "order": ("fill_first", "remove_first"),
    "built_forcing": ("self", "adjacent"),
}

#: Uses that a doubtful one is read as: one under which herbaceous ground is artificial, one under which it is not.
OTHER_USES = ("US5", "US1.1")


@dataclass(frozen=True)
class Variant:
    """One thing otherwise, and the status that every polygon would have."""

    item: str
    alternative: str

    ground: Flags
    """(n,) polygons that the thing bears on."""

    artificial: Flags
    """(n,) status then, of the polygons of the vintage."""


@dataclass(frozen=True)
class VintageVariants:
    """A vintage with the variants of its status."""

    artificial: Flags
    """(n,) status as it is."""

    variants: tuple[Variant, ...]

    told: tuple[str, ...]


@dataclass(frozen=True)
class _Decider:
    """The decision of one vintage, ready to be made again."""

    covers: npt.NDArray[Any]
    uses: npt.NDArray[Any]
    """Codes of the n polygons, then those of the neighbours."""

    partition: Partition
    rules: Parameters
    n: int
    built: Flags = field(init=False)
    matrix: Flags = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "built", np.asarray(self.covers == BUILT_COVER, dtype=bool))
        object.__setattr__(self, "matrix", ARTIFICIALISATION.status(self.covers, self.uses))

    def status(self, *, use: tuple[str, str] | None = None, changed: Mapping[str, Any] | None = None) -> Flags:
        """(n,) status of the vintage's own polygons, with one use read as another one, or with other parameters."""
        matrix = self.matrix
        if use is not None:
            read = np.flatnonzero(self.uses == use[0])
            matrix = matrix.copy()
            matrix[read] = ARTIFICIALISATION.status(self.covers[read], np.full(len(read), use[1], dtype=object))
        rules = Parameters.model_validate({**self.rules.model_dump(), **(changed or {})})
        decision = decide(self.partition, matrix_status=matrix, built=self.built, parameters=rules)
        return decision.artificial[: self.n]


def variants_of(
    vintage: Artificialisation,
    *,
    near_share: float,
    confidence_below: float,
    confidence: str = "confidence",
    context: Sequence[geopandas.GeoDataFrame] = (),
) -> VintageVariants:
    """Every variant of the status of a vintage.

    Args:
        vintage: polygons with their status; where the rules of the status are in the file they are used, otherwise
            those of the specification.
        near_share: how near to a threshold a patch is doubtful, as a share of the threshold.
        confidence_below: polygons less certain than this, between 0 and 1.
        confidence: attribute that tells it; the item is left out where there is none.
        context: neighbouring territories, as the status was made with.
    """
    frame = vintage.frame
    decider, told = _decider(vintage, context)
    base = decider.status()
    differs = base != vintage.artificial
    if differs.any():
        area_ha = frame["aire"].to_numpy()[differs].sum() / 10_000
        told += (
            f"{area_ha:.2f} ha have another status than the one computed here; what differs is told of the latter",
        )

    def shifted(status: Flags) -> Flags:
        """What differs from the computed status, laid over the given one."""
        return np.where(status != base, status, vintage.artificial)

    variants = [
        *_thresholds(vintage),
        *_uses(decider, shifted),
        *_near(vintage, decider, shifted, share=near_share),
        *_readings(vintage, decider, shifted),
        *_confidence(vintage, confidence, below=confidence_below),
    ]
    return VintageVariants(vintage.artificial, tuple(variants), told)


def _decider(vintage: Artificialisation, context: Sequence[geopandas.GeoDataFrame]) -> tuple[_Decider, tuple[str, ...]]:
    frame = vintage.frame
    lines = sorted({str(line) for line in frame["status_rules"]}) if "status_rules" in frame.columns else []
    lines = [line for line in lines if "=" in line]
    told: tuple[str, ...] = ()
    if len(lines) == 1:
        rules = Parameters.from_rules(lines[0])
    else:
        rules = Parameters()
        told = ("the rules of the status are not in the file: those of the specification are taken",)
    around = margin_of(frame, context, margin_m=rules.margin_m)
    codes = [np.concatenate([frame[name], around[name]]) for name in ("code_cs", "code_us")]
    geoms = np.concatenate([frame.geometry.to_numpy(), around.geometry.to_numpy()])
    return _Decider(codes[0], codes[1], partition_of(geoms), rules, len(frame)), told


def _thresholds(vintage: Artificialisation) -> Iterator[Variant]:
    """The matrix alone, then without each step."""
    status = vintage.artificial
    matrix = vintage.frame["matrix_status"].to_numpy(dtype=bool)
    yield Variant("thresholds", "matrix", status != matrix, matrix)
    steps = vintage.frame["status_step"].to_numpy(dtype=object)
    for step in STEP_LABELS:
        ground = np.asarray(steps == step, dtype=bool)
        if step in {"matrix", "delivered"} or not ground.any():
            continue
        without = ~status if step == "built" else matrix
        yield Variant(f"step {step}", "without", ground, np.where(ground, without, status))


def _uses(decider: _Decider, shifted: Callable[[Flags], Flags]) -> Iterator[Variant]:
    own = decider.uses[: decider.n]
    for item, code in (("unknown_use", UNKNOWN_USE), ("mixed_use", MIXED_USE)):
        ground = np.asarray(own == code, dtype=bool)
        for other in OTHER_USES:
            yield Variant(item, other, ground, shifted(decider.status(use=(code, other))))


def _near(
    vintage: Artificialisation, decider: _Decider, shifted: Callable[[Flags], Flags], *, share: float
) -> Iterator[Variant]:
    """Both thresholds moved by the share: what is near one then falls on its other side."""
    ground = near_threshold(vintage, share=share)
    built = () if decider.rules.mode == "sparte-2024" else ("t_built_m2",)
    for alternative, factor in (("lower", 1 - share), ("higher", 1 + share)):
        moved = {name: getattr(decider.rules, name) * factor for name in ("t_other_m2", *built)}
        yield Variant("near_threshold", alternative, ground, shifted(decider.status(changed=moved)))


def _readings(vintage: Artificialisation, decider: _Decider, shifted: Callable[[Flags], Flags]) -> Iterator[Variant]:
    if decider.rules.mode == "sparte-2024":
        return  # it fixes its readings
    for name, values in READINGS.items():
        other = next(value for value in values if value != getattr(decider.rules, name))
        status = shifted(decider.status(changed={name: other}))
        yield Variant(name, other, status != vintage.artificial, status)


def _confidence(vintage: Artificialisation, name: str, *, below: float) -> Iterator[Variant]:
    """All of them artificial, then none: nothing tells which."""
    if name not in vintage.frame.columns:
        return
    ground = confidences(vintage.frame, name) < below
    yield Variant("low_confidence", "artificial", ground, vintage.artificial | ground)
    yield Variant("low_confidence", "not_artificial", ground, vintage.artificial & ~ground)


def confidences(frame: geopandas.GeoDataFrame, name: str) -> npt.NDArray[np.float64]:
    """(n,) confidence between 0 and 1, NaN where it is not known; an attribute that goes above 1 is in percent."""
    values = frame[name].to_numpy(dtype=float)
    return values / 100 if (np.nan_to_num(values) > 1).any() else values
