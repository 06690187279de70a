"""What is to be done: for each step of each vintage, what it would be made from and whether that has changed."""

from __future__ import annotations

import importlib
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ValidationError

from millesime.chain import CHAIN, INPUTS, Step
from millesime.errors import ConfigError, InputError, raise_together
from millesime.io.territory import FILE_NAME, Vintage, did_you_mean
from millesime.io.workspace import Manifest, Sidecar, Summary, Workspace
from millesime.model.published.catalogue import WEIGHTS_SUFFIXES

State = Literal["done", "stale", "missing", "not applicable"]

EVALUATION_FILE = "evaluation.json"


@dataclass
class Plan:
    """The chain over one territory. Parameters are checked, all faults told together, when it is made."""

    workspace: Workspace
    manifest: Manifest = field(init=False)
    _parameters: Mapping[str, Any] = field(init=False)

    def __post_init__(self) -> None:
        self.manifest = Manifest(self.workspace)
        self._parameters = _checked_parameters(self.workspace)

    def parameters(self, step: Step) -> Any:
        """The step's `Parameters`, with the territory's values."""
        return self._parameters[step.name]

    def reference(self, vintage: Vintage) -> Vintage | None:
        """The vintage that `vintage` is reconciled with."""
        year = vintage.reference_vintage
        return None if year is None else self.workspace.territory.vintage(year)

    def is_applicable(self, step: Step, vintage: Vintage) -> bool:
        """Whether the step makes something for this vintage."""
        return vintage.reference_vintage is not None or not step.needs_reference

    def state(self, step: Step, vintage: Vintage) -> State:
        """Where a product stands. An input that is missing makes its product stale, not an error."""
        if not self.is_applicable(step, vintage):
            return "not applicable"
        found = self.workspace.read_sidecar(step.name, vintage.year)
        if found is None:
            return "missing"
        try:
            expected = self.expected(step, vintage)
        except InputError:
            return "stale"
        return "done" if expected.matches(found) else "stale"

    def expected(self, step: Step, vintage: Vintage) -> Sidecar:
        """The sidecar that the step would have if it ran now, without its outputs.

        Raises:
            InputError: an input does not exist.
        """
        module = importlib.import_module(f"millesime.{step.name}.step")
        territory = self.workspace.territory
        return Sidecar(
            step=step.name,
            year=vintage.year,
            step_version=module.STEP_VERSION,
            inputs={name: self.manifest.sha256(path) for name, path in self.input_files(step, vintage).items()},
            parameters={
                "territory": {
                    "code": territory.code,
                    "name": territory.name,
                    "crs": territory.crs,
                    "extent": list(territory.extent),
                },
                "vintage": {"crs": vintage.crs, "reference": vintage.reference_vintage},
                "step": self.parameters(step).model_dump(mode="json"),
            },
            outputs={},
            summary=Summary(),
            seconds=0.0,
            finished="",
        )

    def input_files(self, step: Step, vintage: Vintage) -> dict[str, Path]:
        """Every file that the step reads, by a name that does not depend on where the territory lies.

        Raises:
            InputError: one of them does not exist.
        """
        found: dict[str, Path] = {}
        for read in step.reads:
            name, _, of = read.partition("@")
            source = self.reference(vintage) if of == "reference" else vintage
            if source is None:
                continue
            files_of = self._sources if name in INPUTS else self._products
            for key, path in files_of(name, source).items():
                if not path.exists() and name == "model":
                    raise InputError(
                        _missing_model(key),
                        place=path,
                        remedy="correct `model` in territory.toml, or put the file there",
                    )
                if not path.exists():
                    raise InputError(
                        f"{step.name} reads it and it is missing",
                        place=path,
                        remedy=f"make it first: millesime run {name} --vintage {source.year}",
                    )
                found[f"{read}/{key}"] = path
        return found

    def missing_inputs(self, work: Iterable[tuple[Step, Vintage]]) -> tuple[str, ...]:
        """Everything from outside that steps read and that does not exist, one sentence a file, each told once.

        Args:
            work: the steps to look at, each with its vintage.
        """
        told: dict[str, None] = {}
        for step, vintage in work:
            if not self.is_applicable(step, vintage):
                continue
            for read in step.reads:
                name, _, of = read.partition("@")
                source = self.reference(vintage) if of == "reference" else vintage
                if source is not None and name in INPUTS:
                    told.update(dict.fromkeys(self._missing_input(name, source, required=step.name == "imagery")))
        return tuple(told)

    def _missing_input(self, name: str, vintage: Vintage, *, required: bool) -> Iterator[str]:
        if name == "model":
            for key, path in self._model_files().items():
                if not path.exists():
                    yield f"{path}: {_missing_model(key)}"
        elif name != "evaluation":
            for one in _fields(name):
                if required and getattr(vintage, one) is None:
                    yield f"vintage {vintage.year}: no {one} is given; imagery reads it"
                missing = tuple(self.workspace.missing_source(one, vintage))
                yield from missing
                location = None if missing or name not in _RASTERS else self.workspace.source(one, vintage)
                if isinstance(location, Path) and location.is_dir():
                    yield (
                        f"{location}: a folder, given as {one} of vintage {vintage.year}; make a mosaic of its tiles "
                        f"(gdalbuildvrt {one}.vrt {location.name}/*.tif) and name that"
                    )

    def _products(self, name: str, vintage: Vintage) -> dict[str, Path]:
        step = next(item for item in CHAIN if item.name == name)
        if not self.is_applicable(step, vintage):
            return {}
        return {path.name: path for path in self.workspace.product_files(name, vintage.year)}

    def _sources(self, name: str, vintage: Vintage) -> dict[str, Path]:
        if name == "model":
            return self._model_files()
        if name == "evaluation":
            # A measure against a truth comes in as data, where there is one.
            file = self.workspace.root / EVALUATION_FILE
            return {file.name: file} if file.exists() else {}
        found: dict[str, Path] = {}
        for one in _fields(name):
            location = self.workspace.source(one, vintage)
            if isinstance(location, dict):
                found.update({f"{one}/{layer}": path for layer, path in location.items()})
            elif location is not None:
                found[one] = location
        return found

    def _model_files(self) -> dict[str, Path]:
        model = self.workspace.territory.model
        if model.startswith("builtin:"):
            stem = Path(str(files("millesime.model"))) / "builtin" / model.removeprefix("builtin:")
            onnx = stem.with_suffix(".onnx")
        else:
            onnx = self.workspace.root / model
            if onnx.suffix in WEIGHTS_SUFFIXES:  # as IGN publishes them, without a card of ours
                return {"model": onnx}
        return {"model.onnx": onnx, "model.json": onnx.with_suffix(".json")}


