"""The made-up territory, published once for all the tests."""

from __future__ import annotations

import pytest
from made_up_territory import Delivered, context_of, write_products
from official_files import OfficialFiles, write_official_files

from millesime.io.workspace import Workspace
from millesime.publication.step import publish


@pytest.fixture(scope="session")
def delivered(tmp_path_factory) -> Delivered:
    root = tmp_path_factory.mktemp("territory")
    table, changes = write_products(root)
    workspace = Workspace.open(root)
    for year in (2019, 2022):
        home = workspace.product("publication", year)
        publish(context_of(workspace, year, home), folder=home, home=home)
    return Delivered(workspace, workspace.product("publication", 2022), table, changes)


@pytest.fixture(scope="session")
def official(tmp_path_factory) -> OfficialFiles:
    return write_official_files(tmp_path_factory.mktemp("official"))
