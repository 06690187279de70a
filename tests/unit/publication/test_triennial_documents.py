"""The three files of a report: the same numbers, the same bytes, and what a reader's program needs."""

from __future__ import annotations

import csv
import io
import re
import zipfile

import docx
import pytest
from docx.oxml.ns import qn
from triennial_territory import AUBIN, EPCI, request_of, write_files

from millesime.io.typesetting import to_pictures
from millesime.production.triennial import make_case, write_reports
from millesime.publication.triennial import Ground, build_report, figures_csv, typst_source
from millesime.publication.triennial.typst_writer import TO_COMPLETE, pictures_source

NUMBER = re.compile(r"[+−]?(?:<\u00a0)?\d[\d\u202f]*,\d+")


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    folder = write_files(tmp_path_factory.mktemp("files"))
    case = make_case(request_of(folder, EPCI))
    output = folder / "reports"
    done = write_reports(case, output)
    reports = {place.code: build_report(case, place, Ground(case)) for place in case.places}
    return done, output, reports


def document(output, code):
    return next(output.glob(f"{code}_*_triennal.docx")).read_bytes()


def docx_texts(data):
    """Texts of the body, paragraph by paragraph, in order, tables included; what the page shows."""
    body = docx.Document(io.BytesIO(data)).element.body
    return ["".join(node.text or "" for node in line.iter(qn("w:t"))) for line in body.iter(qn("w:p"))]


def typst_texts(source):
    """Strings of the Typst source, pictures and settings left out."""
    body = source[source.index("#pagebreak()") :]
    body = re.sub(r'bytes\("(?:[^"\\]|\\.)*"\)', "", body)
    body = re.sub(r'alt: "(?:[^"\\]|\\.)*"', "", body)
    return re.findall(r'"((?:[^"\\]|\\.)*)"', body)


def rows_of(output, code):
    text = next(output.glob(f"{code}_*_triennal.csv")).read_bytes().decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text), delimiter=";"))


def bare(text):
    return NUMBER.findall(text)


def test_three_files_for_each_place(written):
    done, output, reports = written
    assert [report.place.code for report in done] == list(reports)
    assert len(list(output.iterdir())) == 3 * len(reports)
    assert all(path.read_bytes().startswith(b"%PDF") for path in output.glob("*.pdf"))


@pytest.mark.parametrize("code", [EPCI, AUBIN])
def test_document_and_pdf_hold_the_same_numbers_in_the_same_order(written, code):
    _, output, reports = written
    in_docx = [n for text in docx_texts(document(output, code)) for n in bare(text)]
    in_typst = [n for text in typst_texts(typst_source(reports[code])) for n in bare(text)]
    assert len(in_docx) > 100
    assert in_docx == in_typst


@pytest.mark.parametrize("code", [EPCI, AUBIN])
def test_numbers_of_the_document_are_those_of_the_table_of_figures(written, code):
    _, output, _ = written
    rows = rows_of(output, code)
    told = {n.replace("moins de\u00a0", "<\u00a0") for row in rows for n in bare(row["affiche"])}
    shown = {n for text in docx_texts(document(output, code)) for n in bare(text)}
    assert {n for n in shown if "<" not in n} <= told
    assert told <= shown
    for row in rows:
        assert row["fichier"]
        assert row["millesime"]
        assert row["definition"]
        assert row["source"]


def test_values_of_the_table_of_figures_are_hectares(written):
    _, output, _ = written
    own = [row for row in rows_of(output, AUBIN) if row["code"] == AUBIN]
    rows = {(row["theme"], row["indicateur"], row["annee_fin"]): row for row in own}
    row = rows[("artificialisation", "stock", "2022")]
    assert (row["valeur"], row["unite"], row["affiche"]) == ("0,900000", "ha", "0,90\u00a0ha")


def test_the_same_files_give_the_same_bytes_whatever_the_order_of_their_rows(written, tmp_path):
    _, output, _ = written
    folder = write_files(tmp_path, reverse=True)
    again = tmp_path / "reports"
    write_reports(make_case(request_of(folder, EPCI)), again)
    for path in output.iterdir():
        assert (again / path.name).read_bytes() == path.read_bytes(), path.name


