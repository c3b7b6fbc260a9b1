"""Changes of files: checked against what was seen, whole or not at all, and on the disk when they are done.

What a file holds is told apart by its version. A change names the one it was thought of for, and is refused where the
file holds anything else by then. Blocks: for threads.
"""

import os
import stat
from dataclasses import dataclass
from functools import partial

from parlour.toolkits.data.files.area import Area, Going, Usage, made_folders, usage_of, version_of, write
from parlour.toolkits.data.files.faults import LOOK, not_there, told
from parlour.toolkits.data.files.paths import Parts, shown
from parlour.toolkits.data.files.walking import Spot, read_whole
from parlour.tools.outcomes import BadArguments, Failed, Refused

READ_FIRST = "Read it with read_file, and give its version as `expected`."
_MODE = 0o777


@dataclass(frozen=True, slots=True)
class Now:
    """What a file holds."""

    content: bytes
    info: os.stat_result

    @property
    def version(self) -> str:
        """Tells this content from any other."""
        return version_of(self.content)


@dataclass(frozen=True, slots=True)
class Changed:
    """What a change did."""

    before: str | None
    """The version that was there; None where there was no file."""
    after: str | None
    """The version that is there now; None where there is no file any more."""
    kept: bool
    """Whether what was there is kept, so that it can be taken back."""


def seen(area: Area, parts: Parts, going: Going) -> Now | None:
    """What a file holds; None where there is none. Raises Refused for what is no plain file, or may be none."""
    with area.spot(parts, going) as spot:
        return _at(area, spot, going)


def check_room(area: Area, now: Now | None, new: int, added: int, top: int | None, going: Going) -> None:
    """Raise Failed when a file of `new` bytes in the place of what is there `now` is too much, or so many files and
    folders that are `added` for it are too many."""
    limits = area.limits
    if new > limits.file_bytes:
        raise Failed(f"A file has at most {limits.file_bytes:,} bytes here, and this would have {new:,}.")
    usage = area.usage(going) if top is None else usage_of(top, going)
    old = 0 if now is None else len(now.content)
    if usage.size - old + new > limits.total_bytes:
        left = max(0, limits.total_bytes - usage.size)
        raise Failed(f"There is room for {left:,} bytes more, and this would take {new - old:,}.")
    _check_count(area, usage, added)


def check_folders(area: Area, goal: Spot, top: int | None, going: Going) -> None:
    """Raise Failed when the folders that are made for a file that moves to `goal` are too many."""
    if len(goal.missing) > 1:
        usage = area.usage(going) if top is None else usage_of(top, going)
        _check_count(area, usage, len(goal.missing) - 1)


def _check_count(area: Area, usage: Usage, added: int) -> None:
    if added and usage.count + added > area.limits.count:
        more = "no more" if usage.count >= area.limits.count else f"not {added:,} more"
        raise Failed(f"There are {usage.count:,} files and folders, and {more} may be added.")


def check_version(now: Now | None, expected: str | None, path: str) -> None:
    """Raise Failed when a file holds something else than was expected; None: that there is no file.

    Raises NotThere and BadArguments where there is a file and none was expected, or the other way round.
    """
    if now is None and expected is not None:
        raise not_there(path)
    if now is not None and expected is None:
        raise BadArguments(f"There is a file “{shown(path)}” already.", suggestion=READ_FIRST)
    if now is not None and now.version != expected:
        raise Failed(f"“{shown(path)}” is not as it was when it was looked at.", suggestion=READ_FIRST)


def put(area: Area, parts: Parts, content: bytes, expected: str | None, must_keep: bool, going: Going) -> Changed:
    """Write a whole file, in the place of the version that is expected; where that is to be, only if that is kept.

    Raises Refused, NotThere, Failed.
    """
    with area.held(going) as top, area.spot_in(top, parts) as spot:
        now = _at(area, spot, going)
        check_version(now, expected, spot.path)
        check_room(area, now, len(content), len(spot.missing), top, going)
        kept = now is None or area.keep(top, now.content)
        if must_keep and not kept:
            raise Refused("What is there now cannot be kept, and that was not asked about.", suggestion="Ask again.")
        name = spot.name or spot.missing[-1]
        mode = None if now is None else stat.S_IMODE(now.info.st_mode) & _MODE
        with told(spot.path), made_folders(spot.folder, spot.missing[:-1]) as folder:
            write(folder, name, content, mode, partial(_look_again, folder, name, now, spot.path, going))
        return Changed(now.version if now else None, version_of(content), kept)


