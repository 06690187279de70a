"""The triennial reports of a commune, or of an EPCI and all its communes: reads the files once, writes a folder."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import geopandas

from millesime.errors import ConfigError, CrsError
from millesime.io.files import folder_written_whole, require_replaceable
from millesime.io.typesetting import to_pdf, to_pictures
from millesime.production.administrative import read_administrative
from millesime.production.comparison_request import ComparisonRequest
from millesime.production.control_points import read_control
from millesime.production.neighbours import read_context, require_all_used
from millesime.production.town_plan import read_planning
from millesime.publication.control import Control
from millesime.publication.portrait_of_files import (
    FileVintage,
    level_of,
    reading_told,
    state_layer,
    vintage_of,
    zone_of_code,
)
from millesime.publication.triennial import (
    Beside,
    Case,
    DataSource,
    Ground,
    Report,
    ReportPlace,
    build_report,
    case_of,
    docx_bytes,
    figures_csv,
    pictures_source,
    typst_source,
)
from millesime.publication.triennial.words import rules_written
from millesime.sources.ocsge import read_delivery, read_limit
from millesime.written_numbers import number

if TYPE_CHECKING:
    from millesime.indicators.enaf import Enaf

#: Pictures of the word processor's document, in dots per inch of a picture 160 mm wide.
_DOTS_PER_INCH = 180

#: Of the files that a folder of reports holds.
_PATTERN = "*_triennal.*"


@dataclass(frozen=True, kw_only=True)
class TriennialRequest(ComparisonRequest):
    """What the user asks for: two vintages."""

    zone: str
    """Code of a commune or of an EPCI."""

    communes: Path
    """Admin Express."""

    enaf: Path | None = None
    """Cerema's table of the consumption of ENAF."""

    planning: Path | None = None
    """ZONE_URBA of the Géoportail de l'urbanisme."""


@dataclass(frozen=True)
class Written:
    """The files of one report."""

    place: ReportPlace
    files: tuple[str, ...]


def make_case(request: TriennialRequest) -> Case:
    """Read the files, compare them, count: once for all the reports.

    Raises:
        ConfigError: options that do not fit together, or an unknown code.
        InputError: a file that cannot be read, or a zone outside of the map.
        RefusedError: rows with errors, or generations that differ.
    """
    if len(request.files) != 2:
        raise ConfigError(f"the report compares two vintages, got {len(request.files)} files", remedy="give both")
    if request.years and len(request.years) != 2:
        raise ConfigError("give --year once per file, or not at all")
    if level_of(request.zone) not in ("commune", "epci"):
        raise ConfigError(
            f"the triennial report is owed by communes and EPCI, not by {request.zone!r}",
            remedy="give --zone the code of a commune (5 characters) or of an EPCI (9)",
        )
    limit = None if request.limit is None else read_limit(request.limit, crs=request.crs)
    kinds = request.status.kinds
    states = [read_delivery(path, kind=kinds, crs=request.crs, limit=limit) for path in request.files]
    frames = [state_layer(delivery).frame for delivery in states]
    crs = _one_crs(frames, request.files)
    layers = read_administrative(request.communes, frames, crs=crs, code=request.zone)
    zone = zone_of_code(request.zone, layers)
    around = read_context(request.context, crs=request.crs)
    vintages = [
        vintage_of(
            state,
            year=year,
            ground=zone.ground,
            choice=request.status,
            context=around.get(year or state_layer(state).year, ()),
        )
        for state, year in zip(states, request.years or (None, None), strict=True)
    ]
    require_all_used(around, vintages)
    is_official = all(vintage.is_official_status for vintage in vintages)
    request.status.require_effect(all_delivered=is_official, place=" and ".join(map(str, request.files)))
    enaf = _enaf(request.enaf)
    plan = None
    if request.planning is not None:
        plan = read_planning(request.planning, target=frames[0].crs, crs=request.crs)
    ordered = sorted(zip(vintages, request.files, strict=True), key=lambda pair: pair[0].year)
    control = None
    if request.control is not None:
        years = [vintage.year for vintage, _ in ordered]
        control = read_control(request.control, years=years, crs=crs, given_crs=request.crs)
    sources = _sources(ordered, request, enaf)
    if control is not None:
        sources["control"] = _control_source(control)
    beside = Beside(sources=sources, enaf=enaf, plan=plan, control=control)
    return case_of(zone, vintages, layers, beside, tolerance_m=request.tolerance_m, force=request.force)


