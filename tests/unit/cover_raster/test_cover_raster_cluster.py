"""Super-tiles on the workers of a local cluster: the same bytes, and failures told as at home."""

import shutil
from pathlib import Path

import pytest

distributed = pytest.importorskip("distributed", reason="distributed is not installed")

import prediction_toys as toys  # noqa: E402
from prediction_toys import ToyModel, digest, predicted, toy_card  # noqa: E402

from millesime.cover_raster.plan import Shard  # noqa: E402
from millesime.errors import InputError, ModelError  # noqa: E402


class Nonsense(ToyModel):
    """A network that cannot be loaded."""

    def open(self, choice=None, *, threads=1, window_px=None):
        raise ModelError("cannot be loaded", place="toy.onnx", remedy="export it again")


@pytest.fixture(scope="module")
def scheduler():
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None, silence_logs=50
    ) as cluster:
        yield cluster.scheduler_address


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    folder = tmp_path_factory.mktemp("whole")
    image = toys.random_image(folder / "image.tif")
    predicted(image, folder / "cover.tif")
    return image, folder / "cover.tif"


def test_two_workers_of_a_cluster_give_the_same_bytes(scheduler, whole, tmp_path):
    image, alone = whole
    report = predicted(image, tmp_path / "cover.tif", super_tile_px=64, scheduler=scheduler)
    assert report.computed == report.super_tiles == 12
    assert digest(tmp_path / "cover.tif") == digest(alone)
    assert digest(tmp_path / "sure.cover.tif") == digest(alone.with_name("sure.cover.tif"))
    assert not list(tmp_path.glob(".*"))


def test_workers_started_elsewhere_find_files_that_are_named_from_here(scheduler, whole, tmp_path, monkeypatch):
    image, alone = whole
    shutil.copy(image, tmp_path / "image.tif")
    monkeypatch.chdir(tmp_path)
    report = predicted(Path("image.tif"), Path("cover.tif"), super_tile_px=64, scheduler=scheduler)
    assert (report.computed, report.missing) == (12, ())
    assert digest("cover.tif") == digest(alone)


def test_what_is_there_is_not_computed_again(scheduler, whole, tmp_path):
    image, alone = whole
    predicted(image, tmp_path / "cover.tif", super_tile_px=64, shard=Shard(1, 2))
    report = predicted(image, tmp_path / "cover.tif", scheduler=scheduler)
    assert (report.computed, report.kept) == (6, 6)
    assert digest(tmp_path / "cover.tif") == digest(alone)


def test_an_error_of_a_worker_comes_back_whole(scheduler, whole, tmp_path):
    with pytest.raises(ModelError) as told:
        predicted(whole[0], tmp_path / "cover.tif", model=Nonsense(toy_card(version="3")), scheduler=scheduler)
    assert (told.value.message, told.value.remedy) == ("cannot be loaded", "export it again")


def test_a_scheduler_that_does_not_answer_is_told(whole, tmp_path, monkeypatch):
    monkeypatch.setattr("millesime.compute.cluster._PATIENCE_S", 0.5)
    with pytest.raises(InputError, match="no scheduler answers"):
        predicted(whole[0], tmp_path / "cover.tif", scheduler="tcp://127.0.0.1:9")