def remove(area: Area, parts: Parts, expected: str, going: Going) -> Changed:
    """Delete a file that holds what is expected. Raises Refused, NotThere, Failed."""
    with area.held(going) as top, area.spot_in(top, parts) as spot:
        now = _at(area, spot, going)
        check_version(now, expected, spot.path)
        assert now is not None
        kept = area.keep(top, now.content)
        with told(spot.path):
            _look_again(spot.folder, spot.name, now, spot.path, going)
            os.unlink(spot.name, dir_fd=spot.folder)
            os.fsync(spot.folder)
        return Changed(now.version, None, kept)


def move(area: Area, parts: Parts, to: Parts, expected: str, going: Going) -> Changed:
    """Move a file that holds what is expected to where nothing is. Raises Refused, NotThere, Failed."""
    with area.held(going) as top, area.spot_in(top, parts) as spot, area.spot_in(top, to) as goal:
        now = _at(area, spot, going)
        check_version(now, expected, spot.path)
        assert now is not None
        check_free(spot, goal)
        check_folders(area, goal, top, going)
        with told(goal.path), made_folders(goal.folder, goal.missing[:-1]) as folder:
            _look_again(spot.folder, spot.name, now, spot.path, going)
            os.rename(spot.name, goal.missing[-1], src_dir_fd=spot.folder, dst_dir_fd=folder)
            os.fsync(folder)
            os.fsync(spot.folder)
        return Changed(now.version, now.version, kept=True)


def check_free(spot: Spot, goal: Spot) -> None:
    """Raise Failed where something is at `goal`, or is easily taken for it; what moves away from `spot` may be."""
    if goal.is_there:
        raise Failed(f"There is a “{shown(goal.path)}” already.", suggestion="Choose another name.")
    is_itself = goal.alike == spot.name and len(goal.missing) == 1 and _is_same(goal.folder, spot.folder)
    if goal.alike is not None and not is_itself:
        raise _taken_for(goal)


def _at(area: Area, spot: Spot, going: Going) -> Now | None:
    if spot.is_there:
        content, info = read_whole(spot, area.limits.file_bytes, going.check)
        return Now(content, info)
    if spot.alike is not None:
        raise _taken_for(spot)
    return None


def _look_again(folder: int, name: str, now: Now | None, path: str, going: Going) -> None:
    """Raise when nobody waits any more, or somebody who knows of no lock changed the file in the last moment."""
    going.check()
    try:
        info = os.stat(name, dir_fd=folder, follow_symlinks=False)
    except FileNotFoundError:
        info = None
    if _identity(info) != _identity(now.info if now else None):
        raise Failed(f"“{shown(path)}” is not as it was when it was looked at.", suggestion=READ_FIRST)


def _identity(info: os.stat_result | None) -> tuple[int, ...]:
    return () if info is None else (info.st_dev, info.st_ino, info.st_size, info.st_mtime_ns, info.st_ctime_ns)


def _taken_for(spot: Spot) -> Failed:
    name = shown(spot.alike or "")
    return Failed(
        f"“{name}” is there already, and is easily taken for “{shown(spot.missing[0])}”.",
        suggestion=f"Use “{name}” itself, or a name that differs by more than case or accents.",
    )


def _is_same(one: int, other: int) -> bool:
    first, second = os.fstat(one), os.fstat(other)
    return (first.st_dev, first.st_ino) == (second.st_dev, second.st_ino)


def lost(path: str) -> Failed:
    """What is said when a change cannot be taken back."""
    return Failed(
        f"What “{shown(path)}” held before is not kept any more, so it cannot be brought back.", suggestion=LOOK
    )
