"""Where the figures come from: inputs with their licence and fingerprint, steps with their version."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from millesime.publication.portrait.page import SourceFact, StepFact
from millesime.publication.portrait.wording import FRENCH, Words

#: Characters of a fingerprint that are shown.
_SHOWN = 12


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


def step_facts(records: Sequence[StepRecord], words: Words = FRENCH) -> tuple[StepFact, ...]:
    """The steps in the order of the chain, each with the fingerprint of all that it read."""
    titles = words.texts.sources.step_titles
    return tuple(
        StepFact(titles.get(record.name, record.name), str(record.version), _fingerprint(record.inputs))
        for record in records
    )


def source_facts(
    records: Sequence[StepRecord],
    databases: Mapping[str, DatabaseRecord],
    *,
    made_up: bool,
    builtin_model_licence: str = "",
    words: Words = FRENCH,
) -> tuple[SourceFact, ...]:
    """The inputs that came from outside the chain, each told once, with its fingerprint.

    Args:
        records: the steps.
        databases: the national databases, by the name of the input.
        made_up: whether the territory is made up, so that nobody produced these data.
        builtin_model_licence: licence of the model when it is the one that comes with millesime, '' otherwise.
        words: the language.
    """
    texts = words.texts.sources
    found: dict[str, SourceFact] = {}
    for record in records:
        for key, digest in sorted(record.inputs.items()):
            name, _, file = key.partition("/")
            if "@" in name or name in texts.step_titles or file == "model.json":
                continue
            if file == "model.onnx" and builtin_model_licence:
                title = texts.input_titles[name]
                found.setdefault(key, SourceFact(title, texts.with_millesime, builtin_model_licence, digest[:_SHOWN]))
            found.setdefault(key, _source(name, file, digest, databases, made_up=made_up, words=words))
    return tuple(found.values())


def _source(
    name: str, file: str, digest: str, databases: Mapping[str, DatabaseRecord], *, made_up: bool, words: Words
) -> SourceFact:
    shown, texts = digest[:_SHOWN], words.texts.sources
    if name not in databases:
        title = texts.input_titles.get(file, texts.input_titles.get(name, file))
        simulated = made_up and name in {"ortho", "dsm", "dtm", "operations"}
        if simulated:
            return SourceFact(title, texts.simulated, texts.no_licence, shown)
        return SourceFact(title, texts.with_territory, texts.of_supplier, shown)
    database = databases[name]
    layer = "" if file == name else f", {file.partition('/')[2] or file}"
    if made_up:
        producers = texts.simulated_like.format(producers=_of(database.producer, words))
        return SourceFact(f"{database.title}{layer}", producers, texts.no_licence, shown)
    licence = texts.restricted if database.restricted else database.licence
    return SourceFact(f"{database.title}{layer}", database.producer, licence, shown)


def _of(producer: str, words: Words) -> str:
    """The producers after 'of', in French with the article of each: 'de l'IGN', 'de la DGFiP et du Cerema'."""
    texts = words.texts.sources
    return texts.and_.join(
        texts.producer_of.get(name, texts.any_producer_of.format(name=name)) for name in producer.split(", ")
    )


def _fingerprint(inputs: Mapping[str, str]) -> str:
    text = "\n".join(f"{name} {digest}" for name, digest in sorted(inputs.items()))
    return hashlib.sha256(text.encode()).hexdigest()[:_SHOWN]
