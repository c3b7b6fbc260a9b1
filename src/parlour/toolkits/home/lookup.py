"""From what people say to the thing they mean: ids and names, misspelt or not, to entities of the home."""

import asyncio
from collections import OrderedDict
from collections.abc import Collection

from sqlalchemy.ext.asyncio import AsyncConnection

from parlour.ids import is_id
from parlour.toolkits.home.graph import Entity, Home, entity
from parlour.toolkits.home.index import Match, NameIndex
from parlour.toolkits.home.names import read_names
from parlour.toolkits.home.phrases import a, joined
from parlour.toolkits.home.words import name_form
from parlour.tools.language import NameChanges, Named
from parlour.tools.outcomes import BadArguments, NotThere

SURE = 0.8
"""A name this like what was said is taken for it, when no other is nearly as like."""
CLEAR = 0.06
"""How much better the best has to be than the next."""
WORTH_ASKING = 0.6
MOST_NAMES = 250_000
"""How many names are kept in memory over all homes; the homes that were not asked for longest are let go."""
LARGE = 2_000
"""From this many changed names on, indexing happens in a thread."""


class Lookup:
    """Finds things by id or name. Keeps an index of the names of each home that was asked for lately."""

    def __init__(self, most_names: int = MOST_NAMES) -> None:
        self._most_names = most_names
        self._indexes: OrderedDict[Home, NameIndex] = OrderedDict()
        self._locks: dict[Home, asyncio.Lock] = {}

    async def index(self, connection: AsyncConnection, home: Home) -> NameIndex:
        """The names of `home` as `connection` sees them, or newer."""
        async with self._locks.setdefault(home, asyncio.Lock()):
            index = self._indexes.get(home) or NameIndex()
            changes = await read_names(connection, home, index.version)
            if len(changes.put) >= LARGE:
                index = await asyncio.to_thread(_rebuilt, index, changes)
            else:
                index.apply(changes)
            self._indexes[home] = index
            self._indexes.move_to_end(home)
            self._let_go()
            return index

    async def find(
        self, connection: AsyncConnection, home: Home, said: str, kinds: Collection[str] = (), *, what: str = "thing"
    ) -> Entity:
        """The one thing that `said`, an id or a name, means.

        `kinds` are the types that fit. Raises NotThere when nothing is called so, and BadArguments when several
        are or when it is of another kind; both name what may have been meant.
        """
        text = said.strip()
        if not text:
            raise BadArguments(f"Which {what}? Nothing was named.")
        if is_id(text):
            thing = await entity(connection, home, text)
            if thing is None:
                raise NotThere(f"There is no {what} with this id in this home.", suggestion="Ask for it by its name.")
        else:
            index = await self.index(connection, home)
            named = _the_one(index, text, kinds, what)
            thing = await entity(connection, home, named.id)
            if thing is None:
                raise NotThere(f"“{named.names[0]}” was taken away a moment ago.")
        if kinds and thing.type not in kinds:
            raise _wrong_kind(thing.name, thing.type, kinds)
        return thing

    def forget(self) -> None:
        """Let every index go."""
        self._indexes.clear()

    def kept(self) -> int:
        """How many things are in memory now, over all homes."""
        return sum(map(len, self._indexes.values()))

    def _let_go(self) -> None:
        while len(self._indexes) > 1 and self.kept() > self._most_names:
            home, _ = self._indexes.popitem(last=False)
            lock = self._locks.get(home)
            if lock is not None and not lock.locked():
                del self._locks[home]


def _rebuilt(index: NameIndex, changes: NameChanges) -> NameIndex:
    """A new index for a new whole, so that nobody reads one that is half full."""
    if changes.whole:
        index = NameIndex()
    index.apply(changes)
    return index


def _the_one(index: NameIndex, text: str, kinds: Collection[str], what: str) -> Named:
    exact = index.called(text, kinds)
    proper = [named for named in exact if name_form(named.names[0]) == name_form(text)]
    if len(proper or exact) == 1:
        return (proper or exact)[0]
    if exact:
        raise _several(index, text, exact)
    close = index.alike(text, kinds)
    sure = [m for m in close if m.likeness >= SURE and m.likeness > close[0].likeness - CLEAR]
    if len(sure) == 1:
        return sure[0].named
    if sure:
        raise _several(index, text, [m.named for m in sure])
    other = index.called(text)
    if other:
        raise _wrong_kind(other[0].names[0], other[0].kind, kinds)
    raise _unknown(text, what, close)


def _several(index: NameIndex, text: str, candidates: list[Named]) -> BadArguments:
    shown = [_with_place(index, named) for named in candidates[:6]]
    return BadArguments(
        f"“{text}” can mean {joined(shown, 'or')}.",
        suggestion="Say which one, by its full name or with its room.",
    )


def _with_place(index: NameIndex, named: Named) -> str:
    place = index.get(named.place or "")
    return f"{named.names[0]} ({place.names[0]})" if place else named.names[0]


def _unknown(text: str, what: str, close: list[Match]) -> NotThere:
    maybe = [m.named.names[0] for m in close if m.likeness >= WORTH_ASKING][:3]
    suggestion = f"Did you mean {joined(maybe, 'or')}?" if maybe else "Search for it, or check the spelling."
    return NotThere(f"There is no {what} called “{text}” in this home.", suggestion=suggestion)


def _wrong_kind(name: str, kind: str, kinds: Collection[str]) -> BadArguments:
    return BadArguments(f"{name} is {a(kind)}; this takes {joined([a(k) for k in kinds], 'or')}.")
