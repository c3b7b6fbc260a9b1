"""What belongs to one project on the disk: its files, and a hidden folder with what they held before.

    <the house's folder for files>/<id of the project>/            what its datasources are in
    <the house's folder for files>/<id of the project>/.parlour/   a lock, and old contents

The id comes from the datasource as it is kept, never from settings or arguments: no path leads to another project.
"""

import fcntl
import hashlib
import os
import time
from collections.abc import Callable, Generator
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Event

from parlour.toolkits.data.files.faults import Abandoned, not_there, told
from parlour.toolkits.data.files.paths import Parts
from parlour.toolkits.data.files.settings import FilesLimits
from parlour.toolkits.data.files.walking import Entry, Spot, entries, opened_folder, spot_of
from parlour.tools.outcomes import Failed, NotThere

HIDDEN = ".parlour"
TEMPORARY = ".parlour.tmp"
"""What is being written, in the folder where it will be. Under the lock there is one; another one is a leftover."""
_OLD = "old"
_LOCK = "lock"
_LOOK_S = 0.02
"""How often it is looked whether the lock is free."""


class Going:
    """Whether somebody still waits for some work; asked by the work, told by whoever waits."""

    def __init__(self) -> None:
        self._abandoned = Event()

    def abandon(self) -> None:
        """Nobody waits any more."""
        self._abandoned.set()

    def check(self) -> None:
        """Raise Abandoned when nobody waits any more."""
        if self._abandoned.is_set():
            raise Abandoned

    def wait(self, seconds: float) -> None:
        """Wait so long. Raises Abandoned at once when nobody waits any more."""
        if self._abandoned.wait(seconds):
            raise Abandoned


@dataclass(frozen=True, slots=True)
class Usage:
    """How much of its room a project uses."""

    files: int
    folders: int
    size: int
    """In bytes."""

    @property
    def count(self) -> int:
        """Files and folders."""
        return self.files + self.folders


def version_of(content: bytes) -> str:
    """What tells one content of a file from any other."""
    return hashlib.sha256(content).hexdigest()[:32]


