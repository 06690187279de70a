"""`millesime artif`: the artificialisation of any OCS GE file."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from millesime.cli.artif_text import as_text
from millesime.cli.output import AsJson, emit

if TYPE_CHECKING:
    import geopandas

    from millesime.artificialisation import (
        Agreement,
        Artificialisation,
        Exempted,
        Occupation,
        Parameters,
    )

Mode = Annotated[
    str | None, typer.Option(help="millesime (default): passes, our reading of the law; sparte-2024: for comparison.")
]
TOther = Annotated[float | None, typer.Option("--t-other", help="Law: threshold of a patch, 2500 m² by default.")]
TBuilt = Annotated[float | None, typer.Option("--t-built", help="Law: threshold of a built patch, 50 m² by default.")]
Connectivity = Annotated[str | None, typer.Option(help="Reading: edge (default) or touch, a corner is enough.")]
Enclosure = Annotated[
    str | None, typer.Option(help="Reading: limit (default), or single, one patch alone must surround it.")
]
Order = Annotated[str | None, typer.Option(help="Reading: fill_first (default) or remove_first.")]
BuiltForcing = Annotated[
    str | None, typer.Option(help="Reading: self (default), or adjacent, what has an edge on the building stays too.")
]
MarginM = Annotated[
    float | None, typer.Option("--margin-m", help="Reading: reach into the neighbours, 1000 m by default.")
]
Context = Annotated[
    list[Path] | None, typer.Option("--context", help="OCS GE of a neighbouring territory; may be repeated.")
]
Layer = Annotated[str | None, typer.Option(help="Layer to read, when the file holds several.")]
Crs = Annotated[str | None, typer.Option(help="CRS of files that have none: EPSG:2154.")]


def command(
    file: Annotated[Path, typer.Argument(help="OCCUPATION_SOL: GeoPackage, Shapefile, GeoParquet.")],
    output: Annotated[Path | None, typer.Option("-o", "--output", help="GeoPackage or Parquet to write.")] = None,
    mode: Mode = None,
    t_other: TOther = None,
    t_built: TBuilt = None,
    connectivity: Connectivity = None,
    enclosure: Enclosure = None,
    order: Order = None,
    built_forcing: BuiltForcing = None,
    margin_m: MarginM = None,
    context: Context = None,
    compare: Annotated[Path | None, typer.Option(help="Official artificialisation layer to compare with.")] = None,
    agreement_to: Annotated[
        Path | None, typer.Option("--agreement", help="Write the comparison's table: CSV or JSON.")
    ] = None,
    parks: Annotated[Path | None, typer.Option(help="Public parks and gardens: an exemption, beside artif.")] = None,
    photovoltaics: Annotated[
        Path | None, typer.Option(help="Ground photovoltaics: an exemption for artificialisation, beside artif.")
    ] = None,
    photovoltaics_enaf: Annotated[
        Path | None, typer.Option(help="Ground photovoltaics: an exemption for ENAF consumption, another account.")
    ] = None,
    layer: Layer = None,
    crs: Crs = None,
    as_json: AsJson = False,
) -> None:
    """Artificial status of every polygon, and the step that gave it.

    The law gives the matrix's categories and the thresholds; how they are applied is a reading, and each option says
    which of both it is. Exemptions never change the status.
    """
    from millesime.artificialisation import agreement, artificialise, exempt

    parameters = given(
        mode=mode,
        t_other_m2=t_other,
        t_built_m2=t_built,
        connectivity=connectivity,
        enclosure=enclosure,
        order=order,
        built_forcing=built_forcing,
        margin_m=margin_m,
    )
    _require_writable(output, {".gpkg", ".parquet", ".geoparquet"})
    _require_writable(agreement_to, {".csv", ".json"})
    _require_compare(compare, agreement_to)
    occupation = read_occupation(file, layer=layer, crs=crs)
    around = [read_occupation(path, layer=None, crs=crs) for path in context or ()]
    result = artificialise(occupation.frame, parameters=parameters, context=[item.frame for item in around])
    against = agreement(result, _official(compare, crs)) if compare else None
    exemptions = [
        exempt(result, name, _declared(path, crs))
        for name, path in {"parks": parks, "pv-artif": photovoltaics, "pv-enaf": photovoltaics_enaf}.items()
        if path is not None
    ]
    layers = [] if output is None else _write(output, result, parameters, against, exemptions)
    if agreement_to is not None and against is not None:
        _write_agreement(agreement_to, against)
    told = {"file": str(file), "output": None if output is None else str(output), "layers": layers}
    told |= _as_dict(occupation, around, result, parameters, against, exemptions)
    emit(told, as_json=as_json, text=as_text(told))


def given(**options: Any) -> Parameters:
    """The parameters of the status from the options that were given."""
    from millesime.artificialisation import parameters_from

    return parameters_from({name: value for name, value in options.items() if value is not None})


def read_occupation(file: Path, *, layer: str | None, crs: str | None) -> Occupation:
    """OCCUPATION_SOL of a file, ready for the decision."""
    from millesime.artificialisation import occupation_of

    return occupation_of(read_layer(file, layer=layer, crs=crs, hints=("occupation", "artif")), place=str(file))


def read_layer(file: Path, *, layer: str | None, crs: str | None, hints: Sequence[str]) -> geopandas.GeoDataFrame:
    """One layer of a file: the one named, the only one, or the only one whose name is, begins with or holds a hint."""
    from millesime.io.vector import list_layers, read_vector

    names = list_layers(file)
    if layer is None and len(names) > 1:
        layer = next((name for hint in hints for name in _hinted(names, hint)), None)
    return read_vector(file, layer=layer, crs=crs)


def _hinted(names: Sequence[str], hint: str) -> list[str]:
    """The name that a hint points at, if there is a single one; a closer likeness goes first."""
    likenesses = (str.__eq__, str.startswith, str.__contains__)
    found = ([name for name in names if alike(name.lower(), hint)] for alike in likenesses)
    return next((hits for hits in found if len(hits) == 1), [])


def _official(path: Path, crs: str | None) -> geopandas.GeoDataFrame:
    frame = read_layer(path, layer=None, crs=crs, hints=("artif",))
    return frame.rename(columns={name: str(name).lower() for name in frame.columns})


def _declared(path: Path, crs: str | None) -> geopandas.GeoDataFrame:
    return read_layer(path, layer=None, crs=crs, hints=())


def _require_writable(path: Path | None, suffixes: set[str]) -> None:
    from millesime.errors import ConfigError

    if path is not None and path.suffix.lower() not in suffixes:
        raise ConfigError(
            f"{path.suffix or 'no suffix'} is not written",
            place=path,
            remedy=f"end it with {', '.join(sorted(suffixes))}",
        )
    if path is not None and not path.absolute().parent.is_dir():
        raise ConfigError("no such folder", place=path.parent, remedy="create it first")


def _require_compare(compare: Path | None, agreement_to: Path | None) -> None:
    from millesime.errors import ConfigError

    if agreement_to is not None and compare is None:
        raise ConfigError("--agreement needs a layer to compare with", remedy="give it with --compare FILE")


def _write(
    output: Path,
    result: Artificialisation,
    parameters: Parameters,
    against: Agreement | None,
    exemptions: Sequence[Exempted],
) -> list[str]:
    """Write the file; the names of its layers."""
    import pandas as pd

    from millesime.artificialisation import artificial_zones
    from millesime.io.vector import write_geopackage, write_parquet

    frame = result.frame
    added: dict[str, Any] = {item.exemption.column: item.area_m2 for item in exemptions}
    if against is not None:
        words = {True: "artif", False: "non artif", None: None}
        added["artif_official"] = [words[value] for value in against.official]
    frame = frame.assign(**added)[[*(n for n in frame.columns if n != "geometry"), *added, "geometry"]]
    if output.suffix.lower() != ".gpkg":
        write_parquet(frame, output)
        return [output.stem]
    layers: dict[str, Any] = {"ARTIF": frame}
    if parameters.mode == "sparte-2024":
        layers["ZONE_ARTIFICIELLE"] = artificial_zones(result)
    for item in exemptions:
        layers[item.exemption.layer] = item.pieces
    layers["RULES"] = pd.DataFrame(_rules(parameters))
    write_geopackage(output, layers)
    return list(layers)


def _rules(parameters: Parameters) -> list[dict[str, str]]:
    """The parameters, each with who says so: the law, or our reading of it."""
    from millesime.artificialisation import STANDING

    rules = [{"name": "mode", "value": parameters.mode, "standing": STANDING[parameters.mode]}]
    for name, value in parameters.in_force().items():
        if name == "mode":
            continue
        standing = STANDING[name]
        if standing == "law" and not parameters.is_law(name):
            standing = "chosen, not the value of the law"
        rules.append({"name": name, "value": str(value), "standing": standing})
    rules.append({"name": "category", "value": "annex of article R.101-1, 2023", "standing": STANDING["category"]})
    return rules


def _write_agreement(path: Path, against: Agreement) -> None:
    import json

    import pandas as pd

    from millesime.io.files import written_whole

    told = against.as_dict()
    with written_whole(path) as temporary:
        if path.suffix.lower() == ".json":
            temporary.write_text(json.dumps(told, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
        else:
            pd.DataFrame(told["rows"]).to_csv(temporary, index=False, lineterminator="\n")


def _as_dict(
    occupation: Occupation,
    around: Sequence[Occupation],
    result: Artificialisation,
    parameters: Parameters,
    against: Agreement | None,
    exemptions: Sequence[Exempted],
) -> dict[str, Any]:
    from millesime.artificialisation import STEP_LABELS, left_at_limit

    frame = result.frame
    by_step = frame.groupby("status_step")["aire"].agg(["size", "sum"])
    changed, at_limit = frame["crit_seuil"].to_numpy(bool), left_at_limit(result)
    return {
        "rows": occupation.as_dict(),
        "context": [item.as_dict() for item in around],
        "rules": _rules(parameters),
        "total_m2": float(frame["aire"].sum()),
        "artificial_m2": result.area_m2(),
        "matrix_artificial_m2": float(frame.loc[frame["matrix_status"], "aire"].sum()),
        "changed_by_thresholds": {
            "polygons": int(changed.sum()),
            "area_m2": float(frame["aire"].to_numpy()[changed].sum()),
        },
        "left_at_limit": {"polygons": int(at_limit.sum()), "area_m2": float(frame["aire"].to_numpy()[at_limit].sum())},
        "steps": [
            {"step": step, "polygons": int(by_step.loc[step, "size"]), "area_m2": float(by_step.loc[step, "sum"])}
            for step in STEP_LABELS
            if step in by_step.index
        ],
        "exemptions": [item.as_dict() for item in exemptions],
        "agreement": None if against is None else against.as_dict(),
    }
