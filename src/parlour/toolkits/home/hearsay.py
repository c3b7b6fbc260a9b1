"""Whether what a tool tells of a home holds free text that somebody else than the caller wrote.

Such text may try to give a language model orders. What was written by the caller, or came with the demo house, is
not others' text; nor is a label, such as names are: a home in which several people live, or that is joined to Home
Assistant, has little else.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from pydantic import JsonValue
from sqlalchemy import and_, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from parlour.ids import is_id
from parlour.store.database import Reads
from parlour.toolkits.home.demo import SOURCE
from parlour.toolkits.home.graph import CHUNK, Home
from parlour.toolkits.home.index import NameIndex
from parlour.toolkits.home.labels import is_label
from parlour.toolkits.home.tables import versions
from parlour.tools.outcomes import Outcome
from parlour.tools.tool import ToolContext

NOBODYS = ("properties", "via", "mode", "program", "source")
"""Where text stands of which nobody knows who wrote it: of relationships, and of how devices were told to be."""

_NOBODY = "nobody"

_Told = tuple[frozenset[str], str]
"""The ids of the things that a text is of, and the text."""


class Names(Protocol):
    """Knows the names of a home."""

    async def index(self, connection: AsyncConnection, home: Home) -> NameIndex:
        """The names of `home` as `connection` sees them, or newer."""
        ...


@dataclass(frozen=True, slots=True)
class HomeHearsay:
    """The `Hearsay` of tools over the home of the caller's project."""

    reads: Reads
    names: Names

    async def __call__(self, context: ToolContext, outcome: Outcome) -> bool:
        """Whether what came of a call holds free text of others."""
        home, me = Home.of(context.caller), context.caller.user_id
        if outcome.status == "failed":
            said = f"{outcome.problem} {outcome.suggestion or ''}"
            async with self.reads.read() as connection:
                named = (await self.names.index(connection, home)).wordy_in(said)
                return bool(named and await _of_others(connection, home, me, named))
        own_words = {text for _, text in _told(outcome.arguments, frozenset())}
        told = _told(outcome.result, frozenset())
        free = [(of, text) for of, text in told if not is_label(text) and text not in own_words]
        if not free:
            return False
        if any(_NOBODY in of for of, _ in free):
            return True
        # What stands apart from the things in a result may be of any of them.
        everything = _ids_in(outcome.result)
        asked = frozenset[str]().union(*(of or everything for of, _ in free))
        async with self.reads.read() as connection:
            return bool(await _of_others(connection, home, me, asked))


def _told(value: JsonValue, of: frozenset[str]) -> Iterator[_Told]:
    """Every text in a result, the keys too. A thing within another's text may be made up: it is of both."""
    match value:
        case str():
            yield of, value
        case list():
            for each in value:
                yield from _told(each, of)
        case dict():
            own = value.get("id")
            of = of | {own} if isinstance(own, str) else of
            for key, inner in value.items():
                yield of, key
                if inner is not own or not is_id(str(own)):
                    yield from _told(inner, of | {_NOBODY} if key in NOBODYS else of)
        case _:
            pass


def _ids_in(result: JsonValue) -> frozenset[str]:
    return frozenset[str]().union(*(of for of, _ in _told(result, frozenset())))


async def _of_others(connection: AsyncConnection, home: Home, me: str, ids: frozenset[str]) -> bool:
    """Whether somebody else than `me` and than the house itself had a hand in one of these things."""
    somebody = or_(versions.c.user_id != me, and_(versions.c.user_id.is_(None), versions.c.source != SOURCE))
    wanted = sorted(ids)
    for start in range(0, len(wanted), CHUNK):
        mine = (home.owns(versions), versions.c.entity_id.in_(wanted[start : start + CHUNK]))
        if (await connection.execute(select(versions.c.version).where(*mine, somebody).limit(1))).first():
            return True
    return False
