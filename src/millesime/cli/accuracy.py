"""`millesime accuracy`: accuracies and error-adjusted areas from control points that were read."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from millesime.cli.output import AsJson, emit

if TYPE_CHECKING:
    from millesime.evaluation.sample import Accuracy, ControlPoints

#: Accuracies that a screen shows before areas.
_FIGURES = {
    "overall_accuracy": "overall accuracy",
    "users_accuracy": "user's",
    "producers_accuracy": "producer's",
    "area": "area",
    "net": "net artificialisation",
    "artificial_area": "artificial",
}


def command(
    points: Annotated[Path, typer.Argument(help="Points with their readings: GeoPackage, GeoJSON, CSV with x and y.")],
    output: Annotated[Path | None, typer.Option("-o", "--output", help="Table to write: .csv or .json.")] = None,
    reference: Annotated[str, typer.Option(help="Column of the readings.")] = "reference",
    mapped: Annotated[str, typer.Option("--map", help="Column of the map's class.")] = "mapped",
    strata: Annotated[str, typer.Option(help="Column of the strata.")] = "stratum",
    readings: Annotated[
        Path | None, typer.Option(help="The blind copy that was filled: its readings are taken, by id.")
    ] = None,
    areas: Annotated[
        Path | None, typer.Option(help="CSV stratum, area_m2: for points that `millesime sample` did not draw.")
    ] = None,
    place: Annotated[
        str | None, typer.Option(help="Column of places: figures of those that have enough points of their own.")
    ] = None,
    min_points: Annotated[int, typer.Option(min=2, help="Points of its own that a place needs.")] = 30,
    on: Annotated[Path | None, typer.Option(help="The map, to check that the points lie on it.")] = None,
    crs: Annotated[str | None, typer.Option(help="CRS of files that have none: EPSG:2154.")] = None,
    as_json: AsJson = False,
) -> None:
    """Overall, user's and producer's accuracy and error-adjusted areas, with 95 % intervals.

    What the sample cannot tell is refused with its reason, in place of a false interval.
    """
    from millesime.evaluation.sample import accuracy, change_intervals
    from millesime.production.control_points import places_of, read_sample

    _require_output(output)
    sample = read_sample(
        points,
        reference=reference,
        mapped=mapped,
        strata=strata,
        readings=readings,
        areas=areas,
        place=place,
        on=on,
        crs=crs,
    )
    found = accuracy(sample, min_points=min_points)
    told = _told(points, sample, found)
    if place is not None and places_of(points, place) is None:
        told["told"].append("the file does not list the places without a point: they are not told")
    if sample.kind == "change":
        intervals = {"": change_intervals(sample)}
        for code, where in sorted(sample.places.items()):
            intervals[code] = change_intervals(sample, place=code, place_name=where.name, min_points=min_points)
        told["sentences"] = [
            {"place": code, "figure": figure, "fr": item.sentence_fr, "en": item.sentence_en}
            for code, items in intervals.items()
            for figure, item in items.items()
        ]
    if output is not None:
        _write(output, found, told)
    emit(told, as_json=as_json, text=_as_text(told))


def _require_output(output: Path | None) -> None:
    from millesime.errors import ConfigError

    if output is None:
        return
    if output.suffix.lower() not in (".csv", ".json"):
        raise ConfigError(
            f"{output.suffix or 'no suffix'} is not written", place=output, remedy="end it with .csv, .json"
        )
    if not output.absolute().parent.is_dir():
        raise ConfigError("no such folder", place=output.parent, remedy="create it first")


def _told(file: Path, sample: ControlPoints, found: Accuracy) -> dict[str, Any]:
    return {
        "file": str(file),
        "kind": sample.kind,
        "years": list(sample.years),
        "area_ha": round(sample.total_m2 / 10_000, 4),
        "points": len(sample.table),
        "read": len(sample.read),
        "estimator": found.estimator,
        "figures": _records(found.table),
        "strata": _records(found.strata),
        "confusion": {
            "classes": list(found.confusion.columns),
            "mapped_by_reference": found.confusion.to_numpy().tolist(),
        },
        "sentences": [],
        "told": list(found.told),
    }


def _records(table: Any) -> list[dict[str, Any]]:
    import pandas as pd

    return [
        {name: None if pd.isna(value) else value for name, value in row.items()}
        for row in table.astype(object).to_dict("records")
    ]


def _write(output: Path, found: Accuracy, told: Mapping[str, Any]) -> None:
    import json

    from millesime.io.files import written_whole

    with written_whole(output) as temporary:
        if output.suffix.lower() == ".csv":
            found.table.to_csv(temporary, index=False, lineterminator="\n")
        else:
            text = json.dumps(told, ensure_ascii=False, indent=2)
            temporary.write_text(text + "\n", encoding="utf-8")


def _as_text(told: Mapping[str, Any]) -> str:
    from millesime.evaluation.text import table

    lines = [f"{told['read']} of {told['points']} points read, {told['area_ha']:.2f} ha ({told['estimator']})"]
    rows = [("", "", "estimate", "95 % from", "to", "points", "map")]
    refused = []
    for row in told["figures"]:
        name = f"{row['place']} {_FIGURES[row['figure']]}".strip()
        if row["value"] is None:
            refused.append(f"  {name} {row['item']}: {row['reason']}")
            continue
        digits = 1 if row["unit"] == "%" else 2
        numbers = (f"{row[key]:.{digits}f} {row['unit']}" for key in ("value", "low_95", "high_95"))
        mapped = "-" if row["mapped"] is None else f"{row['mapped']:.2f} ha"
        rows.append((name, row["item"], *numbers, str(row["points"]), mapped))
    lines += table(rows)
    if refused:
        lines += ["no figure:", *refused]
    lines += told["told"]
    return "\n".join([*lines, *(item["fr"] for item in told["sentences"])])
