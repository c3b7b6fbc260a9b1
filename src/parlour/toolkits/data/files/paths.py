"""Paths as people and models write them: relative, with "/" between names that mean what they look like."""

import re
import unicodedata
from functools import lru_cache

from parlour.tools.outcomes import BadArguments, Refused

Parts = tuple[str, ...]
"""The names on the way to a file, from the folder of the datasource."""

LONGEST_PATH = 1_000
"""In characters."""
LONGEST_NAME = 240
"""In bytes of UTF-8: what every usual file system takes."""
DEEPEST = 20

_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})
"""Categories of characters that are not seen, or that change how others are seen."""
_DRIVE = re.compile(r"[A-Za-z]:(/|$)")


def file_named(path: str) -> Parts:
    """The names on the way to a file. Raises BadArguments and Refused for what is no such path."""
    parts = folder_named(path)
    if not parts or path.endswith("/"):
        raise BadArguments(f"“{shown(path)}” names no file.", suggestion="Name one as list_files does.")
    return parts


def folder_named(path: str) -> Parts:
    """The names on the way to a folder; "" and "." are the folder of the datasource. Raises as `file_named` does."""
    if path in ("", "."):
        return ()
    if len(path) > LONGEST_PATH:
        raise BadArguments(f"A path has at most {LONGEST_PATH:,} characters.")
    if "\\" in path:
        raise Refused(f"“{shown(path)}” has a backslash in it.", suggestion="Write “/” between folders.")
    if path.startswith(("/", "~")) or _DRIVE.match(path):
        raise Refused(
            f"“{shown(path)}” leads out of the folder.", suggestion="Name files relative to it, as list_files does."
        )
    parts = tuple(path.removesuffix("/").split("/"))
    if len(parts) > DEEPEST:
        raise BadArguments(f"At most {DEEPEST} folders lie in each other.")
    for name in parts:
        problem = _problem(name)
        if problem:
            raise Refused(f"“{shown(path)}” is not taken: {problem}.", suggestion="Name files as list_files does.")
    return tuple(canonical(name) for name in parts)


def is_plain(name: str) -> bool:
    """Whether a file that is called so can be named here at all."""
    return _problem(name) is None


def canonical(name: str) -> str:
    """The same name in the usual code points: "é" is one character and not two."""
    return unicodedata.normalize("NFC", name)


def alike(name: str) -> str:
    """The same for names that are easily taken for each other: by case, by accents in two pieces, by wide letters."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())


def shown(text: str) -> str:
    """Text for people, with every character that is not seen made visible; cut after a while."""
    seen = "".join(_escaped(each) if unicodedata.category(each) in _UNSEEN else each for each in text[:200])
    return seen if len(text) <= 200 else f"{seen}…"


def _escaped(character: str) -> str:
    return f"\\u{ord(character):04x}" if ord(character) <= 0xFFFF else f"\\U{ord(character):08x}"


@lru_cache(maxsize=4_096)
def _problem(name: str) -> str | None:
    """Why a name is not taken."""
    if name in ("", "."):
        return "a name in it is empty"
    if name == "..":
        return "“..” leads out of the folder"
    if name.startswith("."):
        return "names that begin with a dot are hidden"
    if name != name.strip() or name.endswith("."):
        return "a name in it begins or ends with a space, or ends with a dot"
    for character in name:
        category = unicodedata.category(character)
        if category in _UNSEEN or (category == "Zs" and character != " ") or character == "\\":
            return f"it has a character that cannot be seen, {_escaped(character)}"
    if len(name.encode()) > LONGEST_NAME:
        return f"a name in it is longer than {LONGEST_NAME} bytes"
    return None
