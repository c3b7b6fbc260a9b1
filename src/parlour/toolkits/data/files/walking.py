"""The way to a file: one folder after the other, each held open, no link ever followed.

What was looked at is what is used: a folder that is put in the place of another meanwhile changes nothing.
"""

import os
import stat
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice

from parlour.toolkits.data.files.faults import not_there, told
from parlour.toolkits.data.files.paths import Parts, alike, canonical, is_plain, shown
from parlour.tools.outcomes import Failed, Refused

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC
_PIECE = 1024 * 1024
_DEEPEST = 40
"""What lies in more folders than these is not looked at."""
_MOST_NAMES = 100_000
"""So many of one folder are looked at."""

Check = Callable[[], None]
"""Raises Abandoned when nobody waits any more."""


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a path leads."""

    folder: int
    """The last folder on the way that is there, open."""
    name: str
    """What it is called there; "" where it is not there."""
    missing: Parts
    """The names from the first one that is not there; () where everything is."""
    alike: str | None
    """What is there and easily taken for the first one missing."""
    path: str
    """For people."""

    @property
    def is_there(self) -> bool:
        """Whether something is at its end, whatever it is."""
        return not self.missing


@dataclass(frozen=True, slots=True)
class Entry:
    """Something in a folder: a file, or a folder."""

    parts: Parts
    is_folder: bool
    size: int
    changed_at: float
    """Seconds since 1970."""


@contextmanager
def opened_folder(name: str, within: int) -> Generator[int]:
    """A folder in an open folder."""
    folder = os.open(name, _FOLDER, dir_fd=within)
    try:
        yield folder
    finally:
        os.close(folder)


@contextmanager
def spot_of(top: int, parts: Parts, path: str) -> Generator[Spot]:
    """Where a path leads from an open folder. `path` is what people call it.

    Raises Refused for one through a link or a file, Failed.
    """
    folder = os.dup(top)
    try:
        for index, part in enumerate(parts):
            with told(path):
                name, near = _found(folder, part)
            if name is None:
                yield Spot(folder, "", parts[index:], near, path)
                return
            if index == len(parts) - 1:
                yield Spot(folder, name, (), None, path)
                return
            with told(path):
                _check_folder(os.stat(name, dir_fd=folder, follow_symlinks=False), path)
                inner = os.open(name, _FOLDER, dir_fd=folder)
            os.close(folder)
            folder = inner
        yield Spot(folder, ".", (), None, path)
    finally:
        os.close(folder)


def read_whole(spot: Spot, limit: int, check: Check) -> tuple[bytes, os.stat_result]:
    """What a plain file holds. Raises NotThere, Refused for what is none, Failed for more than `limit` bytes."""
    if not spot.is_there:
        raise not_there(spot.path, spot.alike)
    with told(spot.path):
        # Looked at first as well: opening some devices does something.
        check_file(os.stat(spot.name, dir_fd=spot.folder, follow_symlinks=False), spot.path)
        file = os.open(spot.name, _FILE, dir_fd=spot.folder)
        try:
            info = os.fstat(file)
            check_file(info, spot.path)
            return _content(file, spot.path, limit, check), info
        finally:
            os.close(file)


def check_file(info: os.stat_result, path: str) -> None:
    """Raise Refused for everything but a plain file with one name."""
    name = f"“{shown(path)}”"
    if stat.S_ISLNK(info.st_mode):
        raise Refused(f"{name} is a link, and links are not followed.")
    if stat.S_ISDIR(info.st_mode):
        raise Refused(f"{name} is a folder.", suggestion="Name a file in it; list_files has them.")
    if not stat.S_ISREG(info.st_mode):
        raise Refused(f"{name} is no plain file.")
    if info.st_nlink != 1:
        raise Refused(
            f"{name} is in another place too (a hard link), so nobody knows whose it is.",
            suggestion="An admin can put a copy in its place.",
        )


def entries(top: int, check: Check, *, is_deep: bool = True) -> Generator[Entry]:
    """The files and folders in an open folder that can be named here, each folder before what is in it."""
    yield from _entries(top, (), check, is_deep)


def _entries(folder: int, above: Parts, check: Check, is_deep: bool) -> Generator[Entry]:
    check()
    with os.scandir(folder) as found:
        names = sorted(each.name for each in islice(found, _MOST_NAMES))
    for name in names:
        try:
            info = os.stat(name, dir_fd=folder, follow_symlinks=False)
        except FileNotFoundError:
            continue
        is_folder = stat.S_ISDIR(info.st_mode)
        if not is_plain(name) or not (is_folder or (stat.S_ISREG(info.st_mode) and info.st_nlink == 1)):
            continue
        parts = (*above, name)
        yield Entry(parts, is_folder, 0 if is_folder else info.st_size, info.st_mtime)
        if is_folder and is_deep and len(parts) < _DEEPEST:
            try:
                inner = os.open(name, _FOLDER, dir_fd=folder)
            except OSError:
                continue  # gone, replaced or closed to this server: it is not listed
            try:
                yield from _entries(inner, parts, check, is_deep)
            finally:
                os.close(inner)


def _found(folder: int, name: str) -> tuple[str | None, str | None]:
    """What `name` is called in an open folder, in whichever code points; else what is easily taken for it."""
    try:
        os.stat(name, dir_fd=folder, follow_symlinks=False)
    except FileNotFoundError:
        pass
    else:
        return name, None
    near: str | None = None
    with os.scandir(folder) as found:
        for entry in found:
            if canonical(entry.name) == name:
                return entry.name, None
            if is_plain(entry.name) and alike(entry.name) == alike(name):
                near = entry.name
    return None, near


def _check_folder(info: os.stat_result, path: str) -> None:
    if stat.S_ISLNK(info.st_mode):
        raise Refused(f"“{shown(path)}” leads through a link, and links are not followed.")
    if not stat.S_ISDIR(info.st_mode):
        raise Refused(f"“{shown(path)}” leads through a file as if that were a folder.")


def _content(file: int, path: str, limit: int, check: Check) -> bytes:
    pieces: list[bytes] = []
    size = 0
    while piece := os.read(file, _PIECE):
        check()
        pieces.append(piece)
        size += len(piece)
        if size > limit:
            raise Failed(
                f"“{shown(path)}” has more than {limit:,} bytes, which is the most that is read.",
                suggestion="An admin can set another limit, or split it.",
            )
    return b"".join(pieces)
