"""Find the row of a table that speaks for the attributes of a feature."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas

from millesime.ocsge_auto.use_table import UseRow
from millesime.sources.source import fold


def matching_rows(features: pandas.DataFrame, layer: str, rows: Sequence[UseRow]) -> npt.NDArray[np.int64]:
    """Position in `rows` of the first row that fits each feature, -1 when none does.

    Values are compared without case and accents.

    Args:
        features: attributes of the features.
        layer: their layer.
        rows: the table, the most trusted row first.
    """
    found = np.full(len(features), -1, dtype=np.int64)
    for position, row in enumerate(rows):
        if row.layer != layer or (row.attribute and row.attribute not in features.columns):
            continue
        fits = np.ones(len(features), bool) if not row.attribute else _fits(features[row.attribute], row.values)
        found[(found < 0) & fits] = position
    return found


def _fits(values: pandas.Series, wanted: Sequence[str]) -> npt.NDArray[np.bool_]:
    exact = {fold(text) for text in wanted if not text.endswith("*")}
    starts = tuple(fold(text[:-1]) for text in wanted if text.endswith("*"))
    known = {text: fold(text) in exact or (text != "" and fold(text).startswith(starts or ("\0",)))
             for text in {str(value) for value in values}}  # fmt: skip
    return np.array([known[str(value)] for value in values], dtype=bool)
