"""Geometry of the whole package: pixel grids, windows and tiles, the 1 cm grid, the coverage."""
