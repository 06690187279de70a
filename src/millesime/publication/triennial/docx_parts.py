"""The parts of a word processor's document that python-docx has no words for: fields, styles of tables, numbering."""

from __future__ import annotations

import io
import zipfile
from typing import Any

from docx.opc.oxml import serialize_part_xml
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.oxml.parser import OxmlElement

#: The date of every part of the archive: the same report has the same bytes.
_WHEN = (1980, 1, 1, 0, 0, 0)

#: Properties of paragraphs that come after borders and shade: Word refuses another order.
_AFTER_SHADE = ("w:tabs", "w:spacing", "w:ind", "w:contextualSpacing", "w:jc", "w:outlineLvl", "w:rPr")

_THUMBNAIL = "docProps/thumbnail.jpeg"


def element(tag: str, /, **attributes: str) -> Any:
    """An element 'w:name' with attributes of the same namespace."""
    made = OxmlElement(tag)
    for key, value in attributes.items():
        made.set(qn(f"w:{key}"), value)
    return made


def add_field(paragraph: Any, instruction: str, shown: str) -> None:
    """A field with the result that it has until the reader's program works it out afresh."""
    for kind, text in (("begin", ""), ("instr", instruction), ("separate", ""), ("shown", shown), ("end", "")):
        run = paragraph.add_run()
        if kind == "instr":
            run._r.append(instruction_of(text))
        elif kind == "shown":
            run.text = text
        else:
            run._r.append(element("w:fldChar", fldCharType=kind))


def instruction_of(text: str) -> Any:
    """The instruction of a field."""
    made = element("w:instrText")
    made.set(qn("xml:space"), "preserve")
    made.text = f" {text} "
    return made


def add_bookmark(paragraph: Any, name: str, number: int) -> None:
    """A name for a heading, which the table of contents leads to."""
    start, end = element("w:bookmarkStart", id=str(number), name=name), element("w:bookmarkEnd", id=str(number))
    properties = paragraph._p.find(qn("w:pPr"))
    paragraph._p.insert(0 if properties is None else 1, start)
    paragraph._p.append(end)


def add_link(paragraph: Any, text: str, anchor: str) -> None:
    """A link to a bookmark."""
    link = element("w:hyperlink", anchor=anchor, history="1")
    run, words = element("w:r"), element("w:t")
    words.text = text
    words.set(qn("xml:space"), "preserve")
    run.append(words)
    link.append(run)
    paragraph._p.append(link)


def repeat_row(row: Any) -> None:
    """Repeat a row of titles on each page of its table."""
    row._tr.get_or_add_trPr().append(element("w:tblHeader"))


def keep_row_whole(row: Any) -> None:
    """No page break inside a row."""
    row._tr.get_or_add_trPr().append(element("w:cantSplit"))


def shade(style: Any, *, fill: str, edge: str, around: str | None = None) -> None:
    """A background and a bar on the left, on a style of paragraphs; `around` adds the other three sides."""
    borders = element("w:pBdr")
    sides = [("top", around, 4), ("left", edge, 24), ("bottom", around, 4), ("right", around, 4)]
    for side, colour, size in sides:
        if colour:
            borders.append(element(f"w:{side}", val="single", sz=str(size), space="6", color=colour))
    properties = style.element.get_or_add_pPr()
    for part in (borders, element("w:shd", val="clear", color="auto", fill=fill)):
        properties.insert_element_before(part, *_AFTER_SHADE)


def table_style(name: str, identifier: str, *, head: str, line: str, dark: str) -> Any:
    """A style of tables: shaded titles, thin lines between rows, a bold last row when the table asks for it."""
    return parse_xml(
        f'<w:style {nsdecls("w")} w:type="table" w:customStyle="1" w:styleId="{identifier}">'
        f'<w:name w:val="{name}"/><w:basedOn w:val="TableNormal"/><w:uiPriority w:val="99"/><w:qFormat/>'
        "<w:tblPr><w:tblBorders>"
        f'<w:top w:val="single" w:sz="8" w:space="0" w:color="{dark}"/>'
        f'<w:bottom w:val="single" w:sz="4" w:space="0" w:color="{line}"/>'
        f'<w:insideH w:val="single" w:sz="4" w:space="0" w:color="{line}"/>'
        "</w:tblBorders>"
        '<w:tblCellMar><w:top w:w="45" w:type="dxa"/><w:left w:w="85" w:type="dxa"/>'
        '<w:bottom w:w="45" w:type="dxa"/><w:right w:w="85" w:type="dxa"/></w:tblCellMar></w:tblPr>'
        '<w:tblStylePr w:type="firstRow"><w:rPr><w:b/></w:rPr>'
        f'<w:tcPr><w:shd w:val="clear" w:color="auto" w:fill="{head}"/></w:tcPr></w:tblStylePr>'
        '<w:tblStylePr w:type="lastRow"><w:rPr><w:b/></w:rPr></w:tblStylePr>'
        "</w:style>"
    )


