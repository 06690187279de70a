"""Pairs of cover and use that hardly go together: bare soil on a building site, a building without use."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from millesime.evaluation.conformity.anomaly import Anomaly
from millesime.evaluation.conformity.kinds import Kind
from millesime.evaluation.conformity.layer import Layer
from millesime.evaluation.conformity.settings import Settings
from millesime.nomenclature import PLAUSIBILITY
from millesime.sources.ocsge.kinds import pair_of


def check(layer: Layer, settings: Settings) -> Iterator[Anomaly]:
    """Objects whose pair of codes is suspect. The table is inferred: each is worth a look, none is proved wrong."""
    for cs, us in pairs_of(layer.kind):
        if not {cs, us} <= set(layer.frame.columns):
            continue
        covers, uses = layer.frame[cs].to_numpy(object), layer.frame[us].to_numpy(object)
        for row in np.flatnonzero(PLAUSIBILITY.of(covers, uses) == "suspect").tolist():
            reason = PLAUSIBILITY.cell(covers[row], uses[row]).reason
            message = f"{cs} = {covers[row]} with {us} = {uses[row]}: {reason}"
            yield layer.anomaly("suspect_pair", message, row=row, severity=settings.soft)


def pairs_of(kind: Kind) -> tuple[tuple[str, str], ...]:
    """The attributes of cover and use that describe one ground: one pair for a state, two for a difference."""
    names = {attribute.name for attribute in kind.attributes}
    if kind.name in {"OCCUPATION_SOL", "ARTIF"}:
        return (("code_cs", "code_us"),)
    covers, uses = pair_of("cs", names), pair_of("us", names)
    return tuple(zip(covers, uses, strict=True)) if covers and uses else ()
