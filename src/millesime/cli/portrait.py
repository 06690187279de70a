"""`millesime portrait`: the portrait of a zone from one or two official vintages."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from millesime.cli.output import AsJson, emit
from millesime.cli.status_options import Context, Limit, StatusOptions, StatusWord, with_status_options
from millesime.cli.triennial import refuse_without_triennial, write_triennial

if TYPE_CHECKING:
    from millesime.production.control_points import ControlRequest
    from millesime.production.portraits import PortraitOfFiles
    from millesime.publication.portrait.wording import Language


@with_status_options
def command(
    files: Annotated[
        list[Path], typer.Argument(help="One or two vintages of OCS GE: delivery, folder, archive or file.")
    ],
    status: StatusOptions,
    output: Annotated[
        Path,
        typer.Option(
            "-o", "--output", help="Page (.html), document (.pdf), or a folder: both, figures, layers, QGIS project."
        ),
    ],
    zone: Annotated[
        str,
        typer.Option(
            help="Code of a commune (5 characters), an EPCI (9) or a département (2 or 3), or a file of polygons; "
            "the whole map by default."
        ),
    ] = "",
    communes: Annotated[Path | None, typer.Option(help="Admin Express: file or folder.")] = None,
    name: Annotated[str, typer.Option(help="Name of the zone; that of Admin Express or of its file by default.")] = "",
    ortho: Annotated[
        list[Path] | None, typer.Option(help="Ortho-image of each vintage, in the order of the files.")
    ] = None,
    year: Annotated[list[int] | None, typer.Option(help="Vintage of each file, where files do not tell it.")] = None,
    tolerance_m: Annotated[
        float | None, typer.Option(min=0, help="As in millesime diff: borders at most this far apart are snapped.")
    ] = None,
    lang: Annotated[str, typer.Option(help="Language of the portrait: fr or en.")] = "fr",
    licence: Annotated[str, typer.Option(help="Licence of the files, told on the page.")] = "",
    force: Annotated[
        bool, typer.Option("--force", help="Compare generations of the nomenclature that differ.")
    ] = False,
    status_from: StatusWord = None,
    context: Context = None,
    limit: Limit = None,
    control_points: Annotated[
        Path | None,
        typer.Option(help="Control points of the change, of millesime sample: the figures get their 95 % interval."),
    ] = None,
    readings: Annotated[
        Path | None, typer.Option(help="With --control-points: the blind copy that was filled, by id.")
    ] = None,
    crs: Annotated[str | None, typer.Option(help="CRS of files that have none: EPSG:2154.")] = None,
    triennial: Annotated[
        bool,
        typer.Option(
            "--triennial", help="The triennial report of a commune, or of an EPCI and all its communes, in a folder."
        ),
    ] = False,
    enaf: Annotated[
        Path | None, typer.Option(help="With --triennial: Cerema's table of the consumption of ENAF.")
    ] = None,
    planning: Annotated[Path | None, typer.Option(help="With --triennial: ZONE_URBA of the town plan.")] = None,
    as_json: AsJson = False,
) -> None:
    """Maps, charts, tables and what they do not say, as one page, a PDF, or a folder with the data.

    The zone's limit cuts the polygons: every figure is of the zone.
    """
    language = _language(lang, triennial=triennial)
    control, choice = _control(control_points, readings), status.choice(status_from)
    if triennial:
        write_triennial(
            files,
            output,
            zone=zone,
            communes=communes,
            enaf=enaf,
            planning=planning,
            years=year,
            tolerance_m=tolerance_m,
            force=force,
            crs=crs,
            choice=choice,
            context=context or (),
            limit=limit,
            control=control,
            as_json=as_json,
        )
        return
    refuse_without_triennial(enaf, planning)
    from millesime.production.portraits import PortraitRequest, make_portrait, require_writable, write_portrait

    require_writable(output)
    request = PortraitRequest(
        files=tuple(files),
        zone=zone,
        communes=communes,
        name=name,
        orthos=tuple(ortho or ()),
        years=tuple(year or ()),
        crs=crs,
        tolerance_m=tolerance_m,
        force=force,
        licence=licence,
        language=language,
        status=choice,
        context=tuple(context or ()),
        limit=limit,
        control=control,
    )
    made = make_portrait(request)
    written = write_portrait(made, output)
    told = _told(made, written)
    emit(told, as_json=as_json, text=_as_text(told))


def _control(points: Path | None, readings: Path | None) -> ControlRequest | None:
    from millesime.errors import ConfigError
    from millesime.production.control_points import ControlRequest

    if points is None and readings is not None:
        raise ConfigError("readings need the points that they are of", remedy="give them with --control-points")
    return None if points is None else ControlRequest(points, readings)


def _language(lang: str, *, triennial: bool) -> Language:
    from millesime.errors import ConfigError

    if lang == "fr" or (lang == "en" and not triennial):
        return "fr" if lang == "fr" else "en"
    if lang == "en":
        raise ConfigError("the triennial report is in French", remedy="leave --lang out")
    raise ConfigError(f"no language {lang!r}", remedy="give fr or en")


def _told(made: PortraitOfFiles, written: tuple[str, ...]) -> dict[str, Any]:
    of = made.of
    table, years = of.material.indicators, [vintage.year for vintage in of.vintages]

    def figure(indicator: str, year: int) -> float:
        return round(table.value("artificialisation", indicator, year=year, code=of.zone.code), 4)

    flux = ("gain", "loss", "net", "flux_without_code_change")
    compared = of.compared
    return {
        "zone": {"code": of.zone.code, "name": of.zone.name, "level": of.zone.level, "area_ha": of.zone_ha},
        "years": years,
        "covered_ha": round(of.covered_ha, 4),
        "communes": len(of.material.communes),
        "artificial_ha": {str(year): figure("stock", year) for year in years},
        "changed_by_thresholds_ha": {str(year): figure("changed_by_thresholds", year) for year in years},
        "flux_ha": {name: figure(name, years[-1]) for name in flux} if compared else None,
        "in_doubt_ha": {
            "noise_gain": round(compared.noise_gain_ha, 4),
            "noise_loss": round(compared.noise_loss_ha, 4),
            "near_threshold": round(compared.near_threshold_ha, 4),
        }
        if compared
        else None,
        "tolerance_m": compared.tolerance_m if compared else None,
        "status": {str(vintage.year): "read" if vintage.is_official_status else "computed" for vintage in of.vintages},
        "rules": {str(vintage.year): dict(vintage.other_rules) for vintage in of.vintages if vintage.other_rules},
        "control": None if made.checked is None else made.checked.told(),
        "warnings": list(compared.warnings) if compared else [],
        "told": {file: list(sentences) for file, sentences in made.told.items()},
        "output": list(written),
    }


def _as_text(told: dict[str, Any]) -> str:
    zone, flux = told["zone"], told["flux_ha"]
    lines = [f"{zone['name']} ({zone['code']}), {told['covered_ha']:.2f} ha"]
    lines += [f"artificial {year}: {area:.2f} ha" for year, area in told["artificial_ha"].items()]
    if flux:
        lines.append(
            f"artificialised {flux['gain']:.2f} ha, renatured {flux['loss']:.2f} ha, net {flux['net']:+.2f} ha"
        )
    if told["control"]:
        lines.append(told["control"]["net"]["sentence_en"])
    lines += [f"warning: {text}" for text in told["warnings"]]
    lines += [sentence for sentences in told["told"].values() for sentence in sentences]
    return "\n".join([*lines, *(f"written: {path}" for path in told["output"])])
