"""Contexts that end at once."""

from __future__ import annotations

import threading
from contextlib import contextmanager

import pytest

from millesime.compute.ended_together import ended_together


def test_all_end_at_once():
    both = threading.Barrier(2, timeout=10)

    @contextmanager
    def meeting():
        yield
        both.wait()  # never passed by one alone

    with ended_together() as stack:
        stack.enter_context(meeting())
        stack.enter_context(meeting())


def test_one_that_fails_in_ending_does_not_keep_the_others():
    ended = []

    @contextmanager
    def context(name, error=None):
        yield name
        if error:
            raise error
        ended.append(name)

    with pytest.raises(ValueError, match="disk"), ended_together() as stack:
        assert stack.enter_context(context("a", ValueError("disk"))) == "a"
        stack.enter_context(context("b"))
    assert ended == ["b"]


def test_an_error_in_the_block_is_told_to_all_the_last_first():
    seen = []

    @contextmanager
    def context(name):
        try:
            yield
        except KeyError:
            seen.append(name)
            raise

    with pytest.raises(KeyError), ended_together() as stack:
        stack.enter_context(context("a"))
        stack.enter_context(context("b"))
        raise KeyError
    assert seen == ["b", "a"]


def test_after_an_error_one_that_fails_in_ending_does_not_keep_the_others():
    ended = []

    @contextmanager
    def context(name, error=None):
        try:
            yield
        finally:
            ended.append(name)
            if error:
                raise error

    with pytest.raises(OSError, match="full"), ended_together() as stack:
        stack.enter_context(context("a"))
        stack.enter_context(context("b", OSError("full")))
        raise KeyError
    assert ended == ["b", "a"]


def test_nothing_entered():
    with ended_together():
        pass
