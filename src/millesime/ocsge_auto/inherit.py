"""Uses passed on from neighbour to neighbour, where no source tells any."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

#: Uses that do not spread: a house beside a road is no road, land beside a wood or a river is neither.
_KEPT = ("US4.1.1", "US4.1.2", "US4.1.3", "US4.1.4", "US4.1.5", "US1.2", "US6.3", "US6.6", "")


def inherit_uses(
    codes: npt.NDArray[np.object_],
    heirs: npt.NDArray[np.bool_],
    pairs: npt.NDArray[np.integer],
    shared_m: npt.NDArray[np.float64],
    *,
    rounds: int,
) -> npt.NDArray[np.object_]:
    """Give each heir the use with which it shares the longest border, round after round.

    In a round all heirs look at the uses of the round before, so that the result does not depend on their order;
    equal lengths go to the first code in alphabetical order.

    Args:
        codes: use of each face, '' when unknown.
        heirs: faces that may inherit.
        pairs: (n, 2) faces that share a border.
        shared_m: (n,) length of each border.
        rounds: how far a use may spread, in faces.

    Returns:
        the codes, with those inherited.
    """
    codes = codes.copy()
    both = np.concatenate([pairs, pairs[:, ::-1]])
    length = np.concatenate([shared_m, shared_m])
    for _ in range(rounds):
        giving = heirs[both[:, 0]] & (codes[both[:, 0]] == "") & ~np.isin(codes[both[:, 1]], _KEPT)
        if not giving.any():
            break
        names, use = np.unique(codes[both[giving, 1]].astype(str), return_inverse=True)
        key = both[giving, 0].astype(np.int64) * len(names) + use
        keys, place = np.unique(key, return_inverse=True)
        total = np.round(np.bincount(place, weights=length[giving]), 2)
        heir, use = keys // len(names), keys % len(names)
        order = np.lexsort((-use, total, heir))
        codes[heir[order]] = names[use[order]].astype(object)  # the last of equal indices stays: the longest
    return codes
