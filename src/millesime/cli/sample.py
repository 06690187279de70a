"""`millesime sample`: control points drawn at random from a map, or from the change between two vintages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, cast

import typer

from millesime.cli.diff_sides import Side, read_side, require_effect, require_one_generation, years_of
from millesime.cli.output import AsJson, emit
from millesime.cli.status_options import (
    Crs,
    Limit,
    StatusOptions,
    StatusWord,
    read_limits,
    read_occupations,
    with_status_options,
)

if TYPE_CHECKING:
    import geopandas

    from millesime.evaluation.sample import Allocation, Ground, Kind, Places

#: Points of a stratum that lie closer to one another than this, on average, are hardly read independently.
_CLOSE_M = 5.0


@dataclass(frozen=True)
class _Plan:
    """How many points go where."""

    ground: Ground
    areas: Mapping[str, float]
    points: Mapping[str, int]


@with_status_options
def command(
    first: Annotated[Path, typer.Argument(help="OCS GE: delivery, folder, archive or file; the earlier vintage.")],
    output: Annotated[Path, typer.Option("-o", "--output", help="Points to write: .gpkg, .geojson or .csv.")],
    status: StatusOptions,
    second: Annotated[Path | None, typer.Argument(help="The later vintage, for a sample of the change.")] = None,
    count: Annotated[int | None, typer.Option("-n", "--points", min=2, help="Points in all.")] = None,
    standard_error: Annotated[
        float | None,
        typer.Option(help="In place of -n: standard error wanted of the overall accuracy, 0.01; with --expected."),
    ] = None,
    strata: Annotated[
        str | None, typer.Option(help="cs, us, artif, or change (default with two vintages; artif with one).")
    ] = None,
    allocation: Annotated[
        str, typer.Option(help="proportional to area; equal; neyman, with --expected accuracies.")
    ] = "proportional",
    floor: Annotated[int, typer.Option(min=2, help="Points of each stratum at least; 50 to 100 are advised.")] = 50,
    expected: Annotated[
        list[str] | None, typer.Option(help="Accuracy expected of a stratum: STRATUM=0.9; may be repeated.")
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="The same seed gives the same points.")] = 0,
    blind: Annotated[
        Path | None, typer.Option(help="Copy for the interpreter, without the map's class and the stratum.")
    ] = None,
    communes: Annotated[Path | None, typer.Option(help="Admin Express: adds the commune of each point.")] = None,
    only: Annotated[
        list[str] | None, typer.Option(help="INSEE code: draw in this commune alone; may be repeated.")
    ] = None,
    omission_buffer_m: Annotated[
        float | None, typer.Option(min=0, help="Width of the likely omissions around changes, 20 m by default.")
    ] = None,
    tolerance_m: Annotated[
        float | None, typer.Option(min=0, help="Borders of both vintages this close are one, as for `diff`.")
    ] = None,
    years: Annotated[
        tuple[int, int] | None, typer.Option(help="Both vintages, where the files do not tell them: 2019 2022.")
    ] = None,
    status_from: StatusWord = None,
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
    """Stratified random sample of control points, with the areas that they stand for.

    The reference is left empty: an interpreter fills it, then `millesime accuracy` tells accuracies and areas.
    """
    from millesime.artificialisation import rules_told

    _require_options(output, blind, count, standard_error, communes, only)
    kind = _kind(strata, second, allocation)
    rules, limits = status.parameters(), read_limits(limit, crs)
    told_rules: list[dict[str, str]] = []
    if kind in ("cs", "us"):
        _require_no_status(status, status_from, kind)
        ground = _ground_of_codes(first, kind, limits, crs)
    else:
        given = [(first, context_first), *([] if second is None else [(second, context_second)])]
        sides = [
            read_side(path, around or (), rules, status_from=status_from, limit=limits, crs=crs)
            for path, around in given
        ]
        require_effect(sides, status, None)
        told_rules = [] if all(side.is_delivered for side in sides) else rules_told(rules)
        ground = _ground(sides, kind, years, omission_buffer_m, tolerance_m)
    places = None if communes is None else _communes(communes, only or ())
    if places is not None and only:
        from millesime.evaluation.sample import within

        ground = within(ground, places.frame)
    plan = _plan(ground, count, standard_error, cast("Allocation", allocation), floor, _expected(expected or ()))
    told = {**_drawn(plan, places, seed=seed, output=output, blind_to=blind), "rules": told_rules}
    emit(told, as_json=as_json, text=_as_text(told))


def _require_options(
    output: Path,
    blind: Path | None,
    count: int | None,
    standard_error: float | None,
    communes: Path | None,
    only: Sequence[str] | None,
) -> None:
    from millesime.errors import ConfigError, raise_together
    from millesime.io.points import SUFFIXES

    faults = []
    for path in (output, blind):
        if path is not None and path.suffix.lower() not in SUFFIXES:
            faults.append(f"{path}: points are written as {', '.join(SUFFIXES)}")
        elif path is not None and not path.absolute().parent.is_dir():
            faults.append(f"{path.parent}: no such folder")
    if blind is not None and blind.absolute() == output.absolute():
        faults.append("the blind copy would replace the points: give it another name")
    if (count is None) == (standard_error is None):
        faults.append("say how many points: either -n or --standard-error")
    if only and communes is None:
        faults.append("--only needs --communes")
    raise_together(faults, kind=ConfigError)


def _kind(strata: str | None, second: Path | None, allocation: str) -> Kind:
    from millesime.errors import ConfigError, raise_together

    kind = strata or ("artif" if second is None else "change")
    faults = []
    if kind not in ("cs", "us", "artif", "change"):
        faults.append(f"no strata are called {kind}: cs, us, artif, change")
    elif (kind == "change") != (second is not None):
        faults.append(f"strata {kind} are drawn from {'two vintages' if kind == 'change' else 'one vintage'}")
    if allocation not in ("equal", "proportional", "neyman"):
        faults.append(f"no allocation is called {allocation}: equal, proportional, neyman")
    raise_together(faults, kind=ConfigError)
    return cast("Kind", kind)


def _expected(given: Sequence[str]) -> dict[str, float]:
    from millesime.errors import ConfigError

    found = {}
    for word in given:
        name, _, value = word.rpartition("=")
        try:
            found[name] = float(value)
        except ValueError:
            raise ConfigError(f"--expected {word} is not STRATUM=0.9", remedy="give a share from 0 to 1") from None
    return found


def _require_no_status(status: StatusOptions, status_from: str | None, kind: Kind) -> None:
    from millesime.errors import ConfigError

    idle = [*status.given, *(["--status"] if status_from is not None else [])]
    if idle:
        raise ConfigError(
            f"strata of {kind} do not look at the artificial status; {', '.join(idle)} would change nothing",
            remedy="leave the options out, or draw with --strata artif",
        )


def _ground_of_codes(path: Path, kind: Kind, limit: geopandas.GeoDataFrame | None, crs: str | None) -> Ground:
    """Strata of the covers or uses of one map, of one département or several."""
    import pandas as pd

    from millesime.artificialisation.territories import require_side_by_side
    from millesime.evaluation.sample import state_strata

    occupations, _ = read_occupations(path, limit=limit, crs=crs)
    require_side_by_side(occupations)
    years = {item.layer.year for item in occupations}
    frame = pd.concat([item.frame for item in occupations], ignore_index=True)
    return state_strata(frame, kind, year=years.pop() if len(years) == 1 else None)


def _ground(
    sides: Sequence[Side],
    kind: Kind,
    years: tuple[int, int] | None,
    buffer_m: float | None,
    tolerance_m: float | None,
) -> Ground:
    from millesime.differential import ENOUGH, TOLERANCE_M, Parameters, difference, matching_share
    from millesime.evaluation.sample import OMISSION_BUFFER_M, change_strata, state_strata

    if kind != "change":
        return state_strata(sides[0].result.frame, kind, year=sides[0].year)
    warnings = require_one_generation(sides)
    both = years_of(sides, years)
    earlier, later = (side.result for side in sides)
    if tolerance_m is None:
        share = matching_share(earlier.frame.geometry.to_numpy(), later.frame.geometry.to_numpy())
        tolerance_m = 0.0 if share >= ENOUGH else TOLERANCE_M
    result, _ = difference(
        earlier,
        later,
        years=both,
        territory="-".join(item.layer.territory or "" for item in sides[0].occupations),
        parameters=Parameters(tolerance_m=tolerance_m),
    )
    ground = change_strata(result, buffer_m=OMISSION_BUFFER_M if buffer_m is None else buffer_m)
    return replace(ground, told=(*(f"warning: {sentence}" for sentence in warnings), *ground.told))


def _communes(path: Path, only: Sequence[str]) -> Places:
    from millesime.errors import ConfigError
    from millesime.evaluation.sample import Places
    from millesime.sources.loading import load

    frame: geopandas.GeoDataFrame = load("admin_express", path, layers=("commune",)).layer("commune")
    merged = frame[["insee_com", "nom", "geometry"]].dissolve("insee_com", sort=True).reset_index()
    merged = merged.rename(columns={"insee_com": "code", "nom": "name"})
    unknown = sorted(set(only) - set(merged["code"]))
    if unknown:
        raise ConfigError(f"no commune {', '.join(unknown)}", place=path, remedy="give INSEE codes that it holds")
    if only:
        merged = merged[merged["code"].isin(only)].reset_index(drop=True)
    return Places("commune", merged)


def _plan(
    ground: Ground,
    count: int | None,
    standard_error: float | None,
    allocation: Literal["equal", "proportional", "neyman"],
    floor: int,
    expected: Mapping[str, float],
) -> _Plan:
    from millesime.evaluation.estimators.olofsson import sample_size
    from millesime.evaluation.sample import allocate, require_expected, stratum_areas

    areas = stratum_areas(ground)
    if count is None:
        given = require_expected(areas, expected)
        needed = sample_size(
            list(areas.values()), [given[name] for name in areas], standard_error=cast(float, standard_error)
        )
        count = max(needed, floor * len(areas))
    return _Plan(ground, areas, allocate(areas, count, allocation=allocation, floor=floor, expected=expected))


def _drawn(plan: _Plan, places: Places | None, *, seed: int, output: Path, blind_to: Path | None) -> dict[str, Any]:
    from millesime.evaluation.sample import blind, draw, place_table, sheet
    from millesime.io.points import write_points

    points = draw(plan.ground, plan.points, seed=seed)
    frame = sheet(points, plan.ground, plan.points, seed=seed, places=places)
    tables = {} if places is None else {"PLACES": place_table(plan.ground, places, frame)}
    write_points(frame, output, tables=tables)
    if blind_to is not None:
        write_points(blind(frame), blind_to)
    strata = [
        {
            "stratum": name,
            "area_ha": round(area / 10_000, 4),
            "points": plan.points.get(name, 0),
            "weight_m2": round(area / plan.points[name], 2) if plan.points.get(name) else None,
        }
        for name, area in plan.areas.items()
    ]
    return {
        "output": str(output),
        "blind": None if blind_to is None else str(blind_to),
        "kind": plan.ground.kind,
        "years": list(plan.ground.years),
        "seed": seed,
        "points": len(frame),
        "area_ha": round(sum(plan.areas.values()) / 10_000, 4),
        "strata": strata,
        "places": [] if places is None else tables["PLACES"].to_dict("records"),
        "told": [*plan.ground.told, *_doubts(plan, output, places)],
    }


def _doubts(plan: _Plan, output: Path, places: Places | None) -> list[str]:
    told = []
    for name, count in plan.points.items():
        apart = (plan.areas[name] / count) ** 0.5
        if apart < _CLOSE_M:
            told.append(
                f"stratum {name}: {plan.areas[name]:.0f} m² for {count} points, {apart:.1f} m apart on average; they "
                "do not make a census, for that its polygons must be looked at one by one"
            )
    if places is not None and output.suffix.lower() != ".gpkg":
        told.append(f"{output.suffix} has no room for places without a point: only a GeoPackage lists them")
    return told


def _as_text(told: Mapping[str, Any]) -> str:
    from millesime.evaluation.text import table

    rows = [("stratum", "area", "points", "one point stands for")]
    rows += [
        (row["stratum"], f"{row['area_ha']:.2f} ha", str(row["points"]), f"{row['weight_m2'] or 0:.0f} m²")
        for row in told["strata"]
    ]
    lines = [f"{told['points']} points in {told['output']}, seed {told['seed']}", *table(rows), *told["told"]]
    return "\n".join([*lines, f"blind copy in {told['blind']}"] if told["blind"] else lines)
