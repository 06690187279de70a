"""Where the real sample data lies: the project does not ship it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

#: Set it when the data is not beside the repository.
VARIABLE = "MILLESIME_REAL_DATA"


def real_data_folder() -> Path:
    """The folder of the real sample data, which may not exist."""
    beside = Path(__file__).resolve().parents[2].parent / "shared" / "data"
    return Path(os.environ.get(VARIABLE, beside))


@pytest.fixture(scope="session")
def real_data() -> Path:
    folder = real_data_folder()
    if not folder.is_dir():
        pytest.skip(f"no real sample data at {folder}; set {VARIABLE} to its folder")
    return folder