def write_reports(case: Case, output: Path) -> tuple[Written, ...]:
    """Write three files per place: document, PDF, table of figures; all or nothing.

    Raises:
        InputError: the folder holds other things.
    """
    ground = Ground(case)
    written = []
    with folder_written_whole(output, replaces=_PATTERN) as folder:
        for place in case.places:
            report = build_report(case, place, ground)
            files = _files(report, place)
            for name, content in files.items():
                (folder / name).write_bytes(content)
            written.append(Written(place, tuple(str(output / name) for name in files)))
    return tuple(written)


def require_folder(output: Path) -> None:
    """Refuse an output that cannot be written, before anything is computed.

    Raises:
        ConfigError: it looks like a file.
        InputError: no such folder around it, or it holds other things.
    """
    if output.suffix and not output.is_dir():
        raise ConfigError(
            "the triennial reports are several files", place=output, remedy="give the name of a folder with -o"
        )
    require_replaceable(output, replaces=_PATTERN)


def _files(report: Report, place: ReportPlace) -> Mapping[str, bytes]:
    stem = f"{place.code}_{_slug(place.name)}"
    pictures = report.pictures()
    # A picture is WIDTH_PX points wide on its own page and 160 mm wide in the document.
    scale = 160 / 25.4 * 72 / pictures[0].width_px
    drawn = to_pictures(pictures_source(pictures), dots_per_inch=_DOTS_PER_INCH * scale)
    images = {picture.name: image for picture, image in zip(pictures, drawn, strict=True)}
    return {
        f"{stem}_triennal.docx": docx_bytes(report, images),
        f"{stem}_triennal.pdf": to_pdf(typst_source(report), standard="ua-1"),
        f"{stem}_triennal.csv": figures_csv(report),
    }


def _slug(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    return re.sub(r"[^A-Za-z0-9]+", "-", plain).strip("-").lower() or "territoire"


def _one_crs(frames: Sequence[geopandas.GeoDataFrame], files: Sequence[Path]) -> str:
    found = [str(frame.crs.to_string()) for frame in frames]
    if len(set(found)) > 1:
        told = ", ".join(f"{path}: {crs}" for path, crs in zip(files, found, strict=True))
        raise CrsError(f"the files are in different CRS: {told}", remedy="reproject one of them")
    return found[0]


def _enaf(path: Path | None) -> Enaf | None:
    if path is None:
        return None
    from millesime.indicators.enaf import enaf_of
    from millesime.sources.enaf import read_enaf

    return enaf_of(read_enaf(path))


def _sources(
    vintages: Sequence[tuple[FileVintage, Path]], request: TriennialRequest, enaf: Enaf | None
) -> dict[str, DataSource]:
    """Every source by its key, the maps first."""
    found = {}
    for key, (vintage, path) in zip(("before", "after"), vintages, strict=True):
        status = "Statut artificialisé lu dans le fichier." if vintage.is_official_status else "Statut calculé."
        if vintage.other_rules:
            status += f" Réglages choisis autrement que par défaut : {rules_written(vintage.other_rules)}."
        found[key] = DataSource(
            key=key,
            title=f"OCS GE, millésime {vintage.year}",
            file=path.name,
            layer=vintage.layer.kind,
            vintage=str(vintage.year),
            remark=f"{reading_told(vintage.layer)} {status}",
        )
    found["communes"] = DataSource(
        "communes",
        "Limites administratives (Admin Express)",
        request.communes.name,
        "COMMUNE",
        "non daté dans le fichier",
        "Les surfaces sont découpées selon ces limites.",
    )
    if enaf is not None and request.enaf is not None:
        found["enaf"] = DataSource(
            "enaf",
            "Consommation d'ENAF (Cerema, Fichiers fonciers)",
            request.enaf.name,
            "",
            _span(enaf.years),
            "Flux annuels par commune.",
        )
    if request.planning is not None:
        found["planning"] = DataSource(
            "planning",
            "Zones du document d'urbanisme",
            request.planning.name,
            "ZONE_URBA",
            "non daté dans le fichier",
            "Type de chaque zone d'après typezone, sinon libelle.",
        )
    return found


def _control_source(control: Control) -> DataSource:
    points = control.points
    read, drawn = number(len(points.read)), number(len(points.table))
    return DataSource(
        "control",
        "Points de contrôle du changement",
        control.file,
        "",
        " et ".join(map(str, points.years)) or "non daté dans le fichier",
        f"{read} points lus sur {drawn} ; empreinte {control.fingerprint[:12]}.",
    )


def _span(years: Sequence[int]) -> str:
    return f"{years[0]}-{years[-1]}"
