"""From the deliveries given to `millesime indicators` to maps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations, pairwise
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import geopandas

    from millesime.artificialisation import ChosenStatus, Occupation, StatusChoice
    from millesime.indicators import Ground, Vintage
    from millesime.sources.ocsge import DeliveredLayer


@dataclass(frozen=True)
class Options:
    """How the files are read."""

    years: tuple[int, ...] = ()
    crs: str | None = None
    tolerance_m: float | None = None
    force: bool = False
    choice: StatusChoice | None = None
    """Which status, decided how; the default one when nothing is said."""
    context: tuple[Path, ...] = ()
    """Neighbours that take part in the decision, each for the vintage that it tells."""
    limit: Path | None = None


@dataclass(frozen=True)
class Maps:
    """The maps, and all that was told of reading them."""

    grounds: tuple[Ground, ...]
    sentences: tuple[str, ...]
    statuses: Mapping[str, str]
    """'code year' -> where its artificial status comes from."""
    diffs: tuple[DeliveredLayer, ...] = ()
    """Layers DIFF and ARTIF_DIFF that the deliveries hold."""


@dataclass(frozen=True)
class _Decision:
    """How the status of every vintage is found."""

    choice: StatusChoice
    around: Mapping[int | None, tuple[Occupation, ...]]

    def of(self, layer: DeliveredLayer, year: int) -> ChosenStatus:
        """The status of a layer."""
        from millesime.artificialisation import chosen_status, occupation_of

        return chosen_status([occupation_of(layer)], self.choice, context=self.around.get(year, ()))


@dataclass
class _Found:
    """Layers of one map by year, while files are read."""

    partitions: dict[int, list[DeliveredLayer]] = field(default_factory=dict)
    zones: dict[int, list[DeliveredLayer]] = field(default_factory=dict)
    paths: dict[int, Path] = field(default_factory=dict)
    """Where each vintage was found."""


def read_maps(paths: Sequence[Path], zones: Sequence[Path], options: Options) -> Maps:
    """Read deliveries in any order, several vintages of several départements.

    Raises:
        ConfigError: a vintage is not known, or is given twice.
        InputError: a delivery holds neither OCCUPATION_SOL nor ARTIF.
        RefusedError: vintages of different generations, unless forced.
        CrsError: maps in different CRS.
        GeometryError: two maps hold the same ground.
    """
    from millesime.artificialisation import StatusChoice
    from millesime.errors import ConfigError, CrsError
    from millesime.production.neighbours import read_context

    if options.years and len(options.years) != len(paths):
        raise ConfigError(
            f"{len(options.years)} years for {len(paths)} files", remedy="say --years once per file, in their order"
        )
    told: list[str] = []
    found: dict[str, _Found] = {}
    diffs: list[DeliveredLayer] = []
    layers = [_layers(path, options, told, k) for k, path in enumerate(paths)]
    known = {layer.territory for group in layers for layer, _ in group if layer.territory}
    alone = next(iter(known)) if len(known) == 1 else ""
    systems = {str(layer.frame.crs.to_string()) for group in layers for layer, _ in group}
    if len(systems) > 1:
        raise CrsError(f"the maps are in {', '.join(sorted(systems))}", remedy="give those of one CRS in each command")
    for path, group in zip(paths, layers, strict=True):
        for layer, year in group:
            mine = found.setdefault(layer.territory or alone, _Found())
            if layer.kind in ("DIFF", "ARTIF_DIFF"):
                diffs.append(layer)
            elif year is None:
                raise ConfigError(
                    "its vintage is not known", place=layer.name, remedy="say it with --years, once per file"
                )
            elif layer.kind == "ZONE_CONSTRUITE":
                mine.zones.setdefault(year, []).append(layer)
            else:
                mine.partitions.setdefault(year, []).append(layer)
                mine.paths.setdefault(year, path)
    found = {code: mine for code, mine in found.items() if mine.partitions}
    _require_side_by_side(found)
    _add_zones(found, zones, options, told)
    statuses: dict[str, str] = {}
    decision = _Decision(options.choice or StatusChoice(), read_context(options.context, crs=options.crs))
    grounds = []
    for code in sorted(found):
        years = sorted(found[code].partitions)
        vintages = [_vintage(found[code], year, code, decision, told, statuses) for year in years]
        grounds.append(_ground(code, vintages, found[code], options, told))
    _require_effect(decision, statuses, found)
    return Maps(tuple(grounds), tuple(told), statuses, tuple(diffs))


def _layers(path: Path, options: Options, told: list[str], position: int) -> list[tuple[DeliveredLayer, int | None]]:
    """The layers of a delivery that are used, each with its vintage."""
    from millesime.errors import ConfigError, InputError
    from millesime.sources.ocsge import read_delivery, read_limit

    limit = None if options.limit is None else read_limit(options.limit, crs=options.crs)
    delivery = read_delivery(path, crs=options.crs, limit=limit)
    told += [f"{path.name}: {sentence}" for sentence in delivery.sentences()]
    kinds = ("OCCUPATION_SOL", "ARTIF", "ZONE_CONSTRUITE", "DIFF", "ARTIF_DIFF")
    for layer in delivery.layers:
        if layer.kind not in kinds:
            told.append(f"{path.name}: {layer.name} ({layer.kind}) is not used here")
    used = [layer for layer in delivery.layers if layer.kind in kinds]
    if not any(layer.kind in ("OCCUPATION_SOL", "ARTIF") for layer in used):
        raise InputError(
            "holds neither OCCUPATION_SOL nor ARTIF",
            place=path,
            remedy="give stocks as arguments, a DIFF with --diff, a ZONE_CONSTRUITE with --built-zone",
        )
    if not options.years:
        return [(layer, layer.year) for layer in used]
    if len({layer.year for layer in used if layer.kind in ("OCCUPATION_SOL", "ARTIF")}) > 1:
        raise ConfigError("holds several vintages, --years says one", place=path, remedy="give each by itself")
    return [(layer, options.years[position]) for layer in used]


def _require_side_by_side(found: Mapping[str, _Found]) -> None:
    """Refuse maps that hold the same ground: the territory is the sum of the maps and would count it twice.

    Each vintage of the map that has fewer is held against the one of the other map that is nearest in years, as the
    figures of both are added; the check is that of `millesime artif`.

    Raises:
        GeometryError: names both files.
    """
    from millesime.artificialisation.territories import on_shared_ground
    from millesime.errors import GeometryError

    for pair in combinations(sorted(found), 2):
        code, other = sorted(pair, key=lambda name: len(found[name].partitions))
        for year in sorted(found[code].partitions):
            nearest = min(found[other].partitions, key=lambda theirs: (abs(theirs - year), -theirs))
            shared = on_shared_ground(found[other].partitions[nearest][0].frame, found[code].partitions[year][0].frame)
            if shared:
                raise GeometryError(
                    f"{shared} polygons of map {code or '-'} of {year} lie on ground of map {other or '-'} of {nearest}"
                    f" in {found[other].paths[nearest]}",
                    place=found[code].paths[year],
                    remedy="cut both along their limit: --limit FILE, with the départements of Admin Express",
                )


def _add_zones(found: Mapping[str, _Found], zones: Sequence[Path], options: Options, told: list[str]) -> None:
    """Put given ZONE_CONSTRUITE beside their maps."""
    from millesime.errors import ConfigError
    from millesime.sources.ocsge import read_delivery

    for path in zones:
        delivery = read_delivery(path, kind="ZONE_CONSTRUITE", crs=options.crs)
        told += [f"{path.name}: {sentence}" for sentence in delivery.sentences()]
        for layer in delivery.layers:
            if layer.kind != "ZONE_CONSTRUITE":
                continue
            code = layer.territory if layer.territory in found else (next(iter(found)) if len(found) == 1 else None)
            if code is None or layer.year not in found[code].partitions:
                vintages = "; ".join(f"{name or 'map'} {sorted(mine.partitions)}" for name, mine in found.items())
                of = f"{layer.territory or 'no known map'}, {layer.year or 'no known year'}"
                raise ConfigError(
                    f"is of {of}; the maps are {vintages}",
                    place=path,
                    remedy="its attribute millesime or its name must tell the vintage",
                )
            found[code].zones.setdefault(layer.year, []).append(layer)


def _require_effect(decision: _Decision, statuses: Mapping[str, str], found: Mapping[str, _Found]) -> None:
    """Refuse parameters and neighbours that change nothing.

    Raises:
        ConfigError: names them.
    """
    from millesime.errors import ConfigError

    all_delivered = all(origin.startswith("as delivered") for origin in statuses.values())
    decision.choice.require_effect(all_delivered=all_delivered, place=", ".join(statuses))
    known = set() if all_delivered else {year for mine in found.values() for year in mine.partitions}
    idle = [item.layer.name for year, items in decision.around.items() if year not in known for item in items]
    if idle:
        raise ConfigError(
            f"the neighbours {', '.join(idle)} are of no vintage whose status is computed here",
            remedy="give neighbours of these vintages with --context; their files must tell their vintage",
        )


def _vintage(
    mine: _Found, year: int, code: str, decision: _Decision, told: list[str], statuses: dict[str, str]
) -> Vintage:
    """One vintage with its status: computed from OCCUPATION_SOL, as delivered where there is an ARTIF alone."""
    from millesime.errors import ConfigError
    from millesime.indicators import Vintage

    layers = {kind: [x for x in mine.partitions[year] if x.kind == kind] for kind in ("ARTIF", "OCCUPATION_SOL")}
    twice = next((found for found in layers.values() if len(found) > 1), None)
    if twice is not None:
        raise ConfigError(
            f"vintage {year} of map {code or '-'} is given {len(twice)} times: {', '.join(x.name for x in twice)}",
            remedy="give each vintage once; --years where the files do not tell it",
        )
    wanted = next((layers[kind][0] for kind in decision.choice.kinds if layers.get(kind)), None)
    if wanted is None:
        raise ConfigError(
            f"vintage {year} of map {code or '-'} holds no layer ARTIF whose status could be taken",
            remedy="leave --status delivered out",
        )
    found = decision.of(wanted, year)
    status, origin = found.result, f"{'as delivered in' if found.is_delivered else 'computed from'} {wanted.name}"
    others = [item.name for items in layers.values() for item in items if item is not wanted]
    if others:
        told.append(f"{year}: {wanted.name} is used, {', '.join(others)} is not needed")
    told.append(f"{year}: artificial status {origin}")
    if found.other_flags:
        told.append(f"{year}: {found.other_flags} crit_seuil of {wanted.name} contradict its status and the matrix")
    statuses[f"{code} {year}".strip()] = origin
    zones = [layer.frame for layer in mine.zones.get(year, [])]
    return Vintage(year, status, _together(zones))


def _together(frames: Sequence[geopandas.GeoDataFrame]) -> geopandas.GeoDataFrame | None:
    import pandas as pd

    return pd.concat(frames, ignore_index=True) if frames else None


def _ground(code: str, vintages: Sequence[Vintage], mine: _Found, options: Options, told: list[str]) -> Ground:
    """The vintages of one map laid over one another."""
    from millesime.differential import ENOUGH, TOLERANCE_M, Parameters, matching_share
    from millesime.errors import InputError
    from millesime.indicators import ground_of
    from millesime.sources.ocsge import require_comparable

    rules = []
    for one, two in pairwise(vintages):
        generations = [mine.partitions[v.year][0].generations[0] for v in (one, two)]
        told += require_comparable(*generations, force=options.force)
        share = matching_share(*(v.status.frame.geometry.to_numpy() for v in (one, two)))
        chosen = options.tolerance_m
        if chosen is None:
            chosen = 0.0 if share >= ENOUGH else TOLERANCE_M
        rules.append(Parameters(tolerance_m=chosen))
        told.append(f"{one.year}-{two.year}: {100 * share:.1f} % of the vertices are common, tolerance {chosen:g} m")
    name = f"Département {code}" if code else "Territoire"
    ground = ground_of(vintages, code=code or "T", name=name, parameters=rules)
    if not len(ground.pieces):
        years = ", ".join(map(str, ground.years))
        raise InputError(f"the vintages {years} of map {code or '-'} have no ground in common")
    alone = max(ground.alone_m2, default=0.0)
    if alone > 1:
        told.append(f"map {ground.code}: up to {alone:,.0f} m² are covered by one vintage alone, and left out")
    if ground.snapped_m2:
        told.append(f"map {ground.code}: {ground.snapped_m2:,.0f} m² along borders were snapped to the earlier vintage")
    return ground
