"""Models on disk: found by what a user names, checked against their card, and opened by a runtime."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from pydantic import ValidationError

from millesime.errors import InputError, ModelError
from millesime.io.files import local_file
from millesime.model.card import FLOAT32, ModelCard, file_beside
from millesime.model.published.catalogue import WEIGHTS_SUFFIXES, is_published, published_names
from millesime.model.published.kept import place_of
from millesime.model.runtimes.choice import Choice, choose
from millesime.model.runtimes.interface import Runtime
from millesime.model.runtimes.onnx_runtime import OnnxRuntime

#: Folder of the models that ship with the package.
_BUILTIN = Path(__file__).parents[1] / "builtin"


@dataclass(frozen=True)
class Model:
    """A network on disk, with its card."""

    card: ModelCard
    path: Path
    """The .onnx file."""

    weights: Path | None = None
    """What the .onnx file was made from, where it is at hand: torch needs it."""

    notes: tuple[str, ...] = ()
    """Where it comes from, to be told."""

    def choose(self, runtime: str | None = None, precision: str | None = None) -> Choice:
        """The runtime that computes this model here; see `choose`."""
        return choose(runtime, precision, has_weights=self.weights is not None)

    def open(self, choice: Choice | None = None, *, threads: int = 1, window_px: int | None = None) -> Runtime:
        """Load the network.

        Args:
            choice: of `choose`; ONNX Runtime by default, which is there wherever the package is.
            threads: windows that are asked for at once.
            window_px: side of the windows that will be asked for; what is to be made ready for them is made now.

        Raises:
            ModelError: the file is damaged, is not what the card tells, or the weights are of another network.
        """
        chosen = choice or Choice("onnxruntime", "f32", "default")
        path = self.path
        if chosen.precision == "f32" and FLOAT32 in self.card.files_sha256:
            path = file_beside(path, FLOAT32)
        if chosen.name == "onnxruntime":
            return OnnxRuntime(path, self.card, chosen)
        # The choice may come from another machine: what lacks here is told as if it had been asked for here.
        self.choose(chosen.name, chosen.precision)
        if chosen.name == "openvino":
            from millesime.model.runtimes.openvino_runtime import OpenVinoRuntime

            return OpenVinoRuntime(path, self.card, chosen, threads=threads, window_px=window_px)
        return self._open_torch(chosen)

    def _open_torch(self, choice: Choice) -> Runtime:
        from millesime.model.runtimes.torch_runtime import TorchRuntime, network_of, require_same_answers

        assert self.weights is not None  # the choice was checked
        network = network_of(self.weights, self.card)
        require_same_answers(network, OnnxRuntime(self.path, self.card, choice), weights=self.weights)
        return TorchRuntime(network, self.card, choice)


def load(reference: str | Path) -> Model:
    """Find a model and read its card.

    Args:
        reference: `builtin:NAME`; the path of an .onnx file with its card (.json) beside it, or of weights as IGN
            publishes them, whose name tells the network; or the name of a published model, of its repository on the
            Hugging Face hub or bare, which is taken from the hub's local cache, else downloaded.

    Raises:
        ModelError: there is no such model, no card, or a card of another file.
    """
    text = str(reference)
    if text.startswith("builtin:"):
        return _with_card(_builtin(text))
    if is_published(text.rpartition("/")[2]) and not Path(text).exists():
        from millesime.model.published.hub import weights_of

        found = weights_of(text)
        return _published(found.path, name=found.name, notes=(found.told,))
    try:
        path = local_file(text).absolute()  # it may be opened by a worker that was started in another folder
    except InputError as error:
        near = get_close_matches(text.rpartition("/")[2], published_names(), n=3, cutoff=0.7)
        raise ModelError(
            error.message,
            place=error.place,
            remedy=f"for a model that IGN publishes, give its name: {', '.join(near)}"
            if near
            else f"give builtin:demo, an .onnx file, or a published name such as IGNF/{published_names()[2]}",
        ) from error
    if path.suffix in WEIGHTS_SUFFIXES:
        return _published(path)
    if path.suffix != ".onnx":
        raise ModelError(
            f"a model is an .onnx file, got {path.suffix or 'no suffix'}",
            place=path,
            remedy="give what `millesime train` wrote, or weights that IGN publishes (.pth, .ckpt, .safetensors)",
        )
    checkpoint = path.with_suffix(".safetensors")
    return _with_card(path, weights=checkpoint if checkpoint.is_file() else None)


def _builtin(text: str) -> Path:
    path = _BUILTIN / f"{text.removeprefix('builtin:')}.onnx"
    if not path.is_file():
        names = ", ".join(f"builtin:{item.stem}" for item in sorted(_BUILTIN.glob("*.onnx"))) or "none"
        raise ModelError(f"no model is called {text}", remedy=f"models of this installation: {names}")
    return path


def _published(weights: Path, *, name: str | None = None, notes: tuple[str, ...] = ()) -> Model:
    """Published weights, converted unless they were."""
    place = place_of(weights, name=name)
    if not place.is_made:
        try:
            from millesime.model.published.conversion import converted
        except ModuleNotFoundError as error:
            raise ModelError(
                f"{error.name} is not installed; published weights are converted with it, once",
                place=weights,
                remedy="pip install torch==2.13.0, then pip install 'millesime[published]'",
            ) from error
        converted(weights, name=name)
    found = _with_card(place.path, weights=weights)
    told = f"weights {weights.name}, sha256 {found.card.training.get('weights sha256', 'not told')}"
    return Model(found.card, found.path, found.weights, (*notes, told))


def _with_card(path: Path, *, weights: Path | None = None) -> Model:
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
    _require_digest(path, card.onnx_sha256, record)
    for end, digest in card.files_sha256.items():
        _require_digest(file_beside(path, end), digest, record)
    return Model(card, path, weights)


def _require_digest(path: Path, wanted: str, record: Path) -> None:
    try:
        with path.open("rb") as content:
            found = hashlib.file_digest(content, "sha256").hexdigest()
    except FileNotFoundError as error:
        raise ModelError(
            "a file of the model is not there", place=path, remedy=f"put it back beside {record.name}"
        ) from error
    if found != wanted:
        raise ModelError(
            f"the card {record.name} is of another file (sha256 {wanted[:12]}..., found {found[:12]}...)",
            place=path,
            remedy="put back the files that were written together: the .onnx file, its card and what the card names",
        )
