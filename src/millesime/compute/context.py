"""What a step is given: its territory, its inputs, where to write, and the workers to use."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from millesime.compute.progress import Progress
from millesime.compute.workers import Workers
from millesime.errors import InternalError
from millesime.io.territory import Territory, Vintage
from millesime.io.workspace import PRODUCT_FILES, Workspace


@dataclass(frozen=True)
class StepContext:
    """One step of one vintage, about to run."""

    step: str
    workspace: Workspace
    vintage: Vintage
    reference: Vintage | None
    """The vintage to reconcile with and compare to; None for a first vintage."""

    parameters: Any
    """An instance of the step's `Parameters`."""

    folder: Path
    """Partial folder that the step writes in."""

    workers: Workers
    progress: Progress

    @property
    def territory(self) -> Territory:
        """The territory's configuration."""
        return self.workspace.territory

    def product(self, step: str, part: str = "", *, reference: bool = False) -> Path:
        """File of an upstream product, of this vintage or of the reference vintage."""
        vintage = self.reference if reference else self.vintage
        if vintage is None:
            raise InternalError(f"{self.step} asks for {step} of a reference vintage that there is not")
        return self.workspace.product(step, vintage.year, part)

    def source(self, name: str) -> Any:
        """Location of an input of this vintage, or None when the territory does not give it.

        Args:
            name: `ortho_rgb`, `ortho_irc`, `dsm`, `dtm`, `operations` or a database. A database is a path, or a
                table from layer to path. `model` gives 'builtin:NAME' or a path.
        """
        if name == "model":
            model = self.territory.model
            return model if model.startswith("builtin:") else self.workspace.root / model
        return self.workspace.source(name, self.vintage)

    def output(self, part: str = "") -> Path:
        """Where to write a part of the product."""
        return self.folder / PRODUCT_FILES[(self.step, part)]

    def parts(self) -> Path:
        """Folder for the parts of a step that takes long: it outlives a run that is stopped."""
        return self.workspace.parts(self.step, self.vintage.year)
