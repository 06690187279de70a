"""The portrait as an A4 document: the same page, the same figures, on paper."""

from __future__ import annotations

from millesime.publication.portrait_pdf.document import document_of, pdf_of

__all__ = ["document_of", "pdf_of"]
