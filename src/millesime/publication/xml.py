"""Small XML vocabulary: elements from keyword-free calls, and documents as QGIS writes them."""

from __future__ import annotations

from collections.abc import Mapping
from xml.etree.ElementTree import Element, indent, tostring

#: Version that styles and projects declare; QGIS opens files of its own or an older version without a remark.
QGIS_VERSION = "3.28.0-Firenze"

_DOCTYPE = "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n"


def element(
    tag: str,
    attributes: Mapping[str, str] | None = None,
    *children: Element,
    text: str | None = None,
) -> Element:
    """One element with its children."""
    node = Element(tag, dict(attributes or {}))
    node.text = text
    node.extend(children)
    return node


def options(values: Mapping[str, str]) -> Element:
    """A map of texts as QGIS stores symbol properties: `<Option type="Map">`."""
    return element(
        "Option",
        {"type": "Map"},
        *(element("Option", {"type": "QString", "name": name, "value": value}) for name, value in values.items()),
    )


def document(root: Element) -> str:
    """Text of a QGIS document: document type, then the indented tree."""
    indent(root, space=" ")
    return _DOCTYPE + tostring(root, encoding="unicode") + "\n"
