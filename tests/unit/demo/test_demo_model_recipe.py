"""The recipe of the built-in model: what it must never learn from."""

from pathlib import Path

import pytest

pytest.importorskip("torch", reason="the recipe trains, which needs torch: pip install 'millesime[train]'")
pytest.importorskip("safetensors", reason="the recipe trains, which needs safetensors: pip install 'millesime[train]'")

from millesime.demo import model_recipe
from millesime.model import load

pytestmark = pytest.mark.torch

README = Path(__file__).parents[3] / "README.md"
DEMO_SEED = 2154


def test_test_seeds_and_the_demo_are_never_learnt_from():
    learnt = {*model_recipe.TRAINING_SEEDS, model_recipe.VALIDATION_SEED}
    assert not learnt & {*model_recipe.TEST_SEEDS, DEMO_SEED}
    assert len(set(model_recipe.TRAINING_SEEDS)) == len(model_recipe.TRAINING_SEEDS)


def test_the_test_seeds_are_those_of_the_readme():
    assert "**101, 202 and 303**" in README.read_text(encoding="utf-8")
    assert model_recipe.TEST_SEEDS == (101, 202, 303)


def test_the_shipped_model_is_of_this_recipe():
    card = load("builtin:demo").card
    assert card.architecture == model_recipe.SETTINGS.architecture
    assert card.architecture_parameters == dict(model_recipe.SETTINGS.architecture_parameters)
    assert card.class_values == model_recipe.SETTINGS.class_values
