"""The interval of the change that a portrait or a report tells, with its sentence."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from millesime.evaluation.estimators.intervals import NoEstimate
from millesime.evaluation.sample.design import ARTIFICIALISED, DESARTIFICIALISED
from millesime.evaluation.sample.figures import Told, area_m2, net_m2
from millesime.evaluation.sample.places import MIN_PLACE_POINTS, own_points, own_sample
from millesime.evaluation.sample.points import ControlPoints
from millesime.written_numbers import ENGLISH_NUMBERS, FIXED, FRENCH_NUMBERS, THIN, NumberFormat

ChangeFigure = Literal["artificialised", "desartificialised", "net"]

CHANGE_FIGURES: tuple[ChangeFigure, ...] = ("artificialised", "desartificialised", "net")

_HECTARE_M2 = 10_000.0


@dataclass(frozen=True)
class ChangeInterval:
    """A figure of change with its 95 % interval, or why it has none."""

    figure: ChangeFigure
    years: tuple[int, ...]
    place: str
    """What the figure is of, as told to a reader; '' for the whole ground of the sample."""
    value_ha: float | None
    """Error-adjusted, not the figure of the map; None without a sample."""
    low_ha: float | None
    high_ha: float | None
    points: int
    """Control points read, of which the figure is made."""
    reason: str
    """Why there is no interval, '' when there is one."""
    sentence_fr: str
    sentence_en: str

    @property
    def has_interval(self) -> bool:
        """Whether a sample gives one."""
        return self.value_ha is not None

    def sentence(self, language: str = "fr") -> str:
        """The sentence in a language: 'fr' or 'en'."""
        return self.sentence_en if language == "en" else self.sentence_fr


def change_interval(
    points: ControlPoints | None,
    figure: ChangeFigure = "artificialised",
    *,
    place: str | None = None,
    place_name: str = "",
    min_points: int = MIN_PLACE_POINTS,
) -> ChangeInterval:
    """What the control points say of a change.

    Args:
        points: a sample of change; None when no ground was checked. A sample of something else says nothing of change.
        figure: which one.
        place: code of a place in the sample, such as a commune: only its own points count. The whole ground otherwise.
        place_name: name of the place, for the sentences.
        min_points: points of its own that a place needs.
    """
    name = place_name or place or ""
    if points is None or points.kind != "change" or not len(points.read):
        return _without(figure, (), name, 0, "no control point", _NONE_FR, _NONE_EN)
    sample: ControlPoints | NoEstimate = points
    count = len(points.read)
    if place is not None:
        sample, count = own_sample(points, place, min_points=min_points), own_points(points, place)
    found = sample if isinstance(sample, NoEstimate) else _estimate(sample, figure)
    if isinstance(found, NoEstimate):
        french, english = _TOO_FEW if place is not None else _NOT_ENOUGH
        texts = french.format(points=_points_fr(count)), english.format(points=_points_en(count))
        return _without(figure, points.years, name, count, found.reason, *texts)
    numbers = tuple(item / _HECTARE_M2 for item in (found.value, found.low, found.high))
    value, low, high = numbers
    return ChangeInterval(
        figure=figure,
        years=points.years,
        place=name,
        value_ha=value,
        low_ha=low,
        high_ha=high,
        points=count,
        reason="",
        sentence_fr=_french(figure, points.years, name, numbers, count),
        sentence_en=_english(figure, points.years, name, numbers, count),
    )


def change_intervals(
    points: ControlPoints | None, *, place: str | None = None, place_name: str = "", min_points: int = MIN_PLACE_POINTS
) -> dict[ChangeFigure, ChangeInterval]:
    """All three figures of change; the arguments are those of `change_interval`."""
    return {
        figure: change_interval(points, figure, place=place, place_name=place_name, min_points=min_points)
        for figure in CHANGE_FIGURES
    }


_NONE_FR = "Aucun contrôle sur le terrain ni par photo-interprétation n’accompagne ce chiffre : pas d’intervalle."
_NONE_EN = "No control on the ground or by photo-interpretation goes with this figure: no interval."

_TOO_FEW = (
    "Trop peu de contrôles propres à ce territoire ({points}) : pas d’intervalle.",
    "Too few control points in this place itself ({points}): no interval.",
)
_NOT_ENOUGH = (
    "Contrôles incomplets ({points}) : pas d’intervalle.",
    "The control is not complete ({points}): no interval.",
)


def _estimate(points: ControlPoints, figure: ChangeFigure) -> Told:
    if figure == "net":
        return net_m2(points, ARTIFICIALISED, DESARTIFICIALISED)
    return area_m2(points, ARTIFICIALISED if figure == "artificialised" else DESARTIFICIALISED)


def _without(
    figure: ChangeFigure, years: tuple[int, ...], place: str, count: int, reason: str, french: str, english: str
) -> ChangeInterval:
    # After a colon a sentence goes on in small letters.
    heads = (f"{place}{FIXED}: ", f"{place}: ") if place else ("", "")
    texts = tuple(
        f"{head}{text[:1].lower()}{text[1:]}" if head else text
        for head, text in zip(heads, (french, english), strict=True)
    )
    return ChangeInterval(figure, years, place, None, None, None, count, reason, texts[0], texts[1])


def _french(figure: ChangeFigure, years: tuple[int, ...], place: str, numbers: tuple[float, ...], count: int) -> str:
    value, low, high = _numbers(numbers, FRENCH_NUMBERS)
    # In French what is below two is singular.
    s = "s" if abs(numbers[0]) >= 2 else ""
    told = {
        "artificialised": f"{value}{FIXED}ha artificialisé{s}",
        "desartificialised": f"{value}{FIXED}ha désartificialisé{s}",
        "net": f"{value}{FIXED}ha d’artificialisation nette",
    }[figure]
    when = f"de {years[0]} à {years[1]}" if len(years) == 2 else ""
    head = ", ".join(part for part in (place, when) if part)
    head = f"{head[0].upper()}{head[1:]}{FIXED}: " if head else ""
    return f"{head}{told}, entre {low} et {high}{FIXED}ha à 95{THIN}%, d’après {_points_fr(count)}."


def _english(figure: ChangeFigure, years: tuple[int, ...], place: str, numbers: tuple[float, ...], count: int) -> str:
    value, low, high = _numbers(numbers, ENGLISH_NUMBERS)
    told = {
        "artificialised": f"{value}{FIXED}ha became artificial",
        "desartificialised": f"{value}{FIXED}ha ceased to be artificial",
        "net": f"{value}{FIXED}ha of net artificialisation",
    }[figure]
    when = f"{years[0]} to {years[1]}" if len(years) == 2 else ""
    head = ", ".join(part for part in (place, when) if part)
    head = f"{head}: " if head else ""
    return f"{head}{told}, between {low} and {high}{FIXED}ha (95%), from {_points_en(count)}."


def _numbers(numbers: tuple[float, ...], style: NumberFormat) -> list[str]:
    """As many decimals as the interval is worth, the same for all three."""
    width = numbers[2] - numbers[1]
    decimals = 2 if width < 1 else 1 if width < 100 else 0
    return [style.number(value, decimals=decimals) for value in numbers]


def _points_fr(count: int) -> str:
    return f"{FRENCH_NUMBERS.number(count)}{FIXED}point{'s' if count >= 2 else ''} de contrôle"


def _points_en(count: int) -> str:
    return f"{ENGLISH_NUMBERS.number(count)}{FIXED}control point{'' if count == 1 else 's'}"
