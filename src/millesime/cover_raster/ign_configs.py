"""Configurations of IGN's detection tools, in the terms of `millesime predict`.

Two tools have one, both in YAML: FLAIR-1's zone detection and FLAIR-HUB's zonal detection. What has a meaning here is
translated; what means something else, or nothing, is told by a warning; what cannot be done is refused. Both tools cut
the margins off their windows and show zeros beyond the image: so does the translation.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

import yaml

from millesime.cover_raster.ign_keys import Entries
from millesime.cover_raster.predict import Outside
from millesime.cover_raster.scheme import Mode
from millesime.errors import ConfigError, raise_together
from millesime.model.card import ModelCard

Tool = Literal["FLAIR-1", "FLAIR-HUB"]

#: The modality and the task that a model of aerial images has in FLAIR-HUB.
_MODALITY, _TASK = "AERIAL_RGBI", "AERIAL_LABEL-COSIA"

#: Keys that are read, for both tools; what else a file holds is told to be unknown.
_READ = ("img_pixels_detection", "margin", "model_weights", "output_type")

_SET_ASIDE: Mapping[str, str] = MappingProxyType(
    {
        "output_path": "not used: the raster is the one that --output names",
        "output_name": "not used: the raster is the one that --output names",
        "batch_size": "not used: --workers tells how many windows are computed at once",
        "num_worker": "means something else here: --workers are windows computed at once, images are read ahead anyway",
        "use_gpu": "not used: the runtime is chosen by what this machine has, and told; --runtime names another",
        "write_dataframe": "not used: windows are not written as polygons",
    }
)

_ONLY_FLAIR_1: Mapping[str, str] = MappingProxyType(
    {"model_framework": "not used: the name of the weights tells the network"}
)

_ONLY_HUB: Mapping[str, str] = MappingProxyType(
    {
        "cog_conversion": "not used: rasters are Cloud Optimized GeoTIFF in any case",
        "multitemp_model_ref_date": "not used: time series are not read",
    }
)

#: Values that change nothing, so that nothing has to be told.
_SILENT: Mapping[str, bool] = MappingProxyType({"write_dataframe": False, "cog_conversion": True})


@dataclass(frozen=True)
class Translated:
    """What a configuration asks for."""

    tool: Tool
    image: str
    """The raster, as written: a relative path starts where the command runs, as it does for IGN's tools."""

    model: str
    """Its weights, as written."""

    channels: tuple[int, ...]
    """Number in the raster, from 1, of each band that the model reads, in its order."""

    window_px: int
    margin_px: int
    probabilities: bool
    """Whether the probability of every class is asked for."""

    warnings: tuple[str, ...]
    n_classes: int | None = None
    means: tuple[float, ...] | None = None
    stds: tuple[float, ...] | None = None
    architecture: str | None = None
    """Encoder and decoder that the configuration names."""

    output_pixel_m: float | None = None
    mode: Mode = "crop"
    fill: Outside = "zero"

    def band_numbers(self, card: ModelCard) -> tuple[int, ...]:
        """Number in the raster, from 1, of each band that a model reads, in its order.

        Raises:
            ConfigError: not as many channels as the model has bands, or a channel told twice.
        """
        if len(self.channels) != len(card.bands) or len(set(self.channels)) != len(self.channels):
            raise ConfigError(
                f"channels {list(self.channels)} for a model that reads {', '.join(card.bands)}",
                place=self.tool,
                remedy="name the weights of the model that the channels are for, or correct channels",
            )
        return self.channels

    def against(self, card: ModelCard) -> tuple[str, ...]:
        """What the configuration tells that the model does otherwise, one sentence each."""
        told = []
        if self.n_classes is not None and self.n_classes != len(card.class_values):
            told.append(
                f"n_classes {self.n_classes}: the weights have {len(card.class_values)} channels, which are all read; "
                "a model of 15 or 12 classes has 19 channels too. Leave classes out with --restrict"
            )
        for key, ours, theirs in (("means", card.mean, self.means), ("standard deviations", card.std, self.stds)):
            if theirs is not None and not _same(ours, theirs):
                told.append(f"{key} {list(theirs)} are not used: those of the model are {list(ours)}")
        if self.architecture is not None and _plain(self.architecture) not in _plain(card.architecture):
            told.append(f"architecture {self.architecture}: the weights are of {card.architecture}, which is used")
        if self.output_pixel_m is not None and abs(self.output_pixel_m / card.resolution_m - 1.0) > 0.01:
            told.append(
                f"output_px_meters {self.output_pixel_m:g} is not used: rasters are on the grid of the image; "
                "resample them afterwards"
            )
        return tuple(told)


