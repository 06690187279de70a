"""A training in small: the same weights when stopped and resumed, an export that answers the same, strict loading."""

import numpy as np
import pytest

pytest.importorskip("torch", reason="training needs torch: pip install 'millesime[train]'")
pytest.importorskip("safetensors", reason="training needs safetensors: pip install 'millesime[train]'")

from millesime.compute import Progress
from millesime.errors import ModelError
from millesime.model import checkpoints, export, load
from millesime.model.architectures import build
from millesime.model.fit import Fit, Settings, learning_rate
from millesime.model.losses import class_weights
from millesime.model.samples import Picture, moments
from millesime.model.train import Run, read_pictures, train, write_model
from millesime.nomenclature import COSIA

pytestmark = pytest.mark.torch

NAMES = ["a", "b", "c"]


@pytest.fixture(scope="module")
def pictures():
    """Blocks of 16 px of three colours, with noise."""
    random = np.random.Generator(np.random.PCG64(3))
    targets = np.kron(random.integers(0, 3, (8, 8)), np.ones((16, 16), dtype=int)).astype(np.uint8)
    colours = np.array([[60, 60, 60, 60, 0], [120, 90, 60, 200, 20], [200, 200, 190, 90, 120]])
    bands = colours[targets].transpose(2, 0, 1) + random.normal(0.0, 12.0, (5, 128, 128))
    return (Picture("blocks", np.clip(bands, 0, 255).astype(np.uint8), targets),)


def settings(pictures, **changes):
    mean, std = moments(pictures)
    facts = {
        "architecture_parameters": {"widths": [6, 8], "dilations": [2]},
        "class_values": (1, 2, 3),
        "mean": mean,
        "std": std,
        "steps": 60,
        "batch": 2,
        "crop_px": 32,
        "seed": 4,
    }
    return Settings(**{**facts, **changes})


class StoppedError(Exception):
    pass


class StopAt(Progress):
    """Progress that ends a run before a step, as a kill would."""

    def __init__(self, step):
        self.step = step

    def track(self, items, *, total=None, label=""):
        for item in items:
            if item == self.step:
                raise StoppedError
            yield item


def test_it_learns_and_a_stopped_training_resumes_to_the_same_weights(pictures, tmp_path):
    wanted = settings(pictures)
    whole = train(pictures, settings=wanted, class_names=NAMES, validation=pictures, how=Run(threads=1))
    assert whole.figures["overall_accuracy"] > 0.6  # one in three by chance
    kept = tmp_path / "state.safetensors"
    with pytest.raises(StoppedError):
        train(pictures, settings=wanted, class_names=NAMES,
              how=Run(checkpoint=kept, save_every=10, threads=1, progress=StopAt(37)))  # fmt: skip
    assert checkpoints.load(kept).step == 30
    again = train(pictures, settings=wanted, class_names=NAMES, how=Run(checkpoint=kept, resume=True, threads=1))
    for name, tensor in whole.network.state_dict().items():
        assert (tensor == again.network.state_dict()[name]).all(), name


def test_a_checkpoint_of_another_training_is_refused(pictures, tmp_path):
    fit = Fit(pictures, settings(pictures))
    fit.step(0)
    with pytest.raises(ModelError, match="trained with seed 4, now 5"):
        Fit(pictures, settings(pictures, seed=5)).restore(fit.state(1), place="state.safetensors")


def test_half_precision_learns_as_well_and_keeps_its_weights_in_full(pictures):
    trained = train(
        pictures, settings=settings(pictures, precision="bfloat16"), class_names=NAMES, validation=pictures,
        how=Run(threads=1),
    )  # fmt: skip
    assert trained.figures["overall_accuracy"] > 0.6
    assert {str(tensor.dtype) for tensor in trained.network.parameters()} == {"torch.float32"}
    with pytest.raises(ModelError, match="'float16'"):
        Fit(pictures, settings(pictures, precision="float16"))


def test_a_time_budget_fixes_the_number_of_steps(pictures):
    trained = train(pictures, settings=settings(pictures), class_names=NAMES, how=Run(minutes=0.002, threads=1))
    assert trained.settings.steps >= 1


def test_weights_load_strictly(pictures, tmp_path):
    network = Fit(pictures, settings(pictures)).network
    weights = dict(network.state_dict())
    shape = tuple(weights["head.bias"].shape)
    weights["head.bias"] = weights["head.bias"][:-1]
    weights["stranger"] = weights.pop("down.0.0.0.weight")
    with pytest.raises(ModelError) as told:
        checkpoints.fill(network, weights, place="w.safetensors")
    for expected in ("missing: down.0.0.0.weight", "unexpected: stranger", f"expected {shape}"):
        assert expected in str(told.value)
    broken = tmp_path / "broken.safetensors"
    broken.write_bytes(b"\x80\x04no")
    with pytest.raises(ModelError, match="is not a checkpoint"):
        checkpoints.load(broken)


