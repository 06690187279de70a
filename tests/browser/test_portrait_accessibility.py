"""The portrait as WCAG 2.2 AA and RGAA 4 ask, looked at in a real browser, in both languages.

At 1280 px the widths 640 and 320 px are what zooming to 200 % and 400 % leaves.
"""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from headless import BROWSER, found_in

sys.path.insert(0, str(Path(__file__).parents[1] / "unit" / "publication"))

from made_up_territory import Delivered, context_of, write_products
from portrait_pages import page_of

from millesime.io.workspace import Workspace
from millesime.publication.portrait import render
from millesime.publication.step import publish

pytestmark = [pytest.mark.chromium, pytest.mark.skipif(BROWSER is None, reason="no chromium on PATH")]

PROBE = Path(__file__).with_name("accessibility.js").read_text(encoding="utf-8")

#: What the probe must find in a page whose rules are broken one by one.
BREAKS = {
    "contrast": ("--soft: #4d5b69;", "--soft: #9aa7b2;"),
    "focus": (":focus-visible { outline: 3px solid", ":focus-visible { outline: 0 none"),
    "pictures": ('role="img" aria-labelledby="t-cs-2022', 'role="img" data-was="t-cs-2022'),
    "tables": ('<th scope="row">', "<th>"),
    "headings": ("<h2", "<h4"),
    "names": ('for="volet"', 'for="other"'),
    "overflow": (".wrap { max-width: 1180px;", ".wrap { min-width: 700px;"),
    "order": ('<a href="#limites"', '<a tabindex="3" href="#limites"'),
    "landmarks": ('<main id="contenu">', '<main id="content">'),
}


@pytest.fixture(scope="module")
def pages(tmp_path_factory) -> dict[str, Path]:
    """The delivered page, with photographs, and that of every section in English."""
    root = tmp_path_factory.mktemp("accessible")
    table, changes = write_products(root)
    workspace = Workspace.open(root)
    home = workspace.product("publication", 2022)
    publish(context_of(workspace, 2022, home), folder=home, home=home)
    english = home / "portrait-en.html"
    english.write_text(render(page_of(Delivered(workspace, home, table, changes), "en")), encoding="utf-8")
    return {"fr": home / "portrait.html", "en": english}


@pytest.mark.parametrize(("language", "width"), [("fr", 1280), ("fr", 320), ("en", 640), ("en", 320)])
def test_no_rule_is_broken(pages, tmp_path, language, width):
    told = found_in(pages[language], PROBE, width=width, profile=tmp_path / "profile")
    assert {rule: faults for rule, faults in told["faults"].items() if faults} == {}
    assert told["texts"] > 200
    assert told["stops"] > 20
    assert told["pictures"] >= 10
    assert told["tables"] >= 7
    assert told["stacked"]
    assert 4.5 <= told["lowest"] < 21


def test_the_probe_sees_what_is_broken(pages, tmp_path):
    broken = pages["en"].read_text(encoding="utf-8")
    for before, after in BREAKS.values():
        assert before in broken
        broken = broken.replace(before, after)
    page = pages["en"].with_name("broken.html")
    page.write_text(broken, encoding="utf-8")
    told = found_in(page, PROBE, width=320, profile=tmp_path / "profile")
    assert {rule for rule in BREAKS if not told["faults"][rule]} == set()


def test_wishes_of_the_reader_are_kept(pages, tmp_path):
    """Less motion: no smooth scrolling. A dark system: the page stays light and readable."""
    flags = ("--force-prefers-reduced-motion", "--blink-settings=preferredColorScheme=0")
    told = found_in(pages["en"], PROBE, width=1280, profile=tmp_path / "profile", flags=flags)
    assert told["calm"]
    assert told["dark"]
    assert told["motion"] == "auto"
    assert told["ground"] == "rgb(244, 246, 244)"
    assert told["faults"]["contrast"] == []
