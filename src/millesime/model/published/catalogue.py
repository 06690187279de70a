"""The models that IGN publishes: which network each is, the bands it reads and what its answers mean.

Facts are those of the model cards and of the configurations of FLAIR-1 and FLAIR-HUB. Two codings of the same nineteen
classes are in use: channel n of a FLAIR-INC model is class n + 1 of FLAIR's masks, channel n of a FLAIR-HUB model is
value n of FLAIR-HUB's. Both are told here as classes of the nomenclature `flair1`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from millesime.errors import ModelError
from millesime.nomenclature.tables import read_table

#: FLAIR-INC, in digital numbers.
_INC_MEAN = MappingProxyType({"red": 105.08, "green": 110.87, "blue": 101.82, "near_infrared": 106.38, "height": 53.26})
_INC_STD = MappingProxyType({"red": 52.17, "green": 45.38, "blue": 44.0, "near_infrared": 39.69, "height": 79.3})
_INC_BANDS = MappingProxyType(
    {
        "rgb": ("red", "green", "blue"),
        "rgbi": ("red", "green", "blue", "near_infrared"),
        "rgbie": ("red", "green", "blue", "near_infrared", "height"),
    }
)

#: FLAIR-HUB's configuration gives these three; that of the blue band is not published.
_HUB_MEAN = MappingProxyType({"near_infrared": 106.59, "red": 105.66, "green": 111.35})
_HUB_STD = MappingProxyType({"near_infrared": 39.78, "red": 52.23, "green": 45.62})

#: Name of the encoder in the name of a file -> name in the library timm.
_HUB_ENCODERS = MappingProxyType(
    {
        "swintiny": "swin_tiny_patch4_window7_224",
        "swinsmall": "swin_small_patch4_window7_224",
        "swinbase": "swin_base_patch4_window12_384",
        "swinlarge": "swin_large_patch4_window12_384",
        "convnextv2tiny": "convnextv2_tiny",
        "convnextv2base": "convnextv2_base",
        "convnextv2large": "convnextv2_large",
    }
)

_INC = re.compile(r"FLAIR-INC_(rgb|rgbi|rgbie)_(12|15)cl_(resnet34-unet|resnet34-fpn|resnet34-deeplabv3|mitb5-unet)")
_HUB = re.compile(r"FLAIR-HUB_LC-([A-Z])_(?:(IR|RGB)_)?([a-z0-9]+)-(upernet|unet)")
_SERIES = re.compile(r"FLAIR-HUB_(LC-[A-Z]|LPIS-[A-Z])")

#: Suffixes of the files of weights.
WEIGHTS_SUFFIXES = (".pth", ".pt", ".ckpt", ".bin", ".safetensors")

_CHANNELS = 19
_LICENCE = "Licence Ouverte 2.0 (Etalab)"


#: Of resnet34-unet, made of convolutions alone. The others weigh the window as a whole: by attention, by pooling all
#: of it, by normalising over it. 4096 x 4096 px then take 16 windows, as many pixels as 81 of 512 px instead of 121;
#: still larger ones gain little for much memory.
_LARGEST_WINDOW_PX = 1152


@dataclass(frozen=True)
class PublishedModel:
    """One published network."""

    name: str
    family: str
    """'FLAIR-INC' or 'FLAIR-HUB'."""

    architecture: str
    """A name of `millesime.model.published.networks`."""

    bands: tuple[str, ...]
    """Bands in the order of the first convolution."""

    mean: tuple[float, ...]
    """Mean of each band in digital numbers; `std` the standard deviation."""

    std: tuple[float, ...]
    class_values: tuple[int, ...]
    """Class of the nomenclature `flair1` of each output channel."""

    never_predicted: tuple[int, ...] = ()
    """Classes that had no weight in training: their channels are there and are not to be believed."""

    window_px: int = 512
    """Side of the images that it was trained on."""

    largest_window_px: int | None = None
    """See `millesime.model.card.ModelCard.largest_window_px`."""

    margin_px: int = 64
    """Overlap on each side of a window, blended: 256 windows on 4096 x 4096 px become 121. IGN's tools cut off 128."""

    licence: str = _LICENCE


