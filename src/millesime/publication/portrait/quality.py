"""Quality figures of the portrait, from an evaluation against a truth where there is one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class QualityRow:
    """Accuracy of one class, as texts."""

    label: str
    values: tuple[str, ...]


@dataclass(frozen=True)
class QualityTable:
    """Accuracy of one product."""

    title: str
    overall: str
    sentence: str
    columns: tuple[str, ...]
    rows: tuple[QualityRow, ...]


def quality_tables(evaluation: Mapping[str, Any], *, year: int) -> tuple[QualityTable, ...]:
    """Tables of the accuracy of a vintage, from the content of an evaluation file."""
    return ()
