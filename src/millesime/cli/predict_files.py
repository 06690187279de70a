"""What `millesime predict` writes beside its rasters: what they were made from, what is missing, a STAC item."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from millesime.cover_raster.catalogue_entry import Dates
    from millesime.cover_raster.layers import Layer
    from millesime.cover_raster.product import Report
    from millesime.cover_raster.step import Cover
    from millesime.geo.grid import Window
    from millesime.imagery import Imagery

#: Side of the tiles in which the raster is looked at for pixels without data.
_TILE_PX = 4096


def told(cover: Cover) -> dict[str, Any]:
    """What a run did, for its result."""
    report = cover.report
    return {
        "written": report.written,
        "super_tiles": {
            "total": report.super_tiles,
            "computed": report.computed,
            "kept": report.kept,
            "left_to_others": report.waiting,
            "missing": len(report.missing),
        },
        "missing": _missing(report),
    }


def write_beside(cover: Cover, *, stac: bool, dates: Dates | None) -> dict[str, str | None]:
    """Write the files beside the rasters of a run that wrote them; their paths by what they are.

    `cover.tif` gets `cover.provenance.json`; `cover.missing.gpkg` where there is no data somewhere; and on demand
    `cover.stac.json` and `cover.vrt`. The same rasters have the same files, however the run was shared.
    """
    first = next(iter(cover.report.outputs.values()))
    files = files_beside(first, stac=stac)
    result: dict[str, str | None] = dict.fromkeys((*_NAMES, "vrt"))
    if not cover.report.written:
        return result
    nodata = cover.summary.counts["nodata_pixels"]
    if nodata or cover.report.missing:
        _write_footprint(files["missing"], cover)
        result["missing"] = str(files["missing"])
    else:
        files["missing"].unlink(missing_ok=True)  # of a run before, whose gaps are filled
    _write_json(files["provenance"], _provenance(cover))
    result["provenance"] = str(files["provenance"])
    if stac and dates is not None:
        if "vrt" in files:
            _write_vrt(files["vrt"], cover)
            result["vrt"] = str(files["vrt"])
        _write_json(files["stac"], _stac(cover, dates, {k: v for k, v in result.items() if v}))
        result["stac"] = str(files["stac"])
    return result


_NAMES = {"missing": "gpkg", "provenance": "json", "stac": "json"}


def files_beside(first: Path, *, stac: bool) -> dict[str, Path]:
    """What may be written beside the raster of classes, by what it is."""
    files = {name: first.with_suffix(f".{name}.{suffix}") for name, suffix in _NAMES.items()}
    return {**files, "vrt": first.with_suffix(".vrt")} if stac and first.suffix != ".vrt" else files


def files_of(imagery: Imagery) -> set[Path]:
    """Every file that an imagery is read from, those of virtual rasters too."""
    from millesime.io.raster_sources import files_read

    return {path for file in imagery.files for name, _ in file.within(imagery.grid.bounds) for path in files_read(name)}


def _missing(report: Report) -> list[dict[str, Any]]:
    return [{"bounds": list(item.bounds), "reason": item.reason, "files": list(item.files)} for item in report.missing]


def _provenance(cover: Cover) -> dict[str, Any]:
    from millesime.io.raster_sources import identity_of

    return {
        "made_from": cover.report.made_from,
        "imagery_files": {str(path): {"bytes": identity_of(path)[0]} for path in sorted(files_of(cover.imagery))},
        "notes": [*cover.imagery.notes, *cover.summary.notes],
        "rasters": {layer.name: path.name for layer, path in cover.report.outputs.items()},
        "pixels_of_each_class": {str(value): count for value, count in cover.report.counts.items()},
        "missing": _missing(cover.report),
    }


def _write_footprint(path: Path, cover: Cover) -> None:
    from millesime.cover_raster.footprint import missing_footprint
    from millesime.io.vector import write_geopackage

    whole = cover.imagery.area
    lost = {item.tile.area.relative_to(whole): item.reason for item in cover.report.missing}
    frame = missing_footprint(_without_data(cover), cover.imagery.area_grid, not_computed=lost)
    write_geopackage(path, {"missing": frame})


def _without_data(cover: Cover) -> Iterator[tuple[Window, npt.NDArray[np.bool_]]]:
    from millesime.geo.tiling import super_tiles
    from millesime.io.raster import RasterReader

    layer, path = next(iter(cover.report.outputs.items()))
    with RasterReader(path) as reader:
        for tile in super_tiles(reader.grid, size_px=_TILE_PX):
            yield tile, reader.read(tile)[0] == layer.nodata


def _write_vrt(path: Path, cover: Cover) -> None:
    from millesime.io.raster_mosaic import VrtBand, write_vrt

    grid, nomenclature = cover.imagery.area_grid, cover.card.cover_nomenclature
    bands = [
        VrtBand(
            layer.band_names[number] if layer.band_names else layer.name,
            layer.nodata,
            ((file, number + 1, grid.whole),),
            nomenclature if layer.is_classes else None,
        )
        for layer, file in cover.report.outputs.items()
        for number in range(layer.count)
    ]
    write_vrt(path, grid, bands)


def _stac(cover: Cover, dates: Dates, others: Mapping[str, str]) -> dict[str, Any]:
    from millesime.cover_raster.catalogue_entry import stac_item

    outputs: Mapping[Layer, Path] = cover.report.outputs
    folder = next(iter(outputs.values())).absolute().parent
    card = cover.card
    return stac_item(
        next(iter(outputs.values())).stem,
        grid=cover.imagery.area_grid,
        dates=dates,
        files={layer: _from(folder, path) for layer, path in outputs.items()},
        nomenclature=card.cover_nomenclature,
        properties={
            "millesime:model": {"name": card.name, "version": card.version, "sha256": card.onnx_sha256},
            "millesime:versions": cover.report.made_from["versions"],
        },
        others={name: _from(folder, Path(path)) for name, path in others.items()},
    )


def _from(folder: Path, path: Path) -> str:
    import os

    return Path(os.path.relpath(path.absolute(), folder)).as_posix()


def _write_json(path: Path, content: Mapping[str, Any]) -> None:
    from millesime.io.files import written_whole

    with written_whole(path) as temporary:
        temporary.write_text(json.dumps(content, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
