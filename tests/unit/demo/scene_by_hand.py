"""A scene as regular as a chessboard: enough objects for rates to be measured, nothing that needs a planner.

Plots of 20 m, `side` by `side`: a house of 10 m in each, on a parcel and a unit of its own; fields of 100 m
to the north, one wood of each kind, roads along the south.
"""

from __future__ import annotations

import geopandas
import numpy as np
import shapely

from millesime.demo.scene import Scene

WEST, SOUTH = 850_000.0, 6_530_000.0
PLOT_M = 20.0
STANDS = (("broadleaf", "FF1-00", 100.0), ("conifer", "FF2-00", 80.0), ("hedge", "", 20.0), ("mixed", "FF31", 50.0))


def _flat(x, y):
    return np.zeros_like(x)


def _frame(geometry, **columns):
    return geopandas.GeoDataFrame(columns, geometry=list(geometry), crs="EPSG:2154")


def _squares(count, side, size, *, inset=0.0, north=0.0):
    boxes = []
    for number in range(count):
        row, column = divmod(number, side)
        x, y = WEST + column * size, SOUTH + north + row * size
        boxes.append(shapely.box(x + inset, y + inset, x + size - inset, y + size - inset))
    return boxes


def scene_by_hand(*, year=2019, side=40, fields=100, roads=200):
    """The scene; `side`² buildings, parcels and units."""
    count = side * side
    ids = np.arange(count, dtype=np.int64)
    plots = _squares(count, side, PLOT_M)
    built = ids % 10 != 9  # one plot in ten is empty
    houses = [box for box, is_built in zip(_squares(count, side, PLOT_M, inset=5.0), built, strict=True) if is_built]
    dwellings = np.where(built, 1 + (ids % 7 == 0) * 3, 0)
    north = side * PLOT_M
    lines = [
        shapely.LineString([(WEST + 10.0 * n, SOUTH - 50.0), (WEST + 10.0 * (n + 1), SOUTH - 50.0)])
        for n in range(roads)
    ]
    woods = [
        shapely.box(WEST + 200.0 * n, SOUTH - 300.0, WEST + 200.0 * n + size, SOUTH - 300.0 + size)
        for n, (_, _, size) in enumerate(STANDS)
    ]
    extent = (WEST, SOUTH, WEST + north, SOUTH + north)
    half = WEST + north / 2
    number = int(built.sum())
    return Scene(
        year=year,
        month=7,
        seed=1,
        extent=extent,
        ground=_flat,
        units=_frame(
            plots,
            uid=ids,
            cs=["CS2.2.1"] * count,
            us=["US5"] * count,
            kind=["garden"] * count,
            commune=["99001"] * count,
        ),
        surfaces=_frame(
            plots, material=["lawn"] * count, angle_deg=np.zeros(count), variety=ids.astype(np.uint32), uid=ids
        ),
        buildings=_frame(
            houses,
            bid=ids[built] + 1000,
            height_m=np.full(number, 5.6),
            roof=["gable"] * number,
            roof_material=["tile_red"] * number,
            ridge_deg=np.zeros(number),
            usage=["Résidentiel"] * number,
            nature=["Indifférenciée"] * number,
            dwellings=dwellings[built],
            premises=np.zeros(number, dtype=np.int64),
            variety=ids[built].astype(np.uint32),
            uid=ids[built],
        ),
        trees=_frame([], radius_m=[], height_m=[], species=[], variety=[]),
        vehicles=_frame([], angle_deg=[], length_m=[], variety=[]),
        roads=_frame(
            lines,
            rid=np.arange(roads, dtype=np.int64),
            nature=["Route à 1 chaussée" if n % 4 else "Chemin" for n in range(roads)],
            importance=["5"] * roads,
            width_m=np.full(roads, 5.3),
            level=[{1: 1, 2: -1}.get(n, 0) for n in range(roads)],
            name=["Grande Rue"] * roads,
            private=np.zeros(roads, dtype=bool),
        ),
        railways=_frame(
            [shapely.LineString([(WEST, SOUTH - 80.0), (WEST + north, SOUTH - 80.0)])],
            rid=[1],
            nature=["Voie ferrée principale"],
            tracks=[2],
            level=[0],
        ),
        waters=_frame(
            [shapely.box(WEST, SOUTH - 120, WEST + 50, SOUTH - 100)], wid=[1], nature=["Retenue"], persistent=[True]
        ),
        zones=_frame(
            [shapely.box(WEST, SOUTH, WEST + 60, SOUTH + 60), shapely.box(WEST + 80, SOUTH, WEST + 100, SOUTH + 20)],
            zid=[1, 2],
            layer=["ZONE_D_ACTIVITE_OU_D_INTERET", "CIMETIERE"],
            categorie=["Industriel et commercial", "Religieux"],
            nature=["Zone industrielle", "Civil"],
            name=["Les Prés", ""],
        ),
        fields=_frame(
            _squares(fields, 10, 100.0, north=north),
            fid=np.arange(fields, dtype=np.int64),
            crop=["vine" if n == 0 else "wheat" for n in range(fields)],
            code_group=["21" if n == 0 else "1" for n in range(fields)],
            code_cultu=["VRC" if n == 0 else "BTH" for n in range(fields)],
        ),
        woods=_frame(
            woods,
            sid=np.arange(len(STANDS), dtype=np.int64),
            stand=[stand for stand, _, _ in STANDS],
            code_tfv=[code for _, code, _ in STANDS],
            managed=[True] * len(STANDS),
        ),
        parcels=_frame(
            plots,
            pid=ids,
            commune=["99001"] * count,
            section=["A"] * count,
            numero=ids + 1,
            dwellings=dwellings,
            premises=(ids % 20 == 0).astype(np.int64),
        ),
        communes=_frame(
            [shapely.box(WEST, SOUTH, half, SOUTH + north), shapely.box(half, SOUTH, WEST + north, SOUTH + north)],
            insee=["99001", "99002"],
            name=["Valserein", "Les Ormes"],
        ),
    )
