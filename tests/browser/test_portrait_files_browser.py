"""The portrait of official files in a real browser: it fits, works and asks the network for nothing."""

from __future__ import annotations

import html as html_module
import re
import subprocess
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "unit" / "publication"))

import test_portrait_browser as page
from official_files import write_official_files

from millesime.production.portraits import PortraitRequest, make_portrait, write_portrait
from millesime.publication.step import Parameters

pytestmark = page.pytestmark

#: Counts what the page asked for beside itself.
ASKED = """<!DOCTYPE html><html><head><title>waiting</title></head><body>
<iframe id="f" src="portrait.html" style="width:390px;height:1800px"></iframe><script>
document.getElementById("f").onload = function () {
  var asked = this.contentWindow.performance.getEntriesByType("resource").map(function (entry) { return entry.name; });
  document.title = "asked=" + asked.filter(function (name) { return name.indexOf("data:") !== 0; }).join("+");
};
</script></body></html>"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    home = tmp_path_factory.mktemp("files")
    official = write_official_files(home)
    request = PortraitRequest(
        files=(official.first, official.second),
        zone="200000001",
        communes=official.admin_express,
        parameters=Parameters(map_px=400, site_px=80),
    )
    write_portrait(make_portrait(request), home / "portrait.html")
    return home


@pytest.mark.parametrize("width", [1280, 390])
def test_the_portrait_of_files_fits_and_works(folder, tmp_path, width):
    said = page.measured(folder, width, tmp_path / "profile")
    assert said.get("script") == "true", said
    scrolled, room = said["width"].split("/")
    assert scrolled == room, said
    assert said["wide"] == ""
    assert said["panel"] == "panel panel-us"
    assert said["split"] == "20%"
    assert said["broken"].startswith("0/")


def test_the_page_asks_the_network_for_nothing(folder, tmp_path):
    (folder / "asked.html").write_text(ASKED, encoding="utf-8")
    done = subprocess.run(
        [
            page.BROWSER,
            *page.FLAGS,
            "--host-resolver-rules=MAP * ~NOTFOUND",
            f"--user-data-dir={tmp_path / 'profile'}",
            "--dump-dom",
            (folder / "asked.html").as_uri(),
        ],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    title = re.search(r"<title>(.*?)</title>", done.stdout, flags=re.DOTALL)
    assert title, done.stderr[-2000:]
    assert html_module.unescape(title.group(1)) == "asked="
