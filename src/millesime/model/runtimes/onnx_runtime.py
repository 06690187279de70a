"""ONNX Runtime on the processor."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnxruntime
from onnxruntime.capi import onnxruntime_pybind11_state as refusals

from millesime.errors import ModelError
from millesime.model.card import ModelCard
from millesime.model.runtimes.choice import Choice
from millesime.model.runtimes.interface import OnCard, Used, network_input, require_classes

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


class OnnxRuntime:
    """A network run by ONNX Runtime.

    One thread computes one answer, so that an answer does not depend on how many threads there are; speed comes
    from several windows at once.
    """

    on_card: OnCard | None = None

    def __init__(self, path: Path, card: ModelCard, choice: Choice) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        options.enable_mem_pattern = False  # one block for all of an answer takes a third more memory, and no less time
        options.log_severity_level = 3
        try:
            self._session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
        except _REFUSALS as error:
            raise ModelError(f"cannot be loaded ({error})", place=path, remedy="export the model again") from error
        self.card, self.choice = card, choice
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
        """See `Runtime`."""
        values = network_input(pixels, self.card)
        answer: npt.NDArray[np.float32] = self._session.run([self._output], {self._input: values})[0]
        require_classes(answer, self.card)
        return answer

    def lend(self, pixels: npt.NDArray[np.uint8], use: Callable[[npt.NDArray[np.float32]], Used]) -> Used:
        """See `Runtime`."""
        return use(self.logits(pixels))  # bound to memory of ours, an answer takes as long
