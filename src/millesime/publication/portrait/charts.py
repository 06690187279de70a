"""Charts as data: lengths in percent and texts, drawn by the templates as SVG that keeps its text size."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from millesime.nomenclature import Code, CodeTable
from millesime.publication.portrait.wording import FRENCH, Words
from millesime.publication.styles.patterns import HATCHES

#: Longest bar, in percent of the chart's width: the rest is for the value beside it.
_LONGEST_PCT = 68.0

#: Longest bar on each side of a diverging chart.
_LONGEST_SIDE_PCT = 26.0


@dataclass(frozen=True)
class Swatch:
    """How a code is shown."""

    code: str
    label: str
    """Short label."""

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
    """'' for none."""

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


def swatch(code: Code, words: Words = FRENCH) -> Swatch:
    """How a code is shown in charts and legends."""
    pattern = f"h-{code.code.replace('.', '-')}" if code.code in HATCHES else ""
    return Swatch(code.code, words.short(code), words.whole(code), code.colour, pattern)


def stock_bars(
    table: CodeTable,
    after: Mapping[str, float],
    before: Mapping[str, float] | None = None,
    words: Words = FRENCH,
) -> tuple[Bar, ...]:
    """Bars of the codes present, the largest first."""
    earlier = before or {}
    present = [leaf for leaf in table.leaves if after.get(leaf.code, 0) > 0 or earlier.get(leaf.code, 0) > 0]
    longest = max((max(after.get(c.code, 0.0), earlier.get(c.code, 0.0)) for c in present), default=1.0)
    bars = []
    for leaf in sorted(present, key=lambda leaf: -after.get(leaf.code, 0.0)):
        value = after.get(leaf.code, 0.0)
        mark = None if before is None else _LONGEST_PCT * earlier.get(leaf.code, 0.0) / longest
        bars.append(
            Bar(
                swatch(leaf, words),
                round(_LONGEST_PCT * value / longest, 2),
                words.numbers.hectares(value),
                _rounded(mark),
            )
        )
    return tuple(bars)


def balances(
    table: CodeTable, gains: Mapping[str, float], losses: Mapping[str, float], words: Words = FRENCH
) -> tuple[Balance, ...]:
    """Gains and losses of the codes that changed, in the order of the nomenclature."""
    longest = max((*gains.values(), *losses.values()), default=0.0) or 1.0
    lines = []
    for leaf in table.leaves:
        gain, loss = gains.get(leaf.code, 0.0), losses.get(leaf.code, 0.0)
        if gain == 0 and loss == 0:
            continue
        lines.append(
            Balance(
                swatch(leaf, words),
                gain_pct=round(_LONGEST_SIDE_PCT * gain / longest, 2),
                gain=words.numbers.hectares(gain, signed=True) if gain else "",
                loss_pct=round(_LONGEST_SIDE_PCT * loss / longest, 2),
                loss=words.numbers.hectares(-loss) if loss else "",
                cells=(
                    words.numbers.bare_hectares(gain, signed=True),
                    words.numbers.bare_hectares(-loss),
                    words.numbers.bare_hectares(gain - loss, signed=True),
                ),
            )
        )
    return tuple(lines)


def heat_matrix(
    table: CodeTable, transitions: Mapping[tuple[str, str], float], words: Words = FRENCH
) -> HeatMatrix | None:
    """The matrix of the codes that lost or gained; None when nothing changed."""
    moved = {pair: value for pair, value in transitions.items() if value > 0 and pair[0] != pair[1]}
    if not moved:
        return None
    olds = [leaf for leaf in table.leaves if any(pair[0] == leaf.code for pair in moved)]
    news = [leaf for leaf in table.leaves if any(pair[1] == leaf.code for pair in moved)]
    largest = max(moved.values())
    rows = tuple(
        HeatRow(
            swatch(old, words),
            tuple(_cell(old, new, moved.get((old.code, new.code), 0.0), largest, words) for new in news),
            words.numbers.bare_hectares(sum(value for pair, value in moved.items() if pair[0] == old.code)),
        )
        for old in olds
    )
    totals = tuple(
        words.numbers.bare_hectares(sum(v for pair, v in moved.items() if pair[1] == new.code)) for new in news
    )
    return HeatMatrix(
        tuple(swatch(new, words) for new in news), rows, totals, words.numbers.bare_hectares(sum(moved.values()))
    )


def _cell(old: Code, new: Code, value: float, largest: float, words: Words) -> HeatCell:
    if value <= 0:
        return HeatCell("", 0.0, "")
    # The square root keeps small transitions visible beside the largest one.
    strength = round((value / largest) ** 0.5, 3)
    return HeatCell(words.numbers.bare_hectares(value), strength, f"{words.whole(old)} → {words.whole(new)}")


#: Codes that the sentence of a chart names.
_TOLD = 3


def stock_sentence(title: str, table: CodeTable, areas_ha: Mapping[str, float], words: Words = FRENCH) -> str:
    """What a chart of stocks shows, for those who do not see it."""
    leading = sorted(((area, code) for code, area in areas_ha.items() if area > 0), key=lambda item: -item[0])[:_TOLD]
    texts = words.texts.themes
    told = _told([(code, words.numbers.hectares(area)) for area, code in leading], table, words)
    return f"{texts.chart_stock.format(title=title, items=told)} {texts.chart_table}"


def balance_sentence(
    title: str, table: CodeTable, gains: Mapping[str, float], losses: Mapping[str, float], words: Words = FRENCH
) -> str:
    """What a chart of gains and losses shows."""
    texts, numbers = words.texts.themes, words.numbers
    sides = []
    for areas, sign in ((gains, 1), (losses, -1)):
        leading = sorted(((area, code) for code, area in areas.items() if area > 0), key=lambda item: -item[0])[:_TOLD]
        shown = [(code, numbers.hectares(sign * area, signed=True)) for area, code in leading]
        sides.append(_told(shown, table, words))
    gain = texts.chart_balance_gain.format(title=title, items=sides[0])
    return f"{gain} {texts.chart_balance_loss.format(items=sides[1])} {texts.chart_table}"


def _told(items: Sequence[tuple[str, str]], table: CodeTable, words: Words) -> str:
    item = words.texts.themes.chart_item
    return words.texts.themes.chart_items_between.join(
        item.format(label=words.short(table.get(code)), value=value) for code, value in items
    )


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 2)
