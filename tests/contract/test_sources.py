"""What every database must offer: adding one is one file and one line, and these tests run over it."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest
import shapely
from source_fixtures import layer_fixture

from millesime.errors import SchemaError
from millesime.sources import SOURCES

ALL_LAYERS = [(name, layer.name) for name, (source, _) in SOURCES.items() for layer in source.layers]


@pytest.mark.parametrize("name", SOURCES)
def test_a_source_says_who_made_it_and_under_which_licence(name):
    source, _ = SOURCES[name]
    assert source.name == name
    assert source.title
    assert source.producer
    assert source.licence
    assert source.layers
    assert any(layer.required for layer in source.layers)
    with pytest.raises(dataclasses.FrozenInstanceError):
        source.name = "other"


@pytest.mark.parametrize(("name", "layer"), ALL_LAYERS)
def test_a_layer_has_a_key_and_documented_attributes(name, layer):
    schema = SOURCES[name][0].layer(layer)
    assert schema.title
    assert schema.attribute(schema.key).kind == "text"
    for attribute in schema.attributes:
        assert attribute.name == attribute.name.lower()
        assert attribute.kind == "text" or not attribute.values


@pytest.mark.parametrize("names", ["long", "upper", "short"])
@pytest.mark.parametrize(("name", "layer"), ALL_LAYERS)
def test_every_spelling_of_the_attributes_gives_the_same_layer(name, layer, names):
    source, normalise = SOURCES[name]
    schema = source.layer(layer)
    expected = normalise(layer, layer_fixture(schema))
    found = normalise(layer.upper(), layer_fixture(schema, names=names))
    assert list(found.columns) == list(expected.columns)
    for column in found.columns:
        np.testing.assert_array_equal(found[column].to_numpy(), expected[column].to_numpy(), err_msg=column)
    assert found.crs == "EPSG:2154"


@pytest.mark.parametrize(("name", "layer"), ALL_LAYERS)
def test_the_fixture_is_used_whole_and_typed(name, layer):
    source, normalise = SOURCES[name]
    schema = source.layer(layer)
    found = normalise(layer, layer_fixture(schema))
    assert found["row"].tolist() == [0, 1]
    assert found["remarks"].tolist() == ["", ""]
    assert found.geometry.is_valid.all()
    for attribute in schema.attributes:
        kind = {"number": "f", "flag": "b", "text": "O"}[attribute.kind]
        assert found[attribute.name].dtype.kind == kind, attribute.name


@pytest.mark.parametrize(("name", "layer"), ALL_LAYERS)
def test_all_missing_attributes_are_told_together_with_those_found(name, layer):
    source, normalise = SOURCES[name]
    schema = source.layer(layer)
    required = [attribute.name for attribute in schema.attributes if attribute.required]
    if not required:
        return
    bare = layer_fixture(schema).drop(columns=required).assign(colour="red")
    with pytest.raises(SchemaError) as caught:
        normalise(layer, bare)
    told = str(caught.value)
    assert f"{name}, layer {layer}" in told
    assert all(f"'{attribute}'" in told for attribute in required)
    assert "colour" in told


@pytest.mark.parametrize(("name", "layer"), ALL_LAYERS)
def test_no_feature_disappears(name, layer):
    source, normalise = SOURCES[name]
    schema = source.layer(layer)
    if schema.dimension is None:
        return
    frame = layer_fixture(schema)
    frame.loc[0, "geometry"] = None
    frame.loc[1, "geometry"] = shapely.Point() if schema.dimension == 0 else shapely.Point(1, 1)
    found = normalise(layer, frame)
    assert found["row"].tolist() == [0, 1]
    assert (found["set_aside"] != "").all()


@pytest.mark.parametrize(("name", "layer"), ALL_LAYERS)
def test_normalising_changes_nothing_of_what_it_is_given(name, layer):
    source, normalise = SOURCES[name]
    frame = layer_fixture(source.layer(layer))
    before = frame.copy(deep=True)
    normalise(layer, frame)
    assert frame.equals(before)


@pytest.mark.parametrize("name", SOURCES)
def test_a_source_and_its_attributes_are_documented(name):
    source, _ = SOURCES[name]
    page = (Path(__file__).parents[2] / "docs" / "sources.md").read_text(encoding="utf-8")
    assert f"| `{name}` | {source.title} | {source.producer} | {source.licence} |" in page
    for layer in source.layers:
        needed = ", ".join(f"`{attribute.name}`" for attribute in layer.attributes if attribute.required)
        used = ", ".join(f"`{attribute.name}`" for attribute in layer.attributes if not attribute.required)
        assert f"| {name} | `{layer.name}`{' *' if layer.required else ''} | {needed} | {used} |" in page
