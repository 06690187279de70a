"""`millesime diff`: what changed between two vintages of any OCS GE delivery."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from millesime.cli.diff_told import as_text, flux_told, moved_told, result_told
from millesime.cli.output import AsJson, emit

if TYPE_CHECKING:
    import geopandas
    import pandas as pd

    from millesime.artificialisation import Artificialisation
    from millesime.differential import Corrected, Differential, Overlay
    from millesime.sources.ocsge import DeliveredLayer

#: How far borders that do not match may be from one another, in metres, when nothing is said.
_TOLERANCE_M = 0.5


@dataclass(frozen=True)
class _Side:
    """One vintage as read."""

    layer: DeliveredLayer
    told: tuple[str, ...]
    result: Artificialisation


@dataclass(frozen=True)
class _Patch:
    """A correction of the first vintage, and the differential without it."""

    told: tuple[str, ...]
    correction: Corrected
    moved: geopandas.GeoDataFrame
    without: Differential


def command(
    first: Annotated[Path, typer.Argument(help="The earlier vintage: delivery, folder, archive or file.")],
    second: Annotated[Path, typer.Argument(help="The later vintage.")],
    output: Annotated[Path | None, typer.Option("-o", "--output", help="GeoPackage or Parquet to write.")] = None,
    tolerance_m: Annotated[
        float | None,
        typer.Option(
            min=0,
            help="Borders at most this far apart are snapped to the first vintage's; strips up to twice as wide are "
            "border noise. 0.5 by default, 0 where the vintages share most of their vertices.",
        ),
    ] = None,
    patch: Annotated[Path | None, typer.Option(help="PATCHCORRECTIF of the first vintage.")] = None,
    force: Annotated[
        bool, typer.Option("--force", help="Compare generations of the nomenclature that differ.")
    ] = False,
    years: Annotated[
        tuple[int, int] | None, typer.Option(help="Both vintages, where the files do not tell them: 2019 2022.")
    ] = None,
    crs: Annotated[str | None, typer.Option(help="CRS of files that have none: EPSG:2154.")] = None,
    as_json: AsJson = False,
) -> None:
    """What changed between two vintages, apart from slivers and displaced borders.

    The artificial flux is that of the status of both vintages, thresholds included, never derived from the codes.
    """
    from millesime.differential import ENOUGH, Parameters, balance, difference, matching_share
    from millesime.sources.ocsge import require_comparable

    _require_writable(output)
    sides = [_read(path, crs) for path in (first, second)]
    both = _years(sides, years)
    warnings = require_comparable(*(side.layer.generations[0] for side in sides), force=force)
    polygons = [side.result.frame.geometry.to_numpy() for side in sides]
    share = matching_share(*polygons)
    chosen = tolerance_m if tolerance_m is not None else (0.0 if share >= ENOUGH else _TOLERANCE_M)
    options: dict[str, Any] = {
        "years": both,
        "territory": sides[0].layer.territory or "",
        "parameters": Parameters(tolerance_m=chosen),
    }
    earlier, later, correction = sides[0].result, sides[1].result, None
    if patch is not None:
        without = difference(earlier, later, **options)[0]
        correction = _corrected(patch, crs, earlier, without, chosen)
        earlier = _status(correction.correction.frame)
    result, over = difference(earlier, later, **options)
    table = balance(earlier, later, result, over)
    told = {
        "first": _side_told(sides[0], first),
        "second": _side_told(sides[1], second),
        "years": list(both),
        "output": None if output is None else str(output),
        "layers": [],
        "warnings": list(warnings),
        "matching_share": round(share, 4),
        "tolerance_m": chosen,
        **result_told(result, over, table),
        "patch": None,
    }
    if correction is not None:
        told["patch"] = {
            "file": str(patch),
            "told": list(correction.told),
            "outside_m2": round(correction.correction.outside_m2, 2),
            "disagreeing": correction.correction.disagreeing,
            "moved": moved_told(correction.moved),
            "flux_without": flux_told(correction.without.frame),
        }
    if output is not None:
        told["layers"] = _write(output, result, over, table, told, correction)
    emit(told, as_json=as_json, text=as_text(told))


def _read(path: Path, crs: str | None) -> _Side:
    from millesime.sources.ocsge import read_delivery

    delivery = read_delivery(path, kind="OCCUPATION_SOL", crs=crs)
    layer = delivery.layer("OCCUPATION_SOL")
    return _Side(layer, delivery.sentences(), _status(layer.frame))


def _status(frame: geopandas.GeoDataFrame) -> Artificialisation:
    from millesime.artificialisation import artificialise

    return artificialise(frame)


def _years(sides: Sequence[_Side], given: tuple[int, int] | None) -> tuple[int, int]:
    from millesime.errors import ConfigError

    found = given or tuple(side.layer.year for side in sides)
    first, second = found
    names = " and ".join(side.layer.name for side in sides)
    if first is None or second is None:
        raise ConfigError(
            "the vintage of a file is not known",
            place=names,
            remedy="give both with --years, such as --years 2019 2022",
        )
    if first >= second:
        raise ConfigError(
            f"the earlier vintage comes first, got {first} and {second}",
            place=names,
            remedy="give them the other way round, or say --years",
        )
    return first, second


def _corrected(
    path: Path, crs: str | None, earlier: Artificialisation, without: Differential, tolerance_m: float
) -> _Patch:
    from millesime.differential import corrected, moved_by_correction
    from millesime.sources.ocsge import read_delivery

    delivery = read_delivery(path, kind="PATCH", crs=crs)
    columns = [name for name in earlier.frame.columns if name in ("id", "code_cs", "code_us", "geometry")]
    correction = corrected(earlier.frame[columns], delivery.layer("PATCH").frame, tolerance_m=tolerance_m)
    moved = moved_by_correction(earlier, _status(correction.frame), correction)
    return _Patch(delivery.sentences(), correction, moved, without)


def _side_told(side: _Side, path: Path) -> dict[str, Any]:
    counts = side.layer.counts
    return {
        "file": str(path),
        "layer": side.layer.name,
        "year": side.layer.year,
        "generation": side.layer.generations[0],
        "rows": counts["read"],
        "rows_used": counts["used"],
        "polygons": len(side.layer.frame),
        "told": list(side.told),
    }


def _write(
    output: Path, result: Differential, over: Overlay, table: pd.DataFrame, told: dict[str, Any], patch: _Patch | None
) -> list[str]:
    """Write the file; the names of its layers."""
    from millesime.cli.diff_layers import layers_of
    from millesime.io.vector import write_geopackage, write_parquet

    if output.suffix.lower() != ".gpkg":
        write_parquet(result.changes, output)
        return [output.stem]
    layers = layers_of(result, over, table, told)
    if patch is not None:
        layers["PATCH_MOVED"] = patch.moved
    write_geopackage(output, layers)
    return list(layers)


def _require_writable(output: Path | None) -> None:
    from millesime.errors import ConfigError

    suffixes = (".gpkg", ".parquet", ".geoparquet")
    if output is not None and output.suffix.lower() not in suffixes:
        raise ConfigError(
            f"{output.suffix or 'no suffix'} is not written", place=output, remedy=f"end it with {', '.join(suffixes)}"
        )
    if output is not None and not output.absolute().parent.is_dir():
        raise ConfigError("no such folder", place=output.parent, remedy="create it first")
