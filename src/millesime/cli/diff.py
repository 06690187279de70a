"""`millesime diff`: what changed between two vintages of any OCS GE delivery."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from millesime.cli.diff_sides import Side, read_side, require_effect, require_one_generation, years_of
from millesime.cli.diff_text import as_text
from millesime.cli.output import AsJson, emit
from millesime.cli.status_options import (
    Crs,
    Limit,
    StatusOptions,
    read_limits,
    require_writable,
    with_status_options,
)

if TYPE_CHECKING:
    import geopandas

    from millesime.artificialisation import Artificialisation, Parameters
    from millesime.differential import Corrected, Differential


@dataclass(frozen=True)
class _Patch:
    """A correction of the first vintage, and the differential without it."""

    told: tuple[str, ...]
    correction: Corrected
    moved: geopandas.GeoDataFrame
    without: Differential


@with_status_options
def command(
    first: Annotated[Path, typer.Argument(help="The earlier vintage: delivery, folder, archive or file.")],
    second: Annotated[Path, typer.Argument(help="The later vintage.")],
    status: StatusOptions,
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
    status_from: Annotated[
        str | None,
        typer.Option(
            "--status",
            help="delivered: the status of layers ARTIF as it is; computed: decided here with the options. By default "
            "computed from OCCUPATION_SOL, delivered where a file has ARTIF alone.",
        ),
    ] = None,
    context_first: Annotated[
        list[Path] | None, typer.Option(help="OCS GE of a neighbour of the earlier vintage; may be repeated.")
    ] = None,
    context_second: Annotated[
        list[Path] | None, typer.Option(help="OCS GE of a neighbour of the later vintage; may be repeated.")
    ] = None,
    limit: Limit = None,
    crs: Crs = None,
    as_json: AsJson = False,
) -> None:
    """What changed between two vintages, apart from slivers and displaced borders.

    The artificial flux is that of the status of both vintages, thresholds included, never derived from the codes.
    """
    from millesime.artificialisation import rules_told
    from millesime.differential import (
        ENOUGH,
        TOLERANCE_M,
        Parameters,
        balance,
        difference,
        flux_told,
        layers_of,
        matching_share,
        moved_told,
        result_told,
        status_warnings,
    )
    from millesime.io.vector import write_geopackage, write_parquet

    require_writable(output, ".gpkg", ".parquet", ".geoparquet")
    rules, limits = status.parameters(), read_limits(limit, crs)
    sides = [
        read_side(path, around or (), rules, status_from=status_from, limit=limits, crs=crs)
        for path, around in ((first, context_first), (second, context_second))
    ]
    require_effect(sides, status, patch)
    both = years_of(sides, years)
    warnings = [*require_one_generation(sides, force=force)]
    warnings += status_warnings(sides[0].result, sides[1].result)
    share = matching_share(*(side.result.frame.geometry.to_numpy() for side in sides))
    chosen = tolerance_m if tolerance_m is not None else (0.0 if share >= ENOUGH else TOLERANCE_M)
    options: dict[str, Any] = {
        "years": both,
        "territory": "-".join(item.layer.territory or "" for item in sides[0].occupations),
        "parameters": Parameters(tolerance_m=chosen),
    }
    earlier, later, correction = sides[0].result, sides[1].result, None
    if patch is not None:
        without = difference(earlier, later, **options)[0]
        correction, earlier = _corrected(patch, crs, sides[0], rules, without, chosen)
    result, over = difference(earlier, later, **options)
    table = balance(earlier, later, result, over)
    told = {
        "first": sides[0].told(),
        "second": sides[1].told(),
        "years": list(both),
        "output": None if output is None else str(output),
        "layers": [],
        "warnings": warnings,
        "rules": [] if all(side.is_delivered for side in sides) else rules_told(rules),
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
    if output is not None and output.suffix.lower() == ".gpkg":
        layers = layers_of(result, over, table, told)
        if correction is not None:
            layers["PATCH_MOVED"] = correction.moved
        write_geopackage(output, layers)
        told["layers"] = list(layers)
    elif output is not None:
        write_parquet(result.changes, output)
        told["layers"] = [output.stem]
    emit(told, as_json=as_json, text=as_text(told))


def _corrected(
    path: Path, crs: str | None, side: Side, rules: Parameters, without: Differential, tolerance_m: float
) -> tuple[_Patch, Artificialisation]:
    """The first vintage corrected and decided again, and what that moved."""
    from millesime.artificialisation import artificialise
    from millesime.differential import corrected, moved_by_correction
    from millesime.sources.ocsge import read_delivery

    delivery = read_delivery(path, kind="PATCH", crs=crs)
    columns = ["id", "code_cs", "code_us", "geometry"]
    correction = corrected(side.result.frame[columns], delivery.layer("PATCH").frame, tolerance_m=tolerance_m)
    again = artificialise(correction.frame, parameters=rules, context=[item.frame for item in side.around])
    moved = moved_by_correction(side.result, again, correction)
    return _Patch(delivery.sentences(), correction, moved, without), again
