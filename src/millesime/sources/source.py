"""What a database is: who makes it, under which licence, its layers and the attributes the chain reads."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Literal

Kind = Literal["text", "number", "flag"]

#: What a layer is made of, by dimension of its geometry; None is a table whose geometry is not looked at.
SHAPE_NAMES = {2: "polygon", 1: "line", 0: "point"}


def fold(text: str) -> str:
    """The same text without case, accents, typographic apostrophes and punctuation: what names are compared by.

    >>> fold("Écoulement  naturel"), fold("ZONE_D_ACTIVITÉ_OU_D_INTÉRÊT")
    ('ecoulement_naturel', 'zone_d_activite_ou_d_interet')
    """
    plain = unicodedata.normalize("NFKD", text)
    plain = "".join(character for character in plain if not unicodedata.combining(character))
    return re.sub(r"[^0-9a-z]+", "_", plain.casefold()).strip("_")


@dataclass(frozen=True)
class Attribute:
    """One attribute of a layer, under the name that the rest of the chain uses."""

    name: str
    """Long name, lower case, as in the producer's GeoPackages."""
    kind: Kind = "text"
    """Texts are never missing ('' instead), numbers are float64 with NaN, flags are bool (False when empty)."""
    required: bool = False
    """Whether a layer without it is refused."""
    aliases: tuple[str, ...] = ()
    """Other names of the same attribute: the short Shapefile names, older editions."""
    values: tuple[str, ...] = ()
    """The producer's value list, in its spelling; empty when the list is open."""


@dataclass(frozen=True)
class LayerSchema:
    """One layer of a database."""

    name: str
    title: str
    dimension: Literal[0, 1, 2] | None
    """Dimension of the geometry; None for a table whose geometry is not used."""
    key: str
    """The attribute that identifies a feature in its database."""
    attributes: tuple[Attribute, ...]
    aliases: tuple[str, ...] = ()
    """Other names under which the layer is delivered."""
    required: bool = False
    """Whether a database without it is refused when the layer is asked for."""

    def __post_init__(self) -> None:
        names = [attribute.name for attribute in self.attributes]
        if self.key not in names:
            raise ValueError(f"layer {self.name}: its key {self.key!r} is none of its attributes {names}")
        if len(set(names)) != len(names):
            raise ValueError(f"layer {self.name}: an attribute is declared twice in {names}")

    def is_called(self, name: str) -> bool:
        """Whether that is the layer's name or an alias, in any case, with or without a service's prefix."""
        return fold(name.rpartition(":")[2]) in {fold(known) for known in (self.name, *self.aliases)}

    def attribute(self, name: str) -> Attribute:
        """The attribute of that name; KeyError when the layer has none."""
        return {attribute.name: attribute for attribute in self.attributes}[name]


@dataclass(frozen=True)
class Source:
    """One database that the chain reads."""

    name: str
    """Name in `territory.toml` and in the code: 'bd_topo', 'rpg', ..."""
    title: str
    producer: str
    licence: str
    layers: tuple[LayerSchema, ...]
    restricted: bool = False
    """Under a licence that forbids exporting it: its attributes must appear in no delivery."""

    def layer(self, name: str) -> LayerSchema:
        """The layer of that name, in any case or under any of its aliases; KeyError when there is none."""
        for layer in self.layers:
            if layer.is_called(name):
                return layer
        known = ", ".join(layer.name for layer in self.layers)
        raise KeyError(f"{self.title} has no layer {name!r}; known: {known}")
