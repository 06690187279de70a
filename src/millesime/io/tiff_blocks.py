"""Compressed blocks of GeoTIFFs: where they lie in a file, and a Cloud Optimized GeoTIFF made of them as they are.

GDAL compresses and decodes every block, and writes every field of the head that says what the pixels mean and where
they lie. Here blocks are moved, which GDAL has no call for: what was compressed once, in parts and while other things
were computed, need not be decoded and compressed again to lie in one file.

The structure is that of TIFF 6.0, of BigTIFF above 4 GB, and of GDAL's driver COG: all directories first, then the
blocks of the smallest overview, of the next larger one and so on, each with its size before it and its last four
bytes repeated after it.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import numpy as np
import numpy.typing as npt

from millesime.errors import ImageryError
from millesime.io.files import FewOpen

_SUBFILE, _WIDTH, _HEIGHT, _BITS, _COMPRESSION, _PHOTOMETRIC = 254, 256, 257, 258, 259, 262
_SAMPLES, _PLANES, _PREDICTOR, _COLOURS, _BLOCK_WIDTH, _BLOCK_HEIGHT = 277, 284, 317, 320, 322, 323
_OFFSETS, _SIZES, _EXTRA_SAMPLES, _SAMPLE_FORMAT, _NODATA = 324, 325, 338, 339, 42113

#: Fields that an overview shares with the whole; the others say where the raster lies and what it is about.
_OF_OVERVIEWS = frozenset(
    {
        *(_BITS, _COMPRESSION, _PHOTOMETRIC, _SAMPLES, _PLANES, _PREDICTOR, _COLOURS, _BLOCK_WIDTH, _BLOCK_HEIGHT),
        *(_EXTRA_SAMPLES, _SAMPLE_FORMAT, _NODATA),
    }
)

#: Bytes of a number of each type of field.
_BYTES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4, 16: 8, 17: 8, 18: 8}
_SHORT, _LONG, _LONG8 = 3, 4, 16
_NUMBERS = {_SHORT: "<u2", _LONG: "<u4", _LONG8: "<u8"}

_STRUCTURE = (
    b"LAYOUT=IFDS_BEFORE_DATA\nBLOCK_ORDER=ROW_MAJOR\nBLOCK_LEADER=SIZE_AS_UINT4\n"
    b"BLOCK_TRAILER=LAST_4_BYTES_REPEATED\nKNOWN_INCOMPATIBLE_EDITION=NO\n "
)
_GHOST = b"GDAL_STRUCTURAL_METADATA_SIZE=%06d bytes\n" % len(_STRUCTURE) + _STRUCTURE
"""What GDAL writes between the head and the first directory, and tells readers what they may rely on."""

_LEADER, _TRAILER = 4, 4

#: Bytes that offsets of 32 bits reach.
_CLASSIC_BYTES = 1 << 32

#: Files held open at once.
_MOST_OPEN = 64


@dataclass(frozen=True)
class Field:
    """One field of a directory."""

    kind: int
    """Type of the numbers, as TIFF has it."""

    count: int
    content: bytes
    """The numbers, little-endian."""

    def numbers(self) -> npt.NDArray[np.int64]:
        """Whole numbers of any size."""
        return np.frombuffer(self.content, dtype=_NUMBERS[self.kind]).astype(np.int64)


Directory = Mapping[int, Field]
"""Fields by tag."""


@dataclass(frozen=True)
class Blocks:
    """Where the compressed blocks of a raster lie: arrays of shape (rows of blocks, columns of blocks)."""

    files: tuple[Path, ...]
    file: npt.NDArray[np.int64]
    """Place in `files`."""

    offset: npt.NDArray[np.int64]
    size: npt.NDArray[np.int64]
    """In bytes."""


@dataclass(frozen=True)
class Level:
    """A raster, whole or an overview, whose blocks are ready."""

    height: int
    width: int
    blocks: Blocks


def read_directory(path: Path) -> Directory:
    """The first directory of a tiled TIFF.

    Raises:
        ImageryError: the file is not one, or is cut short.
    """
    try:
        with path.open("rb") as file:
            return dict(_fields(file))
    except (struct.error, KeyError, ValueError) as error:
        raise ImageryError(
            f"is not a whole GeoTIFF ({error})", place=path, remedy="remove this file, then run the command again"
        ) from error


def _fields(file: IO[bytes]) -> Iterator[tuple[int, Field]]:
    order, version = struct.unpack("<2sH", _read(file, 0, 4))
    if order != b"II" or version not in {42, 43}:
        raise ValueError(f"it begins with {order!r} and {version}")
    is_big = version == 43
    first = struct.unpack("<Q", _read(file, 8, 8))[0] if is_big else struct.unpack("<I", _read(file, 4, 4))[0]
    how_many, entry, inline = ("<Q", "<HHQ", 8) if is_big else ("<H", "<HHI", 4)
    count = struct.unpack(how_many, _read(file, first, struct.calcsize(how_many)))[0]
    length = struct.calcsize(entry) + inline
    table = _read(file, first + struct.calcsize(how_many), count * length)
    for begin in range(0, len(table), length):
        tag, kind, numbers = struct.unpack_from(entry, table, begin)
        value = table[begin + length - inline : begin + length]
        size = numbers * _BYTES[kind]
        content = value[:size] if size <= inline else _read(file, int.from_bytes(value, "little"), size)
        yield tag, Field(kind, numbers, content)


def _read(file: IO[bytes], begin: int, size: int) -> bytes:
    file.seek(begin)
    content = file.read(size)
    if len(content) < size:
        raise ValueError(f"it ends before byte {begin + size}")
    return content


def blocks_of(path: Path) -> Blocks:
    """The blocks of a tiled GeoTIFF of one plane.

    Raises:
        ImageryError: the file is not one, or blocks of it were never written.
    """
    directory = read_directory(path)
    height, width = (int(directory[tag].numbers()[0]) for tag in (_HEIGHT, _WIDTH))
    down, across = (int(directory[tag].numbers()[0]) for tag in (_BLOCK_HEIGHT, _BLOCK_WIDTH))
    shape = -(-height // down), -(-width // across)
    offset, size = (directory[tag].numbers().reshape(shape) for tag in (_OFFSETS, _SIZES))
    if not size.all():
        raise ImageryError(
            "blocks were never written", place=path, remedy="remove this file, then run the command again"
        )
    return Blocks((path,), np.zeros(shape, dtype=np.int64), offset, size)


def write_cog(path: Path, head: Directory, levels: Sequence[Level]) -> None:
    """Write a Cloud Optimized GeoTIFF of compressed blocks.

    Args:
        path: file to write.
        head: fields of a raster with blocks of the same kind, of any size: CRS, north-west corner, colours, tags.
        levels: the whole raster, then its overviews from the largest to the smallest.
    """
    length = sum(int((level.blocks.size + _LEADER + _TRAILER).sum()) for level in levels)
    is_big = len(_directories(head, levels, begin=0, is_big=False)) + length > _CLASSIC_BYTES
    begin = len(_directories(head, levels, begin=0, is_big=is_big))  # as long wherever the blocks begin
    with path.open("wb") as out, FewOpen(_opened, most=_MOST_OPEN) as files:
        out.write(_directories(head, levels, begin=begin, is_big=is_big))
        for level in reversed(levels):
            blocks = level.blocks
            places = (values.ravel().tolist() for values in (blocks.file, blocks.offset, blocks.size))
            for file, offset, size in zip(*places, strict=True):
                content = _read(files[blocks.files[file]], offset, size)
                out.write(b"".join((struct.pack("<I", size), content, content[-_TRAILER:])))


def _opened(path: Path) -> IO[bytes]:
    return path.open("rb")


def _directories(head: Directory, levels: Sequence[Level], *, begin: int, is_big: bool) -> bytes:
    """All that comes before the blocks, the first of which begins at a byte of the file."""
    version, table_at = (struct.pack("<HHH", 43, 8, 0), 16) if is_big else (struct.pack("<H", 42), 8)
    at = table_at + len(_GHOST) + len(_GHOST) % 2
    content = b"II" + version + at.to_bytes(8 if is_big else 4, "little") + _GHOST
    for number, (level, offsets) in enumerate(zip(levels, _offsets(levels, begin), strict=True)):
        content = content.ljust(at, b"\0")
        fields = _level_fields(head, level, offsets, is_overview=number > 0, is_big=is_big)
        is_last = number == len(levels) - 1
        content += _directory(fields, at=at, is_last=is_last, is_big=is_big)
        at = len(content)
    return content


def _offsets(levels: Sequence[Level], begin: int) -> list[npt.NDArray[np.int64]]:
    """Where the blocks of each level lie: those of the smallest come first."""
    found: list[npt.NDArray[np.int64]] = []
    for level in reversed(levels):
        taken = level.blocks.size.ravel() + _LEADER + _TRAILER
        ends = begin + np.cumsum(taken)
        found.append(ends - taken + _LEADER)
        begin = int(ends[-1])
    return found[::-1]


def _level_fields(
    head: Directory, level: Level, offsets: npt.NDArray[np.int64], *, is_overview: bool, is_big: bool
) -> dict[int, Field]:
    kept = {tag: field for tag, field in head.items() if not is_overview or tag in _OF_OVERVIEWS}
    own = {
        **({_SUBFILE: _numbers([1], _LONG)} if is_overview else {}),
        _WIDTH: _numbers([level.width], _LONG),
        _HEIGHT: _numbers([level.height], _LONG),
        _OFFSETS: _numbers(offsets, _LONG8 if is_big else _LONG),
        _SIZES: _numbers(level.blocks.size.ravel(), _LONG),
    }
    return {**kept, **own}


def _numbers(values: npt.ArrayLike, kind: int) -> Field:
    content = np.asarray(values).astype(_NUMBERS[kind])
    return Field(kind, content.size, content.tobytes())


def _directory(fields: Directory, *, at: int, is_last: bool, is_big: bool) -> bytes:
    """One directory and the values that do not fit in its table, an even number of bytes; the next one follows."""
    how_many, entry, inline = ("<Q", "<HHQ", 8) if is_big else ("<H", "<HHI", 4)
    table = struct.pack(how_many, len(fields))
    values, values_at = b"", at + len(table) + len(fields) * (struct.calcsize(entry) + inline) + inline
    for tag, field in sorted(fields.items()):
        table += struct.pack(entry, tag, field.kind, field.count)
        if len(field.content) <= inline:
            table += field.content.ljust(inline, b"\0")
        else:
            table += (values_at + len(values)).to_bytes(inline, "little")
            values += field.content + b"\0" * (len(field.content) % 2)
    following = 0 if is_last else values_at + len(values)
    return table + following.to_bytes(inline, "little") + values
