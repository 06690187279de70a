"""Which CRS a file is in, as an authority code: read, recognised by its parameters, given, or refused."""

from __future__ import annotations

import warnings
from functools import lru_cache
from pathlib import Path
from typing import Any

import pyproj
from pyproj.exceptions import CRSError

from millesime.errors import CrsError

#: CRS of the deliveries, by EPSG code, with the token of the file names: metropolitan France and the DROM.
DELIVERY_CRS = {
    2154: "LAMB93",
    5490: "RGAF09UTM20",
    2972: "RGFG95UTM22",
    2975: "RGR92UTM40S",
    4471: "RGM04UTM38S",
}

#: Ellipsoids differ by less than this between a national datum and a file that lost its datum's name.
_AXIS_TOLERANCE_M = 0.5

_REMEDY = "give it: --crs EPSG:2154 on the command line, or crs in the source's entry of territory.toml"


def authority_code(crs: Any, *, place: str | Path | None = None) -> str:
    """The authority code of anything that describes a CRS, such as 'EPSG:2154'.

    A CRS without a code is recognised when its projection and parameters are those of a delivery CRS.

    Raises:
        CrsError: there is no CRS, it cannot be read, or it is not recognised.
    """
    if crs is None or crs == "":
        raise CrsError("no CRS is given in the file", place=place, remedy=_REMEDY)
    try:
        code, name = _recognised(crs) if isinstance(crs, str) else _recognise(crs)
    except CRSError as error:
        raise CrsError(f"the CRS {str(crs)[:80]!r} cannot be read ({error})", place=place, remedy=_REMEDY) from error
    if code is None:
        raise CrsError(f"the CRS {name!r} has no code and is not recognised", place=place, remedy=_REMEDY)
    return code


def _recognise(crs: Any) -> tuple[str | None, str]:
    """Authority code, None when it is not recognised, and name."""
    parsed = pyproj.CRS.from_user_input(crs)
    authority = parsed.to_authority()
    if authority is not None:
        return f"{authority[0]}:{authority[1]}", parsed.name
    for code in DELIVERY_CRS:
        if _same_projection(parsed, pyproj.CRS.from_epsg(code)):
            return f"EPSG:{code}", parsed.name
    return None, parsed.name


#: A CRS without a code is looked for in the whole registry, which takes a quarter of a second: tiles of a mosaic by the
#: thousand tell the same one.
_recognised = lru_cache(maxsize=64)(_recognise)


def resolve_crs(found: Any, *, given: str | None = None, place: str | Path | None = None) -> str:
    """The CRS of a file: the one `given` by the user when the file has none, else the file's own.

    Raises:
        CrsError: neither is known, or they contradict each other.
    """
    if given is None:
        return authority_code(found, place=place)
    wanted = authority_code(given, place=f"the CRS that is given, {given}")
    if found is None or found == "":
        return wanted
    own = authority_code(found, place=place)
    if own != wanted:
        raise CrsError(f"the file is in {own}, not in {wanted}", place=place, remedy=f"reproject it to {wanted}")
    return own


@lru_cache(maxsize=64)
def unit_other_than_metre(code: str) -> str | None:
    """The unit of the coordinates of a CRS, or of its heights, where it is not the metre; None where all are metres."""
    parsed = pyproj.CRS.from_user_input(code)
    if parsed.is_geographic:
        return "degrees"
    others = [axis.unit_name for axis in parsed.axis_info if abs(axis.unit_conversion_factor - 1.0) > 1e-9]
    return f"units of {others[0]}" if others else None


def _same_projection(left: pyproj.CRS, right: pyproj.CRS) -> bool:
    if not (left.is_projected and right.is_projected):
        return False
    ours, theirs = left.ellipsoid, right.ellipsoid
    if ours is None or theirs is None:
        return False
    if abs(ours.semi_major_metre - theirs.semi_major_metre) > _AXIS_TOLERANCE_M:
        return False
    return _parameters(left) == _parameters(right)


def _parameters(crs: pyproj.CRS) -> dict[str, Any]:
    with warnings.catch_warnings():
        # The PROJ string is only compared, so what it loses does not matter.
        warnings.simplefilter("ignore", UserWarning)
        values = crs.to_dict()
    return {key: value for key, value in values.items() if key not in {"ellps", "datum", "towgs84", "no_defs", "type"}}
