"""The portrait of a zone from official files: reads them, writes a page, a PDF, or a folder with data and project."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import geopandas

from millesime.errors import ConfigError, CrsError, InputError, InternalError, raise_together
from millesime.geo.grid import Bounds, Grid
from millesime.io.catalogue import describe_file
from millesime.io.files import folder_written_whole, local_file, written_whole
from millesime.io.pictures import encode_jpeg, read_picture
from millesime.io.raster import read_grid
from millesime.io.vector import Style, read_vector, write_geopackage
from millesime.production.administrative import read_administrative
from millesime.production.comparison_request import ComparisonRequest
from millesime.production.control_points import read_control
from millesime.production.neighbours import read_context, require_all_used
from millesime.publication.control import Checked
from millesime.publication.packages import Package
from millesime.publication.portrait import (
    Page,
    Photos,
    Site,
    biggest_sites,
    build_page,
    read_figures,
    render,
    site_bounds,
    view,
)
from millesime.publication.portrait.wording import Language
from millesime.publication.portrait_of_files import (
    FileVintage,
    OfFiles,
    Zone,
    assemble,
    describe_files,
    state_layer,
    vintage_of,
    whole_map,
    zone_of_code,
    zone_of_perimeter,
)
from millesime.publication.portrait_of_files.packages import packages_of, project_of
from millesime.publication.portrait_of_files.resting import resting_of
from millesime.publication.portrait_pdf import pdf_of
from millesime.publication.project_check import project_faults
from millesime.publication.step import Parameters
from millesime.sources.ocsge import ReceivedDelivery, read_delivery, read_limit

_PAGE, _PDF, _FIGURES = "portrait.html", "portrait.pdf", "figures.csv"


@dataclass(frozen=True, kw_only=True)
class PortraitRequest(ComparisonRequest):
    """What the user asks for."""

    zone: str = ""
    """Code of Admin Express or file of polygons; '' for the whole map."""

    communes: Path | None = None
    """Admin Express."""

    name: str = ""
    """Name of the zone, where Admin Express' or the file's is not wanted."""

    orthos: tuple[Path, ...] = ()
    """None, or one ortho-image per file, in their order."""

    licence: str = ""
    language: Language = "fr"
    """Of the page and of the document."""

    parameters: Parameters = field(default_factory=Parameters)


@dataclass(frozen=True)
class PortraitOfFiles:
    """A portrait, ready to be written."""

    of: OfFiles
    page: Page
    told: Mapping[str, tuple[str, ...]]
    """File -> what was said when it was read."""

    checked: Checked | None = None
    """What control points say of the zone."""


def make_portrait(request: PortraitRequest) -> PortraitOfFiles:
    """Read the files, compare them, count, draw.

    Raises:
        ConfigError: options that do not fit together, or an unknown code.
        InputError: a file that cannot be read, or a zone outside of the map.
        RefusedError: rows with errors, or generations that differ.
    """
    _require_fitting(request)
    limit = None if request.limit is None else read_limit(request.limit, crs=request.crs)
    kinds = request.status.kinds
    states = [read_delivery(path, kind=kinds, crs=request.crs, limit=limit) for path in request.files]
    frames = [state_layer(delivery).frame for delivery in states]
    _require_one_crs(frames, request.files)
    zone = _zone(request, frames, code=state_layer(states[0]).territory or "CARTE")
    years = request.years or (None,) * len(states)
    around = read_context(request.context, crs=request.crs)
    vintages = [
        vintage_of(
            state,
            year=year,
            ground=zone.ground,
            zones=_built_zones(path, request.crs),
            choice=request.status,
            context=around.get(year or state_layer(state).year, ()),
        )
        for state, year, path in zip(states, years, request.files, strict=True)
    ]
    require_all_used(around, vintages)
    is_official = all(vintage.is_official_status for vintage in vintages)
    request.status.require_effect(all_delivered=is_official, place=" and ".join(map(str, request.files)))
    of = assemble(zone, vintages, tolerance_m=request.tolerance_m, force=request.force)
    told = {
        str(path): _sentences(state, vintage)
        for path, state, vintage in zip(request.files, states, vintages, strict=True)
    }
    checked = None
    if request.control is not None:
        control = read_control(
            request.control,
            years=[vintage.year for vintage in vintages],
            crs=of.material.crs,
            given_crs=request.crs,
        )
        area_m2 = 10_000 * of.covered_ha
        checked = control.of(code=of.zone.code, name=of.zone.name, ground=of.zone.ground, area_m2=area_m2)
    page = replace(_page(request, of, vintages, checked), resting=resting_of(of, request.language))
    return PortraitOfFiles(of, page, told, checked)


def write_portrait(made: PortraitOfFiles, output: Path) -> tuple[str, ...]:
    """Write a page (.html), a document (.pdf) or, for any other name, a folder with everything; the paths written."""
    suffix = output.suffix.lower()
    if suffix in (".html", ".htm", ".pdf") and not output.is_dir():
        with written_whole(output) as temporary:
            if suffix == ".pdf":
                temporary.write_bytes(pdf_of(made.page))
            else:
                temporary.write_text(render(made.page), encoding="utf-8")
        return (str(output),)
    _require_own_folder(output)
    with folder_written_whole(output, replaces="*") as folder:
        names = _write_folder(made, folder)
    return tuple(str(output / name) for name in names)


def require_writable(output: Path) -> None:
    """Refuse an output that cannot be written, before anything is computed.

    Raises:
        ConfigError: another suffix, no such folder, or a folder that holds something else.
    """
    if not output.absolute().parent.is_dir():
        raise ConfigError("no such folder", place=output.parent, remedy="create it first")
    if output.suffix.lower() in (".html", ".htm", ".pdf"):
        return
    if output.suffix and not output.is_dir():
        raise ConfigError(
            f"{output.suffix} is not written", place=output, remedy="end it with .html or .pdf, or name a folder"
        )
    _require_own_folder(output)


def _require_own_folder(output: Path) -> None:
    if output.exists() and not output.is_dir():
        raise ConfigError("is a file", place=output, remedy="give the name of a folder, or end it with .html or .pdf")
    if output.is_dir() and any(output.iterdir()) and not (output / _FIGURES).is_file():
        raise ConfigError(
            "the folder holds something else than a portrait",
            place=output,
            remedy="give the name of a folder that is empty or does not exist",
        )


def _require_fitting(request: PortraitRequest) -> None:
    count = len(request.files)
    faults = []
    if count not in (1, 2):
        faults.append(f"a portrait is of one or two vintages, got {count} files")
    if request.orthos and len(request.orthos) != count:
        faults.append(
            f"{len(request.orthos)} ortho-images for {count} files: give --ortho once per file, or not at all"
        )
    if request.years and len(request.years) != count:
        faults.append(f"{len(request.years)} years for {count} files: give --year once per file, or not at all")
    raise_together(faults, kind=ConfigError)


def _require_one_crs(frames: Sequence[geopandas.GeoDataFrame], files: Sequence[Path]) -> None:
    found = {frame.crs.to_string() for frame in frames}
    if len(found) > 1:
        told = ", ".join(f"{path}: {frame.crs.to_string()}" for path, frame in zip(files, frames, strict=True))
        raise CrsError(f"the files are in different CRS: {told}", remedy="reproject one of them")


def _sentences(state: ReceivedDelivery, vintage: FileVintage) -> tuple[str, ...]:
    """What was said of a file; its ZONE_CONSTRUITE is read apart from the rest."""
    zone = vintage.built_zone
    if zone is None:
        return state.sentences()
    others = (text for text in state.sentences() if not ("ZONE_CONSTRUITE" in text and "not read" in text))
    return (*others, f"ZONE_CONSTRUITE: {len(zone)} polygons used")


def _zone(request: PortraitRequest, frames: Sequence[geopandas.GeoDataFrame], *, code: str) -> Zone:
    crs, file = frames[0].crs.to_string(), Path(request.zone)
    is_drawn = bool(request.zone) and (bool(file.suffix) or file.exists())
    layers: Mapping[str, geopandas.GeoDataFrame] = {}
    if request.communes is not None:
        layers = read_administrative(request.communes, frames, crs=crs, code="" if is_drawn else request.zone)
    commune = layers.get("commune")
    if not request.zone:
        name = request.name or Path(request.files[0]).stem
        return whole_map(commune, crs=crs, name=name, code=code)
    if is_drawn:
        return zone_of_perimeter(
            read_vector(local_file(file), crs=request.crs), commune, crs=crs, name=request.name or file.stem
        )
    if commune is None:
        raise ConfigError(
            f"the limits of {request.zone} are not known", remedy="give Admin Express with --communes, or a file"
        )
    return zone_of_code(request.zone, layers, name=request.name)


def _built_zones(path: Path, crs: str | None) -> ReceivedDelivery | None:
    try:
        found = read_delivery(path, kind=("ZONE_CONSTRUITE",), crs=crs, tolerant=True)
    except InputError:
        return None  # most files hold OCCUPATION_SOL alone
    return found if found.by_kind.get("ZONE_CONSTRUITE") else None


def _page(request: PortraitRequest, of: OfFiles, vintages: Sequence[FileVintage], checked: Checked | None) -> Page:
    parameters, material = request.parameters, of.material
    grid = view(material.extent, crs=material.crs, longest_px=parameters.map_px)
    sites: tuple[Site, ...] = ()
    if material.differential is not None:
        sites = biggest_sites(
            material.differential,
            material.communes if len(material.communes) > 1 else None,
            years=material.delivery.period,
            with_effect=parameters.sites_with_effect,
            without_effect=parameters.sites_without_effect,
            gap_m=parameters.site_gap_m,
        )
    figures = read_figures(material.indicators, years=tuple(layers.year for layers in material.vintages))
    orthos = {vintage.year: path for vintage, path in zip(vintages, request.orthos, strict=False)}
    fingerprints = {
        vintage.year: (path.name, _fingerprint(path)) for vintage, path in zip(vintages, request.files, strict=True)
    }
    return build_page(
        material,
        figures,
        grid,
        sites=sites,
        photos=_photos(orthos, grid, sites[: parameters.pictured_sites], parameters),
        background=describe_files(
            of, fingerprints, licence=request.licence, language=request.language, checked=checked
        ),
        language=request.language,
    )


def _photos(orthos: Mapping[int, Path], grid: Grid, sites: Sequence[Site], parameters: Parameters) -> Photos:
    for path in orthos.values():
        found = read_grid(path).crs
        if found != grid.crs:
            raise CrsError(f"the image is in {found}, the map in {grid.crs}", place=path, remedy="reproject it")
    side = (parameters.site_px, parameters.site_px)

    def picture(path: Path, bounds: Bounds, shape: tuple[int, int]) -> bytes:
        return encode_jpeg(read_picture(path, bounds, shape=shape), quality=parameters.jpeg_quality)

    return Photos(
        maps={year: picture(path, grid.bounds, grid.shape) for year, path in orthos.items()},
        sites={
            (site.number, year): picture(path, site_bounds(site, grid.bounds), side)
            for site in sites
            for year, path in orthos.items()
        },
        site_px=parameters.site_px,
    )


def _fingerprint(path: Path) -> str:
    """SHA-256 of a file; of a folder that of the names and sums of its files."""
    if path.is_file():
        with path.open("rb") as handle:
            return hashlib.file_digest(handle, "sha256").hexdigest()
    listing = [
        f"{file.relative_to(path).as_posix()} {_fingerprint(file)}"
        for file in sorted(path.rglob("*"))
        if file.is_file()
    ]
    return hashlib.sha256("\n".join(listing).encode()).hexdigest()


def _write_folder(made: PortraitOfFiles, folder: Path) -> tuple[str, ...]:
    of = made.of
    (folder / _PAGE).write_text(render(made.page), encoding="utf-8")
    (folder / _PDF).write_bytes(pdf_of(made.page))
    of.material.indicators.table.to_csv(folder / _FIGURES, index=False, lineterminator="\n")
    packages = packages_of(of)
    for package in packages:
        _write_package(package, folder)
    project = of.material.delivery.project
    text = project_of(of, packages)
    (folder / project).write_text(text, encoding="utf-8")
    faults = project_faults(text, lambda path: describe_file(folder / path))
    raise_together(list(faults), kind=InternalError, place=project)
    return tuple(sorted(path.name for path in folder.iterdir()))


def _write_package(package: Package, folder: Path) -> None:
    styles = {
        layer: [Style(style.name, style.qml(), is_default=rank == 0) for rank, style in enumerate(found)]
        for layer, found in package.styles.items()
    }
    write_geopackage(folder / package.file, {**package.layers, **package.tables}, styles=styles)
