"""Temperature and bias of classes: a table that moves the balance between them, and how sure a network says it is.

Before they are compared, the logits z of a channel become z / T + b. A temperature common to all classes changes the
confidence alone (Guo et al. 2017, On Calibration of Modern Neural Networks, 4.2); one by class, or a bias, changes
classes too (vector scaling, same place).
"""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from millesime.cover_raster.class_names import class_value
from millesime.errors import CodeError, ConfigError, raise_together
from millesime.model.card import ModelCard
from millesime.nomenclature import CoverNomenclature

#: Stands for all classes that have no line of their own.
ALL = "*"

_COLUMNS = ("class", "temperature", "bias")
_REMEDY = "give a line for each class, or one for *, with a temperature above 0 and a finite bias"


@dataclass(frozen=True)
class Calibration:
    """Lines of a table by class, as written: a name, a value, or '*' for the others."""

    lines: tuple[tuple[str, float, float], ...]
    """Class, temperature, bias."""

    place: str = ""
    """The table, for messages."""

    def of_channels(self, card: ModelCard) -> tuple[tuple[float, ...], tuple[float, ...]]:
        """Temperature and bias of each channel of a model.

        Raises:
            ConfigError: a line of a class that the model has not or that has another line, or a class without a line.
        """
        nomenclature = card.cover_nomenclature
        found: dict[int, tuple[float, float]] = {}
        others: tuple[float, float] | None = None
        faults = []
        for name, temperature, bias in self.lines:
            if name == ALL:
                if others is not None:
                    faults.append(f"{ALL} has two lines")
                others = (temperature, bias)
                continue
            try:
                value = class_value(nomenclature, name)
            except CodeError as error:
                faults.append(error.message)
                continue
            if value in found:
                faults.append(f"class {name} has two lines")
            found[value] = (temperature, bias)
        faults += _left_out(found, others, card, nomenclature)
        raise_together(faults, kind=ConfigError, place=self.place or None, remedy=_REMEDY)
        lines = [found.get(value, others) or (1.0, 0.0) for value in card.class_values]
        return tuple(line[0] for line in lines), tuple(line[1] for line in lines)


def _left_out(
    found: Mapping[int, tuple[float, float]],
    others: tuple[float, float] | None,
    card: ModelCard,
    nomenclature: CoverNomenclature,
) -> list[str]:
    # A class that --restrict leaves out may have a line: the same table serves with it and without.
    if others is not None:
        return []
    missing = [nomenclature.by_value(value).name for value in card.class_values if value not in found]
    return [f"no line for {', '.join(missing)}"] if missing else []


def parse_calibration(text: str, *, place: str = "") -> Calibration:
    """Read a table of temperatures and biases.

    Args:
        text: CSV with the columns class, temperature, bias (one of the two may be left out); or JSON,
            `{"water": {"temperature": 1.2, "bias": 0.3}, "*": {"temperature": 1.1}}`.
        place: the file, for messages.

    Raises:
        ConfigError: it is neither, or holds what is not a number; all faults together.
    """
    entries = _from_json(text, place) if text.lstrip().startswith("{") else _from_csv(text, place)
    faults: list[str] = []
    lines = []
    for name, entry in entries:
        unknown = sorted(set(entry) - set(_COLUMNS[1:]))
        if unknown:
            faults.append(f"class {name}: {', '.join(unknown)} is neither temperature nor bias")
        temperature = _number(entry.get("temperature"), 1.0, f"temperature of {name}", faults)
        bias = _number(entry.get("bias"), 0.0, f"bias of {name}", faults)
        if temperature <= 0:
            faults.append(f"temperature of {name} is {temperature:g}")
        lines.append((name, temperature, bias))
    if not lines and not faults:
        faults.append("holds no class")
    raise_together(faults, kind=ConfigError, place=place or None, remedy=_REMEDY)
    return Calibration(tuple(lines), place)


def _from_json(text: str, place: str) -> list[tuple[str, Mapping[str, Any]]]:
    def once(pairs: list[tuple[str, Any]]) -> list[tuple[str, Any]]:
        return pairs

    try:
        # Pairs rather than a dict, so that a class written twice is seen.
        content = json.loads(text, object_pairs_hook=once)
    except ValueError as error:
        raise ConfigError(f"is not JSON ({error})", place=place or None, remedy=_REMEDY) from error
    odd = [name for name, entry in content if not _is_object(entry)]
    if odd:
        raise ConfigError(
            f"class {', '.join(odd)}: expected an object of temperature and bias", place=place or None, remedy=_REMEDY
        )
    return [(str(name).strip(), dict(entry)) for name, entry in content]


def _is_object(entry: Any) -> bool:
    pairs = isinstance(entry, list) and all(isinstance(item, tuple) for item in entry)
    return pairs and len({item[0] for item in entry}) == len(entry)


def _from_csv(text: str, place: str) -> list[tuple[str, Mapping[str, Any]]]:
    rows = csv.DictReader(io.StringIO(text), delimiter=";" if ";" in text.partition("\n")[0] else ",")
    header = [name.strip() for name in rows.fieldnames or ()]
    if "class" not in header or not set(header) <= set(_COLUMNS) or len(header) < 2:
        raise ConfigError(
            f"has the columns {', '.join(header) or 'none'}; expected {', '.join(_COLUMNS)}",
            place=place or None,
            remedy=_REMEDY,
        )
    rows.fieldnames = header
    entries: list[tuple[str, Mapping[str, Any]]] = []
    for row in rows:
        if None in row or None in row.values():
            raise ConfigError(f"line {rows.line_num} has not {len(header)} cells", place=place or None, remedy=_REMEDY)
        cells = {key: value.strip() for key, value in row.items()}
        entries.append((cells.pop("class"), {key: value for key, value in cells.items() if value}))
    return entries


def _number(value: Any, default: float, what: str, faults: list[str]) -> float:
    if value is None:
        return default
    try:
        number = math.nan if isinstance(value, bool) else float(value)
    except (TypeError, ValueError):
        number = math.nan
    if not math.isfinite(number):
        faults.append(f"{what} is {value!r}, not a number")
        return default
    return number
