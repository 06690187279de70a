"""`millesime portrait --triennial`: the triennial report of a commune, or of an EPCI and all its communes."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from millesime.cli.output import emit

if TYPE_CHECKING:
    from millesime.artificialisation import StatusChoice
    from millesime.production.control_points import ControlRequest
    from millesime.production.triennial import Written
    from millesime.publication.triennial import Case


def write_triennial(
    files: Sequence[Path],
    output: Path,
    *,
    zone: str,
    communes: Path | None,
    enaf: Path | None,
    planning: Path | None,
    years: Sequence[int] | None,
    tolerance_m: float | None,
    force: bool,
    crs: str | None,
    choice: StatusChoice,
    context: Sequence[Path],
    limit: Path | None,
    control: ControlRequest | None,
    as_json: bool,
) -> None:
    """Write the reports and say what was written.

    Raises:
        ConfigError: no zone, or no limits of communes.
    """
    from millesime.errors import ConfigError
    from millesime.production.triennial import TriennialRequest, make_case, require_folder, write_reports

    if not zone or communes is None:
        raise ConfigError(
            "the triennial report needs --zone and --communes",
            remedy="give the code of a commune or of an EPCI, and Admin Express",
        )
    require_folder(output)
    request = TriennialRequest(
        files=tuple(files),
        zone=zone,
        communes=communes,
        enaf=enaf,
        planning=planning,
        years=tuple(years or ()),
        crs=crs,
        tolerance_m=tolerance_m,
        force=force,
        status=choice,
        context=tuple(context),
        limit=limit,
        control=control,
    )
    case = make_case(request)
    told = _told(case, write_reports(case, output))
    emit(told, as_json=as_json, text=_text(told))


def refuse_without_triennial(enaf: Path | None, planning: Path | None) -> None:
    """Options of the triennial report mean nothing for a portrait.

    Raises:
        ConfigError: one of them is given.
    """
    from millesime.errors import ConfigError

    given = [name for name, path in (("--enaf", enaf), ("--planning", planning)) if path is not None]
    if given:
        raise ConfigError(f"{' and '.join(given)} is of the triennial report", remedy="add --triennial")


def _told(case: Case, written: tuple[Written, ...]) -> dict[str, Any]:
    table = case.indicators

    def figures(report: Written) -> dict[str, float]:
        place = report.place
        asked = {"year": case.years[1], "code": place.code, "level": place.level}
        return {
            f"{theme}_{name}_ha": round(table.value(theme, name, **asked), 4)  # type: ignore[arg-type]
            for theme in ("artificialisation", "imperviousness")
            for name in ("stock", "gain", "loss", "net")
        }

    return {
        "years": list(case.years),
        "tolerance_m": case.tolerance_m,
        "status": {str(year): "read" if year in case.official_years else "computed" for year in case.years},
        "rules": dict(case.other_rules),
        "enaf": None if case.enaf is None else case.sources["enaf"].file,
        "planning": case.sources["planning"].file if "planning" in case.sources else None,
        "warnings": [*case.warnings, *case.status_warnings],
        "without_report": [{"code": code, "name": name} for code, name in case.not_reached],
        "reports": [
            {
                "kind": report.place.kind,
                "code": report.place.code,
                "name": report.place.name,
                **figures(report),
                "control": None if (found := case.checked(report.place)) is None else found.told(),
                "covered_pct": _covered(case, report.place.code),
                "files": list(report.files),
            }
            for report in written
        ],
    }


def _covered(case: Case, code: str) -> list[float] | None:
    """Share that each map covers, told where one of them leaves a part of the place."""
    found = case.coverage.get(code)
    return None if found is None else [round(found.before_pct, 2), round(found.after_pct, 2)]


def _text(told: dict[str, Any]) -> str:
    reports = told["reports"]
    lines = [f"warning: {text}" for text in told["warnings"]]
    lines.append(f"{told['years'][0]} to {told['years'][1]}, reports: {len(reports)}")
    if told["enaf"] is None:
        lines.append("no consumption of ENAF: the chapter says where to get it (--enaf)")
    for report in reports:
        net = report["artificialisation_net_ha"]
        lines.append(f"{report['code']} {report['name']}: net artificialisation {net:+.2f} ha")
        if report["covered_pct"]:
            lines.append(f"  the maps cover {' and '.join(f'{share:.1f} %' for share in report['covered_pct'])} of it")
        lines += [f"  {path}" for path in report["files"]]
    for place in told["without_report"]:
        lines.append(f"{place['code']} {place['name']}: no report, the maps do not cover it")
    return "\n".join(lines)
