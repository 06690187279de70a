"""Documents set by Typst: PDF and page pictures from a source and its files, the same bytes on every machine."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import typst

from millesime.errors import InternalError

#: Seconds since 1970 of the date that a PDF bears: 1 January 2000, as in the GeoPackages.
_FIXED_DATE_S = 946_684_800

_MAIN = "main.typ"


def to_pdf(source: str, files: Mapping[str, bytes] | None = None, *, standard: str | None = None) -> bytes:
    """Set a document as a tagged PDF.

    Only the fonts that Typst holds are used (Libertinus Serif, New Computer Modern, DejaVu Sans Mono), and the date is
    fixed: the same source gives the same bytes.

    Args:
        source: the document, in Typst.
        files: what it reads, by name.
        standard: a PDF standard to keep, such as 'ua-1' (accessible) or 'a-2a'; the document is refused when it fails.

    Raises:
        InternalError: the source is faulty, or does not keep the standard.
    """
    made = _compiled(source, files, format="pdf", **({} if standard is None else {"pdf_standards": [standard]}))
    assert isinstance(made, bytes)
    return made


def to_pictures(
    source: str, files: Mapping[str, bytes] | None = None, *, dots_per_inch: float = 72
) -> tuple[bytes, ...]:
    """The pages of a document as PNG, to be looked at.

    Raises:
        InternalError: the source is faulty.
    """
    made = _compiled(source, files, format="png", ppi=dots_per_inch)
    return tuple(made) if isinstance(made, list) else (made,)


def _compiled(source: str, files: Mapping[str, bytes] | None, **options: Any) -> Any:
    # Typst takes only texts from memory: pictures must lie in a folder, which is all that it may read.
    with tempfile.TemporaryDirectory() as folder:
        for name, content in {_MAIN: source.encode("utf-8"), **(files or {})}.items():
            (Path(folder) / name).write_bytes(content)
        compiler = typst.Compiler(root=Path(folder), font_paths=_fonts())
        try:
            return compiler.compile(input=Path(folder) / _MAIN, timestamp=_FIXED_DATE_S, **options)
        except typst.TypstError as error:
            raise InternalError(f"a document could not be set: {error.diagnostic or error}") from error


@cache
def _fonts() -> typst.Fonts:
    return typst.Fonts(include_system_fonts=False)
