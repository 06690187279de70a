"""The products of a territory against its truth: one report, as plain data for JSON.

::

    {"conventions": {...},
     "vintages": {"2019": {"cover": CONFUSION, "pixel_classifier": CONFUSION, "cs": CONFUSION, "us": CONFUSION,
                           "automatic": {"cs": CONFUSION, "us": CONFUSION},
                           "artificial": {"artificial_ha", "true_ha", "true_by_matrix_ha", "confusion": CONFUSION}}},
     "change": {"years": [2019, 2022], "found": {...},
                "flux": {"map": FLUX, "truth": FLUX, "truth_by_matrix": FLUX}}}

CONFUSION is `Confusion.as_dict`: `overall_accuracy`, `mean_iou`, and per class `code`, `label`, `truth`, `mapped`,
`agreed`, `users_accuracy`, `producers_accuracy`, `iou`; FLUX is `gain_ha`, `loss_ha`, `net_ha`. 'pixel_classifier' is
absent where there is none, 'change' with one vintage. 'automatic' is the map before any correction was replayed on it:
corrections made from the truth, as a demo's are, would otherwise pass for the machine's own work.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import geopandas

from millesime.artificialisation import ARTIFICIAL, NOT_ARTIFICIAL, Artificialisation
from millesime.artificialisation import Parameters as StatusParameters
from millesime.evaluation.artificial import (
    as_artificial,
    flux_of,
    matrix_area_ha,
    true_artificialisation,
    true_fluxes,
)
from millesime.evaluation.by_area import confusion_by_area, shared_ground
from millesime.evaluation.changes import change_accuracy
from millesime.evaluation.confusion import MEAN_IOU_CONVENTION, Confusion
from millesime.nomenclature import COSIA, CS, US, CodeTable, threshold

#: CoSIA value -> name, in the order of the reports.
COVER_CLASSES: Mapping[int, str] = {item.value: item.name for item in COSIA.classes}


@dataclass(frozen=True)
class VintageToEvaluate:
    """The products of one vintage and its truth."""

    year: int

    cover: Confusion
    """Class raster against the true one."""

    artificialisation: Artificialisation
    """The final OCS GE with its statuses."""

    true_units: geopandas.GeoDataFrame
    """`code_cs`, `code_us` and polygons: a partition of the same ground."""

    pixel_classifier: Confusion | None = None
    """A per-pixel classifier on the same bands, against the same truth: what colour and height alone tell."""

    automatic: geopandas.GeoDataFrame | None = None
    """The OCS GE as rules alone made it, before corrections: `code_cs`, `code_us` and polygons of the same ground."""


@dataclass(frozen=True)
class ChangeToEvaluate:
    """The differential of two vintages and the true changes."""

    years: tuple[int, int]
    differential: geopandas.GeoDataFrame
    true_changes: geopandas.GeoDataFrame


def evaluate_territory(
    vintages: Sequence[VintageToEvaluate],
    change: ChangeToEvaluate | None = None,
    *,
    parameters: StatusParameters | None = None,
) -> dict[str, Any]:
    """Measure the products of a territory against its truth; the report is described in this module's words.

    Args:
        vintages: one or more.
        change: the differential, when there are two.
        parameters: thresholds of the artificial status, the same for the truth as for the map.
    """
    parameters = parameters or StatusParameters()
    truths = {vintage.year: true_artificialisation(vintage.true_units, parameters=parameters) for vintage in vintages}
    report: dict[str, Any] = {
        "conventions": {
            "mean_iou": MEAN_IOU_CONVENTION,
            "unmapped": "ground that the map leaves empty counts as wrong",
            "true_artificial": "true units by the crossing matrix, then our reading of the thresholds",
        },
        "vintages": {str(vintage.year): _vintage(vintage, truths[vintage.year]) for vintage in vintages},
    }
    if change is not None:
        report["change"] = _change(change, truths)
    return report


def _vintage(vintage: VintageToEvaluate, truth: Artificialisation) -> dict[str, Any]:
    product, true_frame = vintage.artificialisation.frame, truth.frame
    shared = shared_ground(true_frame.geometry.to_numpy(), product.geometry.to_numpy())
    codes = _code_confusions(true_frame, product, shared)
    automatic = {}
    if vintage.automatic is not None:
        ground = shared_ground(true_frame.geometry.to_numpy(), vintage.automatic.geometry.to_numpy())
        automatic = {"automatic": _code_confusions(true_frame, vintage.automatic, ground)}
    status = confusion_by_area(true_frame, product, "artif", classes=(ARTIFICIAL, NOT_ARTIFICIAL), shared=shared)
    artificial = {
        **as_artificial(product),
        "true_ha": truth.area_m2() / 10_000,
        "true_by_matrix_ha": matrix_area_ha(truth),
        "confusion": status.as_dict(),
    }
    pixel = {} if vintage.pixel_classifier is None else {"pixel_classifier": vintage.pixel_classifier.as_dict()}
    return {"cover": vintage.cover.as_dict(), **pixel, **automatic, **codes, "artificial": artificial}


def _code_confusions(truth: geopandas.GeoDataFrame, product: geopandas.GeoDataFrame, shared: Any) -> dict[str, Any]:
    return {
        name: confusion_by_area(truth, product, column, classes=_codes(table), shared=shared).as_dict(
            labels=[leaf.label_fr for leaf in table.leaves]
        )
        for name, column, table in (("cs", "code_cs", CS), ("us", "code_us", US))
    }


def _codes(table: CodeTable) -> list[str]:
    return [leaf.code for leaf in table.leaves]


def _change(change: ChangeToEvaluate, truths: Mapping[int, Artificialisation]) -> dict[str, Any]:
    first, second = change.years
    found = change_accuracy(
        change.true_changes,
        change.differential,
        years=change.years,
        min_unit_m2=threshold("umi_in_built_zone").value,
    )
    by_matrix, with_thresholds = true_fluxes(truths[first], truths[second], years=change.years)
    return {
        "years": list(change.years),
        "found": found.as_dict(),
        "flux": {
            "map": flux_of(change.differential).as_dict(),
            "truth": with_thresholds.as_dict(),
            "truth_by_matrix": by_matrix.as_dict(),
        },
    }
