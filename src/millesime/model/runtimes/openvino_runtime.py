"""OpenVINO on the processor: reads the same .onnx file."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from queue import SimpleQueue
from typing import Any

import numpy as np
import numpy.typing as npt
import openvino

from millesime.errors import ModelError
from millesime.model.card import ModelCard
from millesime.model.runtimes.choice import Choice
from millesime.model.runtimes.interface import OnCard, Used, network_input, require_classes

#: Networks compiled for a size that are kept: that of the windows, and another one.
_KEPT_SIZES = 2


def _ready_for_threads() -> None:
    """Have the binding look for numpy here, in one thread: two threads that do it first wait for each other forever."""
    tensor = openvino.Tensor(np.zeros((1, 1), dtype=np.uint8), shared_memory=True)
    _ = np.array(tensor.data), openvino.Tensor(np.zeros((1, 1), dtype=np.float32)).data


_ready_for_threads()


class OpenVinoRuntime:
    """A network run by OpenVINO, compiled for each size of window when it is first asked for, or told.

    As many streams as threads, each of one thread: an answer does not depend on how many there are. The precision is
    always told to OpenVINO, whose own choice is bfloat16 on processors that have it.
    """

    on_card: OnCard | None = None

    def __init__(
        self, path: Path, card: ModelCard, choice: Choice, *, threads: int = 1, window_px: int | None = None
    ) -> None:
        self.card, self.choice = card, choice
        self._runner = openvino.Core()
        try:
            self._network = self._runner.read_model(path)
        except RuntimeError as error:
            reason = str(error).strip().splitlines()[-1]
            raise ModelError(f"cannot be loaded ({reason})", place=path, remedy="export the model again") from error
        self._check(path)
        self._options = {
            "INFERENCE_PRECISION_HINT": choice.precision,
            "NUM_STREAMS": threads,
            "INFERENCE_NUM_THREADS": threads,
            "ENABLE_CPU_PINNING": False,
        }
        self._threads = threads
        self._requests: dict[tuple[int, ...], SimpleQueue[Any]] = {}
        self._compiling = threading.Lock()
        if window_px is not None:
            self._requests_for((1, len(card.bands), window_px, window_px))

    def _check(self, path: Path) -> None:
        inputs, outputs = self._network.inputs, self._network.outputs
        card, faults = self.card, []
        if len(inputs) != 1 or len(outputs) != 1:
            faults.append(f"{len(inputs)} inputs and {len(outputs)} outputs, expected one of each")
        else:
            bands = inputs[0].get_partial_shape()[1]
            if bands.is_static and bands.get_length() != len(card.bands):
                faults.append(f"it takes {bands.get_length()} bands, its card tells {len(card.bands)}")
            found = inputs[0].get_element_type().get_type_name()
            wanted = "u8" if card.normalisation == "in graph" else "f32"
            if found != wanted:
                faults.append(f"it takes {found}, its card ({card.normalisation}) wants {wanted}")
        if faults:
            raise ModelError("; ".join(faults), place=path, remedy="use the card that was written with the file")

    def logits(self, pixels: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
        """See `Runtime`."""
        return self.lend(pixels, np.copy)

    def lend(self, pixels: npt.NDArray[np.uint8], use: Callable[[npt.NDArray[np.float32]], Used]) -> Used:
        """See `Runtime`."""
        values = np.ascontiguousarray(network_input(pixels, self.card))
        free = self._requests_for(values.shape)
        request = free.get()
        try:
            answer: npt.NDArray[np.float32] = request.infer([values], share_inputs=True, share_outputs=True)[0]
            require_classes(answer, self.card)
            return use(answer)
        finally:
            free.put(request)

    def _requests_for(self, shape: tuple[int, ...]) -> SimpleQueue[Any]:
        """The requests for this size that no thread is using.

        All are made before the first is used: one that is made later waits, and all of Python with it, until the
        answer that is being computed is there.
        """
        with self._compiling:
            if shape not in self._requests:
                network = self._network.clone()
                network.reshape(list(shape))
                while len(self._requests) >= _KEPT_SIZES:
                    self._requests.pop(next(iter(self._requests)))
                compiled = self._runner.compile_model(network, "CPU", self._options)
                free: SimpleQueue[Any] = SimpleQueue()
                for _ in range(self._threads):
                    free.put(compiled.create_infer_request())
                self._requests[shape] = free
            return self._requests[shape]
