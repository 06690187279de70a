"""Columns of the number tables that the kernels read: one row per surface, building, tree or vehicle."""

from __future__ import annotations

# Surfaces
SOIL, PLANT = 0, 4
"""First of the four bands of each end member, already tinted for the object."""
MIX, LIGHT = 8, 14
"""First of the six octaves."""
(SHARE, ROW_M, ROW, ROW_LIGHT, STREAK, STREAK_LIGHT, TRAM_M, STRIP_M, STRIP, HEADLAND_M, HEIGHT, HEIGHT_SHARE, CLUMP_M,
 CLUMP_HEIGHT, CLUMP_SHARE, NATURAL, PATTERN, COS, SIN, SEED, BAND, SURFACE_COLUMNS) = range(20, 42)  # fmt: skip
"""SEED is below 2**20, exact in a float32. BAND tells the sealed (1) from the open ground (0)."""

# Buildings: OBB along the ridge, then what stands in it
(B_X, B_Y, B_COS, B_SIN, B_HALF_LENGTH, B_HALF_WIDTH, B_EAVES, B_ROOF, B_MATERIAL, B_SLOPE, B_BOX, B_FIRST, B_COUNT,
 B_SEED, B_USE, BUILDING_COLUMNS) = range(16)  # fmt: skip
B_COLOUR = 16
BUILDING_WIDTH = 20

GABLE, HIP, FLAT, GREENHOUSE, SHED, ROUND = range(6)
ROOFS = {"gable": GABLE, "hip": HIP, "flat": FLAT, "greenhouse": GREENHOUSE, "shed": SHED, "round": ROUND}
TILE, SLATE, METAL, FIBRE, GRAVEL, MEMBRANE, GLASS, SOLAR = range(8)
ROOF_MATERIALS = {
    "tile_red": TILE,
    "tile_brown": TILE,
    "slate": SLATE,
    "metal_light": METAL,
    "metal_blue": METAL,
    "fibre_cement": FIBRE,
    "gravel": GRAVEL,
    "membrane": MEMBRANE,
    "glass": GLASS,
    "solar": SOLAR,
}

# Trees
(T_X, T_Y, T_RADIUS, T_HEIGHT, T_KIND, T_SEED, T_LOBE_3, T_LOBE_5, T_COLOUR) = range(9)
TREE_WIDTH = 13
BROADLEAF, CONIFER, FRUIT, POPLAR = range(4)
SPECIES = {"broadleaf": BROADLEAF, "conifer": CONIFER, "fruit": FRUIT, "poplar": POPLAR}

# Vehicles
(V_X, V_Y, V_COS, V_SIN, V_HALF_LENGTH, V_HALF_WIDTH, V_HEIGHT, V_COLOUR) = range(8)
VEHICLE_WIDTH = 12

# Axes: a segment of a road or a railway
(A_X0, A_Y0, A_X1, A_Y1, A_START, A_HALF_WIDTH, A_KIND, AXIS_WIDTH) = range(8)
MINOR_ROAD, MARKED_ROAD, EARTH_ROAD, RAILWAY = range(1, 5)