def number_headings(document: Any) -> None:
    """Number the headings 1, 1.1 by their styles, so that a chapter that is added renumbers the others."""
    numbering = document.part.numbering_part.element
    taken = [int(item.get(qn("w:abstractNumId"))) for item in numbering.findall(qn("w:abstractNum"))]
    used = [int(item.get(qn("w:numId"))) for item in numbering.findall(qn("w:num"))]
    abstract, number = max(taken, default=0) + 1, max(used, default=0) + 1
    levels = "".join(
        f'<w:lvl w:ilvl="{level}"><w:start w:val="1"/><w:numFmt w:val="decimal"/><w:pStyle w:val="{style}"/>'
        f'<w:lvlText w:val="{text}"/><w:lvlJc w:val="left"/><w:pPr><w:ind w:left="{left}" w:hanging="{left}"/></w:pPr>'
        "</w:lvl>"
        for level, style, text, left in ((0, "Heading1", "%1", 480), (1, "Heading2", "%1.%2", 620))
    )
    numbering.insert(
        0,
        parse_xml(
            f'<w:abstractNum {nsdecls("w")} w:abstractNumId="{abstract}"><w:multiLevelType w:val="multilevel"/>'
            f"{levels}</w:abstractNum>"
        ),
    )
    numbering.append(
        parse_xml(f'<w:num {nsdecls("w")} w:numId="{number}"><w:abstractNumId w:val="{abstract}"/></w:num>')
    )
    for level, name in enumerate(("Heading 1", "Heading 2")):
        properties = document.styles[name].element.get_or_add_pPr()
        listed = element("w:numPr")
        listed.append(element("w:ilvl", val=str(level)))
        listed.append(element("w:numId", val=str(number)))
        properties.insert_element_before(
            listed, "w:suppressLineNumbers", "w:pBdr", "w:shd", "w:tabs", "w:spacing", "w:ind", "w:jc", "w:outlineLvl"
        )


def unnumber(paragraph: Any) -> None:
    """Leave one heading out of the numbering."""
    properties = paragraph._p.get_or_add_pPr()
    listed = element("w:numPr")
    listed.append(element("w:ilvl", val="0"))
    listed.append(element("w:numId", val="0"))
    properties.insert_element_before(listed, "w:pBdr", "w:shd", "w:tabs", "w:spacing", "w:ind", "w:jc", "w:rPr")
    properties.insert_element_before(element("w:ind", left="0", firstLine="0"), "w:jc", "w:rPr")


def describe(inline: Any, *, name: str, text: str, number: int) -> None:
    """The text that stands for a picture."""
    properties = inline._inline.docPr
    properties.set("id", str(number))
    properties.set("name", name)
    properties.set("descr", text)


def same_bytes(data: bytes) -> bytes:
    """The archive with fixed dates and without the picture of the template."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as before, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as after:
        for name in before.namelist():
            if name == _THUMBNAIL:
                continue
            content = before.read(name)
            if name == "_rels/.rels":
                content = _without_thumbnail(content)
            info = zipfile.ZipInfo(name, date_time=_WHEN)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.create_system = 0
            after.writestr(info, content)
    return made.getvalue()


def _without_thumbnail(relations: bytes) -> bytes:
    tree = parse_xml(relations)
    for item in list(tree):
        if item.get("Type", "").endswith("/thumbnail"):
            tree.remove(item)
    return bytes(serialize_part_xml(tree))


def set_look(table: Any, *, last_row: bool) -> None:
    """Which parts of the style of a table are wanted: its titles, and its last row when that is a total."""
    wanted = {"firstRow": "1", "lastRow": str(int(last_row)), "firstColumn": "0", "lastColumn": "0"}
    value = 0x0020 | (0x0040 if last_row else 0) | 0x0600
    look = element("w:tblLook", val=f"{value:04X}", **wanted, noHBand="1", noVBand="1")
    properties = table._tbl.tblPr
    for former in properties.findall(qn("w:tblLook")):
        properties.remove(former)
    properties.append(look)


def keep_together(table: Any, *, whole: bool) -> None:
    """No page break between the last row of a table and what follows it; none between its rows either, when whole."""
    for line in table._tbl.tr_lst if whole else table._tbl.tr_lst[-1:]:
        for paragraph in line.iter(qn("w:p")):
            paragraph.get_or_add_pPr()._add_keepNext()
