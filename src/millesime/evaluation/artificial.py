"""Artificialised area and its flux, in a map and in the truth.

Of the truth two figures are told: what the matrix gives to the true units, and what our reading of the thresholds makes
of that. The map is compared with the second one; the difference between both is the part that the thresholds play.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import geopandas
import numpy as np

from millesime.artificialisation import ARTIFICIAL, Artificialisation, artificialise
from millesime.artificialisation import Parameters as StatusParameters
from millesime.differential import difference
from millesime.nomenclature import ARTIFICIALISATION

HECTARE_M2 = 10_000.0


@dataclass(frozen=True)
class Flux:
    """Artificial flux between two vintages, in hectares."""

    gain_ha: float
    loss_ha: float

    def as_dict(self) -> dict[str, float]:
        """For JSON, with the net flux."""
        return {**asdict(self), "net_ha": self.gain_ha - self.loss_ha}


def true_artificialisation(units: geopandas.GeoDataFrame, *, parameters: StatusParameters) -> Artificialisation:
    """Status of the true units: `code_cs`, `code_us` and polygons that make a partition."""
    single = units.explode(ignore_index=True)
    single["id"] = [str(row) for row in range(len(single))]
    return artificialise(single, parameters=parameters)


def matrix_area_ha(artificialisation: Artificialisation) -> float:
    """Artificial area by the matrix alone, in hectares."""
    frame = artificialisation.frame
    return float(frame.loc[frame["matrix_status"].astype(bool), "aire"].sum()) / HECTARE_M2


def flux_of(changes: geopandas.GeoDataFrame) -> Flux:
    """Flux of a differential: `artificialisation` and `area_m2`."""
    flux, area = changes["artificialisation"].to_numpy(), changes["area_m2"].to_numpy()
    return Flux(float(area[flux > 0].sum()) / HECTARE_M2, float(area[flux < 0].sum()) / HECTARE_M2)


def true_fluxes(first: Artificialisation, second: Artificialisation, *, years: tuple[int, int]) -> tuple[Flux, Flux]:
    """Flux of the truth: by the matrix alone, and with the thresholds."""
    pieces = difference(first, second, years=years, territory="truth")[0].frame
    status = [
        np.asarray(ARTIFICIALISATION.status(pieces[f"cs_{year}"], pieces[f"us_{year}"]), dtype=np.int64)
        for year in years
    ]
    by_matrix = flux_of(pieces.assign(artificialisation=status[1] - status[0]))
    return by_matrix, flux_of(pieces)


def as_artificial(frame: geopandas.GeoDataFrame) -> dict[str, Any]:
    """Artificial area of a map, in hectares."""
    artificial = (frame["artif"] == ARTIFICIAL).to_numpy(bool)
    return {"artificial_ha": float(frame["aire"].to_numpy()[artificial].sum()) / HECTARE_M2}
