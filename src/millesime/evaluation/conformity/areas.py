"""The attribute `aire` of the artificialisation layer is the area of the polygon."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
import shapely

from millesime.evaluation.conformity.anomaly import Anomaly
from millesime.evaluation.conformity.layer import Layer
from millesime.evaluation.conformity.settings import Settings


def check(layer: Layer, settings: Settings) -> Iterator[Anomaly]:
    """Objects whose `aire` differs from the area of their polygon."""
    if layer.kind.name != "ARTIF" or "aire" not in layer.frame.columns:
        return
    if not pd.api.types.is_numeric_dtype(layer.frame["aire"]):
        return
    told, real = layer.frame["aire"].to_numpy(float), shapely.area(layer.geometry)
    for row in np.flatnonzero(np.abs(told - real) > settings.area_tolerance_m2).tolist():
        yield layer.anomaly("wrong_area", f"aire = {told[row]:.1f}, area {real[row]:.1f} m²", row=row)
