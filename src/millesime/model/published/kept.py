"""Where converted models are kept: under the digest of the weights, so that no other file is taken for them.

Finding one that is there needs no torch.
"""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import dataclass
from pathlib import Path

from millesime.io.files import local_file
from millesime.model.card import file_beside
from millesime.model.published.catalogue import PublishedModel, published_model

#: Changes when the same weights would be converted to something else.
_VERSION = 8


@dataclass(frozen=True)
class Place:
    """Where the conversion of a file of weights is, or will be."""

    file: Path
    """The weights."""

    facts: PublishedModel
    window_px: int
    digest: str
    """sha256 of the weights."""

    path: Path
    """The .onnx file; its weights and its card lie beside it."""

    @property
    def is_made(self) -> bool:
        """Whether it is there, with all its files."""
        try:
            ends = json.loads(self.path.with_suffix(".json").read_text(encoding="utf-8"))["files_sha256"]
        except (FileNotFoundError, ValueError, KeyError):
            return False  # without a card that can be read, it is made anew
        return self.path.is_file() and all(file_beside(self.path, end).is_file() for end in ends)


def cache_folder() -> Path:
    """Where converted models are kept: MILLESIME_CACHE, else the user's cache folder."""
    own = os.environ.get("MILLESIME_CACHE")
    if own:
        return Path(own) / "models"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "millesime" / "models"


def place_of(
    weights: str | Path, *, name: str | None = None, window_px: int | None = None, cache: Path | None = None
) -> Place:
    """The place of the conversion of a file of weights.

    Args:
        weights: file as published.
        name: name of the published model; that of the file by default.
        window_px: side of the windows of a network that is built for one size; that of the catalogue by default.
        cache: folder of converted models.

    Raises:
        ModelError: no such file, or the name of no published model.
    """
    file = local_file(weights)
    facts = published_model(name or file.name)
    window = window_px or facts.window_px
    with file.open("rb") as content:
        digest = hashlib.file_digest(content, "sha256").hexdigest()
    folder = (cache or cache_folder()) / f"{facts.name}-{digest[:16]}-{window}px-{_VERSION}"
    return Place(file, facts, window, digest, folder / f"{facts.name}.onnx")
