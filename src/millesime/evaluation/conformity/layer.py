"""A layer to be checked: its kind, its attributes under their specified names, its polygons."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

import geopandas
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from millesime.evaluation.conformity.anomaly import Anomaly, Severity
from millesime.evaluation.conformity.kinds import Kind, detect
from millesime.geo.precision import polygons_of
from millesime.nomenclature import CS, US
from millesime.sources.ocsge.kinds import attribute_names
from millesime.sources.ocsge.values import with_prefix


@dataclass(frozen=True)
class Layer:
    """One layer of a file."""

    name: str
    """How reports call it: 'OCCUPATION_SOL', or 'file.gpkg/OCCUPATION_SOL' in a folder of several files."""

    kind: Kind
    frame: geopandas.GeoDataFrame
    """Attributes under their specified names, codes with their prefix, `geometry` active, RangeIndex."""

    unprefixed: Mapping[str, int] = field(default_factory=dict)
    """Number of codes that lacked their prefix in the file, by attribute."""

    @cached_property
    def geometry(self) -> npt.NDArray[Any]:
        """(n,) geometries as they are in the file."""
        return np.asarray(self.frame.geometry.to_numpy(), dtype=object)

    @cached_property
    def ids(self) -> list[str]:
        """(n,) what to call each object in a message: its id, or its row number."""
        rows = [f"row {row}" for row in range(len(self.frame))]
        if "id" not in self.frame.columns:
            return rows
        values = zip(self.frame["id"].tolist(), rows, strict=True)
        return [row if value is None or value != value or value == "" else str(value) for value, row in values]

    @cached_property
    def is_valid(self) -> npt.NDArray[np.bool_]:
        """(n,) whether each geometry is there and valid."""
        return np.asarray(shapely.is_valid(self.geometry), dtype=bool)

    @cached_property
    def _repaired(self) -> tuple[npt.NDArray[Any], npt.NDArray[np.intp]]:
        usable = np.flatnonzero(~(shapely.is_missing(self.geometry) | shapely.is_empty(self.geometry)))
        geoms = self.geometry[usable]
        broken = ~self.is_valid[usable]
        if broken.any():
            geoms[broken] = shapely.make_valid(geoms[broken])
        if (shapely.get_type_id(geoms) == shapely.GeometryType.POLYGON).all():
            return geoms, usable  # parts would be copies
        parts, index = polygons_of(geoms)
        return parts, usable[index]

    @property
    def polygons(self) -> npt.NDArray[Any]:
        """(k,) valid single polygons: parts taken apart, invalid ones repaired, the rest left out."""
        return self._repaired[0]

    @property
    def rows(self) -> npt.NDArray[np.intp]:
        """(k,) row of each of `polygons`."""
        return self._repaired[1]

    def anomaly(
        self, rule: str, message: str, *, row: int | None = None, severity: Severity = "error", where: Any = None
    ) -> Anomaly:
        """An anomaly of this layer, at the polygon of a row unless `where` says better."""
        geometry = self.geometry[row] if row is not None and where is None else where
        return Anomaly(
            layer=self.name,
            rule=rule,
            severity=severity,
            message=message,
            object_id="" if row is None else self.ids[row],
            geometry=geometry,
        )


def layer_of(frame: geopandas.GeoDataFrame, *, name: str) -> Layer | None:
    """The layer of a frame; None when its attributes and name are those of no kind that is checked.

    Raises:
        SchemaError: two attributes differ by case only.
    """
    attributes = [column for column in frame.columns if column != frame.geometry.name]
    specified = attribute_names(attributes, place=name)
    kind = detect([*specified.values()], name=name)
    if kind is None:
        return None
    renamed = frame.rename(columns=specified)
    if renamed.geometry.name != "geometry":
        renamed = renamed.rename_geometry("geometry")
    renamed = renamed.drop(columns=[c for c in ("fid", "ogc_fid") if c in renamed.columns]).reset_index(drop=True)
    unprefixed: dict[str, int] = {}
    for attribute in kind.attributes:
        if attribute.codes and attribute.name in renamed.columns:
            renamed[attribute.name], count = _with_prefixes(renamed[attribute.name], attribute.codes)
            unprefixed |= {attribute.name: count} if count else {}
    return Layer(name=name, kind=kind, frame=renamed, unprefixed=unprefixed)


def _with_prefixes(values: pd.Series, nomenclature: Literal["CS", "US"]) -> tuple[pd.Series, int]:
    """Codes with their prefix, and how many lacked it; everything else is left to the checks as it is."""
    table = CS if nomenclature == "CS" else US
    known = {text: with_prefix(text, table) for text in values.dropna().unique().tolist() if isinstance(text, str)}
    changed = {text: code for text, code in known.items() if text != code}
    if not changed:
        return values, 0
    return values.replace(changed), int(values.isin(list(changed)).sum())
