"""Step publication: the delivery of one vintage, from GeoPackages to the portrait."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Mapping, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any

import pyarrow.parquet
from pydantic import BaseModel, Field

from millesime.chain import CHAIN
from millesime.compute import StepContext
from millesime.errors import InternalError, raise_together
from millesime.geo.grid import Bounds, Grid
from millesime.indicators import Indicators
from millesime.io.catalogue import describe_file
from millesime.io.pictures import encode_jpeg, read_picture
from millesime.io.raster import RasterReader
from millesime.io.vector import Style, read_vector, write_geopackage
from millesime.io.workspace import Summary
from millesime.nomenclature import COSIA, CoverNomenclature
from millesime.publication.legend import legend, themes
from millesime.publication.material import Material, VintageLayers
from millesime.publication.packages import Package, packages
from millesime.publication.portrait import (
    Background,
    DatabaseRecord,
    Photos,
    Site,
    StepRecord,
    biggest_sites,
    build_page,
    describe_production,
    read_figures,
    render,
    site_bounds,
    view,
)
from millesime.publication.portrait_pdf import pdf_of
from millesime.publication.product import Delivery
from millesime.publication.project_check import project_faults
from millesime.publication.qgis_project import project_xml
from millesime.publication.styles.raster import class_raster_style, confidence_style, raster_qml
from millesime.sources import SOURCES

STEP_VERSION = 3

_EVALUATION_FILE = "evaluation.json"

#: Only a made-up territory has a recipe.
_RECIPE_FILE = "demo.json"


class Parameters(BaseModel, frozen=True, extra="forbid"):
    """What a territory may change in its delivery."""

    map_px: int = Field(default=1100, ge=300, le=4000)
    """Longer side of the portrait's maps."""

    jpeg_quality: int = Field(default=76, ge=30, le=95)
    """Quality of the portrait's photographs."""

    sites_with_effect: int = Field(default=9, ge=0, le=50)
    """Sites of change that the portrait numbers, of those that change the artificialised land."""

    sites_without_effect: int = Field(default=3, ge=0, le=50)
    """Sites that it numbers, of the others."""

    site_gap_m: float = Field(default=3.0, ge=0)
    """Changed polygons of one effect that are nearer than this to each other make one site."""

    site_px: int = Field(default=260, ge=60, le=600)
    """Side of the pictures of sites."""

    pictured_sites: int = Field(default=8, ge=0, le=50)
    """Sites shown from above."""


def run(context: StepContext) -> Summary:
    """Write the delivery of a vintage into the step's folder."""
    home = context.workspace.product("publication", context.vintage.year)
    return publish(context, folder=context.output(), home=home)


def publish(context: StepContext, *, folder: Path, home: Path) -> Summary:
    """Write the delivery of a vintage.

    Args:
        context: the vintage, its products and its parameters.
        folder: folder to make and write in.
        home: where that folder will lie in the end: relative paths of the project start there.
    """
    material = read_material(context)
    folder.mkdir(parents=True)
    made = packages(material)
    for package in made:
        _write_package(package, folder)
    nomenclature = _copy_rasters(context, material.delivery, folder)
    _write_project(context, material, made, nomenclature, folder=folder, home=home)
    _write_portrait(context, material, folder)
    return _summary(made)


def read_material(context: StepContext) -> Material:
    """The products that a delivery is made from."""
    reference = context.reference
    return Material(
        delivery=Delivery(context.territory.code, context.vintage.year, None if reference is None else reference.year),
        territory_name=context.territory.name,
        crs=context.territory.crs,
        extent=context.territory.extent,
        current=_vintage(context, context.vintage.year, reference=False),
        built_zone=read_vector(context.product("built_zone")),
        cover_vector=read_vector(context.product("cover_vector")),
        indicators=Indicators(pyarrow.parquet.read_table(context.product("indicators")).to_pandas()),
        communes=read_vector(context.product("indicators", "communes")),
        reference=None if reference is None else _vintage(context, reference.year, reference=True),
        differential=None if reference is None else read_vector(context.product("differential")),
    )


def _vintage(context: StepContext, year: int, *, reference: bool) -> VintageLayers:
    return VintageLayers(
        year,
        read_vector(context.product("ocsge_final", reference=reference)),
        read_vector(context.product("artificialisation", reference=reference)),
    )


def _write_package(package: Package, folder: Path) -> None:
    styles = {
        layer: [Style(style.name, style.qml(), is_default=rank == 0) for rank, style in enumerate(found)]
        for layer, found in package.styles.items()
    }
    write_geopackage(folder / package.file, {**package.layers, **package.tables}, styles=styles)


def _copy_rasters(context: StepContext, delivery: Delivery, folder: Path) -> CoverNomenclature:
    """Copy both rasters with their styles beside them; tells the nomenclature of the class raster."""
    source = context.product("cover_raster")
    with RasterReader(source) as reader:
        nomenclature = reader.class_table() or COSIA
    pairs = (
        (source, delivery.cover_raster, class_raster_style(nomenclature)),
        (context.product("cover_raster", "confidence"), delivery.confidence_raster, confidence_style()),
    )
    for product, name, style in pairs:
        shutil.copyfile(product, folder / name)
        (folder / name).with_suffix(".qml").write_text(raster_qml(style), encoding="utf-8")
    return nomenclature


