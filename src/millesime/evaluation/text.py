"""A report of evaluation as tables of plain text, for a terminal and for the README."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any


def as_text(report: Mapping[str, Any]) -> str:
    """The whole report: a summary line per product, then the classes, then the changes."""
    lines: list[str] = []
    for year, vintage in report["vintages"].items():
        lines += [f"Vintage {year}", *_summary(vintage), ""]
        lines += _classes("cover classes, by pixel", vintage["cover"], amount=_pixels)
        lines += _classes("cover codes (CS), by area", vintage["cs"], amount=_hectares)
        lines += _classes("use codes (US), by area", vintage["us"], amount=_hectares)
    if "change" in report:
        lines += _change(report["change"])
    return "\n".join(lines).rstrip() + "\n"


def _summary(vintage: Mapping[str, Any]) -> list[str]:
    rows = [("", "overall accuracy", "mean IoU")]
    automatic = vintage.get("automatic", {})
    measured = (
        ("cover raster", vintage.get("cover")),
        ("per-pixel classifier", vintage.get("pixel_classifier")),
        ("OCS GE cover, before corrections", automatic.get("cs")),
        ("OCS GE use, before corrections", automatic.get("us")),
        ("OCS GE cover", vintage.get("cs")),
        ("OCS GE use", vintage.get("us")),
    )
    for name, found in measured:
        if found is not None:
            rows.append((name, percent(found["overall_accuracy"]), percent(found["mean_iou"])))
    artificial = vintage["artificial"]
    rows.append(("artificial status", percent(artificial["confusion"]["overall_accuracy"]), ""))
    told = (
        f"artificial area: map {artificial['artificial_ha']:.2f} ha, truth {artificial['true_ha']:.2f} ha "
        f"(by the matrix alone {artificial['true_by_matrix_ha']:.2f} ha)"
    )
    return [*table(rows), told]


def _classes(title: str, confusion: Mapping[str, Any], *, amount: Any) -> list[str]:
    rows = [(title, "truth", "map", "user's", "producer's", "IoU")]
    for item in confusion["classes"]:
        if item["truth"] or item["mapped"]:
            name = item["label"] if item["label"] == item["code"] else f"{item['code']} {item['label'][:34]}"
            accuracies = (percent(item[key]) for key in ("users_accuracy", "producers_accuracy", "iou"))
            rows.append((name, amount(item["truth"], confusion), amount(item["mapped"], confusion), *accuracies))
    return [*table(rows), ""]


def _pixels(value: float, confusion: Mapping[str, Any]) -> str:
    return percent(value / confusion["total"])


def _hectares(value: float, _: Mapping[str, Any]) -> str:
    return f"{value / 10_000:.2f} ha"


def _change(change: Mapping[str, Any]) -> list[str]:
    found, flux = change["found"], change["flux"]
    large = found["at_least_minimum_unit"]
    first, second = change["years"]
    minimum = f"at least {large['min_unit_m2']:.0f} m²"
    counts = f"{large['changes_found']} of {large['changes']} changes, {percent(large['share_found'])} of their area"
    lines = [
        f"Changes {first}-{second}: truth {found['true_ha']:.2f} ha, map {found['mapped_ha']:.2f} ha",
        f"  {'true change found':<20}{percent(found['share_of_true_found'])} of the area",
        f"  {'found change true':<20}{percent(found['share_of_found_true'])} of the area",
        f"  {minimum:<20}{counts}",
        "",
    ]
    rows = [("true changes by kind", "changes", "found", "area", "area found")]
    rows += [
        (
            kind["kind"],
            str(kind["changes"]),
            str(kind["changes_found"]),
            f"{kind['area_ha']:.2f} ha",
            percent(kind["share_found"]),
        )
        for kind in found["kinds"]
    ]
    fluxes: list[Sequence[str]] = [("artificial flux, ha", "gain", "loss", "net")]
    names = {"map": "map", "truth": "truth", "truth_by_matrix": "truth, matrix alone"}
    for key, name in names.items():
        fluxes.append((name, *(f"{flux[key][part]:+.2f}" for part in ("gain_ha", "loss_ha", "net_ha"))))
    return [*lines, *table(rows), "", *table(fluxes)]


def percent(share: float | None) -> str:
    """A share as a percentage with one decimal; '-' when it has no meaning."""
    return "-" if share is None else f"{100 * share:.1f} %"


def table(rows: Sequence[Sequence[str]]) -> list[str]:
    """Rows as aligned lines: the first column to the left, the others to the right; the first row is the header."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = []
    for row in rows:
        cells = [row[0].ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True))]
        lines.append("  " + "  ".join(cells).rstrip())
    return lines
