"""Published weights by the name of their repository: the local cache of the hub, and what is said without a network."""

from __future__ import annotations

import importlib.util
import sys

import pytest

from millesime.errors import ModelError
from millesime.model.published import hub
from millesime.model.published.hub import cache_of_hub, pick, weights_of

NAME = "FLAIR-INC_rgbie_15cl_resnet34-unet"
REVISION = "0123456789abcdef0123456789abcdef01234567"


@pytest.fixture
def cache(tmp_path, monkeypatch):
    """An empty cache of the hub."""
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "hub"))
    return tmp_path / "hub"


def cached(cache, *files, revision=REVISION, repository=f"IGNF/{NAME}", main=True):
    """A repository as the hub's library keeps it: blobs, links to them in a folder for each revision, and refs."""
    folder = cache / f"models--{repository.replace('/', '--')}"
    snapshot = folder / "snapshots" / revision
    (folder / "blobs").mkdir(parents=True, exist_ok=True)
    for number, file in enumerate(files):
        blob = folder / "blobs" / f"{revision[:4]}{number}"
        blob.write_bytes(file.encode())
        (snapshot / file).parent.mkdir(parents=True, exist_ok=True)
        (snapshot / file).symlink_to(blob)
    if main:
        (folder / "refs").mkdir(exist_ok=True)
        (folder / "refs" / "main").write_text(revision, encoding="utf-8")
    return snapshot


#: Files of a repository -> the one that is read.
PICKED = [
    (("README.md", "a.pth", "a.ckpt", "a.safetensors"), "a.safetensors"),
    (("a.ckpt", "a.pth"), "a.pth"),
    (("old/a.pth", "a_weights.pth"), "a_weights.pth"),
    (("config.json",), None),
    ((), None),
]


@pytest.mark.parametrize(("files", "picked"), PICKED)
def test_the_file_that_cannot_hold_code_comes_first(files, picked):
    assert pick(files) == pick(files[::-1]) == picked


@pytest.mark.parametrize("reference", [NAME, f"IGNF/{NAME}"])
def test_weights_in_the_cache_are_found_by_name(cache, reference):
    snapshot = cached(cache, "README.md", f"{NAME}_weights.pth", f"{NAME}_weights.ckpt")
    found = weights_of(reference)
    assert found.path == snapshot / f"{NAME}_weights.pth"
    assert found.name == NAME
    assert f"IGNF/{NAME} at revision 0123456789ab" in found.told


def test_the_revision_that_main_stands_for_is_read(cache):
    mine = cached(cache, "model.safetensors")
    cached(cache, "model.safetensors", revision="f" * 40, main=False)
    assert weights_of(NAME).path.parent == mine


def test_weights_of_another_owner_are_those_of_their_repository(cache):
    cached(cache, "model.safetensors")
    theirs = cached(cache, "model.safetensors", repository=f"someone/{NAME}")
    assert weights_of(f"someone/{NAME}").path.parent == theirs


@pytest.mark.parametrize(
    ("variables", "place"),
    [
        ({"HF_HUB_CACHE": "/a/b"}, "/a/b"),
        ({"HF_HOME": "/h"}, "/h/hub"),
        ({"XDG_CACHE_HOME": "/x"}, "/x/huggingface/hub"),
    ],
)
def test_the_cache_lies_where_the_library_has_it(monkeypatch, variables, place):
    for name in ("HF_HUB_CACHE", "HF_HOME", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert cache_of_hub().as_posix() == place


def test_without_library_the_remedy_is_told(cache, monkeypatch):
    monkeypatch.setitem(sys.modules, "huggingface_hub", None)
    with pytest.raises(ModelError, match="huggingface_hub is not installed") as told:
        weights_of(NAME)
    assert "give their path" in str(told.value)


@pytest.mark.skipif(importlib.util.find_spec("huggingface_hub") is None, reason="needs pip install 'millesime[hub]'")
def test_without_network_the_remedy_is_told(cache, monkeypatch):
    import huggingface_hub

    def offline(*_, **__):
        raise ConnectionError("no route to the hub")

    monkeypatch.setattr(huggingface_hub.HfApi, "model_info", offline)
    with pytest.raises(ModelError, match="cannot be downloaded") as told:
        weights_of(NAME)
    assert "no route to the hub" in str(told.value)
    assert f"hf download IGNF/{NAME}" in str(told.value)


@pytest.mark.skipif(importlib.util.find_spec("huggingface_hub") is None, reason="needs pip install 'millesime[hub]'")
def test_what_is_downloaded_is_the_file_of_one_revision(cache, monkeypatch, tmp_path):
    import huggingface_hub

    class Sibling:
        def __init__(self, name):
            self.rfilename = name

    class Info:
        sha = REVISION
        siblings = (Sibling("README.md"), Sibling("w.ckpt"), Sibling("w.safetensors"))

    asked = []

    def download(repository, file, *, revision):
        asked.append((repository, file, revision))
        return str(tmp_path / file)

    monkeypatch.setattr(huggingface_hub.HfApi, "model_info", lambda *_: Info())
    monkeypatch.setattr(huggingface_hub, "hf_hub_download", download)
    assert weights_of(NAME).path == tmp_path / "w.safetensors"
    assert asked == [(f"IGNF/{NAME}", "w.safetensors", REVISION)]
    monkeypatch.setattr(Info, "siblings", (Sibling("README.md"),))
    with pytest.raises(ModelError, match="holds no weights"):
        weights_of(NAME)


def test_a_series_is_refused_before_anything_is_asked(cache, monkeypatch):
    monkeypatch.setattr(hub, "_downloaded", lambda *_: pytest.fail("the network was asked"))
    with pytest.raises(ModelError, match="time series"):
        weights_of("IGNF/FLAIR-HUB_LC-L_IR_swinbase-upernet")
