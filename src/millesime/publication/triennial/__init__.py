"""The triennial local report on the artificialisation of land (CGCT L. 2231-1, R. 2231-1): one content, three files.

The content (`build_report`) is made from a `Case` alone. The word processor's document, the Typst source of the PDF and
the table of figures are all written from it.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from millesime.publication.triennial.assembling import Beside, case_of
    from millesime.publication.triennial.case import Case, ReportPlace
    from millesime.publication.triennial.content import DataSource, Quantity, Report
    from millesime.publication.triennial.csv_writer import figures_csv
    from millesime.publication.triennial.docx_writer import docx_bytes
    from millesime.publication.triennial.ground_maps import Ground
    from millesime.publication.triennial.report import build_report
    from millesime.publication.triennial.typst_writer import pictures_source, typst_source

__all__ = [
    "Beside",
    "Case",
    "DataSource",
    "Ground",
    "Quantity",
    "Report",
    "ReportPlace",
    "build_report",
    "case_of",
    "docx_bytes",
    "figures_csv",
    "pictures_source",
    "typst_source",
]

_MODULES = {
    "assembling": ("Beside", "case_of"),
    "case": ("Case", "ReportPlace"),
    "content": ("DataSource", "Quantity", "Report"),
    "docx_writer": ("docx_bytes",),
    "csv_writer": ("figures_csv",),
    "ground_maps": ("Ground",),
    "report": ("build_report",),
    "typst_writer": ("pictures_source", "typst_source"),
}
_PLACES = {name: module for module, names in _MODULES.items() for name in names}


def __getattr__(name: str) -> Any:
    # python-docx is imported only when a report is really written
    if name not in _PLACES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_PLACES[name]}"), name)
