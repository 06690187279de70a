"""The page of the made-up territory in both languages, with every section that a page can have."""

from __future__ import annotations

from typing import Any

from made_up_territory import Delivered, context_of

from millesime.publication.portrait import (
    DatabaseRecord,
    Page,
    Photos,
    StepRecord,
    biggest_sites,
    build_page,
    describe_production,
    read_figures,
    view,
)
from millesime.publication.portrait.wording import Language
from millesime.publication.step import read_material

_SHA = "ab" * 32


def evaluation(year: int = 2022) -> dict[str, Any]:
    """Measures of one vintage and of the change, with all that the page can tell."""
    accuracy = {"users_accuracy": 0.8, "producers_accuracy": None, "iou": 0.36}

    def confusion(code: str, label: str) -> dict[str, Any]:
        row = {"code": code, "label": label, "truth": 20_000.0, "mapped": 10_000.0, **accuracy}
        return {"overall_accuracy": 0.9, "mean_iou": 0.7, "total": 20_000.0, "classes": [row]}

    cover = confusion("CS1.1.1.1", "Zones bâties")
    flux = {"gain_ha": 1.0, "loss_ha": 0.25, "net_ha": 0.75}
    vintage = {
        "cover": confusion("1", "Bâtiment"),
        "cs": cover,
        "us": confusion("US5", "Usage résidentiel"),
        "artificial": {"artificial_ha": 11.0, "true_ha": 10.0, "confusion": cover},
        "pixel_classifier": {"overall_accuracy": 0.6},
    }
    found = {"share_of_true_found": 0.5, "share_of_found_true": 0.75}
    large = {"min_unit_m2": 2500, "changes_found": 3, "changes": 4}
    change = {
        "years": [2019, year],
        "flux": {"map": flux, "truth": flux},
        "found": {**found, "at_least_minimum_unit": large},
    }
    return {"vintages": {str(year): vintage}, "change": change}


def page_of(delivered: Delivered, language: Language, *, year: int = 2022, measured: bool = True) -> Page:
    """The page, without photographs."""
    home = delivered.workspace.product("publication", year)
    material = read_material(context_of(delivered.workspace, year, home))
    years = tuple(layers.year for layers in material.vintages)
    sites = ()
    if material.differential is not None:
        sites = biggest_sites(
            material.differential, material.communes, years=(2019, 2022), with_effect=5, without_effect=5, gap_m=1.0
        )
    records = [
        StepRecord("cover_raster", 1, {"ortho/ortho_rgb": _SHA, "model/model.onnx": _SHA}),
        StepRecord("ocsge_auto", 2, {"bd_topo/bd_topo": _SHA, "operations/operations": _SHA}),
    ]
    background = describe_production(
        records,
        {"bd_topo": DatabaseRecord("BD TOPO", "IGN, Cerema", "Licence Ouverte 2.0")},
        years=years,
        crs=material.crs,
        evaluation=evaluation() if measured else None,
        made_up=measured,
        corrections={2019: 1, 2022: 2},
        language=language,
    )
    return build_page(
        material,
        read_figures(material.indicators, years=years),
        view(material.extent, crs=material.crs, longest_px=400),
        sites=sites,
        photos=Photos({}, {}, 80),
        background=background,
        language=language,
    )