def _same(ours: Sequence[float], theirs: Sequence[float]) -> bool:
    return len(ours) == len(theirs) and all(abs(a - b) <= 1e-6 for a, b in zip(ours, theirs, strict=True))


def _plain(text: str) -> str:
    return text.replace("_", "").replace("-", "").casefold()


def read_ign_config(text: str, *, place: str = "") -> Translated:
    """Translate a configuration of FLAIR-1's zone detection, or of FLAIR-HUB's zonal detection.

    Args:
        text: YAML.
        place: the file, for messages.

    Raises:
        ConfigError: it is neither, or asks for what is not done here; all faults together.
    """
    try:
        content = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise ConfigError(f"is not YAML ({error})", place=place or None, remedy="correct the file") from error
    is_hub = isinstance(content, dict) and "modalities" in content
    if not isinstance(content, dict) or not (is_hub or "input_img_path" in content):
        raise ConfigError(
            "is neither a configuration of FLAIR-1 (input_img_path) nor of FLAIR-HUB (modalities)",
            place=place or None,
            remedy="give the YAML file of a detection; one of a training is not read",
        )
    faults: list[str] = []
    translated = (_of_hub if is_hub else _of_flair_1)(Entries(content, faults))
    raise_together(faults, kind=ConfigError, place=place or None, remedy="correct these keys")
    return translated


def _of_flair_1(entries: Entries) -> Translated:
    known = {*_READ, "input_img_path", "channels", "n_classes", "norma_task", *_SET_ASIDE, *_ONLY_FLAIR_1}
    window, margin = _windows(entries)
    means, stds, warnings = _flair_1_normalisation(entries)
    content = entries.content
    return Translated(
        tool="FLAIR-1",
        image=entries.text("input_img_path"),
        model=entries.text("model_weights"),
        channels=entries.channels(),
        window_px=window,
        margin_px=margin,
        probabilities=content.get("output_type") == "class_prob",
        warnings=(
            *_output_warnings(entries, "number of the channel, from 0"),
            *warnings,
            *_aside(entries, {**_SET_ASIDE, **_ONLY_FLAIR_1}, known),
        ),
        n_classes=entries.whole("n_classes", least=1) if "n_classes" in content else None,
        means=means,
        stds=stds,
    )


def _of_hub(entries: Entries) -> Translated:
    known = {*_READ, "modalities", "tasks", "output_px_meters", "monotemp_arch", *_SET_ASIDE, *_ONLY_HUB}
    window, margin = _windows(entries)
    modalities = entries.level("modalities")
    active = [name for name, wanted in modalities.level("inputs").content.items() if wanted]
    if active != [_MODALITY]:
        modalities.fault("inputs", f"asks for {', '.join(active) or 'none'}; models of {_MODALITY} alone are read")
    aerial = modalities.level(_MODALITY)
    means, stds, warnings = _hub_normalisation(aerial)
    content = entries.content
    pixel_m = content.get("output_px_meters")
    if pixel_m is not None and (isinstance(pixel_m, bool) or not isinstance(pixel_m, int | float) or pixel_m <= 0):
        entries.fault("output_px_meters", f"is {pixel_m!r}, expected metres")
        pixel_m = None
    unused = sorted(set(aerial.content) - {"input_img_path", "channels", "normalization"})
    return Translated(
        tool="FLAIR-HUB",
        image=aerial.text("input_img_path"),
        model=entries.text("model_weights"),
        channels=aerial.channels(),
        window_px=window,
        margin_px=margin,
        probabilities=content.get("output_type") == "class_prob",
        warnings=(
            *_output_warnings(entries, "value of FLAIR-HUB, from 0"),
            *warnings,
            *_task_warnings(entries),
            *(f"{aerial.prefix}{key}: unknown, not used" for key in unused),
            *_aside(entries, {**_SET_ASIDE, **_ONLY_HUB}, known),
        ),
        means=means,
        stds=stds,
        architecture=None if content.get("monotemp_arch") is None else entries.text("monotemp_arch"),
        output_pixel_m=pixel_m,
    )


