"""Styles of vector layers: categories with French labels, and value lists for the attribute forms."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element

from millesime.publication.styles.symbols import Fill, fill_symbol
from millesime.publication.xml import QGIS_VERSION, document, element


@dataclass(frozen=True)
class Category:
    """One class of a categorised layer."""

    value: str
    """Value of the classified attribute, as text; '' is every other value."""

    label: str
    fill: Fill


@dataclass(frozen=True)
class FieldForm:
    """How an attribute is shown: its name in French and, where its values are listed, their meaning."""

    alias: str

    values: Mapping[str, str] = field(default_factory=dict)
    """Value -> meaning, in the order of the list; empty for a free attribute."""


@dataclass(frozen=True)
class VectorStyle:
    """One named style of a polygon layer."""

    name: str
    """Name under which the style is stored: 'couverture'."""

    title: str
    """What the layer's legend is called: 'Couverture (CS)'."""

    attribute: str
    """Attribute or QGIS expression whose value picks the category; '' for one symbol for all."""

    categories: tuple[Category, ...]
    fields: Mapping[str, FieldForm]
    """Form of each attribute, in the order of the layer."""

    description: str = ""

    def __post_init__(self) -> None:
        values = [category.value for category in self.categories]
        if not values or len(set(values)) != len(values):
            raise ValueError(f"style {self.name!r} needs distinct categories, got {values}")
        if not self.attribute and len(values) != 1:
            raise ValueError(f"style {self.name!r} classifies nothing and has {len(values)} categories")

    def elements(self) -> tuple[Element, ...]:
        """The parts that a style file and a project's layer have alike."""
        return (
            self._renderer(),
            element("blendMode", text="0"),
            element("featureBlendMode", text="0"),
            element("layerOpacity", text="1"),
            self._field_configuration(),
            self._aliases(),
        )

    def qml(self) -> str:
        """The style as a QML document."""
        attributes = {
            "version": QGIS_VERSION,
            "styleCategories": "Symbology|Fields|Forms",
        }
        root = element("qgis", attributes, *self.elements(), element("layerGeometryType", text="2"))
        return document(root)

    def _renderer(self) -> Element:
        symbols = element(
            "symbols",
            None,
            *(fill_symbol(str(rank), category.fill) for rank, category in enumerate(self.categories)),
        )
        shared = {"forceraster": "0", "symbollevels": "0", "enableorderby": "0", "referencescale": "-1"}
        if not self.attribute:
            return element("renderer-v2", {"type": "singleSymbol", **shared}, symbols)
        categories = element(
            "categories",
            None,
            *(
                element(
                    "category",
                    {
                        "symbol": str(rank),
                        "value": category.value,
                        "type": "string",
                        "label": category.label,
                        "render": "true",
                    },
                )
                for rank, category in enumerate(self.categories)
            ),
        )
        attributes = {"type": "categorizedSymbol", "attr": self.attribute, **shared}
        return element("renderer-v2", attributes, categories, symbols)

    def _field_configuration(self) -> Element:
        return element(
            "fieldConfiguration",
            None,
            *(
                element("field", {"name": name, "configurationFlags": "None"}, _widget(form))
                for name, form in self.fields.items()
            ),
        )

    def _aliases(self) -> Element:
        return element(
            "aliases",
            None,
            *(
                element("alias", {"field": name, "index": str(rank), "name": form.alias})
                for rank, (name, form) in enumerate(self.fields.items())
            ),
        )


def _widget(form: FieldForm) -> Element:
    if not form.values:
        return element("editWidget", {"type": "TextEdit"}, element("config", None, element("Option")))
    entries = (
        element(
            "Option",
            {"type": "Map"},
            element("Option", {"type": "QString", "name": meaning, "value": value}),
        )
        for value, meaning in form.values.items()
    )
    listing = element("Option", {"type": "List", "name": "map"}, *entries)
    config = element("config", None, element("Option", {"type": "Map"}, listing))
    return element("editWidget", {"type": "ValueMap"}, config)
