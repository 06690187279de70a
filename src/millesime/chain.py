"""The chain: every step in order, what it reads and what it makes. Read this first.

A step is a folder of the package of the same name; `<step>.step` reads, computes and writes. A name read with
`@reference` is the product of the vintage that the territory names as its reference vintage.
"""

from __future__ import annotations

from dataclasses import dataclass

#: National databases that the OCS GE rules read, each optional but BD TOPO.
DATABASES = ("bd_topo", "rpg", "bd_foret", "fichiers_fonciers")

#: Inputs that come from the user rather than from a step.
INPUTS = ("ortho", "dsm", "dtm", "model", "operations", "admin_express", "evaluation", *DATABASES)


@dataclass(frozen=True)
class Step:
    """One step of the chain."""

    name: str

    reads: tuple[str, ...]
    """Inputs and products; with '@reference' those of the reference vintage."""

    makes: tuple[str, ...]
    """Files of the product, in the folder of the vintage; a name without suffix is a folder of the delivery."""

    needs_reference: bool = False
    """Whether the step is not applicable to a vintage without a reference."""


CHAIN = (
    Step("imagery", reads=("ortho", "dsm", "dtm"), makes=("imagery.bands.json",)),
    Step("cover_raster", reads=("imagery", "model"), makes=("cover_raster.tif", "cover_raster.confidence.tif")),
    Step("cover_vector", reads=("cover_raster",), makes=("cover_vector.parquet",)),
    Step("built_zone", reads=("cover_vector", "bd_topo"), makes=("built_zone.parquet",)),
    Step(
        "ocsge_auto",
        reads=("cover_vector", "built_zone", *DATABASES),
        makes=("ocsge_auto.parquet", "ocsge_auto.set_aside.parquet"),
    ),
    Step(
        "ocsge_update",
        reads=("ocsge_auto", "cover_raster", *DATABASES, "ocsge_final@reference", "cover_raster@reference"),
        makes=("ocsge_update.parquet",),
    ),
    Step("ocsge_final", reads=("ocsge_update", "operations"), makes=("ocsge_final.parquet",)),
    Step("artificialisation", reads=("ocsge_final",), makes=("artificialisation.parquet",)),
    Step(
        "differential",
        reads=("ocsge_final", "artificialisation", "ocsge_final@reference", "artificialisation@reference"),
        makes=("differential.parquet", "differential.overlay.parquet"),
        needs_reference=True,
    ),
    Step(
        "indicators",
        reads=("ocsge_final", "artificialisation", "differential", "admin_express"),
        makes=("indicators.parquet", "indicators.communes.parquet"),
    ),
    Step(
        "publication",
        reads=(
            "ortho",
            "cover_raster",
            "cover_vector",
            "built_zone",
            "ocsge_final",
            "artificialisation",
            "differential",
            "indicators",
            "evaluation",
            "ortho@reference",
            "ocsge_final@reference",
            "artificialisation@reference",
        ),
        makes=("publication",),
    ),
)


def step(name: str) -> Step:
    """The step called `name`.

    Raises:
        KeyError: the chain has none of that name.
    """
    for item in CHAIN:
        if item.name == name:
            return item
    raise KeyError(name)
