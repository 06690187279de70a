"""Published weights by the name of their repository: from the local cache of the Hugging Face hub, else downloaded.

The cache is read without any library, so that a machine without a network needs none. Which file of a repository holds
the weights is told by its suffix: safetensors cannot hold code, a plain state dict comes before a whole checkpoint.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from millesime.errors import ModelError
from millesime.model.published.catalogue import published_model

#: Suffixes of weights, the one preferred first.
_PREFERRED = (".safetensors", ".pth", ".pt", ".bin", ".ckpt")

#: Whose repository a bare name means.
_PUBLISHER = "IGNF"


@dataclass(frozen=True)
class HubWeights:
    """Weights of a published model on this machine."""

    path: Path
    name: str
    """Of the published model; that of a file in a repository may tell less."""

    told: str
    """Repository and revision, in words."""


def cache_of_hub() -> Path:
    """Where the hub's library keeps what it downloads: HF_HUB_CACHE, else the folder `hub` of HF_HOME."""
    own = os.environ.get("HF_HUB_CACHE")
    if own:
        return Path(own).expanduser()
    home = os.environ.get("HF_HOME")
    if home:
        return Path(home).expanduser() / "hub"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "huggingface" / "hub"


def weights_of(reference: str) -> HubWeights:
    """The weights of a published model.

    Args:
        reference: a repository (IGNF/FLAIR-INC_rgbie_15cl_resnet34-unet), or its name alone.

    Raises:
        ModelError: no such model, weights neither in the cache nor to be had, or a repository without weights.
    """
    facts = published_model(reference)
    repository = reference if "/" in reference else f"{_PUBLISHER}/{reference}"
    return _cached(repository, facts.name) or _downloaded(repository, facts.name)


def _cached(repository: str, name: str) -> HubWeights | None:
    """The newest whole revision of the cache: the one that `main` stands for, else the last by time."""
    folder = cache_of_hub() / f"models--{repository.replace('/', '--')}"
    snapshots = folder / "snapshots"
    if not snapshots.is_dir():
        return None
    revisions = sorted((item for item in snapshots.iterdir() if item.is_dir()), key=lambda item: item.stat().st_mtime)
    main = folder / "refs" / "main"
    if main.is_file():
        revisions.append(snapshots / main.read_text(encoding="utf-8").strip())
    for revision in reversed(revisions):
        files = [item.relative_to(revision).as_posix() for item in revision.rglob("*") if item.is_file()]
        picked = pick(files)
        if picked is not None:
            told = f"{repository} at revision {revision.name[:12]}, from {cache_of_hub()}"
            return HubWeights(revision / picked, name, told)
    return None


def _downloaded(repository: str, name: str) -> HubWeights:
    try:
        import huggingface_hub
        from huggingface_hub import errors
    except ImportError as error:
        raise ModelError(
            f"is not in the cache {cache_of_hub()}, and huggingface_hub is not installed",
            place=repository,
            remedy="pip install huggingface_hub, or download the weights and give their path",
        ) from error
    # A network that does not answer is an error of the library's own client, which has changed; or of the system.
    refusals = (errors.HfHubHTTPError, getattr(errors, "HTTPError", OSError), OSError, RuntimeError)
    try:
        facts = huggingface_hub.HfApi().model_info(repository)
        picked = pick([item.rfilename for item in facts.siblings or ()])
        if picked is None:
            raise ModelError("the repository holds no weights", place=repository, remedy="give the path of a file")
        path = Path(huggingface_hub.hf_hub_download(repository, picked, revision=facts.sha))
    except refusals as error:
        reason = str(error).strip().splitlines()
        raise ModelError(
            f"is not in the cache {cache_of_hub()} and cannot be downloaded "
            f"({reason[0] if reason else type(error).__name__})",
            place=repository,
            remedy="on a machine with a network: hf download "
            f"{repository}, then copy the cache, or the file, and give its path with -m",
        ) from error
    return HubWeights(path, name, f"{repository} at revision {(facts.sha or 'unknown')[:12]}, downloaded")


def pick(files: Sequence[str]) -> str | None:
    """The file of a repository that holds the weights; None without one. Of equal suffixes the shortest path wins."""
    ranked = sorted(
        (_PREFERRED.index(PurePosixPath(file).suffix), len(PurePosixPath(file).parts), len(file), file)
        for file in files
        if PurePosixPath(file).suffix in _PREFERRED
    )
    return ranked[0][3] if ranked else None
