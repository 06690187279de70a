"""Step indicators: the figures of a territory and of its communes."""

from __future__ import annotations

import geopandas
import pydantic

from millesime.compute.context import StepContext
from millesime.indicators.accounts import Account, account_of
from millesime.indicators.communes import commune_layer
from millesime.indicators.grounds import Ground, ground_of_pieces
from millesime.indicators.places import Places, communes_frame, communes_of
from millesime.indicators.product import Indicators
from millesime.indicators.territory import indicators
from millesime.io.files import written_whole
from millesime.io.vector import read_vector, write_parquet
from millesime.io.workspace import Summary
from millesime.sources.loading import load

STEP_VERSION = 2


class Parameters(pydantic.BaseModel, frozen=True, extra="forbid"):
    """The indicators have no parameter: what they count is decided upstream."""


def run(context: StepContext) -> Summary:
    """Read the pieces of ground and the communes, count, write the table and the communes."""
    communes = _communes(context)
    territory = context.territory
    accounts = account_of([_ground(context)], Places(communes), territory=(territory.code, territory.name))
    table = indicators(accounts)
    with_figures = commune_layer(table, communes, extent=territory.extent)
    write_table(table, context)
    write_parquet(with_figures, context.output("communes"))
    return summarise(table, accounts, with_figures, territory_code=territory.code)


def _ground(context: StepContext) -> Ground:
    """The pieces of the overlay; without a reference the polygons of the vintage."""
    year, territory = context.vintage.year, context.territory
    years: tuple[int, ...] = (year,)
    if context.reference is not None:
        years = tuple(sorted((year, context.reference.year)))
        pieces = read_vector(context.product("differential", "overlay"))
    else:
        frame = read_vector(context.product("artificialisation"))
        names = {"code_cs": f"cs_{year}", "code_us": f"us_{year}", "artif": f"artif_{year}"}
        pieces = frame.rename(columns=names)
    return ground_of_pieces(pieces, years=years, code=territory.code, name=territory.name)


def _communes(context: StepContext) -> geopandas.GeoDataFrame:
    location = context.source("admin_express")
    crs = context.territory.crs
    if location is None:
        return communes_frame([], [], [], crs=crs)
    database = load("admin_express", location, context.territory.extent, crs=crs, layers=("commune",))
    return communes_of(database.layer("commune"))


def write_table(table: Indicators, context: StepContext) -> None:
    """Write the table: it has no geometry, so it is plain Parquet."""
    with written_whole(context.output()) as temporary:
        table.table.to_parquet(temporary, compression="zstd", index=False)


def summarise(
    table: Indicators, accounts: Account, communes: geopandas.GeoDataFrame, *, territory_code: str
) -> Summary:
    """The main figures, and the ground that lies in no commune."""
    year = accounts.grounds[0].years[-1]
    areas = {
        "artificial": 10_000 * table.value("artificialisation", "stock", year=year, code=territory_code),
        "impervious": 10_000 * table.value("imperviousness", "stock", year=year, code=territory_code),
    }
    notes = []
    if not len(communes):
        notes.append("no Admin Express: figures are told for the whole territory only")
    elif accounts.outside_m2 > 1:
        notes.append(f"{accounts.outside_m2:.0f} m² of the territory lie in no commune")
    return Summary(counts={"figures": len(table.table), "communes": len(communes)}, areas_m2=areas, notes=tuple(notes))
