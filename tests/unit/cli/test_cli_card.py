"""`millesime card`: what a model expects and answers, for people and as JSON."""

from __future__ import annotations

import json

from typer.testing import CliRunner

from millesime.cli.app import app
from millesime.model import load


def test_the_card_of_the_builtin_model_is_shown():
    shown = CliRunner().invoke(app, ["card"])
    assert shown.exit_code == 0, shown.output
    card = load("builtin:demo").card
    assert f"# {card.name} {card.version}" in shown.output
    assert ", ".join(card.bands) in shown.output
    assert all(limit in shown.output for limit in card.limits)


def test_the_card_as_json_is_the_card():
    shown = CliRunner().invoke(app, ["card", "builtin:demo", "--json"])
    told = json.loads(shown.stdout)
    assert told["card"] == load("builtin:demo").card.model_dump(mode="json")
    assert told["file"].endswith("demo.onnx")
    assert told["notes"] == []
