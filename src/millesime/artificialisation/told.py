"""What an artificialisation says of itself: its rules, its figures, the layers that are written."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import geopandas
import pandas as pd

from millesime.artificialisation.agreement import Agreement
from millesime.artificialisation.exemptions import Exempted
from millesime.artificialisation.parameters import STANDING, Parameters
from millesime.artificialisation.product import ARTIFICIAL, NOT_ARTIFICIAL, STEP_LABELS, Artificialisation
from millesime.artificialisation.vintage import artificial_zones, left_at_limit

_WORDS = {True: ARTIFICIAL, False: NOT_ARTIFICIAL, None: None}


def rules_told(parameters: Parameters) -> list[dict[str, str]]:
    """The parameters in force, each with who says so: the law, or our reading of it."""
    rules = [{"name": "mode", "value": parameters.mode, "standing": STANDING[parameters.mode]}]
    for name, value in parameters.in_force().items():
        if name == "mode":
            continue
        standing = STANDING[name]
        if standing == "law" and not parameters.is_law(name):
            standing = "chosen, not the value of the law"
        rules.append({"name": name, "value": str(value), "standing": standing})
    return [*rules, {"name": "category", "value": "annex of article R.101-1, 2023", "standing": STANDING["category"]}]


def figures(result: Artificialisation) -> dict[str, Any]:
    """Areas in square metres: in all, artificial, by the matrix alone, changed by thresholds, by step."""
    frame = result.frame
    area = frame["aire"].to_numpy()
    by_step = frame.groupby("status_step")["aire"].agg(["size", "sum"])
    changed, at_limit = frame["crit_seuil"].to_numpy(bool), left_at_limit(result)
    return {
        "total_m2": float(frame["aire"].sum()),
        "artificial_m2": result.area_m2(),
        "matrix_artificial_m2": float(frame.loc[frame["matrix_status"], "aire"].sum()),
        "changed_by_thresholds": {"polygons": int(changed.sum()), "area_m2": float(area[changed].sum())},
        "left_at_limit": {"polygons": int(at_limit.sum()), "area_m2": float(area[at_limit].sum())},
        "steps": [
            {"step": step, "polygons": int(by_step.loc[step, "size"]), "area_m2": float(by_step.loc[step, "sum"])}
            for step in STEP_LABELS
            if step in by_step.index
        ],
    }


def map_of(
    result: Artificialisation, *, against: Agreement | None = None, exemptions: Sequence[Exempted] = ()
) -> geopandas.GeoDataFrame:
    """Every polygon with its status, what each exemption takes of it, and the official status where it was compared."""
    frame = result.frame
    added: dict[str, Any] = {item.exemption.column: item.area_m2 for item in exemptions}
    if against is not None:
        added["artif_official"] = [_WORDS[value] for value in against.official]
    return frame.assign(**added)[[*(name for name in frame.columns if name != "geometry"), *added, "geometry"]]


def layers_of(
    result: Artificialisation,
    parameters: Parameters,
    *,
    against: Agreement | None = None,
    exemptions: Sequence[Exempted] = (),
) -> dict[str, geopandas.GeoDataFrame | pd.DataFrame]:
    """The layers of a GeoPackage, in their order: ARTIF, the zones of mode `sparte-2024`, exemptions, RULES."""
    layers: dict[str, Any] = {"ARTIF": map_of(result, against=against, exemptions=exemptions)}
    if parameters.mode == "sparte-2024":
        layers["ZONE_ARTIFICIELLE"] = artificial_zones(result)
    for item in exemptions:
        layers[item.exemption.layer] = item.pieces
    return {**layers, "RULES": pd.DataFrame(rules_told(parameters))}
