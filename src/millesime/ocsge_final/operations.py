"""Operations: what people changed on the map, as an append-only log in JSON Lines.

One operation a line; empty lines are skipped::

    {"type": "reclass", "at": [652310.5, 6862144.0], "before": {"cs": "CS2.2.1", "us": "*", "area_m2": 840.0},
     "after": {"cs": "*", "us": "US5"}, "who": "photo-interpreter 2", "when": "2024-03-18T09:12:00Z", "why": "garden"}

- `at`: a point inside the target, in metres of the territory's CRS; never an id alone.
- `before`: the codes expected there; '*' expects nothing. `area_m2`, which may be left out, is the area of the object
  that the person saw: an object less than half or more than twice as large is another one.
- `after`: the codes to write; '*' leaves what is there.

Any other `type` is a fault: no operation is skipped in silence.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, ClassVar

from millesime.errors import InputError, raise_together
from millesime.nomenclature import CS, US

#: Stands for any code in `before`, and for the code that is there in `after`.
ANY = "*"


@dataclass(frozen=True)
class Reclass:
    """Give the object at a point another cover, another use or both."""

    type: ClassVar[str] = "reclass"

    at: tuple[float, float]
    """X and y of a point inside the target, in metres."""

    before: tuple[str, str]
    """Cover and use expected at the point; '*' expects nothing."""

    after: tuple[str, str]
    """Cover and use to write; '*' leaves what is there."""

    who: str
    when: str
    """Date and time, ISO 8601."""

    why: str
    area_m2: float | None = None
    """Area of the object that the person saw; None when not told."""

    line: int = 0
    """Line of the file, from 1."""

    def expects(self, cs: str, us: str, area_m2: float) -> bool:
        """Whether an object of these codes and of this area is what the operation was written for."""
        if self.area_m2 is not None and not self.area_m2 / 2 <= area_m2 <= self.area_m2 * 2:
            return False
        return self.before[0] in (ANY, cs) and self.before[1] in (ANY, us)

    def result(self, cs: str, us: str) -> tuple[str, str]:
        """Codes of the object after the operation."""
        return (cs if self.after[0] == ANY else self.after[0], us if self.after[1] == ANY else self.after[1])

    def as_json(self) -> str:
        """The operation as a line of the file, without the line break."""
        before: dict[str, Any] = dict(zip(("cs", "us"), self.before, strict=True))
        if self.area_m2 is not None:
            before["area_m2"] = self.area_m2
        content = {
            "type": self.type,
            "at": list(self.at),
            "before": before,
            "after": dict(zip(("cs", "us"), self.after, strict=True)),
            "who": self.who,
            "when": self.when,
            "why": self.why,
        }
        return json.dumps(content, ensure_ascii=False)


_KEYS = {"type", "at", "before", "after", "who", "when", "why"}


def parse_operations(lines: Iterable[str], *, place: str) -> tuple[Reclass, ...]:
    """Read the lines of an operations file.

    Args:
        lines: the lines, in the order in which they are replayed.
        place: file, for the message.

    Raises:
        InputError: tells the faults of all lines together, each with its line number.
    """
    operations: list[Reclass] = []
    faults: list[str] = []
    for number, text in enumerate(lines, start=1):
        if not text.strip():
            continue
        found = _faults_of(text)
        if isinstance(found, list):
            faults += [f"line {number}: {fault}" for fault in found]
        else:
            operations.append(_operation(found, number))
    raise_together(
        faults,
        kind=InputError,
        place=place,
        remedy="correct or remove these lines; the format is told in the guide on operations",
    )
    return tuple(operations)


def _faults_of(text: str) -> dict[str, Any] | list[str]:
    """The object that a line holds when it is a good operation, else what is wrong with it."""
    try:
        content = json.loads(text)
    except json.JSONDecodeError as error:
        return [f"not JSON ({error.msg} at column {error.colno})"]
    if not isinstance(content, dict):
        return ["an operation is a JSON object"]
    if content.get("type") != Reclass.type:
        return [f"unknown type {content.get('type')!r}; known: {Reclass.type}"]
    faults = [f"missing {key!r}" for key in sorted(_KEYS - set(content))]
    faults += [f"unknown key {key!r}" for key in sorted(set(content) - _KEYS)]
    if "at" in content and not _is_point(content["at"]):
        faults.append(f"'at' must be [x, y] in metres, got {content['at']!r}")
    for key in ("before", "after"):
        faults += _code_faults(key, content[key]) if key in content else []
    faults += [
        f"{key!r} must be a text that is not empty, got {content[key]!r}"
        for key in ("who", "when", "why")
        if key in content and not (isinstance(content[key], str) and content[key].strip())
    ]
    return faults or content


def _is_point(value: Any) -> bool:
    return (
        isinstance(value, list)
        and len(value) == 2
        and all(isinstance(v, int | float) and not isinstance(v, bool) and math.isfinite(v) for v in value)
    )


def _code_faults(key: str, value: Any) -> list[str]:
    known = {"cs", "us", "area_m2"} if key == "before" else {"cs", "us"}
    if not isinstance(value, dict) or not {"cs", "us"} <= set(value) <= known:
        return [f"{key!r} must hold 'cs' and 'us' (a code, or '*')" + (", and may hold 'area_m2'" * (key == "before"))]
    area = value.get("area_m2", 1.0)
    if not isinstance(area, int | float) or isinstance(area, bool) or not 0 < area < math.inf:
        return [f"{key!r}: 'area_m2' must be a positive number, got {area!r}"]
    return [
        f"{key!r}: unknown {table.name} code {value[name]!r}"
        for name, table in (("cs", CS), ("us", US))
        if value[name] != ANY and value[name] not in table
    ]


def _operation(content: dict[str, Any], line: int) -> Reclass:
    x, y = content["at"]
    before, after = content["before"], content["after"]
    return Reclass(
        at=(float(x), float(y)),
        before=(before["cs"], before["us"]),
        after=(after["cs"], after["us"]),
        who=content["who"],
        when=content["when"],
        why=content["why"],
        area_m2=float(before["area_m2"]) if "area_m2" in before else None,
        line=line,
    )
