"""Workers: the same results in the same order, here or in processes; errors travel whole."""

import pytest

from millesime.compute import Progress, Workers, terminal_progress
from millesime.errors import ConfigError, CrsError


def square(number):
    return number * number


def refuse(number):
    raise CrsError(f"no CRS in {number}", place="a.tif", remedy="give it")


@pytest.mark.parametrize("count", [1, 2])
def test_results_come_in_the_order_of_the_units(count):
    with Workers(count) as workers:
        assert list(workers.map(square, range(20))) == [n * n for n in range(20)]
        assert list(workers.map(square, [])) == []


@pytest.mark.parametrize("count", [1, 2])
def test_errors_keep_their_place_and_remedy(count):
    with Workers(count) as workers, pytest.raises(CrsError) as caught:
        list(workers.map(refuse, [7]))
    assert (caught.value.message, caught.value.place, caught.value.remedy) == ("no CRS in 7", "a.tif", "give it")


def test_no_workers_is_a_fault():
    with pytest.raises(ConfigError, match="1 or more"):
        Workers(0)


def test_progress_is_silent_in_a_pipe(capsys):
    with terminal_progress() as progress:
        assert type(progress) is Progress
        assert list(progress.track([1, 2], label="x")) == [1, 2]
        progress.note("hidden")
    assert capsys.readouterr() == ("", "")
