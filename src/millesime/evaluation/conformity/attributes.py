"""Attributes: missing, too many, of the wrong type, without value, with a value that is not allowed."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from millesime.evaluation.conformity.anomaly import Anomaly, Severity
from millesime.evaluation.conformity.kinds import Attribute, Type
from millesime.evaluation.conformity.layer import Layer
from millesime.sources.ocsge.faults import MAX_NULL_CODES
from millesime.sources.ocsge.kinds import DIFFERENCES


def check(layer: Layer) -> Iterator[Anomaly]:
    """Compare the attributes with those of the specification."""
    have = [name for name in layer.frame.columns if name != "geometry"]
    known = {attribute.name: attribute for attribute in layer.kind.attributes}
    lenient = _is_lenient(layer)
    for attribute in known.values():
        if attribute.name in have:
            missing: Severity = "warning" if lenient and attribute.codes else "error"
            yield from _values(layer, attribute, missing=missing)
        elif attribute.required:
            yield layer.anomaly("missing_attribute", f"no attribute {attribute.name!r} ({attribute.type})")
    for name in have:
        if name not in known and name not in layer.kind.own:
            yield layer.anomaly("extra_attribute", f"attribute {name!r} is not specified", severity="warning")


def _is_lenient(layer: Layer) -> bool:
    """Whether missing codes are let pass: some differences have a few such rows, and readers of them a limit."""
    if layer.kind.name not in DIFFERENCES:
        return False
    codes = [attribute.name for attribute in layer.kind.attributes if attribute.codes]
    there = [name for name in codes if name in layer.frame.columns]
    return int(layer.frame[there].isna().any(axis=1).sum()) <= MAX_NULL_CODES


def _values(layer: Layer, attribute: Attribute, *, missing: Severity) -> Iterator[Anomaly]:
    values = layer.frame[attribute.name]
    empty = values.isna().to_numpy()
    if not attribute.nullable:
        for row in np.flatnonzero(empty).tolist():
            yield layer.anomaly("null_value", f"{attribute.name} has no value", row=row, severity=missing)
    given = values[~empty]
    if len(given) and not _is_of(given, attribute.type):
        found = given.iloc[0]
        yield layer.anomaly(
            "wrong_type", f"{attribute.name} must be {attribute.type}, found {found!r} ({type(found).__name__})"
        )
    elif attribute.values:
        for row in np.flatnonzero(~empty & ~values.isin(attribute.values).to_numpy()).tolist():
            allowed = ", ".join(repr(value) for value in attribute.values)
            message = f"{attribute.name} = {values.iloc[row]!r}, expected one of {allowed}"
            yield layer.anomaly("unknown_value", message, row=row)


def _is_of(values: pd.Series, kind: Type) -> bool:
    is_text = all(isinstance(value, str) for value in values) if values.dtype == object else values.dtype.kind in "OT"
    is_text = is_text or pd.api.types.is_string_dtype(values)
    is_number = pd.api.types.is_numeric_dtype(values) and not pd.api.types.is_bool_dtype(values)
    if kind == "text":
        return is_text
    if kind == "boolean":
        return pd.api.types.is_bool_dtype(values) or bool(values.isin([0, 1, True, False]).all())
    if kind == "number":
        return is_number
    whole = is_number and bool((values == np.floor(values)).all())
    if kind == "integer":
        return whole
    # A year is delivered as a text or as a number.
    return whole or (is_text and bool(values.astype(str).str.fullmatch(r"\d{4}").all()))
