"""Identifiers: unique in their layer."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from millesime.evaluation.conformity.anomaly import Anomaly
from millesime.evaluation.conformity.layer import Layer


def check(layer: Layer) -> Iterator[Anomaly]:
    """Every use of an identifier after its first one is an anomaly."""
    if not layer.kind.has_ids or "id" not in layer.frame.columns:
        return
    values = layer.frame["id"]
    again = values.duplicated().to_numpy() & values.notna().to_numpy()
    for row in np.flatnonzero(again).tolist():
        yield layer.anomaly("duplicate_id", f"id {values.iloc[row]!r} is used more than once", row=row)
