"""The options that say how a prediction is run, and what is told beside it; none of them changes a pixel."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from millesime.errors import ConfigError

if TYPE_CHECKING:
    from millesime.cover_raster.catalogue_entry import Dates
    from millesime.cover_raster.product import Schedule

ConfidenceFile = Annotated[Path | None, typer.Option(help="Confidence raster to write: round(100 p).")]
Workers = Annotated[int, typer.Option(min=1, help="Windows computed at once; the result does not change.")]
SuperTilePx = Annotated[
    int | None,
    typer.Option(
        "--super-tile-px",
        min=1,
        help="Side of the pieces in which the work is done and goes on after a stop: a multiple of 512; 8192 by "
        "default, or less where several processes share a small image.",
    ),
]
ShardOption = Annotated[
    str | None,
    typer.Option("--shard", help="i/n: compute this share of the work only; the same command without --shard ends it."),
]
Assemble = Annotated[
    bool, typer.Option("--assemble", help="Compute nothing: put together what shards made, all of it being there.")
]
AllowMissing = Annotated[
    bool,
    typer.Option(
        "--allow-missing", help="Write the output although parts are missing (exit code 3): they hold NoData."
    ),
]
Scheduler = Annotated[
    str | None,
    typer.Option("--scheduler", help="Address of a dask.distributed scheduler whose workers compute: tcp://host:8786."),
]
Stac = Annotated[
    bool, typer.Option("--stac", help="Write a STAC item, and a virtual raster of all layers, beside the output.")
]
Date = Annotated[
    str | None,
    typer.Option("--date", help="When the imagery was taken: 2022, 2022-07, 2022-07-14, or two with / between."),
]


def scheduled(
    *,
    workers: int,
    super_tile_px: int | None,
    shard: str | None,
    assemble: bool,
    allow_missing: bool,
    scheduler: str | None,
) -> Schedule:
    """How the work is shared.

    Raises:
        ConfigError: a shard that is not i/n, or super-tiles that do not fit the output's blocks.
    """
    from millesime.cover_raster.plan import Shard
    from millesime.cover_raster.product import Schedule
    from millesime.io.raster import BLOCK_PX

    if super_tile_px is not None and super_tile_px % BLOCK_PX:
        raise ConfigError(
            f"super-tiles of {super_tile_px} px cut the output's blocks of {BLOCK_PX} px",
            remedy=f"give a --super-tile-px that is a multiple of {BLOCK_PX}",
        )
    return Schedule(
        threads=workers,
        super_tile_px=super_tile_px,
        shard=None if shard is None else Shard.parse(shard),
        assemble=assemble,
        allow_missing=allow_missing,
        scheduler=scheduler,
    )


def dated(date: str | None, *, stac: bool, year: int | None) -> Dates | None:
    """When imagery was taken, as far as it must be known.

    Raises:
        ConfigError: a STAC item is asked for and no date is known, or a date without one.
    """
    from millesime.cover_raster.catalogue_entry import Dates

    if date is not None and not stac:
        raise ConfigError("--date is told by the STAC item alone", remedy="add --stac, or leave --date out")
    text = date if year is None else str(year)
    if text is None and stac:
        raise ConfigError(
            "a STAC item tells when the imagery was taken", remedy="give --date 2022 or --date 2022-07-14"
        )
    return None if text is None else Dates.parse(text)
