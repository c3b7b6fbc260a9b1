"""Whether a database has the schema that this version knows, found out without a migration tool.

That is what nearly every start finds, and reading a few lines takes a hundredth of the time of loading the tool.
"""

import re
from collections.abc import Sequence
from pathlib import Path

from sqlalchemy import Connection, inspect, text

_NAMED = re.compile(r"^(revision|down_revision|depends_on) = (.+)$", re.MULTILINE)
_QUOTED = re.compile(r"[\"']([^\"']+)[\"']")


def newest(folders: Sequence[Path]) -> frozenset[str]:
    """The revisions in these folders that no other one there builds on.

    One that is named by `depends_on` is none: once both are applied, the database counts only the later one.
    """
    revisions: set[str] = set()
    built_on: set[str] = set()
    for path in (path for folder in folders for path in folder.glob("*.py")):
        named = {name: _QUOTED.findall(value) for name, value in _NAMED.findall(path.read_text(encoding="utf-8"))}
        revisions.update(named["revision"])
        built_on.update(named["down_revision"], named["depends_on"])
    return frozenset(revisions - built_on)


def known(folders: Sequence[Path]) -> frozenset[str]:
    """Every revision in these folders."""
    named = (
        dict(_NAMED.findall(path.read_text(encoding="utf-8"))) for folder in folders for path in folder.glob("*.py")
    )
    return frozenset(name for each in named for name in _QUOTED.findall(each["revision"]))


def stored(connection: Connection) -> frozenset[str]:
    """The revisions that a database says it is at; none for an empty one."""
    if not inspect(connection).has_table("alembic_version"):
        return frozenset()
    return frozenset(connection.scalars(text("SELECT version_num FROM alembic_version")))
