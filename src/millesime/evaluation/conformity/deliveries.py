"""A delivery to be checked: its layers, the limits with its neighbours, and what is told of both."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from millesime.errors import InputError
from millesime.evaluation.conformity.edge_matching import CommonLimit, match_edges
from millesime.evaluation.conformity.layer import Layer, layer_of
from millesime.evaluation.conformity.report import Report, check_layers
from millesime.evaluation.conformity.settings import Settings
from millesime.io.archives import vector_files
from millesime.sources.ocsge import generation_of, raw_layers
from millesime.sources.ocsge.names import kind_named


@dataclass(frozen=True)
class Checkable:
    """What a delivery holds."""

    groups: Mapping[str, Sequence[Layer]]
    """Layers that belong together, by the folder they lie in."""
    ignored: tuple[str, ...]
    """Layers of no known kind."""
    told: tuple[str, ...]
    """What a person must know of how they were read."""

    @property
    def layers(self) -> tuple[Layer, ...]:
        """All of them."""
        return tuple(layer for group in self.groups.values() for layer in group)


def checkable(path: str | Path, *, crs: str | None = None) -> Checkable:
    """The layers that can be checked, by the folder they lie in, and the names of the others.

    Args:
        path: vector file, folder nested as delivered, `.7z` or `.zip`.
        crs: CRS of files that have none and whose names do not tell it.

    Raises:
        InputError: nothing there can be checked.
    """
    groups: dict[str, list[Layer]] = {}
    ignored: list[str] = []
    with vector_files(path) as files:
        told = [*files.told]
        for raw in raw_layers(files, crs=crs):
            told += [f"{raw.name}: {sentence}" for sentence in raw.told]
            layer = layer_of(raw.frame, name=raw.name)
            if layer is None:
                ignored.append(raw.name)
            else:
                groups.setdefault(raw.folder, []).append(layer)
                told += [f"{raw.name}: {sentence}" for sentence in _doubts(layer, raw.names)]
    if not groups:
        raise InputError(
            "holds no layer of OCS GE, CoSIA, differential or artificialisation"
            + (f" (layers: {', '.join(ignored)})" if ignored else ""),
            place=path,
            remedy="layers are recognised by their attributes: code_cs and code_us, numero and classe, "
            "cs_2019 and cs_2022 ...",
        )
    return Checkable(groups, tuple(ignored), tuple(told))


def _doubts(layer: Layer, names: Sequence[str]) -> Iterator[str]:
    """What a person must know before using a layer, beside its anomalies."""
    named = next((kind for kind in map(kind_named, names[:2]) if kind), None)
    if named not in (None, layer.kind.name):
        yield f"its name is that of {named}, its attributes are those of {layer.kind.name}"
    if "code_us" in layer.frame.columns and generation_of(layer.frame["code_us"].dropna().unique()) == "old":
        yield "of the old generation (mixed use US235 is not divided): not comparable with the new one"


def limits_with(
    found: Checkable, neighbour: Path, *, crs: str | None = None, settings: Settings | None = None
) -> list[CommonLimit]:
    """The common limits with the partitions of a neighbour that are of the same kind.

    Args:
        found: what is checked.
        neighbour: delivery of a neighbouring département.
        crs: of files that have none.
        settings: tolerances.

    Raises:
        InputError: the neighbour has none, or nothing of it lies along the limit.
    """
    others = checkable(neighbour, crs=crs).layers
    pairs = [
        (one, replace(two, name=f"{neighbour.name}/{two.name}"))
        for one in found.layers
        for two in others
        if one.kind.is_partition and one.kind.name == two.kind.name
    ]
    limits = [match_edges(one, two, settings=settings) for one, two in pairs]
    if not any(limit.objects != (0, 0) for limit in limits):
        kinds = ", ".join(sorted({layer.kind.name for layer in others}))
        raise InputError(
            f"has no limit in common with what is checked (layers: {kinds})",
            place=neighbour,
            remedy="give the delivery of a neighbouring département, with the same layers",
        )
    return limits


def check_delivery(found: Checkable, limits: Sequence[CommonLimit] = (), *, settings: Settings | None = None) -> Report:
    """Check every layer of a delivery, each with those of its folder.

    Args:
        found: the delivery.
        limits: its limits with neighbours, whose anomalies go along.
        settings: thresholds and tolerances.
    """
    parts = [check_layers(layers, settings=settings) for layers in found.groups.values()]
    return Report(
        anomalies=(
            *(anomaly for part in parts for anomaly in part.anomalies),
            *(anomaly for limit in limits for anomaly in limit.anomalies),
        ),
        checked={name: kind for part in parts for name, kind in part.checked.items()},
        objects={name: count for part in parts for name, count in part.objects.items()},
    )


def told(report: Report, found: Checkable, limits: Sequence[CommonLimit]) -> dict[str, Any]:
    """What was checked and found, for JSON."""
    return {
        "accepted": report.accepted,
        "anomalies": report.counts(),
        "errors": report.counts("error"),
        "warnings": report.counts("warning"),
        "layers": [
            {"name": name, "kind": kind, "objects": report.objects[name]} for name, kind in report.checked.items()
        ],
        "ignored": list(found.ignored),
        "told": list(found.told),
        "limits": [
            {
                "layers": [limit.first, limit.second],
                "objects": list(limit.objects),
                "overlap_m2": round(limit.overlap_m2, 2),
                "gap_m2": round(limit.gap_m2, 2),
            }
            for limit in limits
        ],
    }