def _windows(entries: Entries) -> tuple[int, int]:
    window = entries.whole("img_pixels_detection", least=1)
    margin = entries.whole("margin", least=0)
    if 2 * margin >= window:
        entries.fault("margin", f"{margin} px on both sides leave nothing of {window} px")
    return window, margin


def _output_warnings(entries: Entries, coding: str) -> tuple[str, ...]:
    kind = entries.content.get("output_type", "argmax")
    if kind == "argmax":
        return (f"output_type argmax: classes are the values of the model's nomenclature, not the {coding}",)
    if kind != "class_prob":
        entries.fault("output_type", f"is {kind!r}, expected argmax or class_prob")
        return ()
    return ("output_type class_prob: probabilities are round(100 p) in a raster of their own, not 255 p rounded down",)


def _flair_1_normalisation(
    entries: Entries,
) -> tuple[tuple[float, ...] | None, tuple[float, ...] | None, tuple[str, ...]]:
    tasks = entries.content.get("norma_task")
    if tasks is None:
        return None, None, ()
    if not isinstance(tasks, list) or not tasks or not isinstance(tasks[0], dict):
        entries.fault("norma_task", f"is {tasks!r}, expected a list of one group of keys")
        return None, None, ()
    level = Entries(tasks[0], entries.faults, "norma_task.")
    return _normalisation(level, "norm_type", "norm_means", "norm_stds")


def _hub_normalisation(
    aerial: Entries,
) -> tuple[tuple[float, ...] | None, tuple[float, ...] | None, tuple[str, ...]]:
    if aerial.content.get("normalization") is None:
        return None, None, ()
    return _normalisation(aerial.level("normalization"), "type", "means", "stds")


def _normalisation(
    level: Entries, kind: str, means: str, stds: str
) -> tuple[tuple[float, ...] | None, tuple[float, ...] | None, tuple[str, ...]]:
    if level.content.get(kind) != "custom":
        told = f"{level.prefix}{kind} {level.content.get(kind)}: not used, the model's own means and deviations are"
        return None, None, (told,)
    return level.numbers(means, float), level.numbers(stds, float), ()


def _task_warnings(entries: Entries) -> tuple[str, ...]:
    tasks = entries.content.get("tasks")
    if not isinstance(tasks, list) or not all(isinstance(task, dict) for task in tasks):
        entries.fault("tasks", f"is {tasks!r}, expected a list" if "tasks" in entries.content else "is missing")
        return ()
    active = [task.get("name") for task in tasks if task.get("active")]
    if active != [_TASK]:
        entries.fault("tasks", f"asks for {', '.join(map(str, active)) or 'none'}; {_TASK} alone is predicted")
        return ()
    return ("tasks.class_names: not used, names are those of the model's nomenclature",)


def _aside(entries: Entries, reasons: Mapping[str, str], known: set[str]) -> tuple[str, ...]:
    """A warning for each key that is set aside, in the order of the file."""
    told = []
    for key, value in entries.content.items():
        if key not in known:
            told.append(f"{key}: unknown, not used")
        elif key in reasons and value is not None and _SILENT.get(key) is not value:
            told.append(f"{key}: {reasons[key]}")
    return tuple(told)
