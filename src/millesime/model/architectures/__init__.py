"""Network architectures: one file each, built by name. Importing a builder imports torch; this table does not."""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from typing import Any

from millesime.errors import ModelError

#: Name of each architecture, with its module and class.
ARCHITECTURES = {"lightunet": ("millesime.model.architectures.lightunet", "LightUNet")}


def build(
    name: str, *, bands: int, classes: int, mean: Sequence[float], std: Sequence[float], **parameters: Any
) -> Any:
    """A network of fresh weights.

    Returns:
        a `torch.nn.Module` that takes digital numbers (n, bands, h, w) and gives logits (n, classes, h, w); its
        `multiple_px` tells the sizes it takes.

    Raises:
        ModelError: unknown name, or parameters that it does not take.
    """
    if name not in ARCHITECTURES:
        raise ModelError(f"no architecture is called {name!r}", remedy=f"use one of {', '.join(ARCHITECTURES)}")
    module, symbol = ARCHITECTURES[name]
    try:
        return getattr(importlib.import_module(module), symbol)(
            bands=bands, classes=classes, mean=mean, std=std, **parameters
        )
    except TypeError as error:
        raise ModelError(f"architecture {name!r}: {error}") from error
