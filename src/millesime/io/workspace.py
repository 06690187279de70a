"""The workspace: where the products of a territory live, and what each was made from.

::

    territory.toml
    sources/ operations/
    products/<year>/<step>.<suffix>   the product, with <step>.json beside it: its sidecar
    products/.partial/                steps under way; swept by the next run
    products/.parts/                  parts of a long step that was stopped; the next run goes on from them
    products/.manifest.json           hashes of the inputs, so that each is read once
    delivery/<year>/                  the product of `publication`

A step writes under `.partial/`; then its files are renamed into place, and its sidecar last. A product without
its sidecar does not count, so a run that is killed leaves nothing that could be taken for a result.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from millesime.errors import ConfigError, InputError
from millesime.io.files import named_when_full
from millesime.io.territory import Location, Territory, Vintage, read_territory

#: File of each product, by step and part.
PRODUCT_FILES: Mapping[tuple[str, str], str] = {
    ("imagery", ""): "imagery.bands.json",
    ("cover_raster", ""): "cover_raster.tif",
    ("cover_raster", "confidence"): "cover_raster.confidence.tif",
    ("cover_vector", ""): "cover_vector.parquet",
    ("built_zone", ""): "built_zone.parquet",
    ("ocsge_auto", ""): "ocsge_auto.parquet",
    ("ocsge_auto", "set_aside"): "ocsge_auto.set_aside.parquet",
    ("ocsge_update", ""): "ocsge_update.parquet",
    ("ocsge_final", ""): "ocsge_final.parquet",
    ("artificialisation", ""): "artificialisation.parquet",
    ("differential", ""): "differential.parquet",
    ("differential", "overlay"): "differential.overlay.parquet",
    ("indicators", ""): "indicators.parquet",
    ("indicators", "communes"): "indicators.communes.parquet",
    ("publication", ""): "publication",
}


@dataclass(frozen=True)
class Summary:
    """What a step did: facts that are logged, kept in the sidecar and shown by `status`."""

    counts: Mapping[str, int] = field(default_factory=dict)
    areas_m2: Mapping[str, float] = field(default_factory=dict)
    notes: Sequence[str] = ()
    """Sentences for people: repairs, what was set aside and why."""


@dataclass(frozen=True)
class Sidecar:
    """What a product was made from."""

    step: str
    year: int
    step_version: int
    inputs: Mapping[str, str]
    """SHA-256 of each input file, by a name that does not depend on where the territory lies."""

    parameters: Mapping[str, Any]
    outputs: Mapping[str, int]
    """Size in bytes of each file of the product, by its path from the territory's folder."""

    summary: Summary
    seconds: float
    finished: str
    """Date and time, UTC; not compared."""

    def matches(self, other: Sidecar) -> bool:
        """Whether the other was made from the same things in the same way."""
        return (self.step_version, dict(self.inputs), dict(self.parameters)) == (
            other.step_version,
            dict(other.inputs),
            dict(other.parameters),
        )