def _write_project(
    context: StepContext,
    material: Material,
    made: Sequence[Package],
    nomenclature: CoverNomenclature,
    *,
    folder: Path,
    home: Path,
) -> None:
    delivery = material.delivery
    groups = legend(
        delivery,
        pictures={year: _relative(path, home) for year, path in _pictures(context).items()},
        nomenclature=nomenclature,
        geometry=_geometry_types(made),
    )
    text = project_xml(
        groups,
        title=f"{material.territory_name}, OCS GE {delivery.year}",
        crs=material.crs,
        extent=material.extent,
        themes=themes(delivery, groups),
    )
    (folder / delivery.project).write_text(text, encoding="utf-8")
    # What lies in other folders may be made later, so only this delivery's own files are looked for.
    faults = [
        fault for fault in project_faults(text, lambda path: _beside(path, folder)) if "no file '../" not in fault
    ]
    raise_together(faults, kind=InternalError, place=delivery.project)


def _beside(path: str, folder: Path) -> Mapping[str, frozenset[str]] | None:
    return None if path.startswith("../") else describe_file(folder / path)


def _relative(path: Path, home: Path) -> str:
    return Path(os.path.relpath(path, home)).as_posix()


def _geometry_types(made: Sequence[Package]) -> dict[str, str]:
    return {
        layer: "MultiPolygon" if (frame.geom_type == "MultiPolygon").any() else "Polygon"
        for package in made
        for layer, frame in package.layers.items()
    }


def _pictures(context: StepContext) -> dict[int, Path]:
    """Colour ortho-image of each vintage that has one."""
    vintages = [context.vintage] if context.reference is None else [context.reference, context.vintage]
    found = {vintage.year: context.workspace.source("ortho_rgb", vintage) for vintage in vintages}
    return {year: path for year, path in found.items() if isinstance(path, Path)}


def _write_portrait(context: StepContext, material: Material, folder: Path) -> None:
    parameters: Parameters = context.parameters
    grid = view(material.extent, crs=material.crs, longest_px=parameters.map_px)
    sites: tuple[Site, ...] = ()
    if material.differential is not None:
        sites = biggest_sites(
            material.differential,
            material.communes,
            years=material.delivery.period,
            with_effect=parameters.sites_with_effect,
            without_effect=parameters.sites_without_effect,
            gap_m=parameters.site_gap_m,
        )
    figures = read_figures(material.indicators, years=tuple(layers.year for layers in material.vintages))
    page = build_page(
        material,
        figures,
        grid,
        sites=sites,
        photos=_photos(context, grid, sites[: parameters.pictured_sites]),
        background=_background(context, material),
    )
    (folder / material.delivery.portrait).write_text(render(page), encoding="utf-8")
    (folder / material.delivery.portrait_document).write_bytes(pdf_of(page))


def _photos(context: StepContext, grid: Grid, sites: Sequence[Site]) -> Photos:
    parameters: Parameters = context.parameters
    side = (parameters.site_px, parameters.site_px)

    def picture(path: Path, bounds: Bounds, shape: tuple[int, int]) -> bytes:
        return encode_jpeg(read_picture(path, bounds, shape=shape), quality=parameters.jpeg_quality)

    found = _pictures(context)
    return Photos(
        maps={year: picture(path, grid.bounds, grid.shape) for year, path in found.items()},
        sites={
            (site.number, year): picture(path, site_bounds(site, grid.bounds), side)
            for site in sites
            for year, path in found.items()
        },
        site_px=parameters.site_px,
    )


def _background(context: StepContext, material: Material) -> Background:
    records = []
    for step in CHAIN:
        sidecar = context.workspace.read_sidecar(step.name, context.vintage.year)
        if sidecar is not None and step.name != context.step:
            records.append(StepRecord(step.name, sidecar.step_version, sidecar.inputs))
    databases = {
        name: DatabaseRecord(source.title, source.producer, source.licence, source.restricted)
        for name, (source, _) in SOURCES.items()
    }
    return describe_production(
        records,
        databases,
        years=[layers.year for layers in material.vintages],
        crs=material.crs,
        evaluation=_evaluation(context),
        made_up=(context.workspace.root / _RECIPE_FILE).is_file(),
        corrections={layers.year: _corrections(context, layers.year) for layers in material.vintages},
        builtin_model_licence=_builtin_model_licence(context.workspace.territory.model),
    )


def _builtin_model_licence(model: str) -> str:
    """What the card of a built-in model says of its licence; '' for a model that came from elsewhere."""
    if not model.startswith("builtin:"):
        return ""
    card = files("millesime.model") / "builtin" / f"{model.removeprefix('builtin:')}.json"
    return str(json.loads(card.read_text(encoding="utf-8")).get("licence", "")) if card.is_file() else ""


def _corrections(context: StepContext, year: int) -> int:
    """How many operations changed the map of a vintage."""
    sidecar = context.workspace.read_sidecar("ocsge_final", year)
    return 0 if sidecar is None else sidecar.summary.counts.get("operations applied", 0)


def _evaluation(context: StepContext) -> Mapping[str, Any] | None:
    file = context.workspace.root / _EVALUATION_FILE
    return json.loads(file.read_text(encoding="utf-8")) if file.is_file() else None


def _summary(made: Sequence[Package]) -> Summary:
    counts = {
        layer: len(frame) for package in made for layer, frame in (*package.layers.items(), *package.tables.items())
    }
    return Summary(counts=counts)
