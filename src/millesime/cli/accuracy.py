"""`millesime accuracy`: accuracies and error-adjusted areas from control points that were read."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from millesime.cli.output import AsJson, emit

if TYPE_CHECKING:
    import geopandas

    from millesime.evaluation.sample import Accuracy, ControlPoints, Place

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
    if place is not None and _places(points, place) is None:
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


def read_sample(
    points: Path,
    *,
    reference: str = "reference",
    mapped: str = "mapped",
    strata: str = "stratum",
    readings: Path | None = None,
    areas: Path | None = None,
    place: str | None = None,
    on: Path | None = None,
    crs: str | None = None,
) -> ControlPoints:
    """The control points of a file, checked: what a portrait or a report hands to `change_interval`."""
    from millesime.evaluation.sample import Columns, control_points
    from millesime.io.points import read_points
    from millesime.sources.ocsge import read_delivery

    frame = read_points(points, crs=crs)
    if readings is not None:
        frame = _with_readings(frame, readings, reference, crs)
    ground = None if on is None else read_delivery(on, kind="OCCUPATION_SOL", crs=crs).layer("OCCUPATION_SOL").frame
    return control_points(
        frame,
        columns=Columns(reference, mapped, strata, place),
        areas=None if areas is None else _areas(areas),
        places=None if place is None else _places(points, place),
        ground=ground,
        source=points,
    )


def _with_readings(
    frame: geopandas.GeoDataFrame, readings: Path, reference: str, crs: str | None
) -> geopandas.GeoDataFrame:
    """The points with the readings of the blind copy, by id; faults told together."""
    from millesime.errors import RefusedError, SchemaError, raise_together
    from millesime.io.points import read_points

    answers = read_points(readings, crs=crs)
    for table, path in ((frame, "the points"), (answers, readings)):
        if "id" not in table.columns or (table is answers and reference not in table.columns):
            raise SchemaError(f"needs the columns id and {reference}", place=path)
    strangers = sorted(set(answers["id"]) - set(frame["id"]))
    faults = [f"{len(strangers)} ids are not those of the points: {', '.join(strangers[:5])}"] if strangers else []
    again = sorted(set(answers["id"][answers["id"].duplicated()]))
    faults += [f"ids that occur twice: {', '.join(again[:5])}"] if again else []
    raise_together(faults, kind=RefusedError, place=readings, remedy="give the blind copy of these points")
    return frame.assign(**{reference: frame["id"].map(answers.set_index("id")[reference])})


def _areas(path: Path) -> dict[str, float]:
    from millesime.errors import InputError, SchemaError
    from millesime.io.tables import read_rows

    found = {}
    for row in read_rows(path, columns={"stratum": (), "area_m2": ()}):
        if len(row) < 2:
            raise SchemaError("needs the columns stratum and area_m2", place=path)
        try:
            found[row["stratum"]] = float(row["area_m2"].replace(",", "."))
        except ValueError:
            raise InputError(f"area {row['area_m2']!r} of stratum {row['stratum']} is no number", place=path) from None
    return found


def _places(points: Path, column: str) -> dict[str, Place] | None:
    """Every place of the sample, those without a point too, where the file lists them."""
    from millesime.evaluation.sample import Place
    from millesime.io.points import read_table

    table = read_table(points, "PLACES") if column == "commune" else None
    if table is None:
        return None
    rows = zip(table["code"], table["name"], table["area_m2"], strict=True)
    return {str(code): Place(str(name), float(area)) for code, name, area in rows}


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