def published_names() -> tuple[str, ...]:
    """Names of the networks that can be loaded, without those of time series."""
    inc = [
        f"FLAIR-INC_{bands}_15cl_{network}"
        for bands, network in (
            *((bands, "resnet34-unet") for bands in _INC_BANDS),
            ("rgb", "mitb5-unet"),
            ("rgb", "resnet34-deeplabv3"),
            ("rgb", "resnet34-fpn"),
        )
    ]
    inc += [f"FLAIR-INC_{bands}_12cl_resnet34-unet" for bands in ("rgb", "rgbie")]
    hub = [f"FLAIR-HUB_LC-A_IR_{encoder}-{decoder}" for encoder in _HUB_ENCODERS for decoder in ("upernet", "unet")]
    return (*inc, *hub)


def is_published(reference: str) -> bool:
    """Whether a text is the name of a published network and nothing more, loadable or not."""
    return any(pattern.fullmatch(reference) for pattern in (_INC, _HUB, _SERIES))


def published_model(reference: str) -> PublishedModel:
    """What is known of a published network.

    Args:
        reference: its name, of a repository (IGNF/FLAIR-INC_rgbie_15cl_resnet34-unet) or of a file, whatever follows.

    Raises:
        ModelError: no such network, or one that reads time series or bands of an unpublished normalisation.
    """
    if found := _INC.search(reference):
        return _inc_model(*found.groups(), name=found.group())
    if found := _HUB.search(reference):
        modality, bands, encoder, decoder = found.groups()
        return _hub_model(found.group(), modality=modality, bands=bands or "IR", encoder=encoder, decoder=decoder)
    if found := _SERIES.search(reference):
        raise _series(found.group())
    raise ModelError(
        f"{reference!r} names no published model",
        remedy=f"name the file as it was published, such as {published_names()[2]}.pth",
    )


def _inc_model(bands: str, classes: str, network: str, *, name: str) -> PublishedModel:
    order = _INC_BANDS[bands]
    if network != "resnet34-unet" and bands != "rgb":
        raise ModelError(f"no model is published as {name}", remedy="networks but resnet34-unet read R, G, B alone")
    # 15 classes: without clear cut, mixed, ligneous and other; 12: also without swimming pool, snow and greenhouse.
    unused = (15, 16, 17, 19) if classes == "15" else tuple(range(13, 20))
    return PublishedModel(
        name=name,
        family="FLAIR-INC",
        architecture=network,
        bands=order,
        mean=tuple(_INC_MEAN[band] for band in order),
        std=tuple(_INC_STD[band] for band in order),
        class_values=tuple(range(1, _CHANNELS + 1)),
        largest_window_px=_LARGEST_WINDOW_PX if network == "resnet34-unet" else None,
        never_predicted=unused,
    )


def _hub_model(name: str, *, modality: str, bands: str, encoder: str, decoder: str) -> PublishedModel:
    if modality != "A":
        raise _series(f"LC-{modality}")
    if bands == "RGB":
        raise ModelError(
            f"{name}: the mean of the blue band is not published",
            remedy="use the model IR of the same network, which reads near infrared, red, green",
        )
    if encoder not in _HUB_ENCODERS:
        raise ModelError(
            f"{name}: no encoder is called {encoder}", remedy=f"encoders: {', '.join(sorted(_HUB_ENCODERS))}"
        )
    order = ("near_infrared", "red", "green")
    return PublishedModel(
        name=name,
        family="FLAIR-HUB",
        architecture=f"{_HUB_ENCODERS[encoder]}-{decoder}",
        bands=order,
        mean=tuple(_HUB_MEAN[band] for band in order),
        std=tuple(_HUB_STD[band] for band in order),
        class_values=_hub_classes(),
    )


@cache
def _hub_classes() -> tuple[int, ...]:
    """Class of each channel of a FLAIR-HUB model."""
    rows = sorted(read_table("flair"), key=lambda row: int(row["hub_value"]))
    return tuple(int(row["flair1_value"]) for row in rows)


def _series(name: str) -> ModelError:
    return ModelError(
        f"{name} reads several modalities or time series, which are not supported",
        remedy="use a model of aerial images alone: FLAIR-INC, or FLAIR-HUB LC-A",
    )
