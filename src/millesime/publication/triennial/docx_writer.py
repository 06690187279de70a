"""The report as a document of a word processor: real styles, fields and captions, so that a town hall can go on."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any

import docx
from docx.enum.text import WD_BREAK
from docx.shared import Mm, Pt
from docx.text.paragraph import Paragraph as DocxParagraph

from millesime.publication.triennial.content import (
    Block,
    Bullets,
    Cell,
    Chapter,
    Column,
    Cover,
    Paragraph,
    Picture,
    Quantity,
    Report,
    Run,
    Strong,
    Subheading,
    Table,
    WriteIn,
    marks,
    source_line,
)
from millesime.publication.triennial.docx_parts import (
    add_bookmark,
    add_field,
    add_link,
    describe,
    element,
    instruction_of,
    keep_row_whole,
    keep_together,
    repeat_row,
    same_bytes,
    set_look,
    unnumber,
)
from millesime.publication.triennial.docx_styles import STYLES, TABLE, prepare
from millesime.publication.triennial.typst_writer import TO_COMPLETE
from millesime.written_numbers import FIXED

#: The date of the document's properties: the data are dated in the text, and the same report has the same bytes.
_WHEN = "2000-01-01T00:00:00Z"

_PAGE_MM = (210.0, 297.0)
_MARGIN_MM = 24.0
_ROOM_MM = _PAGE_MM[0] - 2 * _MARGIN_MM


def docx_bytes(report: Report, images: Mapping[str, bytes]) -> bytes:
    """The report as a DOCX file.

    Args:
        report: the content.
        images: PNG of each picture, by its name.
    """
    writer = _Writer(report, images)
    return same_bytes(writer.written())


class _Writer:
    """One document in the making; python-docx appends to it."""

    def __init__(self, report: Report, images: Mapping[str, bytes]) -> None:
        self.report = report
        self.images = images
        self.document: Any = docx.Document()
        self.captions = {"Tableau": 0, "Figure": 0}
        self.headings = 0

    def written(self) -> bytes:
        prepare(self.document)
        self.styles = {use: self.document.styles[name].style_id for use, name in STYLES.items()}
        self._page()
        self._properties()
        self._cover(self.report.cover)
        self._contents()
        for chapter in self.report.chapters:
            self._chapter(chapter)
        made = io.BytesIO()
        self.document.save(made)
        return made.getvalue()

    def _page(self) -> None:
        section = self.document.sections[0]
        section.page_width, section.page_height = (Mm(side) for side in _PAGE_MM)
        section.left_margin = section.right_margin = Mm(_MARGIN_MM)
        section.top_margin = section.bottom_margin = Mm(22)
        section.different_first_page_header_footer = True
        head = section.header.paragraphs[0]
        head.style = STYLES["running"]
        head.add_run(self._title())
        foot = section.footer.paragraphs[0]
        foot.style = STYLES["page"]
        foot.add_run("Page ")
        add_field(foot, "PAGE", "2")
        foot.add_run(" sur ")
        add_field(foot, "NUMPAGES", "2")

    def _title(self) -> str:
        return f"{self.report.cover.title}, {self.report.cover.place}"

    def _properties(self) -> None:
        properties = self.document.core_properties
        properties.title = self._title()
        properties.subject = self.report.cover.subtitle
        properties.author = ""
        properties.last_modified_by = ""
        properties.comments = ""
        properties.keywords = ", ".join(self.report.keywords)
        properties.language = "fr-FR"
        properties.revision = 1
        dated = properties._element
        dated.get_or_add_created().text = dated.get_or_add_modified().text = _WHEN

    def _add(self, text: str, style: str) -> Any:
        # Looking a style up by its name goes through all of them: its identifier is set as it is.
        line = self.document.add_paragraph(text)
        line._p.style = self.styles[style]
        return line

    def _marked(self, line: Any, text: str) -> None:
        """Numbers of sources after a paragraph."""
        if text:
            run = line.add_run(f"{FIXED}{text}")
            run._r.style = self.styles["mark"]

    def _cover(self, cover: Cover) -> None:
        self._add(cover.title, "title")
        self._add(cover.place, "place")
        self._add(cover.subtitle, "subtitle")
        for label, value in cover.facts:
            line = self._add("", "fact")
            line.add_run(f"{label}{FIXED}: ").bold = True
            line.add_run(value)
        for prompt in cover.write_in:
            self._write_in(WriteIn(prompt, lines=1))
        self._add(cover.warning, "note")
        self.document.paragraphs[-1].add_run().add_break(WD_BREAK.PAGE)

    def _contents(self) -> None:
        """The table of contents: a field, with the titles until it is worked out with its page numbers."""
        self._add("Sommaire", "contents")
        entries = list(self._entries())
        for rank, (level, text, anchor) in enumerate(entries):
            line = self._add("", f"toc{level}")
            if rank == 0:
                for kind in ("begin", "instr", "separate"):
                    part = element("w:fldChar", fldCharType=kind) if kind != "instr" else None
                    line.add_run()._r.append(instruction_of(r'TOC \o "1-2" \h \z \u') if part is None else part)
            add_link(line, text, anchor)
            if rank == len(entries) - 1:
                line.add_run()._r.append(element("w:fldChar", fldCharType="end"))
        self._add(
            "Dans un traitement de texte, un clic droit sur ce sommaire puis « Mettre à jour » ajoute les numéros de "
            "page.",
            "note",
        )

    def _entries(self) -> Any:
        number, chapter_number = 0, 0
        for chapter in self.report.chapters:
            number += 1
            chapter_number += not chapter.appendix
            mark = "" if chapter.appendix else f"{chapter_number}{FIXED}{FIXED}"
            yield 1, f"{mark}{chapter.title}", _anchor(number)
            parts = [block for block in chapter.blocks if isinstance(block, Subheading)]
            for rank, part in enumerate(parts, start=1):
                number += 1
                mark = "" if chapter.appendix else f"{chapter_number}.{rank}{FIXED}{FIXED}"
                yield 2, f"{mark}{part.title}", _anchor(number)

    def _heading(self, title: str, level: int, *, appendix: bool, fresh_page: bool = False) -> None:
        self.headings += 1
        heading = self._add(title, f"heading{level}")
        heading.paragraph_format.page_break_before = True if fresh_page else None
        if appendix:
            unnumber(heading)
        add_bookmark(heading, _anchor(self.headings), self.headings)

    def _chapter(self, chapter: Chapter) -> None:
        self._heading(chapter.title, 1, appendix=chapter.appendix, fresh_page=self.headings == 0 or chapter.fresh_page)
        for block in chapter.blocks:
            if isinstance(block, Subheading):
                self._heading(block.title, 2, appendix=chapter.appendix)
            else:
                self._block(block)

    def _block(self, block: Block) -> None:
        if isinstance(block, Paragraph):
            self._paragraph(block, {"text": "text", "key": "key", "note": "note"}[block.style])
        elif isinstance(block, Bullets):
            for item in block.items:
                self._paragraph(Paragraph(item), "bullet")
        elif isinstance(block, Table):
            self._table(block)
        elif isinstance(block, Picture):
            self._picture(block)
        elif isinstance(block, WriteIn):
            self._write_in(block)

    def _paragraph(self, block: Paragraph, style: str) -> None:
        line = self._add("", style)
        for run in block.runs:
            _add_run(line, run)
        self._marked(line, marks(self.report, block))

    def _caption(self, kind: str, text: str) -> Any:
        self.captions[kind] += 1
        line = self._add("", "caption")
        line.add_run(f"{kind}{FIXED}")
        add_field(line, rf"SEQ {kind} \* ARABIC", str(self.captions[kind]))
        line.add_run(f". {text}")
        return line

    def _table(self, table: Table) -> None:
        title = f"{table.caption} ({TO_COMPLETE.lower()})" if table.to_complete else table.caption
        self._caption("Tableau", title).paragraph_format.keep_with_next = True
        made = self.document.add_table(rows=0, cols=len(table.columns), style=TABLE)
        made.autofit = False
        whole = sum(column.share for column in table.columns)
        for width, column in zip(made._tbl.tblGrid.gridCol_lst, table.columns, strict=True):
            width.w = Mm(_ROOM_MM * column.share / whole)
        set_look(made, last_row=table.total)
        head = made.add_row()
        self._fill(head, tuple(Strong(column.title) for column in table.columns), table.columns, last=False)
        repeat_row(head)
        for rank, row in enumerate(table.rows):
            added = made.add_row()
            self._fill(added, row, table.columns, last=table.total and rank == len(table.rows) - 1)
            keep_row_whole(added)
            if table.to_complete:
                added.height = Mm(12)
        line = source_line(self.report, table) if table.sourced else ""
        keep_together(made, whole=table.is_kept_whole)
        self._add(line, "source")

    def _fill(self, row: Any, cells: tuple[Cell, ...], columns: tuple[Column, ...], *, last: bool) -> None:
        whole = sum(column.share for column in columns)
        for place, cell, column in zip(row._tr.tc_lst, cells, columns, strict=True):
            place.width = Mm(_ROOM_MM * column.share / whole)
            line = place.p_lst[0]
            line.style = self.styles["number" if column.is_number else "cell"]
            text = cell.text if isinstance(cell, Strong) else cell if isinstance(cell, str) else cell.bare
            run = DocxParagraph(line, self.document).add_run(text)
            if isinstance(cell, Strong) or last:
                run.bold = True

    def _picture(self, picture: Picture) -> None:
        line = self._add("", "picture")
        inline = line.add_run().add_picture(io.BytesIO(self.images[picture.name]), width=Mm(picture.width_mm))
        number = sum(self.captions.values()) + 1
        describe(inline, name=picture.name, text=picture.alternative, number=number)
        caption = self._caption("Figure", picture.caption)
        self._marked(caption, marks(self.report, picture))
        caption.paragraph_format.space_after = Pt(12)

    def _write_in(self, block: WriteIn) -> None:
        line = self._add("", "write_in")
        line.add_run(TO_COMPLETE).bold = True
        line.add_run(f"{FIXED}: {block.prompt}")
        line.paragraph_format.keep_with_next = True
        for _ in range(block.lines):
            self._add("", "write_in")
        # Boxes that follow one another would be one.
        self._add("", "source")


def _anchor(number: int) -> str:
    return f"_Toc{number:04d}"


def _add_run(line: Any, run: Run) -> None:
    if isinstance(run, Quantity):
        line.add_run(run.text)
    elif isinstance(run, Strong):
        line.add_run(run.text).bold = True
    else:
        line.add_run(run)
