"""Runs a network: one interface, whatever computes it. A model is an .onnx file with its card beside it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
import numpy.typing as npt
import onnxruntime
from onnxruntime.capi import onnxruntime_pybind11_state as refusals
from pydantic import ValidationError

from millesime.errors import InputError, ModelError
from millesime.io.files import local_file
from millesime.model.card import ModelCard

#: Folder of the models that ship with the package.
_BUILTIN = Path(__file__).parent / "builtin"


#: Suffixes of weights that are converted when first used.
_PUBLISHED = (".pth", ".pt", ".ckpt", ".bin", ".safetensors")

#: What ONNX Runtime raises for a file that it cannot load.
_REFUSALS = (
    refusals.Fail,
    refusals.InvalidArgument,
    refusals.InvalidGraph,
    refusals.InvalidProtobuf,
    refusals.NoModel,
    refusals.NotImplemented,
    refusals.RuntimeException,
)


class Runtime(Protocol):
    """A network ready to answer. Several threads may ask at once."""

    card: ModelCard

    def logits(self, pixels: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
        """Logits (n, classes, h, w) of digital numbers (n, bands, h, w), sizes a multiple of the card's."""
        ...


@dataclass(frozen=True)
class Model:
    """A network on disk, with its card."""

    card: ModelCard
    path: Path

    def open(self) -> OnnxRuntime:
        """Load the network.

        Raises:
            ModelError: the file is damaged, or is not what the card tells.
        """
        return OnnxRuntime(self.path, self.card)


def load(reference: str | Path) -> Model:
    """Find a model and read its card.

    Args:
        reference: `builtin:NAME`, the path of an .onnx file with its card (.json) beside it, or of weights as IGN
            publishes them, whose name tells the network.

    Raises:
        ModelError: there is no such model, no card, or a card of another file.
    """
    path = _path_of(reference)
    record = path.with_suffix(".json")
    if not record.is_file():
        raise ModelError(
            "the model has no card",
            place=record,
            remedy="put the card that `millesime train` wrote beside the .onnx file, under the same name",
        )
    try:
        card = ModelCard.model_validate_json(record.read_text(encoding="utf-8"))
    except (ValidationError, UnicodeDecodeError) as error:
        faults = (
            "; ".join(f"{'.'.join(map(str, item['loc'])) or 'card'}: {item['msg']}" for item in error.errors())
            if isinstance(error, ValidationError)
            else str(error)
        )
        raise ModelError(
            f"is not a model card: {faults}", place=record, remedy="use the card that `millesime train` wrote"
        ) from error
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    if digest != card.onnx_sha256:
        raise ModelError(
            f"the card {record.name} is of another file (sha256 {card.onnx_sha256[:12]}..., found {digest[:12]}...)",
            place=path,
            remedy="put back the card and the .onnx file that were written together",
        )
    return Model(card, path)


def _path_of(reference: str | Path) -> Path:
    text = str(reference)
    if text.startswith("builtin:"):
        path = _BUILTIN / f"{text.removeprefix('builtin:')}.onnx"
        if not path.is_file():
            names = ", ".join(f"builtin:{item.stem}" for item in sorted(_BUILTIN.glob("*.onnx"))) or "none"
            raise ModelError(f"no model is called {text}", remedy=f"models of this installation: {names}")
        return path
    try:
        path = local_file(text)
    except InputError as error:
        raise ModelError(error.message, place=error.place, remedy="give builtin:demo or an .onnx file") from error
    if path.suffix in _PUBLISHED:
        return _converted(path)
    if path.suffix != ".onnx":
        raise ModelError(
            f"a model is an .onnx file, got {path.suffix or 'no suffix'}",
            place=path,
            remedy="give what `millesime train` wrote, or weights that IGN publishes (.pth, .ckpt, .safetensors)",
        )
    return path


def _converted(path: Path) -> Path:
    try:
        from millesime.model.published.conversion import converted
    except ModuleNotFoundError as error:
        raise ModelError(
            f"{error.name} is not installed; published weights are converted with it, once",
            place=path,
            remedy="pip install torch==2.13.0, then pip install 'millesime[published]'",
        ) from error
    return converted(path)


class OnnxRuntime:
    """A network run by ONNX Runtime on the processor.

    One thread computes one answer, so that an answer does not depend on how many threads there are; speed comes
    from several windows at once.
    """

    def __init__(self, path: Path, card: ModelCard) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        try:
            self._session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
        except _REFUSALS as error:
            raise ModelError(f"cannot be loaded ({error})", place=path, remedy="export the model again") from error
        self.card = card
        self._check(path)

    def _check(self, path: Path) -> None:
        inputs, outputs = self._session.get_inputs(), self._session.get_outputs()
        card, faults = self.card, []
        if len(inputs) != 1 or len(outputs) != 1:
            faults.append(f"{len(inputs)} inputs and {len(outputs)} outputs, expected one of each")
        elif inputs[0].shape[1] != len(card.bands):
            faults.append(f"it takes {inputs[0].shape[1]} bands, its card tells {len(card.bands)}")
        wanted = "tensor(uint8)" if card.normalisation == "in graph" else "tensor(float)"
        if inputs[0].type != wanted:
            faults.append(f"it takes {inputs[0].type}, its card ({card.normalisation}) wants {wanted}")
        channels = outputs[0].shape[1] if len(outputs[0].shape) == 4 else None
        if isinstance(channels, int) and channels != len(card.class_values):
            faults.append(f"it answers {channels} classes, its card tells {len(card.class_values)}")
        if faults:
            raise ModelError("; ".join(faults), place=path, remedy="use the card that was written with the file")
        self._input, self._output = inputs[0].name, outputs[0].name

    def logits(self, pixels: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
        """Logits (n, classes, h, w) of digital numbers (n, bands, h, w)."""
        values: npt.NDArray[np.uint8] | npt.NDArray[np.float32] = pixels
        if self.card.normalisation == "outside":
            mean = np.asarray(self.card.mean, dtype=np.float32)[None, :, None, None]
            std = np.asarray(self.card.std, dtype=np.float32)[None, :, None, None]
            values = (pixels.astype(np.float32) - mean) / std
        answer: npt.NDArray[np.float32] = self._session.run([self._output], {self._input: values})[0]
        if answer.shape[1] != len(self.card.class_values):
            raise ModelError(
                f"model {self.card.name} answers {answer.shape[1]} classes, its card tells "
                f"{len(self.card.class_values)}",
                remedy="use the card that was written with the file",
            )
        return answer