#: Inputs that are one raster file each: publication takes pictures of them as the imagery does.
_RASTERS = ("ortho", "dsm", "dtm")


def _fields(name: str) -> tuple[str, ...]:
    """Keys of territory.toml behind an input of the chain."""
    return ("ortho_rgb", "ortho_irc") if name == "ortho" else (name,)


def _missing_model(key: str) -> str:
    if key == "model.json":
        return "no such file: the card of the model, beside it under the same name (territory.model gives the model)"
    return "no such file, given as territory.model"


def _checked_parameters(workspace: Workspace) -> dict[str, Any]:
    given = workspace.territory.parameters
    names = [step.name for step in CHAIN]
    faults = [
        f"parameters.{name}: no such step{did_you_mean(name, names)}; steps are {', '.join(names)}"
        for name in given
        if name not in names
    ]
    checked: dict[str, Any] = {}
    for step in CHAIN:
        module = importlib.import_module(f"millesime.{step.name}.step")
        try:
            checked[step.name] = module.Parameters.model_validate(given.get(step.name, {}))
        except ValidationError as error:
            faults += [_fault(step.name, item, module.Parameters) for item in error.errors()]
    raise_together(faults, kind=ConfigError, place=workspace.root / FILE_NAME, remedy="correct [parameters.STEP]")
    return checked


def _fault(step: str, item: Any, parameters: type[BaseModel]) -> str:
    key = ".".join(str(part) for part in (step, *item["loc"]))
    if item["type"] == "extra_forbidden":
        known: Collection[str] = parameters.model_fields if len(item["loc"]) == 1 else ()
        return f"parameters.{key}: unknown key{did_you_mean(str(item['loc'][-1]), known)}"
    return f"parameters.{key}: {item['msg'].removeprefix('Value error, ')}, got {item['input']!r}"
