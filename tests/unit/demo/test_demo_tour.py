"""What the demo says at its end: short, every vintage, each path on a line with its name."""

from pathlib import Path

from millesime.demo.tour import TABLE_FILE, Tour


def test_the_end_of_the_demo_names_every_vintage_and_leaves_the_tables_to_a_file(tmp_path):
    files = [f"delivery/{year}/{name}" for year in (2019, 2022) for name in ("a.gpkg", "a.qgs", "portrait.html")]
    for name in files:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    measures = {"vintages": {"2019": {"cover": {"overall_accuracy": 0.5}, "us": {"overall_accuracy": 0.25}}}}
    told = Tour(Path(tmp_path), (), measures, "a long table\n" * 150, 3.0).as_text()
    assert "long table" not in told
    assert "2019         cover raster 50.0 %, OCS GE use 25.0 %" in told
    lines = told.splitlines()
    assert len(lines) < 20
    for name in [*files, TABLE_FILE]:
        line = next(line for line in lines if str(tmp_path / name) in line)
        assert line.split()[0] in {"portrait", "QGIS", "GeoPackage", "accuracy"}
