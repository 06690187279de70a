"""The words of `millesime sensitivity` on a screen."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

_SHOWN = 10

#: The hundredth of a hectare is what the table shows: smaller differences are nought on it.
_SEEN_HA = 0.005


def as_text(told: Mapping[str, Any]) -> str:
    """What `millesime sensitivity` prints, from what it says in JSON."""
    lines = []
    for year, side in zip(told["years"], told["vintages"], strict=True):
        lines.append(f"{year}: {side['file']}, status {side['status']}")
        for layer in side["layers"]:
            lines.append(f"  {layer['layer']}: {layer['rows']} rows read, {layer['rows_used']} used")
            lines += [f"    {sentence}" for sentence in layer["told"]]
    lines += [f"warning: {sentence}" for sentence in told["warnings"]]
    lines += [*told["sentences"], *_table(told), *_polygons(told)]
    return "\n".join(lines)


def _table(told: Mapping[str, Any]) -> Iterator[str]:
    """Stocks and the net flux of the whole; what moves nothing is named in one line."""
    header = f"  {'figure':<12}{'otherwise':<34}{'ground ha':>11}{'figure ha':>11}{'then ha':>11}{'difference':>12}"
    still: dict[str, list[str]] = {}
    for row in told["items"]:
        if row["level"] != "territory" or row["figure"] not in ("stock", "net"):
            continue
        figure, name = f"{row['figure']} {row['year_to']}", f"{row['item']} > {row['alternative']}"
        if abs(row["difference_ha"]) < _SEEN_HA:
            still.setdefault(figure, []).append(name)
            continue
        if header:
            yield header
            header = ""
        cells = "".join(f"{row[column]:>11.2f}" for column in ("ground_ha", "figure_ha", "other_ha"))
        yield f"  {figure:<12}{name:<34}{cells}{row['difference_ha']:>+12.2f}"
    for figure, names in still.items():
        yield f"  {figure} does not move with: {', '.join(names)}"


def _polygons(told: Mapping[str, Any]) -> Iterator[str]:
    for row in told["polygons"][:_SHOWN]:
        yield f"{row['rank']:>3}. {row['why']}"
    left = len(told["polygons"]) - _SHOWN
    if left > 0:
        yield f"     … and {left} more" + ("" if told["output"] else ", written with -o")
