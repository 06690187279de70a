"""Parameters of the artificial status, each with its standing: law, published rule, or our own reading."""

from __future__ import annotations

from typing import Literal

import pydantic

from millesime.nomenclature import threshold

Connectivity = Literal["edge", "touch"]
Enclosure = Literal["limit", "single"]
Order = Literal["fill_first", "remove_first"]
BuiltForcing = Literal["self", "adjacent"]


class Parameters(pydantic.BaseModel, frozen=True, extra="forbid"):
    """How thresholds are applied to the crossing matrix.

    **Law** (annex of article R.101-1, code de l'urbanisme): the reference thresholds, 50 m² of footprint for built
    ground and 2 500 m² for the other categories. **Published with the national tool**: small enclosed patches take
    the status around them, built patches of 50 m² and more stay artificial. **Our reading**, because no text fixes
    it: what counts as enclosed, what connects two polygons, the order of the passes, how far a building protects.
    """

    t_other_m2: float = pydantic.Field(default=threshold("decree_other").value, ge=0)
    """Law: a patch strictly smaller than this, in square metres, is below the threshold."""

    t_built_m2: float = pydantic.Field(default=threshold("decree_built").value, ge=0)
    """Law: a built patch of at least this many square metres stays artificial."""

    connectivity: Connectivity = "edge"
    """Our reading: `edge`, polygons connect along an edge of positive length; `touch`, a corner is enough."""

    enclosure: Enclosure = "limit"
    """Our reading: `limit`, a patch is enclosed unless it lies along the limit of the known data; `single`, one
    single patch of the other status must moreover surround it."""

    order: Order = "fill_first"
    """Our reading: which pass comes first, filling non-artificial enclaves or removing artificial ones."""

    built_forcing: BuiltForcing = "self"
    """Our reading of "adjacent to built land": `self`, the built patch alone survives in a small artificial patch;
    `adjacent`, the artificial polygons of that patch that share an edge with it survive too."""
