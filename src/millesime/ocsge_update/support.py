"""What the two images say of a piece of ground: whether its cover changed, or only the map."""

from __future__ import annotations

from types import MappingProxyType

import numpy as np
import numpy.typing as npt

from millesime.geo.coverage import ZonalCounts
from millesime.nomenclature import COSIA

Texts = npt.NDArray[np.object_]
Shares = npt.NDArray[np.float64]

_TREES = ("Conifère", "Feuillu")

#: Classes that an image shows where the map says a cover; kinds of tree are one, as images tell them apart badly.
SEEN_AS = MappingProxyType(
    {
        "CS1.1.1.1": ("Bâtiment", "Serre"),
        "CS1.1.1.2": ("Zone imperméable", "Piscine"),
        "CS1.1.2.1": ("Zone perméable", "Sol nu"),
        "CS1.1.2.2": ("Zone perméable", "Sol nu"),
        "CS1.2.1": ("Sol nu", "Zone perméable"),
        "CS1.2.2": ("Surface eau",),
        "CS1.2.3": ("Neige",),
        "CS2.1.1.1": _TREES,
        "CS2.1.1.2": _TREES,
        "CS2.1.1.3": _TREES,
        "CS2.1.2": ("Broussaille",),
        "CS2.1.3": ("Vigne",),
        "CS2.2.1": ("Pelouse", "Culture", "Terre labourée"),
        "CS2.2.2": ("Pelouse", "Culture"),
    }
)


def change_support(before: ZonalCounts, after: ZonalCounts, cs_before: Texts, cs_after: Texts) -> Shares:
    """How far the images support that the cover of each piece changed.

    Args:
        before: pixels of each class in each piece on the first image.
        after: the same on the second image.
        cs_before: cover of each piece on the first map.
        cs_after: cover of each piece on the second map.

    Returns:
        mean of what the new cover gains and of what the old one loses, in share of the piece: 1 when all pixels went
        from the one to the other, about 0 when both images show the same, 0 when images cannot tell the two apart.
    """
    gain = _shares(after, cs_after) - _shares(before, cs_after)
    loss = _shares(before, cs_before) - _shares(after, cs_before)
    told = np.array([set(SEEN_AS[a]) != set(SEEN_AS[b]) for a, b in zip(cs_before, cs_after, strict=True)], bool)
    return np.where(told, (gain + loss) / 2, 0.0)


def _shares(counts: ZonalCounts, codes: Texts) -> Shares:
    """Share of the pixels of each piece that an image shows where the map says its cover."""
    shares = np.zeros(len(codes))
    for code in np.unique(codes.astype(str)):
        values = [COSIA.by_name(name).value for name in SEEN_AS[code]]
        where = codes == code
        shares[where] = counts.share(values)[where]
    return shares