def test_the_export_answers_as_the_network_at_any_size(pictures, tmp_path):
    trained = train(pictures, settings=settings(pictures, steps=3), class_names=NAMES, how=Run(threads=1))
    content = export.to_onnx(trained.network, bands=5)
    check = export.compare(trained.network, content, bands=5)
    assert check["largest_logit_difference"] < 1e-4
    assert content == export.to_onnx(trained.network, bands=5)
    card = write_model(
        tmp_path / "toy.onnx", trained, name="toy", version="1", nomenclature=COSIA, training={}, window_px=64,
        margin_px=8,
    )  # fmt: skip
    assert load(tmp_path / "toy.onnx").card == card
    assert (tmp_path / "toy.md").is_file()
    assert load(tmp_path / "toy.onnx").open().logits(np.zeros((1, 5, 8, 12), np.uint8)).shape == (1, 3, 8, 12)


def test_the_shipped_architecture_stays_small():
    network = build(
        "lightunet", bands=5, classes=15, mean=[0.0] * 5, std=[1.0] * 5, widths=(24, 36, 56, 80, 96), dilations=(2, 4)
    )
    assert sum(parameter.numel() for parameter in network.parameters()) < 870_000
    assert network.multiple_px == 32


def test_unknown_architectures_and_parameters_are_told():
    with pytest.raises(ModelError, match="no architecture is called 'resnet'"):
        build("resnet", bands=5, classes=15, mean=[0.0] * 5, std=[1.0] * 5)
    with pytest.raises(ModelError, match="depth"):
        build("lightunet", bands=5, classes=15, mean=[0.0] * 5, std=[1.0] * 5, depth=3)


def test_the_rate_rises_then_falls(pictures):
    wanted = settings(pictures, steps=100, warm_up=0.1, learning_rate=1.0)
    rates = [learning_rate(wanted, step) for step in range(100)]
    assert rates[0] == pytest.approx(0.1)
    assert max(rates) == rates[10] == pytest.approx(1.0)
    assert rates[-1] < 0.02


def test_class_weights_by_hand():
    """Shares 0.8, 0.2 and 0: the median of those seen is 0.5; strength 1 gives 0.625, 2.5 and nothing."""
    assert class_weights(np.array([0.8, 0.2, 0.0]), strength=1.0).tolist() == pytest.approx([0.625, 2.5, 0.0])
    assert class_weights(np.array([0.8, 0.2, 0.0]), strength=0.0).tolist() == [1.0, 1.0, 0.0]


def test_a_territory_without_truth_is_told(tmp_path):
    (tmp_path / "territory.toml").write_text(
        '[territory]\ncode = "T"\nname = "t"\ncrs = "EPSG:2154"\nextent = [0, 0, 10, 10]\n[[vintages]]\nyear = 2019\n',
        encoding="utf-8",
    )
    with pytest.raises(ModelError, match=r"truth/2019/cover\.tif: no such file"):
        read_pictures([tmp_path], nomenclature=COSIA)


def test_the_command_trains_on_a_territory_and_writes_a_model_that_predicts(tmp_path):
    import json

    from typer.testing import CliRunner

    from millesime.cli.app import app
    from millesime.geo.grid import Grid
    from millesime.io.raster import write_raster

    grid = Grid("EPSG:2154", 900000.0, 6500000.0, 0.2, 100, 80)
    heights = Grid("EPSG:2154", 900000.0, 6500000.0, 0.5, 40, 32)
    (tmp_path / "truth" / "2019").mkdir(parents=True)
    random = np.random.Generator(np.random.PCG64(2))
    for name in ("rgb", "irc"):
        write_raster(tmp_path / f"{name}.tif", random.integers(0, 256, (3, 80, 100), dtype=np.uint8), grid)
    for name in ("dsm", "dtm"):
        write_raster(tmp_path / f"{name}.tif", np.zeros((1, 32, 40), np.float32), heights)
    classes = random.integers(1, 4, (80, 100), dtype=np.uint8)
    write_raster(tmp_path / "truth" / "2019" / "cover.tif", classes, grid, nodata=0)
    (tmp_path / "territory.toml").write_text(
        '[territory]\ncode = "T"\nname = "t"\ncrs = "EPSG:2154"\nextent = [900000.0, 6499984.0, 900020.0, 6500000.0]\n'
        '[[vintages]]\nyear = 2019\northo_rgb = "rgb.tif"\northo_irc = "irc.tif"\ndsm = "dsm.tif"\ndtm = "dtm.tif"\n',
        encoding="utf-8",
    )
    output = tmp_path / "mine.onnx"
    arguments = ["train", str(tmp_path), "-o", str(output), "--validation", str(tmp_path), "--steps", "2"]
    arguments += ["--batch", "1", "--crop-px", "64", "--threads", "1", "--json"]
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 0, result.output
    told = json.loads(result.stdout)
    assert told["steps"] == 2
    assert 0.0 <= told["figures"]["overall_accuracy"] <= 1.0
    assert load(output).card.training["pictures"] == [f"{tmp_path.name}/2019"]
    files = [item for name in ("rgb", "irc", "dsm", "dtm") for item in (f"--{name}", str(tmp_path / f"{name}.tif"))]
    cover = tmp_path / "cover.tif"
    sizes = ["--window-px", "64", "--margin-px", "8"]
    result = CliRunner().invoke(app, ["predict", *files, "-m", str(output), "-o", str(cover), *sizes, "--json"])
    assert result.exit_code == 0, result.output
    assert cover.is_file()