@dataclass(frozen=True, slots=True)
class Area:
    """The files of one project, and the folder in it that a datasource is in. Blocks: for threads."""

    root: Path
    project_id: str
    folder: Parts
    limits: FilesLimits

    @contextmanager
    def spot(self, parts: Parts, going: Going) -> Generator[Spot]:
        """Where a path of the datasource leads. Raises NotThere where the project has no folder yet, Refused."""
        going.check()
        with ExitStack() as stack:
            with told("/".join(parts)):
                top = stack.enter_context(self._top(make=False))
            yield stack.enter_context(self.spot_in(top, parts))

    def spot_in(self, top: int, parts: Parts) -> AbstractContextManager[Spot]:
        """The same in the open folder of the project."""
        return spot_of(top, (*self.folder, *parts), "/".join(parts))

    def prepare(self) -> None:
        """Make the folder of the datasource where it is missing. Raises Refused and Failed."""
        name = "/".join(self.folder)
        with self.held(Going()) as top, spot_of(top, self.folder, name) as spot, told(name):
            if spot.alike is not None:
                raise not_there(name, spot.alike)
            wanted = (spot.name,) if spot.is_there and self.folder else spot.missing
            with made_folders(spot.folder, wanted):
                pass

    @contextmanager
    def held(self, going: Going) -> Generator[int]:
        """The folder of the project, made where it is missing, with nobody else changing anything in it.

        Raises Failed when others take too long.
        """
        with ExitStack() as stack, told(""):
            top = stack.enter_context(self._top(make=True))
            hidden = stack.enter_context(_made(HIDDEN, top))
            flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
            lock = os.open(_LOCK, flags, 0o600, dir_fd=hidden)
            stack.callback(os.close, lock)
            self._take(lock, going)
            yield top

    def usage(self, going: Going) -> Usage:
        """How much of its room the project uses."""
        try:
            with told(""), self._top(make=False) as top:
                return usage_of(top, going)
        except NotThere:
            return Usage(0, 0, 0)

    def listed(self, parts: Parts, going: Going, *, is_deep: bool) -> list[Entry]:
        """What is in a folder of the datasource, by path. Raises NotThere and Refused; a new datasource is empty."""
        with ExitStack() as stack:
            try:
                spot = stack.enter_context(self.spot(parts, going))
            except NotThere:
                return _nothing(parts)
            if len(spot.missing) > len(parts):
                return _nothing(parts)
            if not spot.is_there:
                raise not_there(spot.path, spot.alike)
            with told(spot.path):
                folder = stack.enter_context(opened_folder(spot.name, spot.folder))
                return list(entries(folder, going.check, is_deep=is_deep))

    def keep(self, top: int, content: bytes) -> bool:
        """Keep what a file holds, to take a change back; whether there was room. Under the lock."""
        if len(content) > self.limits.kept_bytes:
            return False
        with _made(HIDDEN, top) as hidden, _made(_OLD, hidden) as old:
            name = version_of(content)
            with suppress(FileNotFoundError):
                os.utime(name, dir_fd=old, follow_symlinks=False)
                return True
            _make_room(old, self.limits.kept_bytes - len(content), self.limits.kept_days)
            write(old, name, content, 0o600)
        return True

    def kept(self, version: str) -> bytes | None:
        """What was kept of that version, where it still is."""
        try:
            with self._top(make=False) as top, opened_folder(HIDDEN, top) as hidden, opened_folder(_OLD, hidden) as old:
                file = os.open(version, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=old)
        except FileNotFoundError:
            return None
        with os.fdopen(file, "rb") as opened:
            content = opened.read()
        return content if version_of(content) == version else None

    @contextmanager
    def _top(self, *, make: bool) -> Generator[int]:
        """The folder of the project. Raises FileNotFoundError where it is not there and not to be made."""
        if make:
            self.root.mkdir(parents=True, exist_ok=True)
        root = os.open(self.root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            with _made(self.project_id, root, 0o777) if make else opened_folder(self.project_id, root) as top:
                yield top
        finally:
            os.close(root)

    def _take(self, lock: int, going: Going) -> None:
        until = time.monotonic() + self.limits.lock_s
        while True:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if time.monotonic() > until:
                    raise Failed("Others are changing files here.", suggestion="Try again in a moment.") from None
                going.wait(_LOOK_S)
            else:
                return


def _nothing(parts: Parts) -> list[Entry]:
    """What is in a datasource that has no folder yet. Raises NotThere for any folder within."""
    if parts:
        raise not_there("/".join(parts))
    return []


def usage_of(top: int, going: Going) -> Usage:
    """How much is in the open folder of a project."""
    files = folders = size = 0
    for entry in entries(top, going.check):
        files, folders, size = files + (not entry.is_folder), folders + entry.is_folder, size + entry.size
    return Usage(files, folders, size)


def write(
    folder: int, name: str, content: bytes, mode: int | None = None, last_look: Callable[[], None] | None = None
) -> None:
    """Put a whole file into an open folder, in the place of what is there: all of it or, after a crash, nothing.

    `mode` says who may use it; None leaves that to the system. `last_look` may yet raise what is to stop it.
    """
    with suppress(FileNotFoundError):
        os.unlink(TEMPORARY, dir_fd=folder)
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    try:
        with os.fdopen(os.open(TEMPORARY, flags, 0o666 if mode is None else 0o600, dir_fd=folder), "wb") as file:
            file.write(content)
            if mode is not None:
                os.fchmod(file.fileno(), mode)
            file.flush()
            os.fsync(file.fileno())
        if last_look is not None:
            last_look()
        os.rename(TEMPORARY, name, src_dir_fd=folder, dst_dir_fd=folder)
    except BaseException:
        with suppress(OSError):
            os.unlink(TEMPORARY, dir_fd=folder)
        raise
    os.fsync(folder)


@contextmanager
def made_folders(folder: int, names: Parts) -> Generator[int]:
    """Folders in each other, made where they are missing; the last one, open."""
    with ExitStack() as stack:
        for name in names:
            folder = stack.enter_context(_made(name, folder, 0o777))
        yield folder


@contextmanager
def _made(name: str, within: int, mode: int = 0o700) -> Generator[int]:
    try:
        os.mkdir(name, mode, dir_fd=within)
    except FileExistsError:
        pass
    else:
        os.fsync(within)
    with opened_folder(name, within) as folder:
        yield folder


def _make_room(old: int, room: int, days: int) -> None:
    """Let the oldest go, until no more than `room` bytes of so many days are kept."""
    long_ago = time.time_ns() - days * 86_400 * 10**9
    with os.scandir(old) as found:
        kept = sorted((info.st_mtime_ns, each.name, info.st_size) for each in found for info in [each.stat()])
    size = sum(each for _, _, each in kept)
    for changed_at, name, each in kept:
        if size <= room and changed_at >= long_ago:
            return
        os.unlink(name, dir_fd=old)
        size -= each
