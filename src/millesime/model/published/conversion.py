"""Published weights turned into what every runtime reads: an .onnx file with its weights and its card, made once.

Conversion needs torch; what it made does not. It is kept under the digest of the weights, so that another file of the
same name is converted anew. The answer of the .onnx file is compared with torch's; the comparison stands in the card.
"""

from __future__ import annotations

import copy
import hashlib
import json
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from millesime.errors import ModelError
from millesime.io.files import folder_written_whole
from millesime.model import export
from millesime.model.card import FLOAT32, WEIGHTS, ModelCard, file_beside
from millesime.model.published.catalogue import PublishedModel, published_model
from millesime.model.published.decoders import lighten
from millesime.model.published.kept import Place, place_of
from millesime.model.published.networks import build_network, parameter_count
from millesime.model.published.weights import fill, read_weights
from millesime.model.published.winograd import by_tiles

#: Windows of a network without a fixed size are a multiple of this.
_MULTIPLE_PX = 32

#: Most of their products are convolutions that tiles save, in float32; the others gain nothing.
_BY_TILES = ("resnet34-unet", "resnet34-fpn")

#: Share of pixels whose class must be equal in torch and in the .onnx file.
_LEAST_EQUAL = 0.999

#: IGN's own resolution of aerial images, in metres.
_RESOLUTION_M = 0.2


class _FromDigitalNumbers(nn.Module):
    """A network that takes uint8 digital numbers: the normalisation goes with it."""

    def __init__(self, network: nn.Module, facts: PublishedModel, multiple_px: int) -> None:
        super().__init__()
        self.network, self.multiple_px = network, multiple_px
        self.mean = nn.Buffer(torch.tensor(facts.mean, dtype=torch.float32)[None, :, None, None])
        self.std = nn.Buffer(torch.tensor(facts.std, dtype=torch.float32)[None, :, None, None])

    def forward(self, pixels: Tensor) -> Tensor:
        """Logits (n, classes, h, w) of digital numbers (n, bands, h, w)."""
        logits: Tensor = self.network((pixels.to(torch.float32) - self.mean) / self.std)
        return logits


def converted(
    weights: str | Path, *, name: str | None = None, window_px: int | None = None, cache: Path | None = None
) -> Path:
    """The .onnx file of published weights, made unless it is there already.

    Args:
        weights: file as published.
        name: name of the published model; that of the file by default.
        window_px: side of the windows of a network that is built for one size; 512 by default.
        cache: folder of converted models.

    Raises:
        ModelError: unknown name, weights of another network, or an .onnx file that does not answer as torch does.
    """
    place = place_of(weights, name=name, window_px=window_px, cache=cache)
    if place.is_made:
        return place.path
    whole = _filled(place.facts, place.file, window_px=place.window_px)
    folder = place.path.parent
    folder.parent.mkdir(parents=True, exist_ok=True)
    with folder_written_whole(folder, replaces="*") as made:
        card = _convert(whole, place, made / place.path.name)
        text = json.dumps(card.model_dump(mode="json"), indent=2, ensure_ascii=False)
        (made / place.path.with_suffix(".json").name).write_text(text + "\n", encoding="utf-8")
    return place.path


def _convert(whole: _FromDigitalNumbers, place: Place, path: Path) -> ModelCard:
    """Write the .onnx file and its weights beside it; the card tells what both are, and how they answer."""
    facts = place.facts
    fixed_px = place.window_px if _is_fixed(facts) else None
    exported = {
        path.name: export.to_onnx(_lightened(whole, facts, fixed_px), bands=len(facts.bands), fixed_px=fixed_px)
    }
    if facts.architecture in _BY_TILES:
        tiled = _lightened(whole, facts, fixed_px)
        by_tiles(tiled, _sample(facts, fixed_px or whole.multiple_px))
        exported[file_beside(path, FLOAT32).name] = export.to_onnx(tiled, bands=len(facts.bands), fixed_px=fixed_px)
    beside = file_beside(path, WEIGHTS)
    graphs, weights = export.weights_beside(exported, beside.name)
    beside.write_bytes(weights)
    for name, graph in graphs.items():
        path.with_name(name).write_bytes(graph)
    check: dict[str, Any] = {}
    for name in graphs:  # the last is the one that is used most
        check = export.compare(whole, path.with_name(name), bands=len(facts.bands), fixed_px=fixed_px)
        if check["equal_classes"] < _LEAST_EQUAL:
            raise ModelError(
                f"the converted model gives other classes than torch on {1 - check['equal_classes']:.2%} of the pixels",
                place=place.file,
                remedy="report it with the name of the model and the versions of torch and onnxruntime",
            )
    digests = {name.removeprefix(path.stem): _sha256(graph) for name, graph in graphs.items()}
    return _card(place, check, {**digests, WEIGHTS: _sha256(weights)}, whole)


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _lightened(whole: _FromDigitalNumbers, facts: PublishedModel, fixed_px: int | None) -> nn.Module:
    """The network with a decoder of fewer products."""
    lighter = copy.deepcopy(whole)
    lighten(lighter, _sample(facts, fixed_px or 4 * whole.multiple_px))
    return lighter


def _sample(facts: PublishedModel, size_px: int) -> Tensor:
    return torch.zeros((1, len(facts.bands), size_px, size_px), dtype=torch.uint8)


def whole_network(weights: Path, *, name: str, window_px: int) -> nn.Module:
    """The network that was converted, for torch itself: digital numbers (n, bands, h, w) to logits.

    Raises:
        ModelError: unknown name, or weights of another network.
    """
    return _filled(published_model(name), weights, window_px=window_px)


def _is_fixed(facts: PublishedModel) -> bool:
    """Exported with height and width left open, a UPerNet answers wrongly and silently at other sizes."""
    return "upernet" in facts.architecture


def _filled(facts: PublishedModel, file: Path, *, window_px: int) -> _FromDigitalNumbers:
    network = build_network(
        facts.architecture, bands=len(facts.bands), classes=len(facts.class_values), window_px=window_px
    )
    fill(network, read_weights(file), place=file)
    return _FromDigitalNumbers(network, facts, window_px if _is_fixed(facts) else _MULTIPLE_PX).eval()


def _card(place: Place, check: dict[str, Any], digests: dict[str, str], whole: _FromDigitalNumbers) -> ModelCard:
    facts = place.facts
    unused = ", ".join(map(str, facts.never_predicted))
    limits: tuple[str, ...] = ("trained on aerial images of mainland France at 20 cm",)
    if unused:
        limits += (f"classes {unused} had no weight in training: leave them out with --restrict where they appear",)
    return ModelCard(
        name=facts.name,
        version=place.digest[:12],
        architecture=facts.architecture,
        parameter_count=parameter_count(whole.network),
        nomenclature="flair1",
        nomenclature_version="1",
        class_values=facts.class_values,
        bands=facts.bands,
        height_coding="flair8",
        resolution_m=_RESOLUTION_M,
        mean=facts.mean,
        std=facts.std,
        normalisation="in graph",
        window_multiple_px=whole.multiple_px,
        window_px=place.window_px,
        largest_window_px=facts.largest_window_px,
        window_is_fixed=_is_fixed(facts),
        margin_px=min(facts.margin_px, place.window_px // 4),
        onnx_sha256=digests[".onnx"],
        files_sha256={end: digest for end, digest in digests.items() if end != ".onnx"},
        training={"weights sha256": place.digest},
        export_check=check,
        licence=facts.licence,
        limits=limits,
    )
