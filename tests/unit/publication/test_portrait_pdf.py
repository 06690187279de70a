"""The portrait as a PDF: the texts of the page, tagged, the same bytes; the pages are counted, never guessed."""

from __future__ import annotations

import json
import re
import shutil
import subprocess

import pytest

from millesime.errors import InternalError
from millesime.io.typesetting import to_pdf, to_pictures
from millesime.production.portraits import PortraitRequest, make_portrait
from millesime.publication.portrait import render
from millesime.publication.portrait_pdf import document_of, pdf_of
from millesime.publication.step import Parameters

SMALL = Parameters(map_px=400, site_px=80)


@pytest.fixture(scope="module")
def page(official):
    request = PortraitRequest(
        files=(official.first, official.second), zone="200000001", communes=official.admin_express, parameters=SMALL
    )
    return make_portrait(request).page


@pytest.fixture(scope="module")
def document(page):
    return document_of(page)


def texts(value):
    """Every text of the data of the document."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from texts(item)
    elif isinstance(value, list):
        for item in value:
            yield from texts(item)


def test_every_figure_is_the_pages(page, document):
    """Every area and every share that the document can show stands in the HTML of the same page."""
    html = re.sub(r"<[^>]+>", " ", render(page))
    data = json.loads(document.files["page.json"])
    told = {found for text in texts(data["page"]) for found in re.findall(r"[\d\u202f]+,\d+\u00a0ha", text)}
    assert len(told) > 20
    assert sorted(found for found in told if found not in html) == []


def test_the_pdf_is_tagged_dated_and_the_same(page):
    made = pdf_of(page)
    assert made == pdf_of(page)
    assert made.startswith(b"%PDF-1.7")
    for wanted in (b"/MarkInfo", b"/StructTreeRoot", b"/Lang", b"pdfuaid:part"):
        assert wanted in made
    assert b"/CreationDate" not in made
    assert b"ModifyDate" not in made


def test_pictures_of_all_maps(page, document):
    names = json.loads(document.files["page.json"])["pictures"]
    shown = {picture.key for panel in page.panels for picture in panel.pictures} | {page.change.key}
    assert shown <= set(names)
    assert {file for files in names.values() for file in files} <= set(document.files)
    assert len(to_pictures(document.source, document.files, dots_per_inch=20)) >= 4


def test_texts_are_texts(official):
    """What Typst would take for markup is shown as it is written."""
    request = PortraitRequest(
        files=(official.first,), name='#panic("x") $a$ *b* _c_ <d> @e \\f `g`', parameters=Parameters(map_px=300)
    )
    made = make_portrait(request).page
    assert pdf_of(made).startswith(b"%PDF")


@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="no pdftotext on PATH")
def test_what_a_reader_finds(page, tmp_path):
    (tmp_path / "p.pdf").write_bytes(pdf_of(page))
    text = subprocess.run(
        ["pdftotext", "-layout", "p.pdf", "-"], cwd=tmp_path, capture_output=True, text=True, check=True
    ).stdout
    plain = re.sub(r"\s+", " ", text.replace("\u202f", " "))
    for wanted in (
        "CC d’Essai",
        "Millésimes 2019 et 2022",
        "Artificialisation nette de 2019 à 2022",
        "+1,11 ha",  # 0,9216 + 0,1920
        "Ce que ces chiffres ne disent pas",
        "Sur quoi reposent ces chiffres",
        "Sources et méthode",
        "Page 1 sur",
    ):
        assert wanted in plain, wanted


def test_a_fault_of_the_source_is_named():
    with pytest.raises(InternalError, match="unknown variable"):
        to_pdf("#nothing-of-that-name")
    with pytest.raises(InternalError, match="PDF/UA-1"):
        to_pdf('#image("a.svg")', {"a.svg": b'<svg xmlns="http://www.w3.org/2000/svg"/>'}, standard="ua-1")


def test_in_english(official):
    request = PortraitRequest(
        files=(official.first, official.second), language="en", parameters=Parameters(map_px=300, site_px=60)
    )
    document = document_of(make_portrait(request).page)
    data = json.loads(document.files["page.json"])
    assert data["words"]["limits"] == "What these figures do not say"
    assert data["page"]["language"] == "en"
    french = [text for text in texts(data) if re.search(r"\b(sols?|de la|n\u2019est|ont été)\b", text)]
    assert french == []
    assert to_pdf(document.source, document.files, standard="ua-1").startswith(b"%PDF")
