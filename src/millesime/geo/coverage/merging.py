"""Small faces merged into their neighbours, smallest first.

The order and every choice depend on the content alone (areas, lengths, values, places), never on numbering.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import numpy as np
import numpy.typing as npt

from millesime.geo.coverage import measures
from millesime.geo.coverage.assembly import regroup
from millesime.geo.coverage.compiled import compiled

if TYPE_CHECKING:
    from millesime.geo.coverage.coverage import Coverage

CoverageT = TypeVar("CoverageT", bound="Coverage")
Int32 = npt.NDArray[np.int32]
Int64 = npt.NDArray[np.int64]
Bool = npt.NDArray[np.bool_]

Affinity = Mapping[tuple[int, int], float]
"""Weight of the shared boundary between (value of the small face, value of the neighbour); 1 when absent."""


@dataclass(frozen=True)
class Regrouped(Generic[CoverageT]):
    """A coverage after faces were united, with where every face went."""

    coverage: CoverageT

    group: Int32
    """(faces before,) face of the new coverage that holds each face of the old one."""

    receiver: Int32
    """(faces after,) face of the old coverage that each new face grew from: its value and attributes hold."""

    merged: int
    """Faces that were merged away."""

    isolated: int
    """Faces left below their minimum: without a neighbour to go to, or protected."""


@compiled("int64(int32[::1], int64)")
def _root(parent: Int32, face: int) -> int:
    while parent[face] != face:
        parent[face] = parent[parent[face]]
        face = parent[face]
    return face


@compiled("boolean(int64[::1], int32[::1], int64, int64)")
def _pops_before(area: Int64, rank: Int32, one: int, other: int) -> bool:
    return area[one] < area[other] or (area[one] == area[other] and rank[one] < rank[other])


@compiled("void(int64[::1], int32[::1], int32[::1], int64[::1], int64)")
def _sift_up(area: Int64, rank: Int32, heap: Int32, slot_of: Int64, slot: int) -> None:
    face = heap[slot]
    while slot > 0:
        above = (slot - 1) >> 1
        if not _pops_before(area, rank, face, heap[above]):
            break
        heap[slot] = heap[above]
        slot_of[heap[slot]] = slot
        slot = above
    heap[slot] = face
    slot_of[face] = slot


@compiled("void(int64[::1], int32[::1], int32[::1], int64[::1], int64, int64)")
def _sift_down(area: Int64, rank: Int32, heap: Int32, slot_of: Int64, size: int, slot: int) -> None:
    face = heap[slot]
    while True:
        below = 2 * slot + 1
        if below >= size:
            break
        if below + 1 < size and _pops_before(area, rank, heap[below + 1], heap[below]):
            below += 1
        if not _pops_before(area, rank, heap[below], face):
            break
        heap[slot] = heap[below]
        slot_of[heap[slot]] = slot
        slot = below
    heap[slot] = face
    slot_of[face] = slot


@compiled("int64(int64[::1], int32[::1], int32[::1], int64[::1], int64, int64)")
def _remove(area: Int64, rank: Int32, heap: Int32, slot_of: Int64, size: int, face: int) -> int:
    slot = slot_of[face]
    slot_of[face] = -1
    size -= 1
    if slot < size:
        heap[slot] = heap[size]
        slot_of[heap[slot]] = slot
        _sift_up(area, rank, heap, slot_of, slot)
        _sift_down(area, rank, heap, slot_of, size, slot_of[heap[slot]])
    return size


@compiled(
    "Tuple((int32[::1], int32[::1], int32[::1], int64, int64))"
    "(int32[::1], int32[::1], int64[::1], int64[::1], int64[::1], int32[::1], int32[::1], int64[::1],"
    " boolean[::1], boolean, float64[:,::1], int32[::1], boolean[::1])"
)
def merge_greedily(
    left: Int32,
    right: Int32,
    length: Int64,
    corner: Int64,  # (arcs,) first corner of each arc
    double_area: Int64,
    rank: Int32,  # (faces,) place of each face in row-major order
    value: Int32,  # (faces,) class number of each face
    minimum: Int64,  # (faces,) double area below which a face is merged away
    protected: Bool,
    unite_equal: bool,
    weight: npt.NDArray[np.float64],  # (classes, classes) or (0, 0): weight of a shared boundary
    family: Int32,  # (faces,) or (0,): neighbours of the same family come before all others
    open_: Bool,  # (faces,) or (0,), changed in place: faces that may be larger than they seem; see `certain_merging`
) -> tuple[Int32, Int32, Int32, int, int]:
    """Return for each face its root, for each root the face it grew from and its rank; faces merged, left small."""
    faces = double_area.size
    arcs = left.size
    area = double_area.copy()
    order = rank.copy()
    parent = np.arange(faces).astype(np.int32)
    identity = np.arange(faces).astype(np.int32)  # the face whose value and minimum a root carries
    # Half-arcs around each face, as lists that are joined when faces are.
    head = np.full(faces, -1, np.int32)
    tail = np.full(faces, -1, np.int32)
    following = np.full(2 * arcs, -1, np.int32)
    for half in range(2 * arcs):
        face = right[half >> 1] if half & 1 else left[half >> 1]
        if face < 0 or left[half >> 1] == right[half >> 1]:
            continue
        if head[face] < 0:
            head[face] = half
        else:
            following[tail[face]] = half
        tail[face] = half

    heap = np.empty(faces, np.int32)
    slot_of = np.full(faces, -1, np.int64)
    size = 0
    for face in range(faces):
        if area[face] < minimum[face] and not protected[face]:
            heap[size] = face
            slot_of[face] = size
            size += 1
            _sift_up(area, rank, heap, slot_of, size - 1)

    total = np.zeros(faces, np.int64)  # boundary shared with each neighbour of the face at hand
    first = np.empty(faces, np.int64)
    around = np.empty(faces, np.int32)
    some_open = open_.size > 0
    open_of_value = np.full(value.max() + 1 if some_open and faces else 0, -1, np.int32)
    merged = 0
    while size:
        small: Any = np.int64(heap[0])
        size = _remove(area, order, heap, slot_of, size, small)
        known = 0
        previous: Any = np.int64(-1)
        here: Any = np.int64(head[small])
        while here >= 0:
            arc = here >> 1
            behind = left[arc] if here & 1 else right[arc]
            neighbour: Any = _root(parent, behind) if behind >= 0 else np.int64(-1)
            if neighbour == small:  # inside by now: forget it
                if previous < 0:
                    head[small] = following[here]
                else:
                    following[previous] = following[here]
                if following[here] < 0:
                    tail[small] = previous
            else:
                previous = here
                if neighbour >= 0:
                    if total[neighbour] == 0:
                        around[known] = neighbour
                        known += 1
                        first[neighbour] = corner[arc]
                    total[neighbour] += length[arc]
                    first[neighbour] = min(first[neighbour], corner[arc])
            here = np.int64(following[here])
        if known == 0:
            continue
        if some_open:
            # Certain only if the small face is whole, and no two neighbours may be one, or become one, out of sight.
            certain = not open_[small]
            for i in range(known):
                if open_[around[i]]:
                    neighbour_value = value[identity[around[i]]]
                    if open_of_value[neighbour_value] == small:
                        certain = False
                    open_of_value[neighbour_value] = small
            if not certain:
                # Left for later. Until then, whatever it touches may grow.
                open_[small] = True
                for i in range(known):
                    open_[around[i]] = True
                    total[around[i]] = 0
                continue
        best: Any = np.int64(-1)
        best_preferred: Any = False
        best_score = 0.0
        small_value = value[identity[small]]
        for i in range(known):
            candidate = np.int64(around[i])
            candidate_value = value[identity[candidate]]
            score = np.float64(total[candidate])
            is_preferred: Any = False
            if weight.size:
                score *= weight[small_value, candidate_value]
            if family.size:
                is_preferred = family[identity[small]] == family[identity[candidate]]
            if best >= 0:
                if is_preferred != best_preferred:
                    better = is_preferred
                elif score != best_score:
                    better = score > best_score
                elif candidate_value != value[identity[best]]:
                    better = candidate_value < value[identity[best]]
                elif first[candidate] != first[best]:
                    better = first[candidate] < first[best]
                else:
                    better = order[candidate] < order[best]
            else:
                better = True
            if better:
                best, best_preferred, best_score = candidate, is_preferred, score
        # The small face joins the best one, and with it the neighbours of the same value.
        kept = identity[best]
        root = best
        is_open = some_open and open_[best]
        for i in range(-1, known):
            joining = small if i < 0 else np.int64(around[i])
            if i >= 0:
                total[joining] = 0
                same = value[identity[joining]] == value[kept] and not protected[identity[joining]]
                if joining == best or not unite_equal or not same:
                    continue
            if some_open:
                is_open = is_open or open_[joining]
            if slot_of[joining] >= 0:
                size = _remove(area, order, heap, slot_of, size, joining)
            if slot_of[root] >= 0:
                size = _remove(area, order, heap, slot_of, size, root)
            if head[joining] >= 0:
                if head[root] < 0:
                    head[root] = head[joining]
                else:
                    following[tail[root]] = head[joining]
                tail[root] = tail[joining]
            parent[joining] = root
            area[root] += area[joining]
            order[root] = min(order[root], order[joining])
            merged += 1
        identity[root] = kept
        if some_open:
            open_[root] = is_open
        if area[root] < minimum[kept] and not protected[kept]:
            heap[size] = root
            slot_of[root] = size
            size += 1
            _sift_up(area, order, heap, slot_of, size - 1)
    isolated = 0
    for face in range(faces):
        parent[face] = _root(parent, face)
        if parent[face] == face and area[face] < minimum[identity[face]]:
            isolated += 1
    return parent, identity, order, merged, isolated


def merge_small_faces(
    coverage: CoverageT,
    *,
    min_area_m2: float | npt.NDArray[np.float64] | Mapping[int, float],
    protected: Bool | None = None,
    affinity: Affinity | None = None,
    same_first: npt.NDArray[Any] | None = None,
    unite_equal: bool = True,
) -> Regrouped[CoverageT]:
    """Merge every face below its minimum area into a neighbour, smallest first.

    The neighbour is the one with the longest shared boundary; ties go to the smaller value, then to the
    first shared corner in row-major order. The outside never receives. The minimum of a merged face is that of the
    face which received.

    Args:
        coverage: faces to merge.
        min_area_m2: one minimum, one per face, or one per value (values that are absent have none).
        protected: (faces,) faces that are never merged away; they may receive.
        affinity: weights of shared boundaries, by values of the small face and of the neighbour.
        same_first: (faces,) a group for each face: neighbours of the small face's own group come before all others.
        unite_equal: when a face joins a neighbour, its other neighbours of that value join too, as they then touch.
    """
    faces = len(coverage)
    values, number = np.unique(coverage.face_values, return_inverse=True)
    shield = np.zeros(faces, np.bool_) if protected is None else np.ascontiguousarray(protected, np.bool_)
    family = np.empty(0) if same_first is None else np.unique(same_first, return_inverse=True)[1]
    parent, identity, order, merged, isolated = merge_greedily(
        coverage.left,
        coverage.right,
        coverage.arc_lengths,
        measures.first_corners(coverage.vertices, coverage.offsets),
        coverage.double_areas,
        face_ranks(coverage),
        number.astype(np.int32),
        double_cm2(min_area_m2, coverage.face_values, faces),
        shield,
        unite_equal,
        weights_by_class(values, affinity),
        family.astype(np.int32),
        np.empty(0, np.bool_),
    )
    group, roots = number_roots(parent, order)
    receiver = identity[roots]
    united = regroup(coverage, group, coverage.face_values[receiver])
    return Regrouped(united, group, receiver, int(merged), int(isolated))


def face_ranks(coverage: Coverage) -> Int32:
    """(faces,) place of each face in the order of first corners; content alone decides, not the numbering."""
    corners = coverage.first_corners
    if (np.diff(corners) > 0).all():
        return np.arange(len(coverage), dtype=np.int32)
    arc_lengths, areas = coverage.arc_lengths, coverage.double_areas
    perimeter = np.zeros(len(coverage), np.int64)
    middle = np.zeros(len(coverage), np.int64)
    sums = np.add.reduceat(coverage.vertices[:, 0].astype(np.int64), coverage.offsets[:-1])
    for side in (coverage.left, coverage.right):
        inside = side >= 0
        np.add.at(perimeter, side[inside], arc_lengths[inside])
        np.add.at(middle, side[inside], sums[inside])
    order = np.lexsort((middle, perimeter, areas, corners))
    ranks = np.empty(len(coverage), np.int32)
    ranks[order] = np.arange(len(coverage), dtype=np.int32)
    return ranks


def double_cm2(
    min_area_m2: float | npt.NDArray[np.float64] | Mapping[int, float],
    face_values: npt.NDArray[Any],
    faces: int,
) -> Int64:
    """Minimum of each face as twice an area in cm²."""
    if isinstance(min_area_m2, Mapping):
        minimum = np.zeros(faces)
        for value, area_m2 in min_area_m2.items():
            minimum[face_values == value] = area_m2
    else:
        minimum = np.broadcast_to(np.asarray(min_area_m2, np.float64), faces)
    return np.rint(np.minimum(minimum, 1e13) * 20_000.0).astype(np.int64)


def weights_by_class(values: npt.NDArray[Any], affinity: Affinity | None) -> npt.NDArray[np.float64]:
    """Weights of shared boundaries by class number; empty when all are 1."""
    if not affinity:
        return np.empty((0, 0))
    weight = np.ones((values.size, values.size))
    places = {value: place for place, value in enumerate(values.tolist())}
    for (small, neighbour), factor in affinity.items():
        if small in places and neighbour in places:
            weight[places[small], places[neighbour]] = factor
    return weight


def number_roots(parent: Int32, rank: Int32) -> tuple[Int32, Int32]:
    """Number the groups of faces by the rank of their roots.

    Returns:
        (faces,) number of the group of each face; (groups,) root of each group.
    """
    roots = np.flatnonzero(parent == np.arange(parent.size)).astype(np.int32)
    roots = roots[np.argsort(rank[roots], kind="stable")]
    number = np.full(parent.size, -1, np.int32)
    number[roots] = np.arange(roots.size, dtype=np.int32)
    return number[parent], roots


@compiled("int32[::1](int32[::1], int32[::1], int32[::1], int32[::1])")
def _unite_equal(left: Int32, right: Int32, value: Int32, rank: Int32) -> Int32:
    """Root of each face when neighbours of equal value are one; the root is the member of lowest rank."""
    parent = np.arange(value.size).astype(np.int32)
    for arc in range(left.size):
        if left[arc] >= 0 and right[arc] >= 0 and value[left[arc]] == value[right[arc]]:
            one, other = _root(parent, np.int64(left[arc])), _root(parent, np.int64(right[arc]))
            if rank[one] < rank[other]:
                parent[other] = one
            else:
                parent[one] = other
    for face in range(value.size):
        parent[face] = _root(parent, face)
    return parent


def dissolve_faces(coverage: CoverageT, values: npt.NDArray[Any]) -> Regrouped[CoverageT]:
    """Unite neighbours of equal value, which is given per face and kept as `face_values`."""
    ranks = face_ranks(coverage)
    number = np.unique(values, return_inverse=True)[1]
    parent = _unite_equal(coverage.left, coverage.right, number.astype(np.int32), ranks)
    group, roots = number_roots(parent, ranks)
    united = regroup(coverage, group, np.asarray(values)[roots])
    return Regrouped(united, group, roots, len(coverage) - roots.size, 0)
