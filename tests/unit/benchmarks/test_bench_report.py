"""The table of the measured figures: goals held against ratios, and the words around it left alone."""

from __future__ import annotations

import pytest
from benchmarks._report import BEGIN, END, report, write_report

LINES = [
    {"benchmark": "topology", "contender": "millesime", "px": 64, "wall_s": 0.5, "peak_mb": 10, "correctness": {}},
    {
        "benchmark": "topology", "contender": "rasterio.features.shapes", "px": 64, "wall_s": 20.5, "peak_mb": 10,
        "ratio": 41.0, "correctness": {"polygons": 1234, "coverage_valid": False, "area_off_m2": 0.5},
    },
    {"benchmark": "zonal", "contender": "exactextract", "px": 64, "missing": "not installed: pip install it"},
    {
        "benchmark": "growth", "contender": "millesime vectorise, dense", "px": 64, "wall_s": 2.0, "peak_mb": 1600,
        "pixels_per_s": 2_500_000, "correctness": {},
    },
    {
        "benchmark": "invariance", "contender": "noise",
        "correctness": {"same_bytes": False, "unlike": ["x"], "variants": 8},
    },
    {"benchmark": "overlay", "contender": "all", "error": "ImportError: a | b"},
]  # fmt: skip


def test_each_line_is_told():
    rows = report(LINES).splitlines()
    assert "| topology: arcs, faces, areas | millesime | 64 | 0.5 | 10 |  |  |  |  |" in rows
    shapes = next(row for row in rows if "features.shapes" in row)
    assert "| 41.0 | 40 times | yes | 1,234 polygons, borders do not match, area off by 0.5 m² |" in shapes
    assert any("exactextract" in row and "30 times |  | not installed" in row for row in rows)
    assert "| millesime vectorise, dense | 64 | 2 | 2.5 | 1600 | 1500 MB | no | 2 Mpx/s |" in rows
    assert "- noise: NOT the same bytes: x from 8 ways to cut it into tiles and workers." in rows
    assert "- overlay, all: failed: ImportError: a   b." in rows


def test_words_around_the_table_stay(tmp_path):
    page = tmp_path / "page.md"
    page.write_text(f"before {BEGIN} old {END} after", encoding="utf-8")
    write_report(page, LINES, target=page)
    text = page.read_text(encoding="utf-8")
    assert text.startswith("before ")
    assert text.endswith(" after")
    assert " old " not in text
    page.write_text("no place for a table", encoding="utf-8")
    with pytest.raises(ValueError, match="measured: begin"):
        write_report(page, LINES, target=page)
