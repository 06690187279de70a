"""`millesime publish` writes whole deliveries, and never over something else."""

from __future__ import annotations

import json

import pytest
import typer
from made_up_territory import write_products
from typer.testing import CliRunner

from millesime.cli import publish
from millesime.errors import ConfigError, InputError
from millesime.io.catalogue import describe_file
from millesime.production.deliveries import deliver
from millesime.publication import project_faults


@pytest.fixture(scope="module")
def territory(tmp_path_factory):
    root = tmp_path_factory.mktemp("publish")
    write_products(root)
    return root


def test_the_command_writes_every_vintage(territory, tmp_path):
    app = typer.Typer()
    app.command()(publish.command)
    result = CliRunner().invoke(app, ["-C", str(territory), "-o", str(tmp_path / "out"), "--json"])
    assert result.exit_code == 0, result.output
    told = json.loads(result.stdout)
    assert [item["vintage"] for item in told["deliveries"]] == [2019, 2022]
    folder = tmp_path / "out" / "2022"
    assert "portrait.html" in told["deliveries"][1]["files"]
    text = (folder / "OCS-GE_TEST_2022.qgs").read_text(encoding="utf-8")
    # Paths start from where the delivery lies now: the other vintage beside it, the imagery in the territory.
    assert project_faults(text, lambda path: describe_file(folder / path)) == ()
    assert not [path for path in (tmp_path / "out").iterdir() if path.name.startswith(".")]
    again = deliver(territory, tmp_path / "out")
    assert [delivery.year for delivery in again] == [2019, 2022]


def test_a_folder_that_is_no_delivery_is_left_alone(territory, tmp_path):
    kept = tmp_path / "2022" / "letters.txt"
    kept.parent.mkdir()
    kept.write_text("dear all")
    with pytest.raises(ConfigError, match="not a delivery"):
        deliver(territory, tmp_path)
    assert kept.read_text() == "dear all"
    assert not (tmp_path / "2019").exists()


def test_products_that_are_missing_are_named(territory, tmp_path):
    lacking = tmp_path / "lacking"
    lacking.mkdir()
    write_products(lacking)
    (lacking / "products" / "2022" / "built_zone.parquet").unlink()
    with pytest.raises(InputError, match=r"built_zone\.parquet"):
        deliver(lacking, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_products_are_not_overwritten(territory):
    with pytest.raises(ConfigError, match="cannot be written there"):
        deliver(territory, territory / "products" / "2022")
