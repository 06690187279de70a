"""The report as a Typst document, whose PDF has tags, bookmarks and texts that stand for its pictures."""

from __future__ import annotations

import json
from collections.abc import Iterator

from millesime.publication.triennial.content import (
    Block,
    Bullets,
    Cell,
    Chapter,
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
from millesime.publication.triennial.words import capital
from millesime.written_numbers import FIXED

#: Words before what the municipality writes.
TO_COMPLETE = "À compléter par la collectivité"

_ROOM = """\
#let ink = rgb("#1f2937")
#let blue = rgb("#1e3a5f")
#let faint = rgb("#6b7280")
#set page(
  paper: "a4",
  margin: (x: 24mm, top: 22mm, bottom: 22mm),
  header: context if here().page() > 1 {
    set text(size: 8.5pt, fill: faint)
    running-head
    v(-5pt)
    line(length: 100%, stroke: 0.4pt + faint)
  },
  footer: context if here().page() > 1 {
    set text(size: 8.5pt, fill: faint)
    align(center)[Page #counter(page).display() sur #counter(page).final().first()]
  },
)
#set text(font: "Libertinus Serif", size: 11pt, lang: "fr", region: "FR", fill: ink)
#set par(justify: false, leading: 0.62em, spacing: 0.9em)
#set heading(numbering: "1.1")
#show heading: set text(fill: blue)
#show heading.where(level: 1): set text(size: 17pt)
#show heading.where(level: 1): set block(above: 1.9em, below: 0.9em)
#show heading.where(level: 2): set text(size: 13pt)
#show heading.where(level: 2): set block(above: 1.5em, below: 0.8em)
#show figure.where(kind: table): set block(breakable: true)
#show figure.where(kind: table): set figure.caption(position: top)
#show figure.where(kind: table): set figure(supplement: "Tableau")
#show figure.where(kind: image): set figure(supplement: "Figure")
#show figure.where(kind: image): set align(left)
#show figure.where(kind: image): set block(above: 1.2em, below: 1.7em)
#set figure.caption(separator: [. ])
#show figure.caption: set text(size: 10pt, weight: "bold", fill: blue)
#show figure.caption: set align(left)
#set table(stroke: (x, y) => (bottom: 0.5pt + rgb("#c5ccd6"), top: if y == 0 { 1pt + blue }), inset: (x: 5pt, y: 4.5pt))
#show table: set text(size: 9.5pt)
#show table: set par(justify: false)
#let source(body) = block(above: 0.5em, below: 1.4em, text(size: 8.5pt, fill: faint, body))
#let mark(body) = text(size: 8pt, fill: faint, body)
#let finding(body) = block(
  fill: rgb("#eef3f9"), stroke: (left: 3pt + blue), inset: (x: 9pt, y: 8pt), width: 100%, above: 1em, below: 1em, body,
)
#let remark(body) = block(above: 0.8em, below: 1em, text(size: 9.5pt, fill: rgb("#4b5563"), body))
#let write-in(title, prompt, lines) = block(
  fill: rgb("#fff9e5"), stroke: (left: 3pt + rgb("#b7791f"), rest: 0.6pt + rgb("#dcc48e")),
  inset: 9pt, width: 100%, above: 1.1em, below: 1.2em, breakable: false,
  {
    text(weight: "bold", fill: rgb("#7a4f08"), title)
    linebreak()
    prompt
    let dots = (paint: rgb("#b79b5f"), thickness: 0.5pt, dash: "dotted")
    for _ in range(lines) { v(14pt); line(length: 100%, stroke: dots) }
  },
)
"""


def typst_source(report: Report) -> str:
    """The Typst source of a report; it needs no other file."""
    title = f"{report.cover.title}, {report.cover.place}"
    keywords = "".join(f"{_text(word)}, " for word in report.keywords)
    lines = [
        f"#set document(title: {_text(title)}, date: none, keywords: ({keywords}))",
        f"#let running-head = {_text(title)}",
        _ROOM,
        *_cover(report.cover),
        '#outline(title: "Sommaire", depth: 2, indent: 1.2em)',
        "#pagebreak()",
    ]
    for chapter in report.chapters:
        lines += _chapter(report, chapter)
    return "\n".join(lines) + "\n"


def pictures_source(pictures: tuple[Picture, ...]) -> str:
    """A Typst document with one picture per page and nothing else, to draw them as images."""
    pages = [
        f"#page(width: {_pt(picture.width_px)}, height: {_pt(picture.height_px)}, margin: 0pt)[#{_image(picture)}]"
        for picture in pictures
    ]
    return '#set text(font: "Libertinus Serif", lang: "fr")\n' + "\n".join(pages) + "\n"


def _cover(cover: Cover) -> Iterator[str]:
    yield "#page(margin: (x: 28mm, y: 30mm))[#set par(justify: false)"
    yield f'#v(12mm)#text(size: 27pt, weight: "bold", fill: blue, {_text(cover.title)})'
    yield f"#v(3mm)#line(length: 60mm, stroke: 2pt + blue)#v(3mm)#text(size: 22pt, {_text(cover.place)})"
    yield f"#v(2mm)#text(size: 14pt, fill: faint, {_text(cover.subtitle)})#v(12mm)"
    cells = ", ".join(f"[#text(fill: faint, {_text(label)})], {_text(value)}" for label, value in cover.facts)
    yield f"#grid(columns: (42mm, 1fr), row-gutter: 9pt, column-gutter: 5mm, {cells})"
    yield "#v(10mm)"
    for prompt in cover.write_in:
        yield f"#write-in({_text(TO_COMPLETE)}, {_text(capital(prompt))}, 1)"
    yield f"#v(1fr)#remark({_text(cover.warning)})]"


def _chapter(report: Report, chapter: Chapter) -> Iterator[str]:
    numbering = ", numbering: none" if chapter.appendix else ""
    if chapter.fresh_page:
        yield "#pagebreak(weak: true)"
    yield f"#heading(level: 1{numbering}, {_text(chapter.title)})"
    for block in chapter.blocks:
        if isinstance(block, Subheading):
            yield f"#heading(level: 2{numbering}, {_text(block.title)})"
        else:
            yield _block(report, block)


def _block(report: Report, block: Block) -> str:
    if isinstance(block, Paragraph):
        body = f"[{_runs(block.runs)}{_mark(report, block)}]"
        return {"text": f"#par{body}", "key": f"#finding{body}", "note": f"#remark{body}"}[block.style]
    if isinstance(block, Bullets):
        items = "".join(f"[{_runs(item)}{_mark(report, Paragraph(item))}], " for item in block.items)
        return f"#list(marker: [•], spacing: 0.7em, {items})"
    if isinstance(block, Table):
        return _table(report, block)
    if isinstance(block, Picture):
        caption = f"[#{_text(block.caption)}{_mark(report, block)}]"
        image = _image(block, width=f"{block.width_mm:.1f}mm")
        return f"#figure({image}, caption: {caption}, alt: {_text(block.alternative)})"
    if isinstance(block, WriteIn):
        return f"#write-in({_text(TO_COMPLETE)}, {_text(capital(block.prompt))}, {block.lines})"
    raise TypeError(type(block).__name__)


def _table(report: Report, table: Table) -> str:
    columns = ", ".join(f"{column.share:g}fr" for column in table.columns)
    aligned = ", ".join("right" if column.is_number else "left" for column in table.columns)
    head = ", ".join(f"[*#{_text(column.title)}*]" for column in table.columns)
    body = []
    for rank, row in enumerate(table.rows):
        last = table.total and rank == len(table.rows) - 1
        body.append(", ".join(_cell(cell, bold=last) for cell in row))
    rows = ",\n  ".join(body)
    fill = 'rgb("#fff9e5")' if table.to_complete else 'rgb("#eef3f9")'
    size = ", rows: (auto, " + "12mm, " * len(table.rows) + ")" if table.to_complete else ""
    title = f"{table.caption} ({TO_COMPLETE.lower()})" if table.to_complete else table.caption
    made = (
        f"#figure(kind: table, caption: {_text(title)}, table(columns: ({columns}), align: ({aligned}){size},\n"
        f"  fill: (_, y) => if y == 0 {{ {fill} }}, table.header({head}),\n  {rows},\n))"
    )
    line = source_line(report, table) if table.sourced else ""
    if line:
        made = f"{made}\n#source({_text(line)})"
    return f"#block(breakable: {'false' if table.is_kept_whole else 'true'}, above: 1.4em, below: 1.6em)[{made}]"


def _cell(cell: Cell, *, bold: bool) -> str:
    text = cell.text if isinstance(cell, Strong) else cell if isinstance(cell, str) else cell.bare
    shown = f"#{_text(text)}"
    return f"[*{shown}*]" if bold or isinstance(cell, Strong) else f"[{shown}]"


def _runs(runs: tuple[Run, ...]) -> str:
    return "".join(_run(run) for run in runs)


def _run(run: Run) -> str:
    if isinstance(run, Quantity):
        return f"#{_text(run.text)}"
    if isinstance(run, Strong):
        return f"#strong({_text(run.text)})"
    return f"#{_text(run)}"


def _mark(report: Report, block: Block) -> str:
    text = marks(report, block)
    return f"#mark({_text(FIXED + text)})" if text else ""


def _image(picture: Picture, *, width: str = "100%") -> str:
    return f'image(bytes({_text(picture.svg)}), format: "svg", width: {width}, alt: {_text(picture.alternative)})'


def _pt(pixels: int) -> str:
    return f"{pixels}pt"


def _text(text: str) -> str:
    """A Typst string: its escapes are those of JSON, but for code points."""
    return json.dumps(text, ensure_ascii=False)
