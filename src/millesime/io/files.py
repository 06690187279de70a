"""Files written whole or not at all, files read only when they are local, and a full disk told by its name."""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import tempfile
from collections import OrderedDict
from collections.abc import Callable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Generic, Protocol, Self, TypeVar

from millesime.errors import DiskFullError, InputError

#: Below this free space an I/O failure of a driver that hides the cause is taken for a full disk.
_NEARLY_FULL_BYTES = 1 << 20


class Closable(Protocol):
    """What is open until it is closed."""

    def close(self) -> None:
        """Close it."""
        ...


Opened = TypeVar("Opened", bound=Closable)


class FewOpen(Generic[Opened]):
    """Files opened when they are asked for, few at once: those asked for last stay open. For one thread.

    Args:
        open_file: how.
        most: how many stay open.
    """

    def __init__(self, open_file: Callable[[Path], Opened], *, most: int) -> None:
        self._open_file, self._most = open_file, most
        self._opened: OrderedDict[Path, Opened] = OrderedDict()

    def __getitem__(self, path: Path) -> Opened:
        if path not in self._opened:
            while len(self._opened) >= self._most:
                self._opened.popitem(last=False)[1].close()
            self._opened[path] = self._open_file(path)
        self._opened.move_to_end(path)
        return self._opened[path]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for opened in self._opened.values():
            opened.close()


def local_file(path: str | Path) -> Path:
    """The path of a file or folder that exists on this machine.

    Raises:
        InputError: it does not exist, or it is an address or a virtual path that a driver would follow elsewhere.
    """
    text = str(path)
    if "://" in text or text.startswith("/vsi"):
        raise InputError("only local files are read", place=text, remedy="download it first, then give its path")
    found = Path(text)
    if not found.exists():
        raise InputError("no such file", place=text, remedy="check the path")
    return found


def to_disk(path: Path) -> None:
    """Wait until a file is on the disk, before what tells of it is written or what it was made from is removed."""
    with path.open("rb+") as file:
        os.fsync(file.fileno())


@contextlib.contextmanager
def written_whole(path: str | Path) -> Iterator[Path]:
    """A temporary path beside `path`, with its suffix, renamed to it when the block ends well.

    The temporary folder also holds the side files that drivers leave; nothing is left after a failure.

    Raises:
        DiskFullError: no space is left.
        InputError: the folder of `path` does not exist.
    """
    target = Path(path)
    if not target.parent.is_dir():
        raise InputError("no such folder", place=target.parent, remedy="create it first")
    folder = Path(tempfile.mkdtemp(prefix=f".{target.name}.", dir=target.parent))
    try:
        with named_when_full(target):
            yield folder / target.name
        (folder / target.name).replace(target)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def require_replaceable(path: str | Path, *, replaces: str) -> None:
    """Check that a folder can be written: it does not exist, is empty, or holds only files of a pattern.

    Raises:
        InputError: the parent folder does not exist, or `path` is a file or holds other things.
    """
    target = Path(path)
    if not target.absolute().parent.is_dir():
        raise InputError("no such folder", place=target.parent, remedy="create it first")
    if target.exists() and not target.is_dir():
        raise InputError("is a file", place=target, remedy="give the name of a folder")
    others = sorted(item.name for item in target.iterdir() if not item.match(replaces)) if target.is_dir() else []
    if others:
        raise InputError(
            f"the folder holds other things: {', '.join(others[:3])}{' …' if len(others) > 3 else ''}",
            place=target,
            remedy="give the name of a folder that is empty or does not exist",
        )


@contextlib.contextmanager
def folder_written_whole(path: str | Path, *, replaces: str) -> Iterator[Path]:
    """A temporary folder beside `path`, renamed to it when the block ends well; nothing is left after a failure.

    Args:
        path: folder to write.
        replaces: pattern of file names; an existing folder is replaced when it holds nothing else.

    Raises:
        InputError: see `require_replaceable`.
        DiskFullError: no space is left.
    """
    require_replaceable(path, replaces=replaces)
    target = Path(path).absolute()
    temporary = Path(tempfile.mkdtemp(prefix=f".{target.name}.", dir=target.parent))
    try:
        made = temporary / "made"
        made.mkdir()
        with named_when_full(target):
            yield made
        if target.is_dir():
            target.replace(temporary / "former")
        made.replace(target)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


@contextlib.contextmanager
def named_when_full(path: Path) -> Iterator[None]:
    """Turn the many faces of a full disk into one named error.

    Raises:
        DiskFullError: no space is left where `path` is written.
    """
    try:
        yield
    except DiskFullError:
        raise
    except Exception as error:  # drivers wrap the cause in errors of their own: every kind must be looked at
        if _means_full(error, path):
            raise DiskFullError(
                "no space left on the disk", place=path, remedy="free some space, then run the command again"
            ) from error
        raise


def _means_full(error: BaseException, path: Path) -> bool:
    link: BaseException | None = error
    while link is not None:
        if isinstance(link, OSError) and link.errno in {errno.ENOSPC, errno.EDQUOT}:
            return True
        if "no space left" in str(link).lower() or "disk is full" in str(link).lower():
            return True
        link = link.__cause__ or link.__context__
    folder = next((parent for parent in (path, *path.parents) if parent.is_dir()), Path("/"))
    is_io = isinstance(error, OSError | RuntimeError) or type(error).__module__.startswith(("rasterio", "pyogrio"))
    return is_io and shutil.disk_usage(folder).free < _NEARLY_FULL_BYTES
