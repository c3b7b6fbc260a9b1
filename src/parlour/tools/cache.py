"""The results of tools that may be told again: in memory, bounded, each for whoever asked.

An entry is found by what was asked and who asked with which rights, and counts only while what it rests on stands as it
did; see `caching`. Once its time is over it is kept a while for the case that it cannot be read anew. Equal calls that
come while one is under way wait for that one.
"""

import asyncio
import hashlib
from collections import OrderedDict
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import orjson
from pydantic import JsonValue

from parlour.clock import Clock
from parlour.tools.caching import GRACE_SECONDS, Basis, Caching
from parlour.tools.caller import Caller
from parlour.tools.tool import Arguments

MOST_ENTRIES = 1_000
MOST_BYTES = 32 * 1024 * 1024
"""Of JSON, over all entries."""

Read = Callable[[], Coroutine[Any, Any, JsonValue]]
"""Reads anew what is to be told."""


@dataclass(frozen=True, slots=True)
class Told:
    """What is told."""

    result: JsonValue
    age_s: float | None = None
    """How many seconds ago it was read; None for what was read just now."""


@dataclass(slots=True)
class Counts:
    """How often what was kept has served, since the start."""

    hits: int = 0
    joined: int = 0
    """Calls that waited for an equal one."""
    misses: int = 0
    passed: int = 0
    """Calls for which nothing that was kept would do."""
    fallen: int = 0
    """Entries that were let go because what they rested on had changed."""


@dataclass(frozen=True, slots=True)
class _Entry:
    data: bytes
    basis: Basis
    number: int
    """Of its reading, by when they began."""
    at: float
    """When that was."""
    until: float
    """Until when it is told in place of a reading."""


@dataclass(slots=True)
class _Flight:
    """A reading under way, and how many wait for it."""

    basis: Basis
    task: "asyncio.Task[JsonValue]"
    waiting: int = 0


@dataclass(slots=True)
class ToolCache:
    """What tools told lately. What was not told for longest is let go first."""

    clock: Clock
    most_entries: int = MOST_ENTRIES
    most_bytes: int = MOST_BYTES
    counts: Counts = field(default_factory=Counts)
    size: int = 0
    """In bytes of JSON."""
    _entries: OrderedDict[str, _Entry] = field(default_factory=OrderedDict[str, _Entry])
    _resting: dict[str, set[str]] = field(default_factory=dict[str, set[str]])
    """By what they rest on, the keys of entries."""
    _flights: dict[str, _Flight] = field(default_factory=dict[str, _Flight])
    _numbers: "count[int]" = field(default_factory=count)

    def __len__(self) -> int:
        return len(self._entries)

    async def told(self, key: str, basis: Basis, caching: Caching, read: Read, *, is_fresh: bool = False) -> Told:
        """What was told before, while it may be; else what `read` brings, which is kept. Raises what `read` raises.

        With `is_fresh` it is read anew, whatever there is.
        """
        if is_fresh:
            self.counts.passed += 1
            return Told(await self._read(key, basis, caching, read))
        entry = self._found(key, basis)
        if entry is not None and entry.until > self.clock.monotonic():
            self.counts.hits += 1
            return self._again(entry)
        flight = self._flights.get(key)
        if flight is not None and flight.basis == basis:
            self.counts.joined += 1
        else:
            self.counts.misses += 1
            flight = self._departed(key, basis, caching, read)
        return Told(await self._landed(key, flight))

    def kept(self, key: str, basis: Basis) -> Told | None:
        """What may be told where it cannot be read, if there is something; its time may be over for a while."""
        entry = self._found(key, basis)
        return self._again(entry) if entry else None

    def forget(self, of: str, but: str | None = None) -> None:
        """Let go of all that rests on something, unless it is of the version `but`."""
        for key in [*self._resting.get(of, ())]:
            if self._entries[key].basis.version != but:
                self._drop(key)
                self.counts.fallen += 1

    def _found(self, key: str, basis: Basis) -> _Entry | None:
        entry = self._entries.get(key)
        if entry is None:
            return None
        if entry.basis != basis:
            self.forget(basis.of, but=basis.version)
            if key in self._entries:
                self._drop(key)
            return None
        if entry.until + GRACE_SECONDS <= self.clock.monotonic():
            self._drop(key)
            return None
        self._entries.move_to_end(key)
        return entry

    def _departed(self, key: str, basis: Basis, caching: Caching, read: Read) -> _Flight:
        task = asyncio.create_task(self._read(key, basis, caching, read))
        flight = self._flights[key] = _Flight(basis, task)
        task.add_done_callback(lambda _: self._over(key, flight))
        return flight

    def _over(self, key: str, flight: _Flight) -> None:
        if self._flights.get(key) is flight:
            del self._flights[key]

    async def _landed(self, key: str, flight: _Flight) -> JsonValue:
        """What a reading brings. Whoever stops waiting does not stop it for the others; the last one does."""
        flight.waiting += 1
        try:
            result = await asyncio.shield(flight.task)
        finally:
            flight.waiting -= 1
            if not flight.waiting and not flight.task.done():
                self._over(key, flight)
                flight.task.cancel()
                await asyncio.wait([flight.task])
        # Nobody shares it with another: each may do with it what they like.
        return orjson.loads(orjson.dumps(result)) if flight.waiting else result

    async def _read(self, key: str, basis: Basis, caching: Caching, read: Read) -> JsonValue:
        number, began = next(self._numbers), self.clock.monotonic()
        result = await read()
        seconds = caching.seconds(basis, result)
        there = self._entries.get(key)
        if there is not None and there.number > number:
            return result
        if seconds > 0:
            self._keep(key, _Entry(orjson.dumps(result), basis, number, began, began + seconds))
        elif there is not None:
            # What was read before it is told no more, even where it cannot be read again.
            self._drop(key)
        return result

    def _keep(self, key: str, entry: _Entry) -> None:
        if key in self._entries:
            self._drop(key)
        self._entries[key] = entry
        self._resting.setdefault(entry.basis.of, set()).add(key)
        self.size += len(entry.data)
        while self._entries and (len(self._entries) > self.most_entries or self.size > self.most_bytes):
            self._drop(next(iter(self._entries)))

    def _again(self, entry: _Entry) -> Told:
        return Told(orjson.loads(entry.data), max(0.0, self.clock.monotonic() - entry.at))

    def _drop(self, key: str) -> None:
        entry = self._entries.pop(key)
        self.size -= len(entry.data)
        keys = self._resting[entry.basis.of]
        keys.discard(key)
        if not keys:
            del self._resting[entry.basis.of]


def key_of(tool: str, arguments: Arguments, caller: Caller) -> str:
    """Where the result of a call is kept: SHA-256 over what is asked, by whom, where, and with which rights."""
    who = [caller.tenant_id, caller.project_id, caller.user_id, sorted(caller.permissions)]
    return hashlib.sha256(orjson.dumps([tool, arguments, who], option=orjson.OPT_SORT_KEYS)).hexdigest()
