"""Codes of cover and use, and classes of CoSIA."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from millesime.evaluation.conformity.anomaly import Anomaly
from millesime.evaluation.conformity.layer import Layer
from millesime.nomenclature import COSIA, CS, US
from millesime.sources.ocsge.values import NO_CORRECTION


def check(layer: Layer) -> Iterator[Anomaly]:
    """Name every code that the nomenclature does not deliver, object by object."""
    for attribute in layer.kind.attributes:
        if not attribute.codes or attribute.name not in layer.frame.columns:
            continue
        table = CS if attribute.codes == "CS" else US
        values = layer.frame[attribute.name]
        allowed = [*(leaf.code for leaf in table.leaves), *([NO_CORRECTION] if layer.kind.name == "PATCH" else [])]
        wrong = values.notna().to_numpy() & ~values.isin(allowed).to_numpy()
        for row in np.flatnonzero(wrong).tolist():
            message = f"{attribute.name} = {values.iloc[row]!r} is not a delivered code of {table.name}"
            yield layer.anomaly("unknown_code", message, row=row)
    for name, count in layer.unprefixed.items():
        message = f"{count} values of {name} lack their prefix: read as if they had it"
        yield layer.anomaly("code_without_prefix", message, severity="warning")
    if layer.kind.name == "COSIA" and {"numero", "classe"} <= set(layer.frame.columns):
        yield from _cosia_classes(layer)


def _cosia_classes(layer: Layer) -> Iterator[Anomaly]:
    """The name is the key; a number of another coding would swap classes in silence."""
    number_of = {item.name: item.value for item in COSIA.classes}
    pairs = zip(layer.frame["numero"].tolist(), layer.frame["classe"].tolist(), strict=True)
    for row, (number, name) in enumerate(pairs):
        if name is None or number is None or number != number:
            continue
        if name not in number_of:
            yield layer.anomaly("unknown_code", f"classe = {name!r} is not a class of CoSIA", row=row)
        elif number != number_of[name]:
            message = f"numero = {number} for {name!r}, expected {number_of[name]}"
            yield layer.anomaly("class_disagrees", message, row=row)
