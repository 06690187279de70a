"""Styles of rasters: the class palette, the confidence ramp, the photograph."""

from __future__ import annotations

from xml.etree.ElementTree import Element

from millesime.nomenclature import CoverNomenclature
from millesime.publication.xml import QGIS_VERSION, document, element


def class_raster_style(nomenclature: CoverNomenclature) -> tuple[Element, ...]:
    """Palette of a class raster: one entry per class, labelled 'value name'."""
    palette = element(
        "colorPalette",
        None,
        *(
            element(
                "paletteEntry",
                {
                    "value": str(item.value),
                    "color": item.colour,
                    "alpha": "255",
                    "label": f"{item.value} {item.name}",
                },
            )
            for item in nomenclature.classes
        ),
    )
    renderer = element(
        "rasterrenderer",
        {"type": "paletted", "band": "1", "alphaBand": "-1", "opacity": "1", "nodataColor": ""},
        element("rasterTransparency"),
        palette,
    )
    return _pipe(renderer, smooth=False)


#: Confidence in percent and its colour, from doubtful to sure.
_CONFIDENCE_STOPS = ((0, "#7f1d1d"), (50, "#e07b39"), (75, "#f3d27a"), (90, "#9fc7a0"), (100, "#1f6f5c"))


def confidence_style() -> tuple[Element, ...]:
    """Ramp of the confidence raster, in percent; 255 is no value and stays transparent."""
    items = (
        element("item", {"value": str(value), "label": f"{value} %", "color": colour, "alpha": "255"})
        for value, colour in _CONFIDENCE_STOPS
    )
    ramp = element(
        "colorrampshader",
        {
            "colorRampType": "INTERPOLATED",
            "classificationMode": "1",
            "clip": "0",
            "minimumValue": "0",
            "maximumValue": "100",
            "labelPrecision": "0",
        },
        *items,
    )
    renderer = element(
        "rasterrenderer",
        {
            "type": "singlebandpseudocolor",
            "band": "1",
            "alphaBand": "-1",
            "opacity": "1",
            "nodataColor": "",
            "classificationMin": "0",
            "classificationMax": "100",
        },
        element("rasterTransparency"),
        element("rastershader", None, ramp),
    )
    return _pipe(renderer, smooth=False)


def picture_style() -> tuple[Element, ...]:
    """A photograph: the first three bands as red, green and blue."""
    attributes = {"type": "multibandcolor", "alphaBand": "-1", "opacity": "1", "nodataColor": ""}
    bands = {"redBand": "1", "greenBand": "2", "blueBand": "3"}
    renderer = element("rasterrenderer", {**attributes, **bands}, element("rasterTransparency"))
    return _pipe(renderer, smooth=True)


def raster_qml(style: tuple[Element, ...]) -> str:
    """A raster style as a QML document."""
    attributes = {"version": QGIS_VERSION, "styleCategories": "Symbology"}
    return document(element("qgis", attributes, *style))


def _pipe(renderer: Element, *, smooth: bool) -> tuple[Element, ...]:
    # The same words twice over: the provider's resampling stays off, the filter's serves the photograph.
    still = {
        "enabled": "false",
        "zoomedInResamplingMethod": "nearestNeighbour",
        "zoomedOutResamplingMethod": "nearestNeighbour",
        "maxOversampling": "2",
    }
    filters = {"zoomedInResampler": "bilinear", "zoomedOutResampler": "bilinear"} if smooth else {}
    hue = {"saturation": "0", "colorizeOn": "0", "grayscaleMode": "0", "invertColors": "0"}
    pipe = element(
        "pipe",
        None,
        element("provider", None, element("resampling", still)),
        renderer,
        element("brightnesscontrast", {"brightness": "0", "contrast": "0", "gamma": "1"}),
        element("huesaturation", hue),
        element("rasterresampler", {"maxOversampling": "2", **filters}),
        element("resamplingStage", text="resamplingFilter"),
    )
    return pipe, element("blendMode", text="0")
