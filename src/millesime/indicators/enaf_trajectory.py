"""The trajectory of the consumption of ENAF, and of nothing else: reference, ceiling, what is consumed, what is left.

The objective of the law is about this measure. An objective is a dated parameter, because bills move its dates.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import pydantic

from millesime.errors import SchemaError

TRAJECTORY_COLUMNS = ("year", "consumed_ha", "cumulated_ha", "ceiling_cumulated_ha")


class Objective(pydantic.BaseModel, frozen=True, extra="forbid"):
    """An objective of reduction: years are those of the flows, from 1 January of the first to the end of the last."""

    name: str
    basis: str
    """The text that sets it."""

    dated: str = pydantic.Field(pattern=r"^\d{4}-\d{2}-\d{2}$")
    """Date of that text, ISO 8601."""

    reference_first: int
    reference_last: int
    first: int
    last: int
    reduction: float = pydantic.Field(ge=0, le=1)
    """Share by which the consumption of the period must be below that of the reference, per year."""

    @pydantic.model_validator(mode="after")
    def _in_order(self) -> Objective:
        if not self.reference_first <= self.reference_last < self.first <= self.last:
            raise ValueError("the reference must end before the period begins, and each begin before it ends")
        return self

    @property
    def reference_years(self) -> int:
        """Length of the reference."""
        return self.reference_last - self.reference_first + 1

    @property
    def period_years(self) -> int:
        """Length of the period."""
        return self.last - self.first + 1


#: Article 191 of the Climate and Resilience act: over the ten years that follow its promulgation, half of the total
#: consumption of the ten years before. The law sets it for the nation and, by planning documents, for regions and
#: SCoT: for a commune it is arithmetic, not its legal ceiling.
HALVED_BY_2031 = Objective(
    name="2021-2031",
    basis="loi n° 2021-1104 du 22 août 2021, article 191",
    dated="2021-08-22",
    reference_first=2011,
    reference_last=2020,
    first=2021,
    last=2030,
    reduction=0.5,
)


@dataclass(frozen=True)
class Trajectory:
    """What was consumed against what the objective leaves. It checks itself when made."""

    objective: Objective

    table: pd.DataFrame
    """Years of the reference and of the period: `year`; `consumed_ha`, null where it is not known yet;
    `cumulated_ha`, since the beginning of the reference or of the period; `ceiling_cumulated_ha`, the ceiling in
    equal yearly shares, cumulated, null in the reference. An even pace is a way to read the table, no rule of law."""

    reference_ha: float
    consumed_ha: float
    """Since the beginning of the period."""

    known_years: int
    """Years of the period that have a figure; the latest is provisional."""

    source: str

    def __post_init__(self) -> None:
        if tuple(self.table.columns) != TRAJECTORY_COLUMNS:
            raise SchemaError(f"a trajectory must have the columns {', '.join(TRAJECTORY_COLUMNS)}")

    @property
    def ceiling_ha(self) -> float:
        """Hectares that the objective leaves for the whole period."""
        rate = self.reference_ha / self.objective.reference_years
        return rate * self.objective.period_years * (1 - self.objective.reduction)

    @property
    def left_ha(self) -> float:
        """What the ceiling leaves; negative when it is passed."""
        return self.ceiling_ha - self.consumed_ha

    @property
    def years_left(self) -> int:
        """Years of the period without a figure."""
        return self.objective.period_years - self.known_years

    @property
    def reference_per_year_ha(self) -> float:
        """Pace of the reference."""
        return self.reference_ha / self.objective.reference_years

    @property
    def consumed_per_year_ha(self) -> float | None:
        """Pace since the beginning of the period; None before its first figure."""
        return self.consumed_ha / self.known_years if self.known_years else None

    @property
    def left_per_year_ha(self) -> float | None:
        """What is left for each year to come; None when the period is over."""
        return self.left_ha / self.years_left if self.years_left else None

    @property
    def at_this_pace_ha(self) -> float | None:
        """The whole period if every year were like those known: a multiplication, not a forecast."""
        pace = self.consumed_per_year_ha
        return None if pace is None else pace * self.objective.period_years

    def as_dict(self) -> dict[str, object]:
        """For JSON; hectares to the square metre."""
        figures = {
            name: None if (value := getattr(self, name)) is None else round(float(value), 4)
            for name in (
                *("reference_ha", "reference_per_year_ha", "ceiling_ha", "consumed_ha", "consumed_per_year_ha"),
                *("left_ha", "left_per_year_ha", "at_this_pace_ha"),
            )
        }
        rows = self.table.astype(object).where(self.table.notna(), None).to_dict("records")
        return {
            "objective": self.objective.model_dump(),
            **figures,
            "known_years": self.known_years,
            "years_left": self.years_left,
            "years": [
                {name: round(value, 4) if isinstance(value, float) else value for name, value in row.items()}
                for row in rows
            ],
        }


def trajectory_of(annual_ha: pd.Series, objective: Objective, *, source: str) -> Trajectory:
    """Hold yearly flows against an objective.

    Args:
        annual_ha: hectares by year.
        objective: reference, period, reduction.
        source: name of the file, for the reader and for errors.

    Raises:
        SchemaError: years of the reference are not there: no ceiling can be told.
    """
    reference = range(objective.reference_first, objective.reference_last + 1)
    period = range(objective.first, objective.last + 1)
    absent = [year for year in reference if year not in annual_ha.index]
    if absent:
        raise SchemaError(
            f"the table lacks {', '.join(map(str, absent))} of the reference "
            f"{objective.reference_first}-{objective.reference_last}",
            place=source,
            remedy="give an edition that begins in or before the first year of the reference",
        )
    before = annual_ha.reindex(reference).astype("float64")
    since = annual_ha.reindex(period).astype("float64")
    known = int(since.notna().sum())
    allowed = float(before.sum()) / objective.reference_years * (1 - objective.reduction)
    table = pd.DataFrame(
        {
            "year": [*reference, *period],
            "consumed_ha": np.concatenate([before, since]),
            "cumulated_ha": np.concatenate([before.cumsum(), since.cumsum()]),
            "ceiling_cumulated_ha": np.concatenate(
                [np.full(len(before), np.nan), allowed * np.arange(1, objective.period_years + 1)]
            ),
        }
    )
    return Trajectory(
        objective=objective,
        table=table[list(TRAJECTORY_COLUMNS)],
        reference_ha=float(before.sum()),
        consumed_ha=float(since.sum()),
        known_years=known,
        source=source,
    )
