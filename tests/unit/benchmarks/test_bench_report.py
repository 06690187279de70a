"""The table of the measured figures: goals held against ratios, and the words around it left alone."""

from __future__ import annotations

import pytest
from benchmarks._report import BEGIN, END, OCSGE_BEGIN, OCSGE_END, report, write_report

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


OF_FILES = [
    {
        "benchmark": "ocsge_commands", "contender": "millesime check", "polygons": 500_000, "wall_s": 30.0, "runs": 1,
        "cpu_s": 31.5, "peak_mb": 4100, "correctness": {"anomalies": 12},
    },
    {
        "benchmark": "ocsge_artif", "contender": "PostGIS, ST_Union", "polygons": 1000, "wall_s": 3.0, "peak_mb": 300,
        "ratio": 12.25, "correctness": {
            "polygons": 1234, "artificial_m2": 20_000.0, "polygons_unlike": 2, "area_unlike_m2": 400.0,
        },
    },
    {"benchmark": "ocsge_diff", "contender": "PostGIS", "polygons": 1000, "missing": "not installed: apt-get"},
]  # fmt: skip


def test_ocsge_rows_have_a_table_of_their_own(tmp_path):
    page = tmp_path / "page.md"
    page.write_text(f"a {BEGIN} engine {END} b {OCSGE_BEGIN} old {OCSGE_END} c", encoding="utf-8")
    write_report(page, OF_FILES, target=page)
    text = page.read_text(encoding="utf-8")
    assert f"{BEGIN} engine {END}" in text
    assert " old " not in text
    check = "| command on the files of a département | millesime check | 500,000 | 30 | 31.5 | 4100 |  |"
    assert f"{check} 120 s, 4000 MB | no | 12 anomalies, one run |" in text
    assert (
        "| 12.2 |  |  | 1,234 polygons, 2.0000 ha artificial, 2 polygons of another status, off by 400.0 m² |" in text
    )
    assert "not installed: apt-get |" in text
    write_report(page, LINES, target=page)
    both = page.read_text(encoding="utf-8")
    assert " engine " not in both
    assert "PostGIS, ST_Union" in both
