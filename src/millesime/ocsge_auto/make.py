"""From the evidence of one date to its OCS GE map, as one sentence a step."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import geopandas
import numpy as np
import numpy.typing as npt
import pandas
from pydantic import BaseModel, ConfigDict

from millesime.errors import CodeError
from millesime.geo.coverage import Coverage, overlay_polygons
from millesime.geo.coverage.matching import coverage_of_matched_polygons
from millesime.nomenclature import COSIA
from millesime.ocsge_auto.cover_rules import CoverParameters, apply_cover_rules
from millesime.ocsge_auto.evidence import Evidence
from millesime.ocsge_auto.faces import BUILT, describe_faces
from millesime.ocsge_auto.inherit import inherit_uses
from millesime.ocsge_auto.minimum_units import MinimumUnits, generalise
from millesime.ocsge_auto.surroundings import describe_surroundings
from millesime.ocsge_auto.use_rules import LAST_RULES, UseParameters, apply_use_rules, inherits

Bounds = tuple[float, float, float, float]


class MapRules(BaseModel):
    """All that decides how the evidence becomes a map."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    cover_min_area_m2: float = 50.0
    """Faces of the cover below it are merged before the overlay: no minimum unit is that small."""

    cover_tolerance_m: float = 1.0
    """Straightens the borders of the cover, which follow pixels."""

    cover: CoverParameters = CoverParameters()
    use: UseParameters = UseParameters()
    inherit_rounds: int = 4
    """How far a use spreads over faces without one."""

    minimum_units: MinimumUnits = MinimumUnits()


@dataclass(frozen=True)
class Objects:
    """Objects of OCS GE before they have ids."""

    frame: geopandas.GeoDataFrame
    """`code_cs`, `code_us`, `source`, `ossature`, `code_or`, `cs_rule`, `us_rule`, geometry."""

    counts: dict[str, int]


def prepare_cover(cover: geopandas.GeoDataFrame, *, rules: MapRules) -> geopandas.GeoDataFrame:
    """The cover with its smallest faces merged and its borders straightened.

    Args:
        cover: the cover as polygons that are a coverage, with `classe`.
        rules: minimum area and tolerance.
    """
    classes = cover["classe"].to_numpy(str)
    unknown = sorted(set(classes) - {item.name for item in COSIA.classes})
    if unknown:
        raise CodeError(f"classes that CoSIA does not have: {', '.join(unknown)}", place="cover_vector")
    names, number = np.unique(classes, return_inverse=True)
    # The cover is a coverage by contract: no border is looked for anew, which takes minutes where they follow pixels.
    raw = coverage_of_matched_polygons(Coverage, cover.geometry.to_numpy(), str(cover.crs))
    told = replace(raw, face_values=number[raw.face_values])
    smooth = told.merge(min_area_m2=rules.cover_min_area_m2).simplify(tolerance_m=rules.cover_tolerance_m)
    columns = {"classe": names[smooth.face_values].astype(object)}
    return geopandas.GeoDataFrame(columns, geometry=smooth.to_polygons(), crs=cover.crs)


def make_objects(evidence: Evidence, extent: Bounds, *, rules: MapRules) -> Objects:
    """Overlay the evidence, apply the rules of cover and use, and merge to the minimum units.

    Args:
        evidence: all layers; the cover fills the extent.
        extent: west, south, east, north in metres, on the 1 cm grid.
        rules: parameters.
    """
    layers = [layer.geometry.to_numpy() for layer in evidence.outlines()]
    coverage = overlay_polygons(layers, extent=extent, crs=str(evidence.cover.crs)).coverage
    faces = tell_codes(coverage, evidence, rules=rules)
    weak = faces["cover"].isin(BUILT).to_numpy() & (faces["code_cs"] != "CS1.1.1.1").to_numpy()
    # A river that the ossature cuts into short reaches is measured whole.
    river = (faces["code_cs"] == "CS1.2.2") & (faces["water_m2"] >= rules.minimum_units.outside_m2)
    done = generalise(coverage, faces.assign(is_weak=weak, is_kept=river), units=rules.minimum_units)
    frame = _described(done.coverage, done.group, done.receiver, faces)
    counts = {
        "faces of the overlay": len(faces),
        "faces merged to the minimum units": done.merged,
        "objects below the minimum unit, exempt": done.exempt,
    }
    return Objects(frame, counts)


def tell_codes(coverage: Coverage, evidence: Evidence, *, rules: MapRules) -> pandas.DataFrame:
    """Describe the faces and give each its cover and its use, with the rules that set them."""
    pairs, shared_m = coverage.neighbours()
    faces = describe_surroundings(coverage, describe_faces(coverage.to_polygons(), evidence), pairs)
    faces["code_cs"], faces["cs_rule"] = apply_cover_rules(faces, parameters=rules.cover)
    faces["code_us"], faces["us_rule"] = apply_use_rules(faces, parameters=rules.use)
    known = faces["code_us"].to_numpy(object)
    inherited = inherit_uses(known, inherits(faces, parameters=rules.use), pairs, shared_m, rounds=rules.inherit_rounds)
    faces.loc[(known == "") & (inherited != ""), "us_rule"] = "neighbours"
    faces["code_us"] = inherited
    faces["code_us"], faces["us_rule"] = apply_use_rules(faces, parameters=rules.use, rules=LAST_RULES)
    return faces


def _described(
    coverage: Coverage,
    group: npt.NDArray[Any],
    receiver: npt.NDArray[Any],
    faces: pandas.DataFrame,
) -> geopandas.GeoDataFrame:
    """Attributes of the objects: codes of the face that received the others, rules of the largest of those codes."""
    code_cs, code_us = (faces[name].to_numpy(object)[receiver] for name in ("code_cs", "code_us"))
    same = (faces["code_cs"].to_numpy(object) == code_cs[group]) & (faces["code_us"].to_numpy(object) == code_us[group])
    speaker = largest_member(group, np.where(same, faces["area_m2"].to_numpy(float), -1.0), len(coverage))
    cs_rule = faces["cs_rule"].to_numpy(object)[speaker]
    return geopandas.GeoDataFrame(
        {
            "code_cs": code_cs,
            "code_us": code_us,
            "source": [source_of(rules) for rules in cs_rule],
            "ossature": faces["is_ossature"].to_numpy(bool)[receiver].astype(np.int64),
            "code_or": faces["cover"].to_numpy(object)[speaker],
            "cs_rule": cs_rule,
            "us_rule": faces["us_rule"].to_numpy(object)[speaker],
        },
        geometry=coverage.to_polygons(),
        crs=coverage.crs,
    )


def largest_member(group: npt.NDArray[Any], weight: npt.NDArray[np.float64], count: int) -> npt.NDArray[np.int64]:
    """Member of the largest weight of each group; ties go to the first member."""
    order = np.lexsort((-np.arange(len(group)), weight, group))
    found = np.full(count, -1, dtype=np.int64)
    found[group[order]] = order  # the last of equal indices stays
    return found


def source_of(rules: str) -> str:
    """Database that the decisive rule of cover reads."""
    decisive = rules.rsplit(";", 1)[-1].split(".", 1)[0]
    return {"cosia": "CoSIA", "rpg": "RPG", "stand": "BD Forêt"}.get(decisive, "BD TOPO")