@dataclass(frozen=True)
class Workspace:
    """The folder of a territory."""

    root: Path
    territory: Territory

    @classmethod
    def open(cls, folder: str | Path) -> Workspace:
        """Open the territory in a folder.

        Raises:
            ConfigError: there is no territory.toml, or it has faults.
        """
        root = Path(folder).resolve()
        return cls(root, read_territory(root))

    @property
    def products(self) -> Path:
        """Folder of the products."""
        return self.root / "products"

    def product(self, step: str, year: int, part: str = "") -> Path:
        """Where a product, or a part of it, lives."""
        name = PRODUCT_FILES[(step, part)]
        return self.root / "delivery" / str(year) if step == "publication" else self.products / str(year) / name

    def product_files(self, step: str, year: int) -> tuple[Path, ...]:
        """Where all the parts of a product live."""
        return tuple(self.product(step, year, part) for name, part in PRODUCT_FILES if name == step)

    def sidecar_file(self, step: str, year: int) -> Path:
        """Where the sidecar of a product lives."""
        return self.products / str(year) / f"{step}.json"

    def source(self, name: str, vintage: Vintage) -> Path | dict[str, Path] | None:
        """Location of an input of a vintage, made absolute; None when the territory does not give it.

        Raises:
            InputError: the territory gives it and it does not exist.
        """
        value = _location(name, vintage)
        if value is None:
            return None
        if isinstance(value, dict):
            return {layer: self._existing(path, f"{name}.{layer}", vintage) for layer, path in value.items()}
        return self._existing(value, name, vintage)

    def missing_source(self, name: str, vintage: Vintage) -> tuple[str, ...]:
        """What `source` would refuse, one sentence a file."""
        value = _location(name, vintage)
        given = {f"{name}.{layer}": path for layer, path in value.items()} if isinstance(value, dict) else {name: value}
        faults: list[str] = []
        for key, path in given.items():
            if path is not None:
                try:
                    self._existing(path, key, vintage)
                except InputError as error:
                    faults.append(f"{error.place}: {error.message}")
        return tuple(faults)

    def _existing(self, path: Path, name: str, vintage: Vintage) -> Path:
        found = path if path.is_absolute() else self.root / path
        if not found.exists():
            raise InputError(
                f"no such file, given as {name} of vintage {vintage.year}",
                place=found,
                remedy="correct territory.toml or put the file there",
            )
        return found

    def read_sidecar(self, step: str, year: int) -> Sidecar | None:
        """The sidecar of a product; None when the product is not there whole."""
        try:
            content = json.loads(self.sidecar_file(step, year).read_text(encoding="utf-8"))
            summary = Summary(**content.pop("summary"))
            sidecar = Sidecar(**content, summary=summary)
        except (FileNotFoundError, ValueError, TypeError, KeyError):
            return None
        for name, size in sidecar.outputs.items():
            file = self.root / name
            if not file.is_file() or file.stat().st_size != size:
                return None
        return sidecar

    def publish(self, partial: Path, sidecar: Sidecar) -> None:
        """Move a finished step's files into place, its sidecar last."""
        record = self.sidecar_file(sidecar.step, sidecar.year)
        record.parent.mkdir(parents=True, exist_ok=True)
        record.unlink(missing_ok=True)
        for name, part in PRODUCT_FILES:
            if name != sidecar.step:
                continue
            made, target = partial / PRODUCT_FILES[(name, part)], self.product(name, sidecar.year, part)
            target.parent.mkdir(parents=True, exist_ok=True)
            if target.is_dir():
                shutil.rmtree(target)
            made.replace(target)
        text = json.dumps(_as_json(sidecar), ensure_ascii=False, indent=2, sort_keys=True)
        with named_when_full(record):
            draft = partial / record.name
            draft.write_text(text + "\n", encoding="utf-8")
            draft.replace(record)

    def outputs_of(self, partial: Path, step: str, year: int) -> dict[str, int]:
        """Size of each file that a step left in its partial folder, by the path it will have."""
        sizes: dict[str, int] = {}
        for name, part in PRODUCT_FILES:
            if name != step:
                continue
            made, target = partial / PRODUCT_FILES[(name, part)], self.product(name, year, part)
            files = sorted(made.rglob("*")) if made.is_dir() else [made]
            for file in files:
                if file.is_file():
                    place = target / file.relative_to(made) if made.is_dir() else target
                    sizes[place.relative_to(self.root).as_posix()] = file.stat().st_size
        return sizes

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the workspace for one run, sweeping what killed runs left.

        Raises:
            ConfigError: another run holds it.
        """
        self.products.mkdir(parents=True, exist_ok=True)
        with (self.products / ".lock").open("w") as handle:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError as error:
                raise ConfigError(
                    "another run is at work on this territory", place=self.root, remedy="wait until it ends"
                ) from error
            self.sweep()
            try:
                yield
            finally:
                self.sweep()

    def sweep(self) -> None:
        """Remove what unfinished steps left, but for the parts from which they go on."""
        shutil.rmtree(self.products / ".partial", ignore_errors=True)
        with contextlib.suppress(OSError):
            (self.products / ".parts").rmdir()  # when it is empty

    def parts(self, step: str, year: int) -> Path:
        """Where a step that takes long keeps its parts until they are together; the step knows which are still good."""
        folder = self.products / ".parts" / f"{year}-{step}"
        with named_when_full(folder):
            folder.parent.mkdir(parents=True, exist_ok=True)
        return folder

    def partial(self, step: str, year: int) -> Path:
        """A new empty folder for a step to write in."""
        folder = self.products / ".partial" / f"{year}-{step}"
        shutil.rmtree(folder, ignore_errors=True)
        with named_when_full(folder):
            folder.mkdir(parents=True)
        return folder


def _location(name: str, vintage: Vintage) -> Location | None:
    found: Location | None = getattr(vintage.sources if hasattr(vintage.sources, name) else vintage, name)
    return found


@dataclass
class Manifest:
    """Hashes of files, kept with their size and modification time so that a file is read once."""

    workspace: Workspace
    _known: dict[str, list[Any]] = field(default_factory=dict, init=False)

    def __post_init__(self) -> None:
        with contextlib.suppress(FileNotFoundError, ValueError):
            self._known = json.loads(self._file.read_text(encoding="utf-8"))

    @property
    def _file(self) -> Path:
        return self.workspace.products / ".manifest.json"

    def sha256(self, path: Path) -> str:
        """Hash of a file, or of all the files of a folder."""
        if path.is_dir():
            digest = hashlib.sha256()
            for file in sorted(item for item in path.rglob("*") if item.is_file()):
                digest.update(f"{file.relative_to(path).as_posix()} {self.sha256(file)}\n".encode())
            return digest.hexdigest()
        state = path.stat()
        known = self._known.get(str(path))
        if known is not None and known[:2] == [state.st_size, state.st_mtime_ns]:
            return str(known[2])
        with path.open("rb") as handle:
            text = hashlib.file_digest(handle, "sha256").hexdigest()
        self._known[str(path)] = [state.st_size, state.st_mtime_ns, text]
        return text

    def save(self) -> None:
        """Write the hashes down."""
        self.workspace.products.mkdir(parents=True, exist_ok=True)
        draft = self._file.with_name(f".manifest.{os.getpid()}")
        with named_when_full(self._file):
            draft.write_text(json.dumps(self._known, sort_keys=True), encoding="utf-8")
            draft.replace(self._file)


def _as_json(sidecar: Sidecar) -> dict[str, Any]:
    return {
        "step": sidecar.step,
        "year": sidecar.year,
        "step_version": sidecar.step_version,
        "inputs": dict(sidecar.inputs),
        "parameters": dict(sidecar.parameters),
        "outputs": dict(sidecar.outputs),
        "summary": {
            "counts": dict(sidecar.summary.counts),
            "areas_m2": dict(sidecar.summary.areas_m2),
            "notes": list(sidecar.summary.notes),
        },
        "seconds": sidecar.seconds,
        "finished": sidecar.finished,
    }
