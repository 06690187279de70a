"""Charts as data: lengths in percent and texts, drawn by the templates as SVG that keeps its text size."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from millesime.nomenclature import Code, CodeTable
from millesime.publication.portrait.numbers import bare_hectares, hectares
from millesime.publication.styles.catalogue import labelled, short_label
from millesime.publication.styles.patterns import HATCHES

#: Longest bar, in percent of the chart's width: the rest is for the value beside it.
_LONGEST_PCT = 72.0

#: Longest bar on each side of a diverging chart.
_LONGEST_SIDE_PCT = 26.0


@dataclass(frozen=True)
class Swatch:
    """How a code is shown."""

    code: str
    label: str
    """Short French label."""

    full: str
    """Code and whole label."""

    colour: str
    pattern: str
    """Identifier of its hatch in the page, '' for a plain colour."""


@dataclass(frozen=True)
class Bar:
    """One line of a chart of stocks."""

    swatch: Swatch
    length_pct: float
    value: str
    before_pct: float | None
    """Where the first vintage stood."""


@dataclass(frozen=True)
class Balance:
    """One line of a chart of gains and losses."""

    swatch: Swatch
    gain_pct: float
    gain: str
    loss_pct: float
    loss: str
    cells: tuple[str, str, str]
    """Gain, loss and balance in hectares, without the unit."""


@dataclass(frozen=True)
class HeatCell:
    """One cell of a matrix of transitions."""

    value: str
    """'' when nothing changed this way."""

    strength: float
    """From 0 to 1."""

    title: str


@dataclass(frozen=True)
class HeatRow:
    """One line of a matrix of transitions: what an old code became."""

    swatch: Swatch
    cells: tuple[HeatCell, ...]
    total: str


@dataclass(frozen=True)
class HeatMatrix:
    """A matrix of transitions; rows are the first year, columns the second."""

    columns: tuple[Swatch, ...]
    rows: tuple[HeatRow, ...]
    totals: tuple[str, ...]
    total: str


def swatch(code: Code) -> Swatch:
    """How a code is shown in charts and legends."""
    pattern = f"h-{code.code.replace('.', '-')}" if code.code in HATCHES else ""
    return Swatch(code.code, short_label(code), labelled(code), code.colour, pattern)


def stock_bars(
    table: CodeTable, after: Mapping[str, float], before: Mapping[str, float] | None = None
) -> tuple[Bar, ...]:
    """Bars of the codes present, the largest first."""
    earlier = before or {}
    present = [leaf for leaf in table.leaves if after.get(leaf.code, 0) > 0 or earlier.get(leaf.code, 0) > 0]
    longest = max((max(after.get(c.code, 0.0), earlier.get(c.code, 0.0)) for c in present), default=1.0)
    bars = []
    for leaf in sorted(present, key=lambda leaf: -after.get(leaf.code, 0.0)):
        value = after.get(leaf.code, 0.0)
        mark = None if before is None else _LONGEST_PCT * earlier.get(leaf.code, 0.0) / longest
        bars.append(Bar(swatch(leaf), round(_LONGEST_PCT * value / longest, 2), hectares(value), _rounded(mark)))
    return tuple(bars)


def balances(table: CodeTable, gains: Mapping[str, float], losses: Mapping[str, float]) -> tuple[Balance, ...]:
    """Gains and losses of the codes that changed, in the order of the nomenclature."""
    longest = max((*gains.values(), *losses.values()), default=0.0) or 1.0
    lines = []
    for leaf in table.leaves:
        gain, loss = gains.get(leaf.code, 0.0), losses.get(leaf.code, 0.0)
        if gain == 0 and loss == 0:
            continue
        lines.append(
            Balance(
                swatch(leaf),
                gain_pct=round(_LONGEST_SIDE_PCT * gain / longest, 2),
                gain=hectares(gain, signed=True),
                loss_pct=round(_LONGEST_SIDE_PCT * loss / longest, 2),
                loss=hectares(-loss),
                cells=(
                    bare_hectares(gain, signed=True),
                    bare_hectares(-loss),
                    bare_hectares(gain - loss, signed=True),
                ),
            )
        )
    return tuple(lines)


def heat_matrix(table: CodeTable, transitions: Mapping[tuple[str, str], float]) -> HeatMatrix | None:
    """The matrix of the codes that lost or gained; None when nothing changed."""
    moved = {pair: value for pair, value in transitions.items() if value > 0 and pair[0] != pair[1]}
    if not moved:
        return None
    olds = [leaf for leaf in table.leaves if any(pair[0] == leaf.code for pair in moved)]
    news = [leaf for leaf in table.leaves if any(pair[1] == leaf.code for pair in moved)]
    largest = max(moved.values())
    rows = tuple(
        HeatRow(
            swatch(old),
            tuple(_cell(old, new, moved.get((old.code, new.code), 0.0), largest) for new in news),
            bare_hectares(sum(value for pair, value in moved.items() if pair[0] == old.code)),
        )
        for old in olds
    )
    totals = tuple(bare_hectares(sum(v for pair, v in moved.items() if pair[1] == new.code)) for new in news)
    return HeatMatrix(tuple(swatch(new) for new in news), rows, totals, bare_hectares(sum(moved.values())))


def _cell(old: Code, new: Code, value: float, largest: float) -> HeatCell:
    if value <= 0:
        return HeatCell("", 0.0, "")
    # The square root keeps small transitions visible beside the largest one.
    strength = round((value / largest) ** 0.5, 3)
    return HeatCell(bare_hectares(value), strength, f"{labelled(old)} → {labelled(new)}")


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 2)
