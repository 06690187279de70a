"""What people see while loops are compiled for the first time."""

from __future__ import annotations

import io

from millesime.geo.coverage.compiled import _FirstCompilation, compiled


class Terminal(io.StringIO):
    def isatty(self):
        return True


def test_a_terminal_is_told_once():
    told, stream = _FirstCompilation(), Terminal()
    told.tell(stream)
    told.tell(stream)
    assert stream.getvalue().count("\n") == 1
    assert "compiling" in stream.getvalue()


def test_a_pipe_is_told_nothing():
    stream = io.StringIO()
    _FirstCompilation().tell(stream)
    assert stream.getvalue() == ""


def test_a_compiled_loop_does_what_its_function_does():
    @compiled("int64(int64, int64)")
    def added(one, other):
        return one + other

    assert added(2, 3) == 5