def test_no_date_of_today_in_the_document(written):
    _, output, _ = written
    with zipfile.ZipFile(io.BytesIO(document(output, AUBIN))) as archive:
        assert {info.date_time for info in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert not [name for name in archive.namelist() if "thumbnail" in name]
    properties = docx.Document(io.BytesIO(document(output, AUBIN))).core_properties
    assert properties.created == properties.modified
    assert properties.created.year == 2000
    assert "Aubin" in properties.title


def test_the_document_has_what_a_word_processor_needs(written):
    _, output, reports = written
    made = docx.Document(io.BytesIO(document(output, AUBIN)))
    body = made.element.body
    fields = [node.text.strip().split()[0] for node in body.iter(qn("w:instrText"))]
    assert fields.count("TOC") == 1
    titles = [p.text for p in made.paragraphs if p.style.name == "Heading 1"]
    assert titles == [chapter.title for chapter in reports[AUBIN].chapters]
    assert fields.count("SEQ") == len(made.tables) + len(reports[AUBIN].pictures())
    for table in made.tables:
        assert table.rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None
        assert table.style.name == "Tableau du rapport"
    descriptions = [node.get("descr") for node in body.iter(qn("wp:docPr"))]
    assert descriptions == [picture.alternative for picture in reports[AUBIN].pictures()]
    footer = made.sections[0].footer._element
    assert [n.text.strip() for n in footer.iter(qn("w:instrText"))] == ["PAGE", "NUMPAGES"]
    assert made.sections[0].different_first_page_header_footer
    languages = {n.get(qn("w:val")) for n in made.styles.element.find(qn("w:docDefaults")).iter(qn("w:lang"))}
    assert languages == {"fr-FR"}


#: Order of the properties of a paragraph in the schema (ECMA-376, CT_PPr), those that are used here.
ORDER = (
    *("pStyle", "keepNext", "keepLines", "pageBreakBefore", "widowControl", "numPr", "pBdr", "shd", "tabs"),
    *("spacing", "ind", "contextualSpacing", "jc", "outlineLvl", "rPr", "sectPr"),
)


def test_properties_are_in_the_order_of_the_schema(written):
    _, output, _ = written
    made = docx.Document(io.BytesIO(document(output, EPCI)))
    found = 0
    for root in (made.element, made.styles.element, made.part.numbering_part.element):
        for properties in root.iter(qn("w:pPr")):
            names = [child.tag.split("}")[1] for child in properties]
            assert names == sorted(names, key=ORDER.index), names
            found += 1
    assert found > 200


def test_links_of_the_contents_lead_to_headings(written):
    _, output, _ = written
    body = docx.Document(io.BytesIO(document(output, EPCI))).element.body
    anchors = [node.get(qn("w:anchor")) for node in body.iter(qn("w:hyperlink"))]
    marks = [node.get(qn("w:name")) for node in body.iter(qn("w:bookmarkStart"))]
    assert anchors == marks
    assert len(marks) == len(set(marks)) > 10


def test_places_to_write_in_are_marked_in_both_documents(written):
    _, output, reports = written
    in_docx = sum(text.startswith(TO_COMPLETE) for text in docx_texts(document(output, AUBIN)))
    in_typst = typst_source(reports[AUBIN]).count(f'#write-in("{TO_COMPLETE}"')
    assert in_docx == in_typst >= 6


def test_pictures_are_drawn_with_their_letters(written):
    """A map without letters is not the same picture: the fonts that Typst holds are found."""
    _, _, reports = written
    pictures = reports[AUBIN].pictures()[:1]
    with_letters = to_pictures(pictures_source(pictures))[0]
    without = to_pictures(re.sub(r"<text.*?</text>", "", pictures_source(pictures)))[0]
    assert with_letters.startswith(b"\x89PNG")
    assert len(with_letters) > len(without)


def test_the_table_of_figures_tells_each_number_once(written):
    _, _, reports = written
    lines = figures_csv(reports[EPCI]).decode("utf-8-sig").splitlines()
    assert len(lines) == len(set(lines)) == 1 + len(list(reports[EPCI].quantities()))
