"""The vector files of a delivery: a file, a folder nested as delivered, or a .7z or .zip archive.

An archive is an input like any other: its names may point outside, its sizes may lie. It is listed first, refused when
anything in it is unsafe, and only then extracted, into a temporary folder that does not outlive its use.
"""

from __future__ import annotations

import contextlib
import errno
import shutil
import stat
import tempfile
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from millesime.errors import DiskFullError, InputError, MillesimeError
from millesime.io.files import local_file, named_when_full

ARCHIVE_SUFFIXES = frozenset({".7z", ".zip"})
VECTOR_SUFFIXES = frozenset({".gpkg", ".shp", ".geojson", ".fgb", ".parquet", ".geoparquet"})

#: Files that belong to a Shapefile or a GeoPackage: extracted with it, and nothing else is.
_SIDE_SUFFIXES = frozenset({".shx", ".dbf", ".prj", ".cpg", ".qix", ".gpkg-wal"})

#: A larger share of compression than this is not met in vector files of more than a few megabytes.
_LARGEST_RATIO = 300
_RATIO_COUNTS_ABOVE_BYTES = 50 << 20

_CHUNK_BYTES = 1 << 20

#: What the disk and the rights of the user cause; any other number of an error comes from a place that damage told.
_MACHINE = {errno.ENOSPC, errno.EDQUOT, errno.EACCES, errno.EPERM, errno.EIO, errno.EMFILE, errno.EROFS}


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What an archive may hold at most."""

    files: int = 20_000
    total_bytes: int = 64 << 30
    """The largest CoSIA archives unpack to some 20 GB."""


@dataclass(frozen=True)
class VectorFiles:
    """The vector files of a delivery, readable while the block that opened them lasts."""

    root: Path
    """Folder that the names of `files` are told from."""
    files: tuple[Path, ...]
    """In the order of their names."""
    source: Path
    """What the user gave: file, folder or archive."""
    told: tuple[str, ...] = ()
    """What was found and not looked into."""

    def name_of(self, file: Path) -> str:
        """Name of a file below the root, with forward slashes."""
        return file.relative_to(self.root).as_posix()


@dataclass(frozen=True)
class _Entry:
    name: str
    size: int
    is_plain: bool
    """Whether it is a file or a folder, neither a link nor a device."""
    is_folder: bool


@contextlib.contextmanager
def vector_files(path: str | Path, *, limits: Limits | None = None) -> Iterator[VectorFiles]:
    """The vector files at `path`; an archive is unpacked for the time of the block.

    Args:
        path: vector file, folder (looked into at any depth), `.zip`, or `.7z` (needs the extra `archives`).
        limits: sizes above which an archive is refused.

    Raises:
        InputError: no such file, an archive that is damaged, locked, too large or unsafe, or no
            reader of `.7z` is installed.
        DiskFullError: the temporary folder has no room for the archive.
    """
    found = local_file(path)
    if found.is_dir():
        yield _of_folder(found, source=found)
    elif found.suffix.lower() in ARCHIVE_SUFFIXES:
        with tempfile.TemporaryDirectory(prefix="millesime-") as name, named_when_full(Path(name)):
            folder = Path(name)
            _unpack(found, folder, limits or Limits())
            yield _of_folder(folder, source=found)
    else:
        yield VectorFiles(found.absolute().parent, (found.absolute(),), found)


def _of_folder(folder: Path, *, source: Path) -> VectorFiles:
    every = [item for item in sorted(folder.rglob("*")) if not _is_hidden(item, folder) and item.is_file()]
    files = tuple(item for item in every if item.suffix.lower() in VECTOR_SUFFIXES)
    archives = [item.relative_to(folder).as_posix() for item in every if item.suffix.lower() in ARCHIVE_SUFFIXES]
    told = tuple(f"{name}: an archive inside a folder, not looked into; give it by its own path" for name in archives)
    return VectorFiles(folder, files, source, told)


def _is_hidden(item: Path, folder: Path) -> bool:
    return any(part.startswith(".") for part in item.relative_to(folder).parts)


def _unpack(archive: Path, folder: Path, limits: Limits) -> None:
    if archive.suffix.lower() == ".zip":
        _unpack_zip(archive, folder, limits)
    else:
        _unpack_7z(archive, folder, limits)
    # The listing was checked; what was really written is checked too, since the two need not agree.
    root = folder.resolve()
    for item in folder.rglob("*"):
        if item.is_symlink() or not item.resolve().is_relative_to(root):
            raise _unsafe(archive, item.name, "a link")


def _unpack_zip(archive: Path, folder: Path, limits: Limits) -> None:
    try:
        with zipfile.ZipFile(archive) as opened:
            infos = opened.infolist()
            entries = [_Entry(i.filename, i.file_size, _is_plain(i.external_attr >> 16), i.is_dir()) for i in infos]
            wanted = set(_wanted(archive, entries, folder, limits))
            for info in infos:
                if info.filename in wanted:
                    _copy(opened, info, folder / PurePosixPath(info.filename))
    except (MillesimeError, MemoryError):
        raise
    except Exception as error:  # damage shows in the ways of each codec; a password as a RuntimeError
        if _is_of_the_machine(error):
            raise
        raise _damaged(archive, error) from error


def _copy(opened: zipfile.ZipFile, info: zipfile.ZipInfo, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    with opened.open(info) as inside, target.open("wb") as outside:
        shutil.copyfileobj(inside, outside, _CHUNK_BYTES)  # zipfile stops at the size of the listing


def _unpack_7z(archive: Path, folder: Path, limits: Limits) -> None:
    py7zr = _py7zr(archive)
    try:
        with py7zr.SevenZipFile(archive, max_extract_size=limits.total_bytes) as opened:
            if opened.needs_password():
                raise InputError("is protected by a password", place=archive, remedy="unpack it first")
            entries = [
                _Entry(i.filename, i.uncompressed or 0, i.is_file or i.is_directory, i.is_directory)
                for i in opened.list()
            ]
            wanted = _wanted(archive, entries, folder, limits)
            if wanted:
                opened.extract(folder, targets=list(wanted))
    except (MillesimeError, MemoryError):
        raise
    except py7zr.DecompressionBombError as error:
        raise _too_large(archive, limits) from error
    except Exception as error:  # damage shows in the ways of each codec: lzma, zlib, struct, index errors ...
        if _is_of_the_machine(error):
            raise
        raise _damaged(archive, error) from error


def _py7zr(archive: Path) -> Any:
    try:
        import py7zr
    except ImportError as error:
        raise InputError(
            "7z archives need the library py7zr, which is not installed",
            place=archive,
            remedy="install it with: pip install 'millesime[archives]'; or unpack the archive and give the folder",
        ) from error
    return py7zr


def _wanted(archive: Path, entries: Sequence[_Entry], folder: Path, limits: Limits) -> tuple[str, ...]:
    """Names to extract: vector files and what belongs to them. Anything unsafe refuses the whole archive."""
    if len(entries) > limits.files:
        raise InputError(
            f"holds {len(entries)} files, at most {limits.files} are expected",
            place=archive,
            remedy="unpack it first, then give the folder",
        )
    for entry in entries:
        _require_inside(archive, entry)
    kept = [e for e in entries if not e.is_folder and _suffix(e.name) in VECTOR_SUFFIXES | _SIDE_SUFFIXES]
    folded = [entry.name.casefold() for entry in kept]
    if len(set(folded)) != len(folded):
        raise _unsafe(archive, next(name for name in folded if folded.count(name) > 1), "the same name twice")
    total = sum(entry.size for entry in kept)
    if total > limits.total_bytes or _is_bomb(total, archive):
        raise _too_large(archive, limits, total)
    if total > shutil.disk_usage(folder).free:
        raise DiskFullError(
            f"unpacks to {total / 1e9:.1f} GB, more than the temporary folder has free",
            place=archive,
            remedy="free some space, set TMPDIR to a larger disk, or unpack it yourself and give the folder",
        )
    return tuple(entry.name for entry in kept)


def _require_inside(archive: Path, entry: _Entry) -> None:
    name = entry.name.replace("\\", "/")
    if name.startswith("/") or ".." in name.split("/") or ":" in name.split("/")[0] or "\0" in name:
        raise _unsafe(archive, entry.name, "a name that points outside of the archive")
    if not entry.is_plain:
        raise _unsafe(archive, entry.name, "a link or a device")


def _is_plain(mode: int) -> bool:
    kind = stat.S_IFMT(mode)
    return kind in {0, stat.S_IFREG, stat.S_IFDIR}


def _is_bomb(total: int, archive: Path) -> bool:
    return total > max(_RATIO_COUNTS_ABOVE_BYTES, _LARGEST_RATIO * archive.stat().st_size)


def _suffix(name: str) -> str:
    return PurePosixPath(name).suffix.lower()


def _is_of_the_machine(error: Exception) -> bool:
    return isinstance(error, OSError) and error.errno in _MACHINE


def _damaged(archive: Path, error: Exception) -> InputError:
    kind = archive.suffix.lower().removeprefix(".")
    return InputError(
        f"is not a sound {kind} archive ({error})", place=archive, remedy="download it again, or unpack it yourself"
    )


def _unsafe(archive: Path, name: str, what: str) -> InputError:
    return InputError(
        f"holds {what}: {name!r}",
        place=archive,
        remedy="nothing of it was used; take the archive from its producer again",
    )


def _too_large(archive: Path, limits: Limits, total: int | None = None) -> InputError:
    told = "" if total is None else f"{total / 1e9:.2f} GB, "
    return InputError(
        f"unpacks to more than a delivery holds ({told}limit {limits.total_bytes / 1e9:.0f} GB or "
        f"{_LARGEST_RATIO} times its own size)",
        place=archive,
        remedy="if it is sound, unpack it yourself and give the folder",
    )
