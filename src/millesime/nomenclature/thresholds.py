"""The thresholds of OCS GE and of artificialisation: one table, each with its source and how sure it is.

What no primary text confirms is a default that the parameters of the step can change.
"""

from __future__ import annotations

from dataclasses import dataclass

from millesime.errors import CodeError
from millesime.nomenclature.tables import read_table


@dataclass(frozen=True)
class Threshold:
    """One threshold."""

    rule: str
    value: float
    unit: str
    applies_to: str

    certainty: str
    """CONFIRMED by a primary text, SECONDARY, PARTLY CONFIRMED, UNCONFIRMED or inferred."""

    source: str

    @property
    def is_confirmed(self) -> bool:
        """Whether a primary text fixes the value; otherwise it must stay configurable."""
        return self.certainty.startswith("CONFIRMED")


def thresholds() -> tuple[Threshold, ...]:
    """All thresholds that have a value."""
    return tuple(
        Threshold(row["rule"], float(row["value"]), row["unit"], row["applies_to"], row["certainty"], row["source"])
        for row in read_table("thresholds")
        if row["value"]
    )


_BY_RULE = {item.rule: item for item in thresholds()}


def threshold(rule: str) -> Threshold:
    """The threshold of a rule, such as 'umi_built'.

    Raises:
        CodeError: the table has no such rule.
    """
    if rule not in _BY_RULE:
        raise CodeError(f"no threshold is called {rule!r}", remedy=f"use one of {', '.join(sorted(_BY_RULE))}")
    return _BY_RULE[rule]
