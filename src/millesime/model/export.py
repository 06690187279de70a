"""From a trained network to ONNX, and the proof that both answer the same."""

from __future__ import annotations

import hashlib
import io
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import torch

from millesime.model.runtimes.interface import require_finite

#: Weights of fewer bytes stay in the .onnx file; the others begin at a multiple of a page of memory.
_PAGE_BYTES = 4096

#: Sizes that the export is checked at, in multiples of the network's own.
_CHECKED_MULTIPLES = ((4, 4), (3, 7), (8, 5))


def to_onnx(network: Any, *, bands: int, fixed_px: int | None = None) -> bytes:
    """A network in evaluation mode as an ONNX file that takes uint8 numbers of any size it can.

    Batch norms are folded into convolutions. Input `pixels` (n, bands, h, w) uint8, output `logits` float32.

    Args:
        network: its `multiple_px` tells the sizes it takes.
        bands: number of input bands.
        fixed_px: side of the only size that the file takes; None for any.
    """
    size = fixed_px or 4 * network.multiple_px
    sample = torch.zeros((1, bands, size, size), dtype=torch.uint8)
    axes = {0: "batch"} if fixed_px else {0: "batch", 2: "height", 3: "width"}
    content = io.BytesIO()
    with warnings.catch_warnings():
        # The exporter by tracing is deprecated, yet writes smaller files, needs no size known, and torch is pinned.
        warnings.simplefilter("ignore", DeprecationWarning)
        if fixed_px:
            # What a trace takes for constant is: the size. The answers are compared with torch's in any case.
            warnings.filterwarnings("ignore", category=Warning, module=r"torch|timm|segmentation_models|millesime")
        export: Any = torch.onnx.export  # its annotation leaves out files in memory, which it takes
        export(
            network.eval(),
            (sample,),
            content,
            dynamo=False,
            input_names=["pixels"],
            output_names=["logits"],
            dynamic_axes={"pixels": axes, "logits": axes},
        )
    return content.getvalue()


def weights_beside(contents: Mapping[str, bytes], name: str) -> tuple[dict[str, bytes], bytes]:
    """ONNX files without their weights, which lie in a file beside them that runtimes map rather than copy.

    Each tells the digest of the weights, so that files of other weights are not the same.

    Args:
        contents: the files by name, each of less than 2 GB. Weights that several hold are there once.
        name: of the file of weights.

    Returns:
        the contents of the files by name, and of the file of weights.
    """
    import onnx
    from onnx.external_data_helper import set_external_data

    weights, places = io.BytesIO(), dict[bytes, int]()
    models = {graph: onnx.load_from_string(content) for graph, content in contents.items()}
    for model in models.values():
        constants = [field.t for node in model.graph.node for field in node.attribute if field.HasField("t")]
        for tensor in [*model.graph.initializer, *constants]:
            if len(tensor.raw_data) < _PAGE_BYTES:
                continue
            digest = hashlib.sha256(tensor.raw_data).digest()
            if digest not in places:
                weights.write(bytes(-weights.tell() % _PAGE_BYTES))
                places[digest] = weights.tell()
                weights.write(tensor.raw_data)
            set_external_data(tensor, name, offset=places[digest], length=len(tensor.raw_data))
            tensor.ClearField("raw_data")
    told = weights.getvalue()
    for model in models.values():
        model.metadata_props.add(key="weights sha256", value=hashlib.sha256(told).hexdigest())
    return {graph: model.SerializeToString(deterministic=True) for graph, model in models.items()}, told


def compare(network: Any, model: bytes | Path, *, bands: int, fixed_px: int | None = None) -> dict[str, Any]:
    """Answers of a network and of its ONNX file, or the content of it, on random pixels.

    Returns:
        the largest difference between logits, the share of equal classes, and the sizes that were tried.

    Raises:
        ModelError: an answer is not finite.
    """
    session = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
    random = np.random.Generator(np.random.PCG64(0))
    difference, equal, sizes = 0.0, [], []
    checked = [(rows * network.multiple_px, cols * network.multiple_px) for rows, cols in _CHECKED_MULTIPLES]
    for height, width in [(fixed_px, fixed_px)] if fixed_px else checked:
        pixels = random.integers(0, 256, size=(2, bands, height, width), dtype=np.uint8)
        answer = session.run(["logits"], {"pixels": pixels})[0]
        with torch.no_grad():
            expected = network.eval()(torch.from_numpy(pixels)).numpy()
        require_finite(finite=bool(np.isfinite(answer).all() and np.isfinite(expected).all()))
        difference = max(difference, float(np.abs(answer - expected).max()))
        equal.append(float((answer.argmax(axis=1) == expected.argmax(axis=1)).mean()))
        sizes.append([height, width])
    return {
        "against": f"torch {torch.__version__}",
        "largest_logit_difference": round(difference, 7),
        "equal_classes": round(min(equal), 6),
        "sizes_px": sizes,
    }
