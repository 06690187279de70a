"""`millesime check`: tells whether a delivery of OCS GE, CoSIA, differential or artificialisation is sound."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from millesime.cli.output import AsJson, emit

if TYPE_CHECKING:
    from millesime.evaluation.conformity import CommonLimit, Layer, Report, Settings

#: Examples of each rule that are written out for people; the file of anomalies holds them all.
_EXAMPLES = 3


@dataclass(frozen=True)
class _Found:
    """What a delivery holds."""

    groups: Mapping[str, Sequence[Layer]]
    """Layers that belong together, by the folder they lie in."""
    ignored: tuple[str, ...]
    """Layers of no known kind."""
    told: tuple[str, ...]

    @property
    def layers(self) -> tuple[Layer, ...]:
        return tuple(layer for group in self.groups.values() for layer in group)


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
    from millesime.evaluation.conformity import Report, Settings, check_layers

    settings = Settings(strict=strict)
    found = _found(path, crs)
    parts = [check_layers(layers, settings=settings) for layers in found.groups.values()]
    limits = [limit for other in neighbour or [] for limit in _limits(found.layers, other, crs, settings)]
    report = Report(
        anomalies=(
            *(anomaly for part in parts for anomaly in part.anomalies),
            *(anomaly for limit in limits for anomaly in limit.anomalies),
        ),
        checked={name: kind for part in parts for name, kind in part.checked.items()},
        objects={name: count for part in parts for name, count in part.objects.items()},
    )
    if anomalies is not None:
        _write_anomalies(anomalies, report, found.layers)
    emit(_as_dict(report, found, limits), as_json=as_json, text=_as_text(report, found, limits))
    if not report.accepted:
        raise typer.Exit(1)


def _found(path: Path, crs: str | None) -> _Found:
    """The layers that can be checked, by the folder they lie in, and the names of the others.

    Raises:
        InputError: nothing there can be checked.
    """
    from millesime.errors import InputError
    from millesime.evaluation.conformity import layer_of
    from millesime.io.archives import vector_files
    from millesime.sources.ocsge import raw_layers

    groups: dict[str, list[Layer]] = {}
    ignored: list[str] = []
    with vector_files(path) as files:
        told = [*files.told]
        for raw in raw_layers(files, crs=crs):
            told += [f"{raw.name}: {sentence}" for sentence in raw.told]
            layer = layer_of(raw.frame, name=raw.name)
            if layer is None:
                ignored.append(raw.name)
            else:
                groups.setdefault(raw.folder, []).append(layer)
                told += [f"{raw.name}: {sentence}" for sentence in _doubts(layer, raw.names)]
    if not groups:
        raise InputError(
            "holds no layer of OCS GE, CoSIA, differential or artificialisation"
            + (f" (layers: {', '.join(ignored)})" if ignored else ""),
            place=path,
            remedy="layers are recognised by their attributes: code_cs and code_us, numero and classe, "
            "cs_2019 and cs_2022 ...",
        )
    return _Found(groups, tuple(ignored), tuple(told))


def _doubts(layer: Layer, names: Sequence[str]) -> Iterator[str]:
    """What a person must know before using a layer, beside its anomalies."""
    from millesime.sources.ocsge import generation_of
    from millesime.sources.ocsge.names import kind_named

    named = next((kind for kind in map(kind_named, names[:2]) if kind), None)
    if named not in (None, layer.kind.name):
        yield f"its name is that of {named}, its attributes are those of {layer.kind.name}"
    if "code_us" in layer.frame.columns and generation_of(layer.frame["code_us"].dropna().unique()) == "old":
        yield "of the old generation (mixed use US235 is not divided): not comparable with the new one"


def _limits(layers: Sequence[Layer], neighbour: Path, crs: str | None, settings: Settings) -> list[CommonLimit]:
    """The common limits with the partitions of a neighbour that are of the same kind.

    Raises:
        InputError: the neighbour has none, or nothing of it lies along the limit.
    """
    from millesime.errors import InputError
    from millesime.evaluation.conformity import match_edges

    others = _found(neighbour, crs).layers
    pairs = [
        (one, replace(two, name=f"{neighbour.name}/{two.name}"))
        for one in layers
        for two in others
        if one.kind.is_partition and one.kind.name == two.kind.name
    ]
    limits = [match_edges(one, two, settings=settings) for one, two in pairs]
    if not any(limit.objects != (0, 0) for limit in limits):
        kinds = ", ".join(sorted({layer.kind.name for layer in others}))
        raise InputError(
            f"has no limit in common with what is checked (layers: {kinds})",
            place=neighbour,
            remedy="give the delivery of a neighbouring département, with the same layers",
        )
    return limits


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


def _as_dict(report: Report, found: _Found, limits: Sequence[CommonLimit]) -> dict[str, Any]:
    return {
        "accepted": report.accepted,
        "anomalies": report.counts(),
        "errors": report.counts("error"),
        "warnings": report.counts("warning"),
        "layers": [
            {"name": name, "kind": kind, "objects": report.objects[name]} for name, kind in report.checked.items()
        ],
        "ignored": list(found.ignored),
        "told": list(found.told),
        "limits": [
            {
                "layers": [limit.first, limit.second],
                "objects": list(limit.objects),
                "overlap_m2": round(limit.overlap_m2, 2),
                "gap_m2": round(limit.gap_m2, 2),
            }
            for limit in limits
        ],
    }


def _as_text(report: Report, found: _Found, limits: Sequence[CommonLimit]) -> str:
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
