"""Identities of the artificialisation layers: what their attributes say of each other."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from millesime.evaluation.conformity.anomaly import Anomaly
from millesime.evaluation.conformity.layer import Layer
from millesime.evaluation.conformity.settings import Settings
from millesime.nomenclature import ARTIFICIALISATION, CS, US
from millesime.sources.ocsge.kinds import pair_of
from millesime.sources.ocsge.values import STATUSES, flags


def check(layer: Layer, settings: Settings) -> Iterator[Anomaly]:
    """`crit_seuil` of ARTIF, `artificialisation` of ARTIF_DIFF."""
    if layer.kind.name == "ARTIF":
        yield from _threshold_flag(layer, settings)
    elif layer.kind.name == "ARTIF_DIFF":
        yield from _flux(layer)


def _threshold_flag(layer: Layer, settings: Settings) -> Iterator[Anomaly]:
    """crit_seuil = (artif differs from the matrix). That it means this is inferred: a warning unless strict."""
    if not {"code_cs", "code_us", "artif", "crit_seuil"} <= set(layer.frame.columns):
        return
    frame = layer.frame
    told = flags(frame["crit_seuil"])
    known = frame["code_cs"].isin([c.code for c in CS.leaves]) & frame["code_us"].isin([c.code for c in US.leaves])
    usable = np.flatnonzero(known.to_numpy() & frame["artif"].isin(STATUSES).to_numpy() & ~np.isnan(told))
    covers, uses = frame["code_cs"].to_numpy(object), frame["code_us"].to_numpy(object)
    matrix = ARTIFICIALISATION.status(covers[usable], uses[usable])
    differs = (frame["artif"].to_numpy(object)[usable] == "artif") != matrix
    for at in np.flatnonzero(differs != told[usable].astype(bool)).tolist():
        row = int(usable[at])
        by_matrix = "artif" if matrix[at] else "non artif"
        message = (
            f"crit_seuil = {bool(told[row])}, artif = {frame['artif'].iloc[row]!r}, "
            f"{covers[row]} with {uses[row]} is {by_matrix!r} by the matrix"
        )
        yield layer.anomaly("crit_seuil_disagrees", message, row=row, severity=settings.soft)


def _flux(layer: Layer) -> Iterator[Anomaly]:
    """A flux of +1 is a change from 'non artif' to 'artif', -1 the other way."""
    statuses = pair_of("artif", set(layer.frame.columns))
    if statuses is None or "artificialisation" not in layer.frame.columns:
        return
    before, after = (layer.frame[name] for name in statuses)
    known = (before.isin(STATUSES) & after.isin(STATUSES)).to_numpy()
    expected = (after == "artif").to_numpy(int) - (before == "artif").to_numpy(int)
    told = layer.frame["artificialisation"]
    wrong = known & told.isin((-1, 0, 1)).to_numpy() & (told != expected).to_numpy(bool)
    for row in np.flatnonzero(wrong).tolist():
        message = f"artificialisation = {told.iloc[row]:g}, from {before.iloc[row]!r} to {after.iloc[row]!r}"
        yield layer.anomaly("flux_disagrees", message, row=row)
