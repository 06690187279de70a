"""From the status of the matrix to the final status: fill, remove, force built land.

The law gives categories and reference thresholds; it does not give an algorithm. This one is our reading, made to be
independent of the order of the rows and of the way polygons are split:

1. *matrix*: every polygon has the status of its (CS, US) pair.
2. *clusters*: connected polygons of equal status.
3. *fill*: every enclosed non-artificial cluster strictly below the threshold becomes artificial. All at once.
4. *recompute* the clusters.
5. *remove*: every enclosed artificial cluster strictly below the threshold becomes non-artificial. All at once.
6. *built forcing*: built patches (CS1.1.1.1 polygons connected along edges) at or above the built threshold stay
   artificial in any case. What is left of a removed cluster is not tested again.

With `order="remove_first"` steps 5 and 6 come before step 3. With two statuses, every neighbour of a cluster has the
other status: a cluster fails to be enclosed only where it lies along the limit of the known data.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from millesime.artificialisation.parameters import Connectivity, Enclosure, Parameters
from millesime.artificialisation.partition import DOUBLED_CM2_PER_M2, Flags, Indices, Partition


@dataclass(frozen=True)
class Decision:
    """Final status of n polygons and the passes that had a say in it."""

    artificial: Flags
    """(n,) final status."""

    filled: Flags
    """(n,) turned artificial by the fill."""

    removed: Flags
    """(n,) turned non-artificial by the removal."""

    kept_built: Flags
    """(n,) artificial in a removed cluster, kept by the built forcing."""

    steps: tuple[str, ...]
    """(n,) 'matrix', 'fill', 'remove', 'built', or two passes in their order ('fill+remove')."""


def decide(partition: Partition, *, matrix_status: Flags, built: Flags, parameters: Parameters) -> Decision:
    """Apply the thresholds to a partition.

    Args:
        partition: contacts and areas of n polygons.
        matrix_status: (n,) True where the matrix says artificial.
        built: (n,) True where the cover is CS1.1.1.1.
        parameters: thresholds and readings.
    """
    filled = np.zeros(len(partition), dtype=bool)
    removed, kept = filled.copy(), filled.copy()
    status = matrix_status.copy()
    passes = ("fill", "remove") if parameters.order == "fill_first" else ("remove", "fill")
    for name in passes:
        small = _small_enclosed(partition, status=status, wanted=name == "remove", parameters=parameters)
        if name == "fill":
            filled = small
        else:
            protected = _protected(partition, matrix_status=matrix_status, built=built, parameters=parameters)
            removed, kept = small & ~protected, small & protected
        status = (status | filled) if name == "fill" else (status & ~removed)
    steps = tuple(
        _step_name(passes, {"fill": f, "remove": r}, built_forced=k)
        for f, r, k in zip(filled.tolist(), removed.tolist(), kept.tolist(), strict=True)
    )
    return Decision(artificial=status, filled=filled, removed=removed, kept_built=kept, steps=steps)


def _step_name(passes: tuple[str, str], changed: dict[str, bool], *, built_forced: bool) -> str:
    if built_forced:
        return "built"
    return "+".join(name for name in passes if changed[name]) or "matrix"


def clusters(partition: Partition, *, status: Flags, connectivity: Connectivity) -> Indices:
    """(n,) label of the cluster of each polygon: connected polygons of equal status."""
    if connectivity == "edge":
        return _edge_components(partition, together=status[partition.first] == status[partition.second])
    return _touch_components(partition, status)


def _components(rows: Indices, columns: Indices, n: int) -> Indices:
    graph = coo_array((np.ones(len(rows), dtype=np.int8), (rows, columns)), shape=(n, n))
    return np.asarray(connected_components(graph, directed=False)[1], dtype=np.int64)


def _edge_components(partition: Partition, *, together: Flags) -> Indices:
    return _components(partition.first[together], partition.second[together], len(partition))


def _touch_components(partition: Partition, status: Flags) -> Indices:
    """Polygons and corners are the nodes of one graph; a corner stands twice, once for each status."""
    n = len(partition)
    corner = n + 2 * partition.corner + status[partition.corner_polygon]
    n_nodes = n + 2 * (int(partition.corner.max(initial=-1)) + 1)
    _, labels = np.unique(_components(partition.corner_polygon, corner, n_nodes)[:n], return_inverse=True)
    return np.asarray(labels, dtype=np.int64)


def _small_enclosed(partition: Partition, *, status: Flags, wanted: bool, parameters: Parameters) -> Flags:
    """(n,) True in the enclosed clusters of status `wanted` strictly below the threshold."""
    label = clusters(partition, status=status, connectivity=parameters.connectivity)
    n_clusters = int(label.max(initial=-1)) + 1
    doubled = np.zeros(n_clusters, dtype=np.int64)
    np.add.at(doubled, label, partition.doubled_area)
    enclosed = _enclosed(partition, label=label, n_clusters=n_clusters, enclosure=parameters.enclosure)
    small = enclosed & (doubled < parameters.t_other_m2 * DOUBLED_CM2_PER_M2)
    return np.asarray(small[label] & (status == wanted), dtype=bool)


def _enclosed(partition: Partition, *, label: Indices, n_clusters: int, enclosure: Enclosure) -> Flags:
    enclosed = np.ones(n_clusters, dtype=bool)
    enclosed[label[partition.at_limit]] = False
    if enclosure == "limit":
        return enclosed
    a, b = label[partition.first], label[partition.second]
    around = np.unique(np.column_stack([np.r_[a, b], np.r_[b, a]])[np.r_[a != b, a != b]], axis=0)
    return np.asarray(enclosed & (np.bincount(around[:, 0], minlength=n_clusters) == 1), dtype=bool)


def built_patches(partition: Partition, *, built: Flags) -> tuple[Indices, npt.NDArray[np.int64]]:
    """Label of the built patch of each polygon, and the doubled area of each patch in square centimetres.

    A built patch is a set of CS1.1.1.1 polygons connected along edges, so that a house cut in two stays one.
    """
    together = built[partition.first] & built[partition.second]
    label = _edge_components(partition, together=together)
    doubled = np.zeros(int(label.max(initial=-1)) + 1, dtype=np.int64)
    np.add.at(doubled, label, partition.doubled_area)
    return label, doubled


def _protected(partition: Partition, *, matrix_status: Flags, built: Flags, parameters: Parameters) -> Flags:
    """(n,) True where the built forcing forbids the removal."""
    label, doubled = built_patches(partition, built=built)
    protected = built & (doubled[label] >= parameters.t_built_m2 * DOUBLED_CM2_PER_M2)
    if parameters.built_forcing == "self":
        return protected
    beside = protected.copy()
    beside[partition.first[protected[partition.second]]] = True
    beside[partition.second[protected[partition.first]]] = True
    return protected | (beside & matrix_status)
