"""How work is run: workers, and the progress that people see."""

from __future__ import annotations

from millesime.compute.context import StepContext
from millesime.compute.progress import Progress, terminal_progress
from millesime.compute.workers import Workers

__all__ = ["Progress", "StepContext", "Workers", "terminal_progress"]
