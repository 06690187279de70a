"""A model whose classes are told in another nomenclature: that of the chain, for the networks that IGN publishes."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from millesime.cover_raster.combine import Openable, combined
from millesime.errors import ModelError
from millesime.model.card import ModelCard
from millesime.model.runtimes import Choice, Runtime
from millesime.nomenclature import CROSSWALKS, Crosswalk


@dataclass(frozen=True)
class Translated:
    """A model of which every class has its own equivalent; its answers are as they were."""

    model: Openable
    card: ModelCard
    """With the values of the other nomenclature."""

    @property
    def weights(self) -> Path | None:
        """Of the model."""
        return self.model.weights

    @property
    def notes(self) -> tuple[str, ...]:
        """Of the model, and what became of its classes."""
        own = self.model.card
        return (*self.model.notes, f"classes of {own.nomenclature} told as those of {self.card.nomenclature}")

    def choose(self, runtime: str | None = None, precision: str | None = None) -> Choice:
        """The runtime that computes the model."""
        return self.model.choose(runtime, precision)

    def open(self, choice: Choice | None = None, *, threads: int = 1, window_px: int | None = None) -> Runtime:
        """Load the model: the order of its channels is the same."""
        return self.model.open(choice, threads=threads, window_px=window_px)


def translated(model: Openable, nomenclature: str) -> Openable:
    """A model that answers classes of a nomenclature; the model itself when they are its own.

    Classes without an equivalent do not compete: a pixel of theirs becomes the most likely of the others.

    Args:
        model: of any nomenclature.
        nomenclature: its name, such as 'cosia'.

    Raises:
        ModelError: there is no crosswalk between the two, or no class of the model has an equivalent.
    """
    card = model.card
    if card.nomenclature == nomenclature:
        return model
    crosswalk = _crosswalk(card, nomenclature)
    equivalent = dict(crosswalk.pairs)
    kept = [value for value in card.class_values if equivalent[value] is not None]
    if not kept:
        raise ModelError(
            f"no class of model {card.name} has an equivalent in {nomenclature}",
            remedy="give other classes to --restrict",
        )
    competing = combined([model], restrict=[str(value) for value in kept])
    target = crosswalk.target
    told = competing.card.model_copy(
        update={
            "nomenclature": target.name,
            "nomenclature_version": target.version,
            "class_values": tuple(equivalent[value] for value in competing.card.class_values),
        }
    )
    return Translated(competing, told)


def _crosswalk(card: ModelCard, nomenclature: str) -> Crosswalk:
    for crosswalk in CROSSWALKS:
        if (crosswalk.source, crosswalk.target.name) == (card.cover_nomenclature, nomenclature):
            return crosswalk
    raise ModelError(
        f"answers classes of {card.nomenclature}, which have no crosswalk to {nomenclature}",
        place=f"model {card.name} {card.version}",
        remedy=f"use a model of {nomenclature}, or of {', '.join(item.source.name for item in CROSSWALKS)}",
    )
