"""`millesime check`: tells whether an OCS GE, CoSIA, differential or artificialisation file is sound."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from millesime.cli.output import AsJson, emit

if TYPE_CHECKING:
    from millesime.evaluation.conformity import Layer, Report

_SUFFIXES = {".gpkg", ".shp", ".parquet", ".geoparquet", ".fgb", ".geojson"}

#: Examples of each rule that are written out for people; the file of anomalies holds them all.
_EXAMPLES = 3


def command(
    path: Annotated[Path, typer.Argument(help="File, or folder whose files belong together.")],
    anomalies: Annotated[
        Path | None, typer.Option("--anomalies", help="GeoPackage to write, with every anomaly located.")
    ] = None,
    crs: Annotated[str | None, typer.Option(help="CRS of files that have none: EPSG:2154.")] = None,
    strict: Annotated[bool, typer.Option("--strict", help="Slivers and minimum units are errors too.")] = False,
    as_json: AsJson = False,
) -> None:
    """Check topology, nomenclature, minimum units, attributes and ids.

    Exit code 0: accepted; 1: anomalies of severity error; 2: cannot be read as such a map.
    """
    from millesime.evaluation.conformity import Report, Settings, check_layers

    settings = Settings(strict=strict)
    groups, ignored = _layers_by_folder(path, crs)
    parts = [check_layers(layers, settings=settings) for layers in groups.values()]
    report = Report(
        anomalies=tuple(found for part in parts for found in part.anomalies),
        checked={name: kind for part in parts for name, kind in part.checked.items()},
        objects={name: count for part in parts for name, count in part.objects.items()},
    )
    if anomalies is not None:
        _write_anomalies(anomalies, report, groups)
    emit(_as_dict(report, ignored), as_json=as_json, text=_as_text(report, ignored))
    if not report.accepted:
        raise typer.Exit(1)


def _layers_by_folder(path: Path, crs: str | None) -> tuple[dict[Path, list[Layer]], list[str]]:
    """The layers that can be checked, by the folder they lie in, and the names of the others.

    Raises:
        InputError: nothing there can be checked.
    """
    from millesime.errors import InputError
    from millesime.evaluation.conformity import layer_of
    from millesime.io.files import local_file
    from millesime.io.vector import list_layers, read_vector

    groups: dict[Path, list[Layer]] = {}
    ignored: list[str] = []
    local_file(path)
    for file in _files(path):
        layers = list_layers(file)
        for layer in layers:
            name = _layer_name(path, file, layer, alone=len(layers) == 1)
            found = layer_of(read_vector(file, layer=None if len(layers) == 1 else layer, crs=crs), name=name)
            if found is None:
                ignored.append(name)
            else:
                groups.setdefault(file.parent, []).append(found)
    if not groups:
        raise InputError(
            "holds no layer of OCS GE, CoSIA, differential or artificialisation"
            + (f" (layers: {', '.join(ignored)})" if ignored else ""),
            place=path,
            remedy="layers are recognised by their attributes: code_cs and code_us, numero and classe, "
            "cs_2019 and cs_2022 ...",
        )
    return groups, ignored


def _files(path: Path) -> Iterator[Path]:
    if not path.is_dir():
        yield path
        return
    for file in sorted(path.rglob("*")):
        hidden = any(part.startswith(".") for part in file.relative_to(path).parts)
        if file.suffix.lower() in _SUFFIXES and file.is_file() and not hidden:
            yield file


def _layer_name(path: Path, file: Path, layer: str, *, alone: bool) -> str:
    if not path.is_dir():
        return layer
    place = file.relative_to(path).as_posix()
    return place if alone and file.stem == layer else f"{place}/{layer}"


def _write_anomalies(file: Path, report: Report, groups: dict[Path, list[Layer]]) -> None:
    from millesime.errors import CrsError
    from millesime.evaluation.conformity import located
    from millesime.io.vector import write_geopackage

    systems = sorted({str(layer.frame.crs.to_string()) for layers in groups.values() for layer in layers})
    if len(systems) > 1:
        raise CrsError(
            f"the layers are in several CRS: {', '.join(systems)}",
            remedy="check each file on its own to have its anomalies located",
        )
    frames = located(report.anomalies, crs=systems[0])
    write_geopackage(file, frames)


def _as_dict(report: Report, ignored: list[str]) -> dict[str, Any]:
    return {
        "accepted": report.accepted,
        "anomalies": report.counts(),
        "errors": report.counts("error"),
        "warnings": report.counts("warning"),
        "layers": [
            {"name": name, "kind": kind, "objects": report.objects[name]} for name, kind in report.checked.items()
        ],
        "ignored": ignored,
    }


def _as_text(report: Report, ignored: list[str]) -> str:
    from millesime.evaluation.conformity import RULES

    lines = [f"{name}: {kind}, {report.objects[name]} objects" for name, kind in report.checked.items()]
    lines += [f"{name}: not checked, of no known kind" for name in ignored]
    for severity in ("error", "warning"):
        for rule, count in report.counts(severity).items():
            lines.append(f"{severity:<8}{rule:<20}{count:>7}  {RULES[rule]}")
            examples = [a for a in report.anomalies if (a.rule, a.severity) == (rule, severity)]
            lines += [f"{'':<8}{a.layer} {a.object_id}: {a.message}" for a in examples[:_EXAMPLES]]
    lines.append("accepted" if report.accepted else "not accepted")
    return "\n".join(lines)
