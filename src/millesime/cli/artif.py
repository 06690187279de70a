"""`millesime artif`: the artificialisation of any OCS GE delivery."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from millesime.cli.artif_text import as_text
from millesime.cli.output import AsJson, emit
from millesime.cli.status_options import (
    Context,
    Crs,
    Layer,
    Limit,
    StatusOptions,
    read_limits,
    read_occupations,
    require_writable,
    with_status_options,
)

if TYPE_CHECKING:
    import geopandas

    from millesime.artificialisation import Agreement

_EXEMPTIONS = {"parks": "parks", "photovoltaics": "pv-artif", "photovoltaics_enaf": "pv-enaf"}


@with_status_options
def command(
    path: Annotated[
        Path,
        typer.Argument(
            metavar="FILE", help="OCCUPATION_SOL: file, folder or archive (.7z, .zip), of one département or several."
        ),
    ],
    status: StatusOptions,
    output: Annotated[Path | None, typer.Option("-o", "--output", help="GeoPackage or Parquet to write.")] = None,
    context: Context = None,
    limit: Limit = None,
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
    from millesime.artificialisation import agreement, artificialise_together, exempt, figures, layers_of, rules_told
    from millesime.errors import ConfigError
    from millesime.io.vector import read_vector, write_geopackage, write_parquet

    parameters = status.parameters()
    require_writable(output, ".gpkg", ".parquet", ".geoparquet")
    require_writable(agreement_to, ".csv", ".json")
    if agreement_to is not None and compare is None:
        raise ConfigError("--agreement needs a layer to compare with", remedy="give it with --compare FILE")
    occupations, passed = read_occupations(path, layer=layer, crs=crs, limit=read_limits(limit, crs))
    around = [item for other in context or () for item in read_occupations(other, crs=crs)[0]]
    result = artificialise_together(occupations, parameters=parameters, context=around)
    against = agreement(result, _official(compare, crs)) if compare else None
    declared = {"parks": parks, "photovoltaics": photovoltaics, "photovoltaics_enaf": photovoltaics_enaf}
    exemptions = [
        exempt(result, _EXEMPTIONS[name], read_vector(file, crs=crs)) for name, file in declared.items() if file
    ]
    told = {
        "file": str(path),
        "output": None if output is None else str(output),
        "layers": [],
        "not_read": list(passed),
        "rows": [item.as_dict() for item in occupations],
        "context": [item.as_dict() for item in around],
        "rules": rules_told(parameters),
        **figures(result),
        "exemptions": [item.as_dict() for item in exemptions],
        "agreement": None if against is None else against.as_dict(),
    }
    if output is not None:
        layers = layers_of(result, parameters, against=against, exemptions=exemptions)
        if output.suffix.lower() == ".gpkg":
            write_geopackage(output, layers)
        else:
            layers = {output.stem: layers["ARTIF"]}
            write_parquet(layers[output.stem], output)
        told["layers"] = list(layers)
    if agreement_to is not None and against is not None:
        _write_agreement(agreement_to, against)
    emit(told, as_json=as_json, text=as_text(told))


def _official(path: Path, crs: str | None) -> geopandas.GeoDataFrame:
    """The official layers, of one département or several; without ids where they have none."""
    import pandas as pd

    from millesime.artificialisation import one_each
    from millesime.sources.ocsge import read_delivery

    layers = one_each(read_delivery(path, kind=("ARTIF",), crs=crs))
    frames = [item.frame.drop(columns=list(item.missing)) for item in layers]
    return pd.concat(frames, ignore_index=True)


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
