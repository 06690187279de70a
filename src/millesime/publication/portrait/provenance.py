"""Where the figures come from: inputs with their licence and fingerprint, steps with their version."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from millesime.publication.portrait.page import SourceFact, StepFact

#: Characters of a fingerprint that are shown.
_SHOWN = 12

_STEP_TITLES = {
    "imagery": "Images",
    "cover_raster": "Couverture prédite (pixels)",
    "cover_vector": "Couverture prédite (polygones)",
    "built_zone": "Zone construite",
    "ocsge_auto": "OCS GE automatique",
    "ocsge_update": "Mise en cohérence avec le millésime de référence",
    "ocsge_final": "OCS GE finale, corrections rejouées",
    "artificialisation": "Artificialisation",
    "differential": "Différentiel",
    "indicators": "Indicateurs",
}

_INPUT_TITLES = {
    "ortho_rgb": "Orthophotographie couleur",
    "ortho_irc": "Orthophotographie infrarouge",
    "dsm": "Modèle numérique de surface",
    "dtm": "Modèle numérique de terrain",
    "model.onnx": "Modèle de segmentation",
    "operations": "Corrections rejouées",
}

_OF = {"IGN": "de l'IGN", "ASP": "de l'ASP", "DGFiP": "de la DGFiP", "Cerema": "du Cerema"}

_RESTRICTED = "accès réservé, jamais rediffusé"


@dataclass(frozen=True)
class StepRecord:
    """What a step of the chain was made from, for one vintage."""

    name: str
    version: int
    inputs: Mapping[str, str]
    """Hash of each input, by 'input/file' or 'product/file'."""


@dataclass(frozen=True)
class DatabaseRecord:
    """Who makes a database and how it may be used."""

    title: str
    producer: str
    licence: str
    restricted: bool = False
    """Under a licence that forbids passing it on."""


def step_facts(records: Sequence[StepRecord]) -> tuple[StepFact, ...]:
    """The steps in the order of the chain, each with the fingerprint of all that it read."""
    return tuple(
        StepFact(_STEP_TITLES.get(record.name, record.name), str(record.version), _fingerprint(record.inputs))
        for record in records
    )


def source_facts(
    records: Sequence[StepRecord],
    databases: Mapping[str, DatabaseRecord],
    *,
    made_up: bool,
    builtin_model_licence: str = "",
) -> tuple[SourceFact, ...]:
    """The inputs that came from outside the chain, each told once, with its fingerprint.

    Args:
        records: the steps.
        databases: the national databases, by the name of the input.
        made_up: whether the territory is made up, so that nobody produced these data.
        builtin_model_licence: licence of the model when it is the one that comes with millesime, '' otherwise.
    """
    found: dict[str, SourceFact] = {}
    for record in records:
        for key, digest in sorted(record.inputs.items()):
            name, _, file = key.partition("/")
            if "@" in name or name in _STEP_TITLES or file == "model.json":
                continue
            if file == "model.onnx" and builtin_model_licence:
                title, producer = _INPUT_TITLES[file], "livré avec millesime"
                found.setdefault(key, SourceFact(title, producer, builtin_model_licence, digest[:_SHOWN]))
            found.setdefault(key, _source(name, file, digest, databases, made_up=made_up))
    return tuple(found.values())


def _source(name: str, file: str, digest: str, databases: Mapping[str, DatabaseRecord], *, made_up: bool) -> SourceFact:
    shown = digest[:_SHOWN]
    if name not in databases:
        title = _INPUT_TITLES.get(file, _INPUT_TITLES.get(name, file))
        simulated = made_up and name in {"ortho", "dsm", "dtm", "operations"}
        producer, licence = ("simulé", "sans objet") if simulated else ("fourni avec le territoire", "du fournisseur")
        return SourceFact(title, producer, licence, shown)
    database = databases[name]
    layer = "" if file == name else f", {file.partition('/')[2] or file}"
    if made_up:
        return SourceFact(
            f"{database.title}{layer}", f"simulé, au schéma {_of(database.producer)}", "sans objet", shown
        )
    licence = _RESTRICTED if database.restricted else database.licence
    return SourceFact(f"{database.title}{layer}", database.producer, licence, shown)


def _of(producer: str) -> str:
    """'de' and the producers, with the article of each: 'de l'IGN', 'de la DGFiP et du Cerema'."""
    return " et ".join(_OF.get(name, f"de {name}") for name in producer.split(", "))


def _fingerprint(inputs: Mapping[str, str]) -> str:
    text = "\n".join(f"{name} {digest}" for name, digest in sorted(inputs.items()))
    return hashlib.sha256(text.encode()).hexdigest()[:_SHOWN]
