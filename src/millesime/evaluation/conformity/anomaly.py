"""An anomaly: one fault of a layer, named by its rule and located."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Literal

Severity = Literal["error", "warning"]

#: Every rule, with what it says. A file with an anomaly of severity error is not accepted.
RULES: Mapping[str, str] = MappingProxyType(
    {
        "missing_attribute": "an attribute of the specification is not there",
        "extra_attribute": "an attribute that the specification does not have",
        "wrong_type": "an attribute is of another type than specified",
        "null_value": "an attribute that must have a value has none",
        "unknown_code": "a code that the nomenclature does not know",
        "code_without_prefix": "codes delivered without CS or US before them",
        "suspect_pair": "a cover and a use that hardly go together",
        "unknown_value": "a value that the specification does not allow",
        "class_disagrees": "the number and the name of a class disagree",
        "duplicate_id": "an identifier is used more than once",
        "empty_geometry": "an object without geometry, or that is not a polygon",
        "invalid_geometry": "a polygon that crosses or touches itself",
        "multipart": "an object made of several polygons",
        "duplicate_geometry": "two objects with the same polygon",
        "sliver": "a polygon thinner than anything that the specification describes",
        "overlap": "two polygons cover the same ground",
        "gap": "a narrow strip that no polygon covers",
        "hole": "ground inside the map that no polygon covers",
        "invalid_edge": "a border that does not match the neighbour's, vertex by vertex",
        "minimum_unit": "an object below the minimum unit of its class",
        "minimum_unit_exempt": "an object below the minimum unit, closed in by the ossature or the limit of the map",
        "wrong_area": "the attribute aire is not the area of the polygon",
        "crit_seuil_disagrees": "crit_seuil does not say whether the status differs from the crossing matrix",
        "flux_disagrees": "artificialisation is not the change between the two statuses",
        "limit_overlap": "two neighbouring deliveries cover the same ground",
        "limit_gap": "ground between two neighbouring deliveries that neither covers",
    }
)


@dataclass(frozen=True)
class Anomaly:
    """One fault."""

    layer: str
    """Layer in which it was found."""

    rule: str
    """A key of RULES."""

    severity: Severity
    message: str
    """What is wrong there, with the value found and what was expected."""

    object_id: str = ""
    """`id` of the object, or its row number when the layer has no usable ids; '' for the layer as a whole."""

    geometry: Any = None
    """Where: polygon of the object, zone of an overlap or a gap, lines of invalid edges; None for the whole layer."""

    def __post_init__(self) -> None:
        assert self.rule in RULES, self.rule
