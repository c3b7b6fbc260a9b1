"""What the file system says, in words for people and models."""

import errno
from collections.abc import Generator
from contextlib import contextmanager

from parlour.toolkits.data.files.paths import shown
from parlour.tools.outcomes import Failed, NotThere, Refused, ToolProblem

LOOK = "Look with list_files at what is there."


class Abandoned(Exception):
    """Nobody waits for it any more, so it was left alone."""


def not_there(path: str, instead: str | None = None) -> NotThere:
    """What is said of what does not exist. `instead` is a name that is easily taken for it."""
    hint = f"Is “{shown(instead)}” meant?" if instead else LOOK
    return NotThere(f"There is no “{shown(path)}”.", suggestion=hint)


@contextmanager
def told(path: str) -> Generator[None]:
    """Raise what the file system says about `path` as a ToolProblem. No more than that path is told of where it is."""
    try:
        yield
    except OSError as error:
        raise _problem(error, path) from error


def _problem(error: OSError, path: str) -> ToolProblem:
    name = f"“{shown(path)}”" if path else "The folder"
    match error.errno:
        case errno.ENOENT:
            return not_there(path)
        case errno.ELOOP | errno.ENOTDIR:
            return Refused(f"{name} leads through a link or a file, and is not followed.")
        case errno.ENXIO | errno.ENODEV:
            return Refused(f"{name} is no plain file.")
        case errno.EACCES | errno.EPERM | errno.EROFS:
            return Failed(f"The server may not do that with {name}.", suggestion="An admin can give it the right.")
        case errno.ENOSPC | errno.EDQUOT:
            return Failed("The disk of the server is full.", suggestion="An admin has to make room.")
        case errno.EXDEV:
            return Failed(f"{name} lies on another disk.", suggestion="Write it anew there, and delete it here.")
        case errno.ENAMETOOLONG:
            return Refused(f"{name} is longer than this server's disk takes.")
        case errno.EEXIST | errno.EISDIR | errno.ENOTEMPTY:
            return Failed(f"Something else came to be at {name} just now; nothing was changed.", suggestion=LOOK)
        case _:
            code = errno.errorcode.get(error.errno or 0, "unknown")
            return Failed(f"The disk of the server failed with {name} ({code}).", suggestion="An admin has to look.")
