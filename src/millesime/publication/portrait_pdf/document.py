"""The page as a Typst document: the same texts, figures and pictures, none computed again."""

from __future__ import annotations

import base64
import dataclasses
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from jinja2 import Environment, PackageLoader

from millesime.io.typesetting import to_pdf
from millesime.publication.portrait import Page
from millesime.publication.portrait.page import typeset
from millesime.publication.portrait.wording import Language
from millesime.publication.portrait_pdf.words import words_of

#: Where the page's own templates lie: it is taken as it is, nothing is filled in.
_TEMPLATES = PackageLoader("millesime.publication")

_SUFFIXES = {"image/png": "png", "image/jpeg": "jpg"}


@dataclass(frozen=True)
class Document:
    """A Typst source and the files that it reads."""

    source: str
    files: Mapping[str, bytes]


def document_of(page: Page) -> Document:
    """The document of a page."""
    held: dict[str, bytes] = {}

    def picture(name: str, uri: str) -> str:
        head, _, content = uri.partition(";base64,")
        file = f"{name}.{_SUFFIXES[head.removeprefix('data:')]}"
        held[file] = base64.b64decode(content)
        return file

    photos = {year: picture(f"photo-{year}", uri) for year, uri in page.photos.items()}
    painted = {key: picture(key, uri) for key, uri in page.uris.items()}
    shown = [picture for panel in page.panels for picture in panel.pictures]
    names = {item.key: [painted[item.key] if item.png else photos[item.year]] for item in shown}
    for shot in page.shots:
        number = shot.row.number
        names[f"site-{number}"] = [
            picture(f"site-{number}-{when}", uri) for when, uri in (("before", shot.before), ("after", shot.after))
        ]
    if page.change is not None:
        names[page.change.key] = [painted[page.change.key]]
    if page.view.limits:
        held["limits.svg"] = _limits(page).encode()
    data = {
        "title": f"{page.territory}, {page.years_text}",
        "page": _plain(dataclasses.replace(page, uris={}, photos={}, shots=_without_pictures(page))),
        "words": words_of(page),
        "pictures": names,
        "limits": "limits.svg" if page.view.limits else None,
        "shade": photos.get(page.change.year) if page.change is not None else None,
    }
    held["page.json"] = json.dumps(_typeset(data, page.language), ensure_ascii=False, sort_keys=True).encode()
    source, _, _ = _TEMPLATES.get_source(Environment(autoescape=True), "portrait.typ")
    return Document(source, held)


def pdf_of(page: Page) -> bytes:
    """The page as a tagged PDF, accessible in the sense of PDF/UA-1; the same page gives the same bytes."""
    document = document_of(page)
    return to_pdf(document.source, document.files, standard="ua-1")


def _without_pictures(page: Page) -> tuple[Any, ...]:
    return tuple(dataclasses.replace(shot, before="", after="") for shot in page.shots)


def _plain(value: Any) -> Any:
    """Dataclasses as dictionaries, without the pictures that they hold."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: _plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return None if isinstance(value, bytes) else value


def _typeset(value: Any, language: Language) -> Any:
    """The same typography as the page's, everywhere."""
    if isinstance(value, Mapping):
        return {key: _typeset(item, language) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_typeset(item, language) for item in value]
    return typeset(value, language)


def _limits(page: Page) -> str:
    """Limits of communes as an SVG that lies over the maps."""
    view = page.view
    lines = {
        "#ffffff": 'stroke-width="5" stroke-opacity="0.85"',
        "#1c2530": 'stroke-width="2.2" stroke-dasharray="14 7 3 7"',
    }
    paths = "".join(
        f'<path d="{path}" fill="none" stroke="{colour}" {how}/>'
        for colour, how in lines.items()
        for path in view.limits
    )
    size = f'viewBox="0 0 {view.width} {view.height}" width="{view.width}" height="{view.height}"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size}>{paths}</svg>'
