"""The DIFF that `millesime indicators` holds against the stocks: those of several départements put together first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from millesime.cli.indicators_maps import Maps
    from millesime.indicators import Account, DeliveredFlux, Indicators
    from millesime.sources.ocsge import DeliveredLayer


@dataclass(frozen=True)
class _Delta:
    """Layers of one pair of vintages that are of different maps."""

    layers: tuple[tuple[str, DeliveredLayer], ...]
    """Each with its name for messages."""

    years: tuple[int, int]
    maps: frozenset[str]

    def can_hold(self, other: _Delta) -> bool:
        """Whether both tell the same of different maps; two layers of one map are alternatives, not parts."""
        kinds = {(layer.kind, "artificialisation" in layer.frame) for _, layer in (*self.layers, *other.layers)}
        return self.years == other.years and len(kinds) == 1 and not self.maps & other.maps

    def with_other(self, other: _Delta) -> _Delta:
        """Both together."""
        return _Delta((*self.layers, *other.layers), self.years, self.maps | other.maps)


def compared_deltas(
    paths: Sequence[Path], maps: Maps, accounts: Account, table: Indicators, crs: str | None, told: list[str]
) -> list[tuple[str, DeliveredFlux]]:
    """Delivered DIFF and ARTIF_DIFF, of their own files or of the deliveries, against the stocks.

    Raises:
        ConfigError: a file without a DIFF, or one of other vintages or another département than the maps.
        CrsError: a DIFF in another CRS than the maps.
    """
    import pandas as pd

    from millesime.errors import ConfigError
    from millesime.indicators import compare_flux
    from millesime.sources.ocsge import read_delivery

    given: list[tuple[str, DeliveredLayer]] = []
    for path in paths:
        delivery = read_delivery(path, crs=crs)
        told += [f"{path.name}: {sentence}" for sentence in delivery.sentences()]
        found = [layer for layer in delivery.layers if layer.kind in ("DIFF", "ARTIF_DIFF")]
        if not found:
            raise ConfigError("holds no DIFF", place=path, remedy="give a layer with cs_2019, cs_2022 ...")
        given += [(f"{path.name}: {layer.name}", layer) for layer in found]
    together: list[_Delta] = []
    for number, (name, layer) in enumerate([*((layer.name, layer) for layer in maps.diffs), *given]):
        delta = _delta(name, layer, accounts)
        if isinstance(delta, str):
            if number >= len(maps.diffs):
                raise ConfigError(delta, place=name, remedy="give the DIFF of two of the vintages of the maps")
            told.append(f"{name} {delta}; not used")
            continue
        at = next((k for k, other in enumerate(together) if other.can_hold(delta)), len(together))
        together[at:] = [together[at].with_other(delta) if at < len(together) else delta, *together[at + 1 :]]
    compared = []
    for delta in together:
        name = " + ".join(name for name, _ in delta.layers)
        frame = pd.concat([layer.frame for _, layer in delta.layers], ignore_index=True)
        if len(delta.maps) < len(accounts.grounds):
            told.append(f"{name}: held against the places of map {', '.join(sorted(delta.maps))} alone")
        compared.append((name, compare_flux(accounts, table, frame, years=delta.years, maps=delta.maps)))
    return compared


def _delta(name: str, layer: DeliveredLayer, accounts: Account) -> _Delta | str:
    """The layer with its vintages and its maps; in words why it has none.

    Raises:
        CrsError: it is in another CRS than the maps.
    """
    codes = _maps_of(name, layer, accounts)
    if not codes:
        return f"is of département {layer.territory}, the maps are: {', '.join(one.code for one in accounts.grounds)}"
    pairs = {one.code: one.pairs for one in accounts.grounds if one.code in codes}
    known = sorted({years for own in pairs.values() for years in own})
    years = tuple(layer.years) if len(layer.years) == 2 else (known[0] if len(known) == 1 else ())
    if years not in known:
        words = ", ".join(f"{since}-{year}" for since, year in known) or "none"
        return f"is of {'-'.join(map(str, years)) or 'unknown years'}, the pairs of vintages are: {words}"
    since, year = years
    return _Delta(((name, layer),), (since, year), frozenset(code for code, own in pairs.items() if years in own))


def _maps_of(name: str, layer: DeliveredLayer, accounts: Account) -> set[str]:
    """Codes of the maps that a DIFF is of: that of its département, or those that its polygons lie on."""
    from millesime.artificialisation.territories import on_shared_ground
    from millesime.errors import CrsError

    crs = accounts.grounds[0].pieces.crs
    if layer.frame.crs != crs:
        raise CrsError(
            f"the DIFF is in {layer.frame.crs}, the maps in {crs}",
            place=name,
            remedy=f"give the DIFF in {crs}, or hold it against maps of its own CRS in another command",
        )
    codes = {one.code for one in accounts.grounds}
    # A map whose département nothing tells is called T: any DIFF may be its own.
    if layer.territory is not None and "T" not in codes:
        return codes & {layer.territory}
    if layer.territory in codes:
        return {layer.territory}
    return {one.code for one in accounts.grounds if on_shared_ground(one.pieces, layer.frame)} or codes
