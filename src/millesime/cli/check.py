"""`millesime check`: tells whether a delivery of OCS GE, CoSIA, differential or artificialisation is sound."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from millesime.cli.output import AsJson, emit

if TYPE_CHECKING:
    from millesime.evaluation.conformity import Checkable, CommonLimit, Layer, Report

#: Examples of each rule that are written out for people; the file of anomalies holds them all.
_EXAMPLES = 3


def command(
    path: Annotated[Path, typer.Argument(help="File, folder or archive (.7z, .zip) as delivered.")],
    anomalies: Annotated[
        Path | None, typer.Option("--anomalies", help="GeoPackage to write, with every anomaly located.")
    ] = None,
    neighbour: Annotated[
        list[Path] | None,
        typer.Option("--neighbour", help="Delivery of a neighbouring département: gaps and overlaps along the limit."),
    ] = None,
    crs: Annotated[str | None, typer.Option(help="CRS of files that have none: EPSG:2154.")] = None,
    strict: Annotated[
        bool, typer.Option("--strict", help="Slivers, minimum units, suspect pairs, mismatches are errors too.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Check topology, nomenclature, minimum units, attributes, ids and the limits with neighbours.

    Exit code 0: accepted; 1: anomalies of severity error; 2: cannot be read as such a map.
    """
    from millesime.evaluation.conformity import Settings, check_delivery, checkable, limits_with, told

    settings = Settings(strict=strict)
    found = checkable(path, crs=crs)
    limits = [limit for other in neighbour or [] for limit in limits_with(found, other, crs=crs, settings=settings)]
    report = check_delivery(found, limits, settings=settings)
    if anomalies is not None:
        _write_anomalies(anomalies, report, found.layers)
    emit(told(report, found, limits), as_json=as_json, text=_as_text(report, found, limits))
    if not report.accepted:
        raise typer.Exit(1)


def _write_anomalies(file: Path, report: Report, layers: Sequence[Layer]) -> None:
    from millesime.errors import CrsError
    from millesime.evaluation.conformity import located
    from millesime.io.vector import write_geopackage

    systems = sorted({str(layer.frame.crs.to_string()) for layer in layers})
    if len(systems) > 1:
        raise CrsError(
            f"the layers are in several CRS: {', '.join(systems)}",
            remedy="check each file on its own to have its anomalies located",
        )
    frames = located(report.anomalies, crs=systems[0])
    write_geopackage(file, frames)


def _as_text(report: Report, found: Checkable, limits: Sequence[CommonLimit]) -> str:
    from millesime.evaluation.conformity import RULES

    lines = [f"{name}: {kind}, {report.objects[name]} objects" for name, kind in report.checked.items()]
    lines += [f"{name}: not checked, of no known kind" for name in found.ignored]
    lines += found.told
    lines += [
        f"limit of {limit.first} and {limit.second}: {limit.objects[0]} and {limit.objects[1]} objects along it, "
        f"overlaps {limit.overlap_m2:.1f} m², gaps {limit.gap_m2:.1f} m²"
        for limit in limits
    ]
    for severity in ("error", "warning"):
        for rule, count in report.counts(severity).items():
            lines.append(f"{severity:<8}{rule:<20}{count:>7}  {RULES[rule]}")
            examples = [a for a in report.anomalies if (a.rule, a.severity) == (rule, severity)]
            lines += [f"{'':<8}{a.layer} {a.object_id}: {a.message}" for a in examples[:_EXAMPLES]]
    lines.append("accepted" if report.accepted else "not accepted")
    return "\n".join(lines)
