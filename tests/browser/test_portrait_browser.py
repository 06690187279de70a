"""The portrait in a real browser: nothing overflows, the script runs, the page is complete without it."""

from __future__ import annotations

import html as html_module
import re
import subprocess
import sys
from pathlib import Path

import pytest
from headless import BROWSER, FLAGS

sys.path.insert(0, str(Path(__file__).parents[1] / "unit" / "publication"))

from made_up_territory import context_of, write_products

from millesime.io.workspace import Workspace
from millesime.publication.step import publish

pytestmark = [
    pytest.mark.chromium,
    pytest.mark.skipif(BROWSER is None, reason="no chromium on PATH"),
]

#: Opens the page in a frame of a width and writes what it measures into the title of the outer page.
WRAPPER = """<!DOCTYPE html><html><head><title>waiting</title></head><body style="margin:0">
<iframe id="f" src="portrait.html" style="border:0;width:{width}px;height:1800px"></iframe><script>
document.getElementById("f").onload = function () {{
  var page = this.contentDocument, root = page.documentElement, said = [];
  said.push("width=" + root.scrollWidth + "/" + root.clientWidth);
  var wide = Array.prototype.filter.call(page.querySelectorAll("main *"), function (item) {{
    return item.getBoundingClientRect().right > root.clientWidth + 1 && !item.closest(".scroll, svg, .offscreen");
  }}).map(function (item) {{ return item.tagName + "." + item.className; }});
  said.push("wide=" + wide.join("+"));
  said.push("script=" + root.classList.contains("js"));
  page.getElementById("theme-us").click();
  var shown = Array.prototype.filter.call(page.querySelectorAll(".panel"), function (panel) {{
    return getComputedStyle(panel).display !== "none";
  }}).map(function (panel) {{ return panel.className; }});
  said.push("panel=" + shown.join("+"));
  var range = page.querySelector("#volet");
  range.value = "20";
  range.dispatchEvent(new Event("input", {{ bubbles: true }}));
  said.push("split=" + root.style.getPropertyValue("--split"));
  page.querySelector("#communes .sort").click();
  said.push("sorted=" + page.querySelector("#communes th").getAttribute("aria-sort"));
  said.push("first=" + page.querySelector("#communes tbody th").firstChild.textContent.trim());
  var broken = Array.prototype.filter.call(page.images, function (image) {{ return !image.naturalWidth; }});
  said.push("broken=" + broken.length + "/" + page.images.length);
  document.title = said.join(";");
}};
</script></body></html>"""


@pytest.fixture(scope="module")
def delivery(tmp_path_factory) -> Path:
    root = tmp_path_factory.mktemp("browser")
    write_products(root)
    workspace = Workspace.open(root)
    home = workspace.product("publication", 2022)
    publish(context_of(workspace, 2022, home), folder=home, home=home)
    return home


def measured(folder: Path, width: int, profile: Path) -> dict[str, str]:
    (folder / f"frame-{width}.html").write_text(WRAPPER.format(width=width), encoding="utf-8")
    done = subprocess.run(
        [BROWSER, *FLAGS, f"--user-data-dir={profile}", "--dump-dom", (folder / f"frame-{width}.html").as_uri()],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    title = re.search(r"<title>(.*?)</title>", done.stdout, flags=re.DOTALL)
    assert title, done.stderr[-2000:]
    return dict(part.partition("=")[::2] for part in html_module.unescape(title.group(1)).split(";"))


@pytest.mark.parametrize("width", [1280, 390])
def test_the_portrait_fits_and_works(delivery, tmp_path, width):
    said = measured(delivery, width, tmp_path / "profile")
    assert said.get("script") == "true", said
    scrolled, room = said["width"].split("/")
    assert scrolled == room, said
    assert said["wide"] == ""
    assert said["panel"] == "panel panel-us"
    assert said["split"] == "20%"
    assert said["sorted"] == "descending"
    assert said["first"] == "L’Étang"
    assert said["broken"].startswith("0/")
