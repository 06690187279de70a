"""The styles of the report's document: a change to one of them changes the whole document."""

from __future__ import annotations

from typing import Any

from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor

from millesime.publication.triennial.docx_parts import number_headings, shade, table_style

_FONT = "Arial"
_BLUE = RGBColor(0x1E, 0x3A, 0x5F)
_INK = RGBColor(0x1F, 0x29, 0x37)
_FAINT = RGBColor(0x4B, 0x55, 0x63)

TABLE = "Tableau du rapport"

#: Use -> name of the style, as the reader's program shows it.
STYLES = {
    "title": "Title",
    "subtitle": "Subtitle",
    "place": "Lieu du rapport",
    "fact": "Ligne de couverture",
    "contents": "Titre du sommaire",
    "toc1": "toc 1",
    "toc2": "toc 2",
    "heading1": "Heading 1",
    "heading2": "Heading 2",
    "text": "Body Text",
    "bullet": "List Bullet",
    "key": "Constat",
    "note": "Remarque",
    "caption": "Caption",
    "source": "Source",
    "picture": "Carte",
    "cell": "Cellule",
    "number": "Cellule de nombre",
    "write_in": "À compléter",
    "running": "Header",
    "page": "Footer",
    "mark": "Renvoi à la source",
}

#: Style -> size in points, bold, colour, space before and after in points.
_LOOKS: dict[str, tuple[float, bool, RGBColor, float, float]] = {
    "title": (27, True, _BLUE, 60, 12),
    "place": (22, False, _INK, 0, 4),
    "subtitle": (14, False, _FAINT, 0, 30),
    "fact": (10.5, False, _INK, 0, 4),
    "contents": (17, True, _BLUE, 0, 10),
    "toc1": (10.5, True, _INK, 6, 2),
    "toc2": (10, False, _INK, 0, 1),
    "heading1": (16, True, _BLUE, 24, 8),
    "heading2": (12.5, True, _BLUE, 16, 6),
    "text": (10.5, False, _INK, 0, 7),
    "bullet": (10.5, False, _INK, 0, 4),
    "key": (10.5, False, _INK, 8, 12),
    "note": (9, False, _FAINT, 4, 8),
    "caption": (9.5, True, _BLUE, 10, 4),
    "source": (8, False, _FAINT, 3, 12),
    "picture": (10, False, _INK, 6, 0),
    "cell": (9, False, _INK, 0, 0),
    "number": (9, False, _INK, 0, 0),
    "write_in": (10.5, False, _INK, 0, 0),
    "running": (8.5, False, _FAINT, 0, 0),
    "page": (8.5, False, _FAINT, 0, 0),
}

_KEEP_WITH_NEXT = ("heading1", "heading2", "contents", "picture")


def prepare(document: Any) -> None:
    """Set the language, the styles and the numbering of headings of a new document."""
    defaults = document.styles.element.find(qn("w:docDefaults"))
    for language in defaults.iter(qn("w:lang")):
        for key in ("val", "eastAsia"):
            language.set(qn(f"w:{key}"), "fr-FR")
    _plain_font(document.styles["Normal"])
    for use, look in _LOOKS.items():
        _set(_style(document, STYLES[use]), *look, keep=use in _KEEP_WITH_NEXT)
    mark = document.styles.add_style(STYLES["mark"], WD_STYLE_TYPE.CHARACTER)
    mark.font.size, mark.font.color.rgb = Pt(8), _FAINT
    for use in ("key", "write_in"):
        document.styles[STYLES[use]].paragraph_format.left_indent = Mm(3)
        document.styles[STYLES[use]].paragraph_format.right_indent = Mm(3)
    shade(document.styles[STYLES["key"]], fill="EEF3F9", edge="1E3A5F")
    shade(document.styles[STYLES["write_in"]], fill="FFF9E5", edge="B7791F", around="DCC48E")
    document.styles[STYLES["write_in"]].paragraph_format.line_spacing = 1.4
    document.styles[STYLES["number"]].paragraph_format.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    document.styles[STYLES["page"]].paragraph_format.alignment = WD_ALIGN_PARAGRAPH.CENTER
    document.styles[STYLES["toc2"]].paragraph_format.left_indent = Mm(6)
    document.styles.element.append(table_style(TABLE, "TableauRapport", head="EEF3F9", line="C5CCD6", dark="1E3A5F"))
    number_headings(document)


def _style(document: Any, name: str) -> Any:
    styles = document.styles
    if name not in [style.name for style in styles]:
        made = styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH, builtin=name.startswith("toc"))
        made.base_style = styles["Normal"]
        made.quick_style = True
    return styles[name]


def _set(style: Any, size: float, bold: bool, colour: RGBColor, before: float, after: float, *, keep: bool) -> None:
    _plain_font(style)
    style.font.size, style.font.bold, style.font.italic = Pt(size), bold, False
    style.font.color.rgb = colour
    style.paragraph_format.space_before, style.paragraph_format.space_after = Pt(before), Pt(after)
    style.paragraph_format.keep_with_next = keep or None
    # The template underlines its title.
    for border in style.element.findall(f"{qn('w:pPr')}/{qn('w:pBdr')}"):
        border.getparent().remove(border)


def _plain_font(style: Any) -> None:
    """One font, without the theme's, which would win over it."""
    style.font.name = _FONT
    fonts = style.element.rPr.rFonts
    for name in list(fonts.attrib):
        if name.endswith("Theme"):
            del fonts.attrib[name]
    for script in ("cs", "eastAsia"):
        fonts.set(qn(f"w:{script}"), _FONT)
