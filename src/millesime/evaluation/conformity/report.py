"""All the checks over all the layers, and what they found."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from millesime.evaluation.conformity import (
    areas,
    attributes,
    coverage,
    geometry,
    ids,
    minimum_units,
    nomenclature,
    slivers,
    statuses,
    suspects,
)
from millesime.evaluation.conformity.anomaly import Anomaly, Severity
from millesime.evaluation.conformity.layer import Layer
from millesime.evaluation.conformity.settings import Settings


@dataclass(frozen=True)
class Report:
    """What the checks found."""

    anomalies: tuple[Anomaly, ...]

    checked: dict[str, str]
    """Kind of each layer, by name."""

    objects: dict[str, int]
    """Number of objects of each layer."""

    @property
    def accepted(self) -> bool:
        """Whether no anomaly is of severity error."""
        return not any(anomaly.severity == "error" for anomaly in self.anomalies)

    def counts(self, severity: Severity | None = None) -> dict[str, int]:
        """Number of anomalies of each rule, the most frequent first."""
        found = Counter(a.rule for a in self.anomalies if severity in (None, a.severity))
        return dict(sorted(found.items(), key=lambda item: (-item[1], item[0])))


def check_layer(
    layer: Layer, *, settings: Settings | None = None, built_zone: npt.NDArray[Any] | None = None
) -> tuple[Anomaly, ...]:
    """Run every check on one layer.

    Args:
        layer: the layer.
        settings: thresholds and tolerances.
        built_zone: polygons of the zone construite of the same vintage, None when not known.
    """
    settings = settings or Settings()
    return (
        *attributes.check(layer),
        *nomenclature.check(layer),
        *ids.check(layer),
        *geometry.check(layer),
        *slivers.check(layer, settings),
        *coverage.check(layer, settings),
        *minimum_units.check(layer, settings, built_zone=built_zone),
        *areas.check(layer, settings),
        *statuses.check(layer, settings),
        *suspects.check(layer, settings),
    )


def check_layers(layers: Sequence[Layer], *, settings: Settings | None = None) -> Report:
    """Check layers that belong together: a zone construite among them serves the minimum units of the others."""
    zones = [layer.polygons for layer in layers if layer.kind.name == "ZONE_CONSTRUITE"]
    built_zone = np.concatenate(zones) if zones else None
    anomalies = [found for layer in layers for found in check_layer(layer, settings=settings, built_zone=built_zone)]
    return Report(
        anomalies=tuple(anomalies),
        checked={layer.name: layer.kind.name for layer in layers},
        objects={layer.name: len(layer.frame) for layer in layers},
    )
