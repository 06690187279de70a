"""Fichiers fonciers of the demo territory: cadastral parcels, dwellings and premises."""

from __future__ import annotations

import geopandas
import numpy as np
import numpy.typing as npt
import shapely

from millesime.demo.databases.chance import draws, lowest
from millesime.demo.databases.drift import on_grid
from millesime.demo.databases.faults import Faults
from millesime.demo.databases.table import table
from millesime.demo.scene import Scene

#: Occupation of premises (`cconlc`) by the usage of the building they are in.
_INDUSTRY, _TRADE = "US", "CM"


def fichiers_fonciers(scene: Scene, *, faults: Faults, seed: int) -> dict[str, geopandas.GeoDataFrame]:
    """Cadastral parcels with their premises; some premises are tied to no parcel of the plan."""
    parcels = scene.parcels
    lost = _unmatched(parcels, faults=faults, seed=seed)
    idpar = _keys(parcels)
    dwellings = np.where(lost, 0, parcels["dwellings"].to_numpy(dtype=np.int64))
    premises = np.where(lost, 0, parcels["premises"].to_numpy(dtype=np.int64))
    parcelle = table(
        {
            "idpar": idpar,
            "idcom": parcels["commune"].to_list(),
            "dcntpa": np.round(parcels.area.to_numpy()).astype(np.int64),
            "nlocal": dwellings + premises,
            "nlochabit": dwellings,
            "nlocmaison": np.where(dwellings == 1, 1, 0),
            "nlocappt": np.where(dwellings > 1, dwellings, 0),
            "nloccom": premises,
        },
        on_grid(parcels.geometry.to_numpy(), grid_m=faults.grid_m),
    )
    local = _premises(scene, idpar, lost)
    return {"parcelle": parcelle, "local": local} if len(local) else {"parcelle": parcelle}


def _unmatched(parcels: geopandas.GeoDataFrame, *, faults: Faults, seed: int) -> npt.NDArray[np.bool_]:
    used = np.flatnonzero((parcels["dwellings"] + parcels["premises"]).to_numpy() > 0)
    chance = draws(seed, "parcel", parcels["pid"].to_numpy()[used])[:, 0]
    lost = np.zeros(len(parcels), dtype=bool)
    lost[used[lowest(chance, faults.parcels_unmatched)]] = True
    return lost


def _keys(parcels: geopandas.GeoDataFrame) -> list[str]:
    """`idpar`: commune (5), prefix (3), section (2), number (4)."""
    return [
        f"{commune}000{str(section).rjust(2, '0')}{int(number):04d}"
        for commune, section, number in zip(parcels["commune"], parcels["section"], parcels["numero"], strict=True)
    ]


def _premises(scene: Scene, idpar: list[str], lost: npt.NDArray[np.bool_]) -> geopandas.GeoDataFrame:
    """One row per dwelling or premises, as a point of its parcel."""
    occupation = _occupation(scene)
    rows: list[tuple[str, str, str, str]] = []
    owners: list[int] = []
    counts = zip(scene.parcels["dwellings"], scene.parcels["premises"], strict=True)
    for row, (dwellings, premises) in enumerate(counts):
        # tax records of a parcel that was divided since still name the old one
        parcel = f"{idpar[row][:10]}9{idpar[row][11:]}" if lost[row] else idpar[row]
        home = ("1", "MA") if dwellings == 1 else ("2", "AP")
        for number, kind in enumerate([home] * int(dwellings) + [("4", occupation[row])] * int(premises)):
            rows.append((f"{idpar[row][:2]}{row:06d}{number:04d}", parcel, *kind))
            owners.append(row)
    points = shapely.point_on_surface(scene.parcels.geometry.to_numpy()[np.array(owners, dtype=np.intp)])
    names = ("idlocal", "idpar", "dteloc", "cconlc")
    return table({name: [row[place] for row in rows] for place, name in enumerate(names)}, points)


def _occupation(scene: Scene) -> list[str]:
    """Occupation of the premises of each parcel: industry when an industrial building stands there, else trade."""
    works = scene.buildings[scene.buildings["usage"] == "Industriel"]
    inside = shapely.STRtree(scene.parcels.geometry.to_numpy()).query(
        shapely.point_on_surface(works.geometry.to_numpy()), predicate="within"
    )[1]
    industrial = set(inside.tolist())
    return [_INDUSTRY if row in industrial else _TRADE for row in range(len(scene.parcels))]
