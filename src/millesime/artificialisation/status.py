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

What each pass saw (area of the patch, whether it was enclosed, area of the built patch) is kept beside the status, so
that a status can be explained from what decided it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from millesime.artificialisation.parameters import Connectivity, Enclosure, Parameters
from millesime.artificialisation.partition import DOUBLED_CM2_PER_M2, Flags, Indices, Partition

Areas = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Decision:
    """Final status of n polygons, the passes that had a say in it, and what they saw."""

    artificial: Flags
    """(n,) final status."""

    filled: Flags
    """(n,) turned artificial by the fill."""

    removed: Flags
    """(n,) turned non-artificial by the removal."""

    kept_built: Flags
    """(n,) artificial in a removed cluster, kept by the built forcing."""

    steps: npt.NDArray[np.object_]
    """(n,) 'matrix', 'fill', 'remove', 'built', or two passes in their order ('fill+remove')."""

    fill_patch_m2: Areas
    """(n,) area of the non-artificial patch when the fill looked at it, square metres; NaN where it did not."""

    remove_patch_m2: Areas
    """(n,) area of the artificial patch when the removal looked at it, square metres; NaN where it did not."""

    built_patch_m2: Areas
    """(n,) area of the built patch, square metres; NaN for polygons that are not built."""

    place: npt.NDArray[np.object_]
    """(n,) how that patch lay, for the last pass that looked at it: a value of PLACES."""


#: How a patch lies: enclosed by the other status; along the limit of the known data; between several patches of the
#: other status, where one single is asked for; not looked at.
PLACES = ("enclosed", "limit", "several", "untested")


def decide(partition: Partition, *, matrix_status: Flags, built: Flags, parameters: Parameters) -> Decision:
    """Apply the thresholds to a partition.

    Args:
        partition: contacts and areas of n polygons; with its corners when corners connect.
        matrix_status: (n,) True where the matrix says artificial.
        built: (n,) True where the cover is CS1.1.1.1.
        parameters: thresholds and readings.
    """
    if parameters.mode == "sparte-2024":
        return _decide_at_once(partition, matrix_status=matrix_status, built=built, parameters=parameters)
    nothing = np.zeros(len(partition), dtype=bool)
    changed = {"fill": nothing, "remove": nothing}
    patch_m2 = {name: np.full(len(partition), np.nan) for name in changed}
    place = np.full(len(partition), "untested", dtype=object)
    kept = nothing
    status = matrix_status.copy()
    passes = ("fill", "remove") if parameters.order == "fill_first" else ("remove", "fill")
    for name in passes:
        seen = _patches(partition, status=status, parameters=parameters)
        looked_at = status == (name == "remove")
        patch_m2[name] = np.where(looked_at, seen.area_m2, np.nan)
        place[looked_at] = seen.place[looked_at]
        small = looked_at & (seen.place == "enclosed") & seen.is_below(parameters.t_other_m2)
        if name == "remove":
            protected = _protected(partition, matrix_status=matrix_status, built=built, parameters=parameters)
            small, kept = small & ~protected, small & protected
        changed[name] = small
        status = (status | small) if name == "fill" else (status & ~small)
    return Decision(
        artificial=status,
        filled=changed["fill"],
        removed=changed["remove"],
        kept_built=kept,
        steps=_step_names(passes, changed, kept),
        fill_patch_m2=patch_m2["fill"],
        remove_patch_m2=patch_m2["remove"],
        built_patch_m2=_built_patch_m2(partition, built),
        place=place,
    )


