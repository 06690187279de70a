"""Checks of a QGIS project and of styles without QGIS: files and layers are there, styles load, values are legal."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from millesime.nomenclature import COSIA, CS, US

#: What a file holds, by its path relative to the project: layer -> attributes; None when it is not there.
Describe = Callable[[str], Mapping[str, frozenset[str]] | None]

_COLOUR = re.compile(r"#[0-9a-f]{6}|\d{1,3},\d{1,3},\d{1,3},\d{1,3}")

#: Attribute (of any year) -> its legal values.
_LEGAL = {
    "code_cs": {code.code for code in CS.leaves},
    "code_us": {code.code for code in US.leaves},
    "cs": {code.code for code in CS.leaves},
    "us": {code.code for code in US.leaves},
    "artif": {"artif", "non artif"},
    "artificialisation": {"-1", "0", "1"},
    "classe": {item.name for item in COSIA.classes},
    "numero": {str(value) for value in COSIA.values},
}


def project_faults(text: str, describe: Describe) -> tuple[str, ...]:
    """Everything that would keep QGIS from showing a project as meant; empty when it is sound.

    Args:
        text: content of the `.qgs` file.
        describe: what a file beside or around the project holds.
    """
    root, faults = _parsed(text, "the project")
    if root is None:
        return tuple(faults)
    layers = root.findall("projectlayers/maplayer")
    drawn = [layer for layer in layers if layer.get("geometry") != "No geometry"]
    ids = [_text(layer, "id") for layer in layers]
    faults += [f"layer id {item!r} is used {ids.count(item)} times" for item in sorted(set(ids)) if ids.count(item) > 1]
    shown = [node.get("id", "") for node in root.iter("layer-tree-layer")]
    faults += [f"legend line {item!r} has no layer" for item in shown if item not in ids]
    faults += [f"layer {item!r} is not in the legend" for item in ids if item not in shown]
    for preset in root.iter("visibility-preset"):
        missing = [node.get("id") for node in preset.findall("layer") if node.get("id") not in ids]
        faults += [f"theme {preset.get('name')!r} names layer {item!r}, which there is not" for item in missing]
    faults += _crs_faults(root)
    for layer in layers:
        found = [*_source_faults(layer, describe), *_join_faults(layer, ids)]
        found += _style_faults(layer) if layer in drawn else []
        faults += [f"layer {_text(layer, 'id')!r}: {fault}" for fault in found]
    return tuple(faults)


def style_faults(text: str) -> tuple[str, ...]:
    """Everything wrong with a QML document; empty when it is sound."""
    root, faults = _parsed(text, "the style")
    return tuple(faults) if root is None else tuple(_style_faults(root))


def _parsed(text: str, what: str) -> tuple[Element | None, list[str]]:
    try:
        # Only files of our own are read here, and the parser of the library loads no external entity.
        root = ElementTree.fromstring(text)  # noqa: S314
    except ElementTree.ParseError as error:
        return None, [f"{what} is not XML: {error}"]
    if root.tag != "qgis" or not root.get("version"):
        return None, [f"{what} is not a QGIS document: its root is <{root.tag}>"]
    return root, []


def _text(node: Element, tag: str) -> str:
    return node.findtext(tag) or ""


def _crs_faults(root: Element) -> list[str]:
    codes = {_text(block, "authid") for block in root.iter("spatialrefsys")}
    if len(codes) != 1 or not re.fullmatch(r"[A-Z]+:\d+", next(iter(codes), "")):
        return [f"the project and its layers are not in one CRS with a code: {sorted(codes)}"]
    return []


def _source_faults(layer: Element, describe: Describe) -> list[str]:
    source, provider = _text(layer, "datasource"), _text(layer, "provider")
    path, _, query = source.partition("|")
    if not path.startswith(("./", "../")):
        return [f"source {source!r} is not relative"]
    held = describe(path)
    if held is None:
        return [f"no file {path!r}"]
    if provider not in {"ogr", "gdal"}:
        return [f"provider {provider!r} is neither ogr nor gdal"]
    if provider == "gdal":
        return [] if "" in held else [f"{path!r} is not a raster"]
    name = query.removeprefix("layername=")
    if name not in held:
        return [f"{path!r} holds {', '.join(sorted(held))}, not {name!r}"]
    used = [node.get("name", "") for node in layer.findall("fieldConfiguration/field")]
    used += re.findall(r'"(\w+)"', _expression(layer)) or ([_expression(layer)] if _expression(layer) else [])
    return [f"the style uses attribute {item!r}, which {name} lacks" for item in used if item not in held[name]]


def _join_faults(layer: Element, ids: Sequence[str]) -> list[str]:
    joined = [node.get("joinLayerId", "") for node in layer.findall("vectorjoins/join")]
    return [f"is joined to layer {item!r}, which there is not" for item in joined if item not in ids]


def _expression(layer: Element) -> str:
    renderer = layer.find("renderer-v2")
    return "" if renderer is None else renderer.get("attr", "")


def _style_faults(style: Element) -> list[str]:
    renderer, raster = style.find("renderer-v2"), style.find("pipe/rasterrenderer")
    if renderer is not None:
        return [*_vector_faults(renderer), *_form_faults(style), *_colour_faults(renderer)]
    if raster is not None:
        return [*_raster_faults(raster), *_colour_faults(raster)]
    return ["the style draws nothing"]


def _vector_faults(renderer: Element) -> list[str]:
    symbols = {symbol.get("name") for symbol in renderer.findall("symbols/symbol")}
    if renderer.get("type") == "singleSymbol":
        return [] if symbols == {"0"} else ["a single symbol must be called '0'"]
    categories = renderer.findall("categories/category")
    faults = [] if categories else ["the renderer has no category"]
    faults += [f"no symbol {node.get('symbol')!r}" for node in categories if node.get("symbol") not in symbols]
    faults += [f"category {node.get('value')!r} has no label" for node in categories if not node.get("label")]
    legal = _legal(renderer.get("attr", ""))
    if legal is not None:
        values = [node.get("value", "") for node in categories]
        faults += [f"{value!r} is not a value of {renderer.get('attr')}" for value in values if value not in legal]
    return faults


def _form_faults(style: Element) -> list[str]:
    faults = []
    for field in style.findall("fieldConfiguration/field"):
        legal = _legal(field.get("name", ""))
        listed = [option.get("value", "") for option in field.iter("Option") if option.get("type") == "QString"]
        if legal is not None:
            name = field.get("name")
            faults += [f"value list of {name}: {value!r} is not legal" for value in listed if value not in legal]
    return faults


def _legal(attribute: str) -> set[str] | None:
    return _LEGAL.get(re.sub(r"_\d{4}$", "", attribute))


def _raster_faults(renderer: Element) -> list[str]:
    if renderer.get("type") != "paletted":
        return []
    values = [entry.get("value", "") for entry in renderer.findall("colorPalette/paletteEntry")]
    bytes_ = {str(value) for value in range(256)}
    faults = [f"palette value {value!r} is not a pixel value" for value in values if value not in bytes_]
    return faults if values else ["the palette is empty"]


def _colour_faults(node: Element) -> list[str]:
    found = [option.get("value", "") for option in node.iter("Option") if (option.get("name") or "").endswith("color")]
    found += [entry.get("color", "") for tag in ("paletteEntry", "item") for entry in node.iter(tag)]
    return [f"{colour!r} is not a colour" for colour in found if not _COLOUR.fullmatch(colour)]
