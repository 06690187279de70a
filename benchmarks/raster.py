"""The bench rasters themselves: polygons per km², share of single pixels, polygons left at 50 m²."""

from benchmarks._measure import default_px, emit
from benchmarks._raster import LOOKS, statistics

BENCHMARK = "raster"


def main() -> None:
    for look in LOOKS.values():
        px = default_px()
        emit({"benchmark": BENCHMARK, "contender": look.name, "px": px, "correctness": statistics(look, px)})
