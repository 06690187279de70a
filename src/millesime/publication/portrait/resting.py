"""What the figures rest on: thresholds, doubtful uses, readings of the law."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Resting:
    """The section that says how many hectares hang on what; all texts ready to read."""

    sentences: tuple[str, ...]
    columns: tuple[str, ...]
    """Heads of the columns after the first."""

    rows: tuple[tuple[str, ...], ...]
    """What is otherwise, then one cell per column; empty when nothing changes the figures."""
