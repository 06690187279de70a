"""Départements that were delivered together, and statuses that came with their file."""

from __future__ import annotations

import pytest
from hand_made import FIELD, HOUSE, WOOD, YARD, frame_of, square

from millesime.artificialisation import (
    Parameters,
    artificialise,
    artificialise_together,
    delivered_together,
    occupations_of,
)
from millesime.errors import ConfigError, CrsError, GeometryError
from millesime.io.vector import write_geopackage
from millesime.sources.ocsge import read_delivery


def _named(frame, prefix):
    return frame.assign(id=[f"{prefix}{text}" for text in frame["id"]])


def _west():
    """A field of 20 000 m² less a yard of 900 m² along its east border."""
    yard = square(70, 50, 30)
    return _named(frame_of((square(0, 0, 100, 200).difference(yard), FIELD), (yard, YARD)), "w")


def _east(yard_m=30):
    """A field with a yard along its west border, against the other département's."""
    yard = square(100, 50, yard_m)
    return _named(frame_of((square(100, 0, 100, 200).difference(yard), FIELD), (yard, YARD)), "e")


def _together(folder, layer="OCCUPATION_SOL", **frames):
    for name, frame in frames.items():
        write_geopackage(folder / f"OCS-GE_2-0__GPKG_LAMB93_{name}_2022-01-01.gpkg", {layer: frame})
    return occupations_of(read_delivery(folder, kind=("OCCUPATION_SOL", "ARTIF"), others=True))


def _letters(result):
    return "".join("A" if value else "n" for value in result.artificial)


def test_two_departements_are_decided_as_one_ground(tmp_path):
    """Two yards of 900 m² that meet at the limit: 1 800 m² < 2 500, enclosed, both removed. Alone, both lie along the
    limit of the data and stay; with yards of 900 and of 1 600 m² they are a patch of 2 500 m² and stay.
    """
    both = _together(tmp_path, D032=_west(), D065=_east())
    assert [item.layer.territory for item in both] == ["32", "65"]
    result = artificialise_together(both)
    assert result.frame["id"].tolist() == ["wa", "wb", "ea", "eb"]
    assert _letters(result) == "nnnn"
    assert [_letters(artificialise_together([item])) for item in both] == ["nA", "nA"]
    assert _letters(artificialise_together(_together(tmp_path, D032=_west(), D065=_east(40)))) == "nAnA"


def test_mode_sparte_looks_at_each_departement_alone(tmp_path):
    """A yard of 1 600 m² each: at once 3 200 m², yet each alone is below 2 500 m² and flips."""
    yard = square(60, 50, 40)
    west = _named(frame_of((square(0, 0, 100, 200).difference(yard), FIELD), (yard, YARD)), "w")
    both = _together(tmp_path, D032=west, D065=_east(40))
    assert _letters(artificialise_together(both)) == "nAnA"
    assert _letters(artificialise_together(both, parameters=Parameters(mode="sparte-2024"))) == "nnnn"
    with pytest.raises(ConfigError, match="each territory alone"):
        artificialise_together(both[:1], parameters=Parameters(mode="sparte-2024"), context=both[1:])


def test_the_same_ground_twice_is_refused(tmp_path):
    """The west file also holds the east's yard, as files that are badly cut at the limit do."""
    west = _named(frame_of((square(0, 0, 100, 200), FIELD), (square(100, 50, 30), YARD)), "w")
    with pytest.raises(GeometryError, match=r"1 polygons of .* lie on ground of") as refused:
        artificialise_together(_together(tmp_path, D032=west, D065=_east()))
    assert "--limit" in refused.value.remedy


def test_several_crs_are_refused(tmp_path):
    with pytest.raises(CrsError, match="EPSG:2154, EPSG:5490"):
        artificialise_together(_together(tmp_path, D032=_west(), D971=_east().set_crs(5490, allow_override=True)))


def test_a_delivered_together_is_taken_as_it_is(tmp_path):
    """A house that the file calls 'non artif' stays so: nothing is decided, the matrix is looked up.

    Its `crit_seuil` says False, and the matrix says artificial: told. The wood is 'artif' with a right `crit_seuil`.
    """
    frame = frame_of((square(0, 0, 100), FIELD), (square(100, 0, 100), HOUSE), (square(200, 0, 100), WOOD))
    frame = frame.assign(aire=1.0, artif=["non artif", "non artif", "artif"], crit_seuil=[False, False, True])
    taken = delivered_together(_together(tmp_path, "artif_2022_32", D032=frame))
    assert _letters(taken.result) == "nnA"
    assert taken.other_flags == 1
    found = taken.result.frame
    assert found["crit_seuil"].tolist() == [False, True, True]
    assert found["status_step"].tolist() == ["delivered"] * 3
    assert found["aire"].tolist() == [10_000] * 3


def test_a_status_of_our_own_keeps_its_facts(tmp_path):
    ours = artificialise(_west()).frame
    taken = delivered_together(_together(tmp_path, "ARTIF", D032=ours)).result.frame
    for name in ("artif", "crit_seuil", "status_step", "category", "patch_place", "status_rules"):
        assert taken[name].tolist() == ours[name].tolist(), name
