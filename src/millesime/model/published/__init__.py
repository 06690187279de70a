"""Models published by IGN: their names, what each expects, and their weights, loaded strictly."""

from __future__ import annotations

from millesime.model.published.catalogue import PublishedModel, published_model, published_names

__all__ = ["PublishedModel", "published_model", "published_names"]
