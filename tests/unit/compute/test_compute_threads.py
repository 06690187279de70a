"""Items made ahead and calls done behind: in order, bounded, errors where they belong; the rate of progress."""

import threading
import time

import pytest

from millesime.compute import Progress
from millesime.compute.progress import rate_text
from millesime.compute.threads import Ahead, Behind


def test_items_come_in_order_and_few_are_made_ahead():
    made = []

    def numbers():
        for number in range(20):
            made.append(number)
            yield number

    source = Ahead(numbers(), depth=2)
    taken = []
    for number in source:
        taken.append(number)
        time.sleep(0.001)
        assert len(made) <= len(taken) + 4  # two waiting, one under way, one about to be put
    assert taken == list(range(20))
    assert next(source, None) is None


def test_an_error_comes_after_the_items_before_it():
    def failing():
        yield 1
        raise OSError("gone")

    source = Ahead(failing(), depth=3)
    assert next(source) == 1
    with pytest.raises(OSError, match="gone"):
        next(source)
    assert next(source, None) is None


def test_a_generator_that_is_left_is_closed_in_its_thread():
    closed = []

    def endless():
        try:
            while True:
                yield 0
        finally:
            closed.append(threading.current_thread())

    source = Ahead(endless(), depth=1)
    next(source)
    source.close()
    assert len(closed) == 1
    assert closed[0] is not threading.current_thread()
    assert next(source, None) is None


def test_calls_are_done_in_order_before_the_block_ends():
    done = []
    with Behind(depth=1) as behind:
        for number in range(10):
            behind.call(done.append, number)
            assert len(done) >= number - 2
    assert done == list(range(10))


def test_an_error_of_a_call_is_not_lost():
    def fail():
        raise OSError("full")

    with pytest.raises(OSError, match="full"), Behind(depth=4) as behind:
        behind.call(fail)


def test_rates():
    assert [rate_text(rate, "px") for rate in (None, 0.5, 12.0, 1_234_567.0, 2.5e9)] == [
        "", "0.5 px/s", "12 px/s", "1.23 Mpx/s", "2.5 Gpx/s",
    ]  # fmt: skip


def test_silent_progress_counts_nothing():
    with Progress().counter(10, label="x", unit="px") as advance:
        assert advance(3) is None


def test_a_terminal_is_told_the_share_and_the_rate(monkeypatch):
    import io

    from rich.console import Console

    from millesime.compute.progress import _TerminalProgress

    shown = io.StringIO()
    bars = _TerminalProgress()
    bars._bars.live.console = Console(file=shown, force_terminal=True, width=140)
    bars.start()
    with bars.counter(1000, label="cover", unit="px") as advance:
        for _ in range(4):
            advance(200)
            time.sleep(0.02)
        bars._bars.refresh()
    assert list(bars.track([1, 2], label="files")) == [1, 2]
    bars.stop()
    assert "80.0 %" in shown.getvalue()
    assert "px/s" in shown.getvalue()
