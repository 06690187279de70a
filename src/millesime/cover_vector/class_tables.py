"""Tables by class that users give: names of the values, minimum areas, affinities."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from millesime.errors import InputError, SchemaError, raise_together
from millesime.nomenclature import CoverClass, CoverNomenclature

_NO_COLOUR = "#808080"

Rows = Sequence[Mapping[str, str]]

#: Columns of each table and the other names they may have.
CLASS_COLUMNS = {
    "value": ("numero", "code"),
    "name": ("classe", "class", "label", "libelle"),
    "colour": ("color", "couleur"),
}
MIN_AREA_COLUMNS = {"class": ("classe", "name", "value", "numero"), "min_area_m2": ("min_area", "umi_m2")}
AFFINITY_COLUMNS = {"from": ("small",), "to": ("neighbour",), "weight": ()}


def nomenclature_of_values(values: Iterable[int], *, nodata: int | None) -> CoverNomenclature:
    """Classes of a raster without names: each is called by its value."""
    classes = tuple(CoverClass(value, str(value), _NO_COLOUR) for value in sorted(set(values)))
    return CoverNomenclature("values", "1", classes, nodata=nodata)


def nomenclature_of_rows(rows: Rows, *, name: str, nodata: int | None, place: str) -> CoverNomenclature:
    """The nomenclature of a table `value, name` with an optional `colour`; a row for NoData is left out.

    Raises:
        SchemaError: a column is missing.
        InputError: values that are not whole numbers, or classes without a name.
    """
    _require(rows, ("value", "name"), place)
    faults = [
        f"row {number}: value {row['value']!r}, name {row['name']!r}"
        for number, row in enumerate(rows, start=2)
        if not row["value"].isdigit() or not row["name"]
    ]
    raise_together(faults, kind=InputError, place=place, remedy="a class is a whole number and a name")
    classes = tuple(
        CoverClass(int(row["value"]), row["name"], row.get("colour") or _NO_COLOUR)
        for row in rows
        if int(row["value"]) != nodata
    )
    return CoverNomenclature(name, "1", classes, nodata=nodata)


def min_areas_of_rows(rows: Rows, *, nomenclature: CoverNomenclature, place: str) -> dict[int, float]:
    """Minimum area of each class by value, from a table `class, min_area_m2`; a class is its name or its value.

    Raises:
        SchemaError: a column is missing.
        InputError: areas that are not numbers.
        CodeError: unknown classes.
    """
    _require(rows, ("class", "min_area_m2"), place)
    return {_value_of(row["class"], nomenclature): _number(row["min_area_m2"], "min_area_m2", place) for row in rows}


def affinities_of_rows(rows: Rows, *, nomenclature: CoverNomenclature, place: str) -> dict[tuple[int, int], float]:
    """Weights of shared borders by (small face, neighbour), from a table `from, to, weight`.

    Raises:
        SchemaError: a column is missing.
        InputError: weights that are not numbers.
        CodeError: unknown classes.
    """
    _require(rows, ("from", "to", "weight"), place)
    return {
        (_value_of(row["from"], nomenclature), _value_of(row["to"], nomenclature)): _number(
            row["weight"], "weight", place
        )
        for row in rows
    }


def _require(rows: Rows, columns: Sequence[str], place: str) -> None:
    if not rows:
        raise InputError("the table is empty", place=place)
    missing = [column for column in columns if column not in rows[0]]
    if missing:
        raise SchemaError(f"column {', '.join(missing)} missing", place=place, remedy=f"columns: {', '.join(columns)}")


def _value_of(text: str, nomenclature: CoverNomenclature) -> int:
    item = nomenclature.by_value(int(text)) if text.isdigit() else nomenclature.by_name(text)
    return item.value


def _number(text: str, column: str, place: str) -> float:
    try:
        number = float(text.replace(",", "."))
    except ValueError:
        number = -1.0
    if not 0 <= number < 1e12:
        raise InputError(f"{column} {text!r} is not a positive number", place=place)
    return number
