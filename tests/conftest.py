"""Rules for every test: what may be skipped, and where scratch folders are."""

from __future__ import annotations

import os

import pytest

#: Set by .ci/run: there, only tests on real data, which the project does not ship, may be skipped.
FORBID_SKIPS = "MILLESIME_FORBID_SKIPS"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    report = yield
    if report.skipped and os.environ.get(FORBID_SKIPS) and "real" not in item.keywords:
        report.outcome = "failed"
        report.longrepr = (
            f"{item.nodeid} was skipped where nothing may be: {call.excinfo.value if call.excinfo else ''}"
        )
    return report
