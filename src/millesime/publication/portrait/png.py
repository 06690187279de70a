"""PNG of palette images, from the standard library alone: small, exact, the same bytes everywhere."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from millesime.errors import InternalError


def palette_png(
    pixels: npt.NDArray[np.uint8], palette: Sequence[tuple[int, int, int]], *, transparent: int | None = None
) -> bytes:
    """Encode palette indices, of shape (height, width), as a PNG file.

    Args:
        pixels: index of each pixel's colour.
        palette: red, green, blue of each index, at most 256.
        transparent: index that is see-through.

    Raises:
        InternalError: an index has no colour.
    """
    if not 0 < len(palette) <= 256 or (pixels.size and int(pixels.max()) >= len(palette)):
        raise InternalError(f"a palette of {len(palette)} colours does not serve indices up to {pixels.max()}")
    height, width = pixels.shape
    rows = np.zeros((height, width + 1), dtype=np.uint8)  # filter 0 before each row: best for palettes
    rows[:, 1:] = pixels
    chunks = [
        _chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)),
        _chunk(b"PLTE", bytes(channel for colour in palette for channel in colour)),
    ]
    if transparent is not None:
        opacity = bytes(0 if index == transparent else 255 for index in range(transparent + 1))
        chunks.append(_chunk(b"tRNS", opacity))
    chunks += [_chunk(b"IDAT", zlib.compress(rows.tobytes(), 6)), _chunk(b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
