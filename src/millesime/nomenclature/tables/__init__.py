"""The tables of the nomenclatures, as CSV files, and the one function that reads them."""

from __future__ import annotations

import csv
from importlib.resources import files


def read_table(name: str) -> tuple[dict[str, str], ...]:
    """Rows of the table `name` shipped with the package, every value as text."""
    text = files(__name__).joinpath(f"{name}.csv").read_text(encoding="utf-8")
    return tuple(csv.DictReader(text.splitlines()))