def _decide_at_once(partition: Partition, *, matrix_status: Flags, built: Flags, parameters: Parameters) -> Decision:
    """The computation of `sparte-2024`: both statuses at once, corners connect, no test of enclosure, no iteration.

    A built polygon of less than the threshold that touches land which is now non-artificial is kept: in a cluster that
    turned non-artificial every built polygon is such a one.
    """
    label = _touch_components(partition, matrix_status)
    seen = _seen(partition, label, np.zeros(0, dtype=object))
    small = seen.is_below(parameters.t_other_m2)
    filled, turned = small & ~matrix_status, small & matrix_status
    kept, removed = turned & built, turned & ~built
    changed = {"fill": filled, "remove": removed}
    return Decision(
        artificial=(matrix_status | filled) & ~removed,
        filled=filled,
        removed=removed,
        kept_built=kept,
        steps=_step_names(("fill", "remove"), changed, kept),
        fill_patch_m2=np.where(matrix_status, np.nan, seen.area_m2),
        remove_patch_m2=np.where(matrix_status, seen.area_m2, np.nan),
        built_patch_m2=np.where(built, partition.area_m2, np.nan),
        place=np.full(len(partition), "untested", dtype=object),
    )


def _step_names(passes: tuple[str, str], changed: dict[str, Flags], kept: Flags) -> npt.NDArray[np.object_]:
    names = np.full(len(kept), "matrix", dtype=object)
    for name in passes:
        names[changed[name]] = name
    names[changed["fill"] & changed["remove"]] = "+".join(passes)
    names[kept] = "built"
    return names


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


@dataclass(frozen=True)
class _Patches:
    """What a pass sees of the patch of each of n polygons."""

    doubled: Indices
    """(n,) twice the area of the patch, in square centimetres."""

    place: npt.NDArray[np.object_]
    """(n,) a value of PLACES; (0,) where it is not looked at."""

    @property
    def area_m2(self) -> Areas:
        return self.doubled / DOUBLED_CM2_PER_M2

    def is_below(self, threshold_m2: float) -> Flags:
        """(n,) True where the patch is strictly smaller."""
        return np.asarray(self.doubled < threshold_m2 * DOUBLED_CM2_PER_M2, dtype=bool)


def _patches(partition: Partition, *, status: Flags, parameters: Parameters) -> _Patches:
    label = clusters(partition, status=status, connectivity=parameters.connectivity)
    return _seen(partition, label, _places(partition, label=label, enclosure=parameters.enclosure)[label])


def _seen(partition: Partition, label: Indices, place: npt.NDArray[np.object_]) -> _Patches:
    return _Patches(_summed(label, partition.doubled_area)[label], place)


def _summed(label: Indices, values: Indices) -> Indices:
    """Whole numbers summed by label."""
    total = np.zeros(int(label.max(initial=-1)) + 1, dtype=np.int64)
    np.add.at(total, label, values)
    return total


def _places(partition: Partition, *, label: Indices, enclosure: Enclosure) -> npt.NDArray[np.object_]:
    """How each cluster lies: 'enclosed', 'limit' or 'several'."""
    n_clusters = int(label.max(initial=-1)) + 1
    place = np.full(n_clusters, "enclosed", dtype=object)
    if enclosure == "single":
        a, b = label[partition.first], label[partition.second]
        apart = a != b
        around = np.unique(np.r_[a[apart] * n_clusters + b[apart], b[apart] * n_clusters + a[apart]])
        place[np.bincount(around // max(n_clusters, 1), minlength=n_clusters) > 1] = "several"
    place[label[partition.at_limit]] = "limit"
    return place


def built_patches(partition: Partition, *, built: Flags) -> tuple[Indices, npt.NDArray[np.int64]]:
    """Label of the built patch of each polygon, and the doubled area of each patch in square centimetres.

    A built patch is a set of CS1.1.1.1 polygons connected along edges, so that a house cut in two stays one.
    """
    together = built[partition.first] & built[partition.second]
    label = _edge_components(partition, together=together)
    return label, _summed(label, partition.doubled_area)


def _built_patch_m2(partition: Partition, built: Flags) -> Areas:
    label, doubled = built_patches(partition, built=built)
    return np.where(built, doubled[label] / DOUBLED_CM2_PER_M2, np.nan)


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
