"""The networks behind the published names, with fresh weights: names and shapes are those of the published files."""

from __future__ import annotations

from collections.abc import Sequence
from types import MappingProxyType
from typing import Any

from torch import Tensor, nn

from millesime.errors import ModelError
from millesime.model.architectures.libraries import segmentation_models, transformers
from millesime.model.architectures.odeon_unet import OdeonUNet
from millesime.model.architectures.upernet import SegmentationHead, UPerNetDecoder

#: Names of FLAIR-INC -> decoder and encoder of segmentation_models_pytorch.
_SMP = MappingProxyType(
    {
        "resnet34-unet": ("Unet", "resnet34"),
        "resnet34-fpn": ("FPN", "resnet34"),
        "resnet34-deeplabv3": ("DeepLabV3", "resnet34"),
        "resnet34-deeplabv3plus": ("DeepLabV3Plus", "resnet34"),
        "mitb5-unet": ("Unet", "mit_b5"),
    }
)

#: Sizes of Swin in the order embedding, depths, heads, window: as mmseg builds them.
_SWIN = MappingProxyType(
    {
        "swin-upernet-tiny": (96, (2, 2, 6, 2), (3, 6, 12, 24), 7),
        "swin-upernet-small": (96, (2, 2, 18, 2), (3, 6, 12, 24), 7),
        "swin-upernet-base": (128, (2, 2, 18, 2), (4, 8, 16, 32), 12),
        "swin-upernet-large": (192, (2, 2, 18, 2), (6, 12, 24, 48), 12),
    }
)

#: The key of the aerial images among the encoders of a FLAIR-HUB model, and that of its task.
_MODALITY = "AERIAL_RGBI"
_TASK = "AERIAL_LABEL-COSIA"


def architectures() -> tuple[str, ...]:
    """Names of networks that are told by one word; those of FLAIR-HUB are `<encoder of timm>-upernet` or `-unet`."""
    return (*_SMP, *_SWIN, "vgg16-unet")


def build_network(architecture: str, *, bands: int, classes: int, window_px: int = 512) -> nn.Module:
    """A network of fresh weights, in evaluation mode: normalised bands (n, bands, h, w) to logits (n, classes, h, w).

    Args:
        architecture: see `architectures`.
        bands: number of input bands.
        classes: number of output channels.
        window_px: side of the windows, which some encoders are built for.

    Raises:
        ModelError: unknown architecture, one that cannot take so many bands, or a library that is not installed.
    """
    if architecture == "vgg16-unet":
        return OdeonUNet(bands=bands, classes=classes).eval()
    if architecture in _SMP:
        decoder, encoder = _SMP[architecture]
        if encoder == "mit_b5" and bands != 3:
            raise ModelError(f"mitb5-unet reads 3 bands, got {bands}")
        network = getattr(segmentation_models(), decoder)
        built: nn.Module = network(encoder, encoder_weights=None, in_channels=bands, classes=classes)
        return built.eval()
    if architecture in _SWIN:
        return _SwinUPerNet(architecture, bands=bands, classes=classes).eval()
    encoder, _, decoder = architecture.rpartition("-")
    if encoder and decoder in ("upernet", "unet"):
        return HubNetwork(encoder, decoder, bands=bands, classes=classes, window_px=window_px).eval()
    raise ModelError(f"no network is called {architecture!r}", remedy=f"use one of {', '.join(architectures())}")


class _SwinUPerNet(nn.Module):
    """Swin and UPerNet as in mmseg: 512 channels, an auxiliary head of 256 that only training uses."""

    def __init__(self, architecture: str, *, bands: int, classes: int) -> None:
        super().__init__()
        library = transformers()
        embedding, depths, heads, window = _SWIN[architecture]
        swin = library.SwinConfig(
            embed_dim=embedding,
            depths=list(depths),
            num_heads=list(heads),
            window_size=window,
            num_channels=bands,
            out_features=[f"stage{number}" for number in range(1, 5)],
        )
        config = library.UperNetConfig(
            backbone_config=swin,
            hidden_size=512,
            num_labels=classes,
            auxiliary_in_channels=4 * embedding,
            auxiliary_channels=256,
        )
        self.network = library.UperNetForSemanticSegmentation(config)

    def forward(self, bands: Tensor) -> Tensor:
        """Logits of normalised bands."""
        logits: Tensor = self.network(bands).logits
        return logits


class _Decoder(nn.Module):
    def __init__(self, decoder: nn.Module, head: nn.Module) -> None:
        super().__init__()
        self.decoder = decoder
        self.segmentation_head = head


class _Wrapped(nn.Module):
    def __init__(self, seg_model: nn.Module) -> None:
        super().__init__()
        self.seg_model = seg_model


class _Fusion(nn.Module):
    """One 1 x 1 convolution a level, which a model of one modality holds and never uses."""

    def __init__(self, channels: Sequence[int]) -> None:
        super().__init__()
        self.conv_f = nn.ModuleList(nn.Conv2d(number, number, 1) for number in channels)


class HubNetwork(nn.Module):
    """A FLAIR-HUB network of aerial images alone, with the names of its files."""

    def __init__(self, encoder: str, decoder: str, *, bands: int, classes: int, window_px: int) -> None:
        super().__init__()
        library = segmentation_models()
        sized = {"img_size": window_px} if encoder.startswith("swin") else {}
        try:
            made = library.encoders.get_encoder(f"tu-{encoder}", in_channels=bands, weights=None, **sized)
        except (RuntimeError, KeyError, ValueError) as error:
            raise ModelError(f"no encoder of timm is called {encoder!r} ({error})") from error
        channels = list(made.out_channels)
        # Its files were made with a decoder built for images of one band, whose stage of the image is never asked.
        told = [1, *channels[1:]]
        self._is_upernet = decoder == "upernet"
        if self._is_upernet:
            decoding: nn.Module = UPerNetDecoder(told)
            head: nn.Module = SegmentationHead(classes)
        else:
            whole = library.Unet(f"tu-{encoder}", encoder_weights=None, in_channels=1, classes=classes, **sized)
            decoding, head = whole.decoder, whole.segmentation_head
        self.encoders = nn.ModuleDict({_MODALITY: _Wrapped(made)})
        self.main_decoders = nn.ModuleDict({_TASK: _Wrapped(_Decoder(decoding, head))})
        self.fusion_handler = _Fusion(channels[2:] if 0 in channels[:2] else channels)

    def forward(self, bands: Tensor) -> Tensor:
        """Logits of normalised bands."""
        encoder: Any = self.encoders[_MODALITY]
        last: Any = self.main_decoders[_TASK]
        features = encoder.seg_model(bands)
        decoder = last.seg_model.decoder
        decoded = decoder(*features) if self._is_upernet else decoder(features)
        logits: Tensor = nn.functional.interpolate(
            last.seg_model.segmentation_head(decoded), size=bands.shape[2:], mode="bilinear", align_corners=False
        )
        return logits


def parameter_count(network: nn.Module) -> int:
    """Number of weights that training may move."""
    return sum(parameter.numel() for parameter in network.parameters())
