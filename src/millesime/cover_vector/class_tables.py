"""Tables by class that users give: names of the values, minimum areas, affinities."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from millesime.errors import CodeError, InputError, SchemaError, raise_together
from millesime.nomenclature import CoverClass, CoverNomenclature

_NO_COLOUR = "#808080"
_COLOUR = re.compile("#[0-9a-fA-F]{6}")
_LARGEST = 1e12

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
        InputError: values that are not whole numbers, classes without a name, colours that are not '#rrggbb', or a
            value or a name twice.
    """
    _require(rows, ("value", "name"), place)
    faults = [
        f"row {number}: value {row['value']!r}, name {row['name']!r}, colour {row.get('colour', '')!r}"
        for number, row in enumerate(rows, start=2)
        if not (is_whole(row["value"]) and row["name"] and _COLOUR.fullmatch(row.get("colour") or _NO_COLOUR))
    ]
    raise_together(
        faults, kind=InputError, place=place, remedy="a class is a whole number and a name, a colour is '#rrggbb'"
    )
    kept = [row for row in rows if int(row["value"]) != nodata]
    _refuse_twice([str(int(row["value"])) for row in kept], "value", place)
    _refuse_twice([row["name"] for row in kept], "name", place)
    classes = tuple(CoverClass(int(row["value"]), row["name"], row.get("colour") or _NO_COLOUR) for row in kept)
    return CoverNomenclature(name, "1", classes, nodata=nodata)


def min_areas_of_rows(rows: Rows, *, nomenclature: CoverNomenclature, place: str) -> dict[int, float]:
    """Minimum area of each class by value, from a table `class, min_area_m2`; a class is its name or its value.

    Raises:
        SchemaError: a column is missing.
        InputError: areas that are not numbers, or a class twice.
        CodeError: unknown classes.
    """
    _require(rows, ("class", "min_area_m2"), place)
    classes = _values(rows, ("class",), nomenclature, place)
    areas = _numbers(rows, "min_area_m2", place)
    _refuse_twice([nomenclature.by_value(value).name for (value,) in classes], "class", place)
    return {value: area for (value,), area in zip(classes, areas, strict=True)}


def affinities_of_rows(rows: Rows, *, nomenclature: CoverNomenclature, place: str) -> dict[tuple[int, int], float]:
    """Weights of shared borders by (small face, neighbour), from a table `from, to, weight`.

    Raises:
        SchemaError: a column is missing.
        InputError: weights that are not numbers, or a pair twice.
        CodeError: unknown classes.
    """
    _require(rows, ("from", "to", "weight"), place)
    pairs = _values(rows, ("from", "to"), nomenclature, place)
    weights = _numbers(rows, "weight", place)
    names = [" -> ".join(nomenclature.by_value(value).name for value in pair) for pair in pairs]
    _refuse_twice(names, "pair", place)
    return {(pair[0], pair[1]): weight for pair, weight in zip(pairs, weights, strict=True)}


def is_whole(text: str) -> bool:
    """Whether a text is a whole number that is not negative."""
    return text.isascii() and text.isdigit()


def _require(rows: Rows, columns: Sequence[str], place: str) -> None:
    if not rows:
        raise InputError("the table is empty", place=place, remedy=f"give rows of {', '.join(columns)}")
    missing = [column for column in columns if column not in rows[0]]
    if missing:
        raise SchemaError(f"column {', '.join(missing)} missing", place=place, remedy=f"columns: {', '.join(columns)}")


def _refuse_twice(items: Sequence[str], what: str, place: str) -> None:
    twice = [f"{what} {item!r} stands {count} times" for item, count in Counter(items).items() if count > 1]
    raise_together(twice, kind=InputError, place=place, remedy="keep one row of each")


def _values(rows: Rows, columns: Sequence[str], nomenclature: CoverNomenclature, place: str) -> list[tuple[int, ...]]:
    """Values of the classes that some columns name, row by row."""
    names = {item.name: item.value for item in nomenclature.classes}
    known = {str(value): value for value in nomenclature.values} | names
    faults = [
        f"row {number}: {row[column]!r} is no class of {nomenclature.name!r}"
        for number, row in enumerate(rows, start=2)
        for column in columns
        if _plain(row[column]) not in known
    ]
    raise_together(faults, kind=CodeError, place=place, remedy=f"classes are {', '.join(names)}, or their values")
    return [tuple(known[_plain(row[column])] for column in columns) for row in rows]


def _plain(text: str) -> str:
    """A number without leading zeros, a name as it is."""
    return str(int(text)) if is_whole(text) else text


def _numbers(rows: Rows, column: str, place: str) -> list[float]:
    found = [_number(row[column]) for row in rows]
    faults = [
        f"row {number}: {column} {row[column]!r} is not a positive number"
        for number, (row, value) in enumerate(zip(rows, found, strict=True), start=2)
        if not 0 <= value < _LARGEST
    ]
    raise_together(faults, kind=InputError, place=place, remedy="give a number such as 0.5, or 0")
    return found


def _number(text: str) -> float:
    try:
        return float(text.replace(",", "."))
    except ValueError:
        return -1.0
