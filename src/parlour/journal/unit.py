"""A write as a value: what must hold, what changes, what is said about it; all of it or nothing.

A unit is made outside any transaction and handed to the writer, who alone opens one. Where a statement needs
the seq that an event of its unit will get, it names it by `seq_of(n)`; only the writer fills that in.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import orjson
from sqlalchemy import BindParameter, Executable, Integer, bindparam

from parlour.errors import Conflict
from parlour.ids import new_id
from parlour.protocol.content import Value


@dataclass(frozen=True, slots=True)
class Guard:
    """A statement that must touch exactly `rows` rows; otherwise the unit is undone and `conflict` is raised."""

    statement: Executable
    conflict: Conflict
    rows: int = 1


@dataclass(frozen=True, slots=True)
class Event:
    """Something to say on a topic. `payload` is the encoded event, a JSON object."""

    topic: str
    type: str
    payload: bytes


def event(topic: str, body: Value) -> Event:
    """The event that says `body`, a member of the DurableEvent union, on `topic`."""
    payload = body.model_dump(mode="json")
    return Event(topic, payload["type"], orjson.dumps(payload))


@dataclass(frozen=True, slots=True)
class Unit:
    """Guards, row changes and events that are committed together. Guards run first, in their order."""

    guards: Sequence[Guard] = ()
    changes: Sequence[Executable] = ()
    events: Sequence[Event] = ()
    id: str = field(default_factory=new_id)


@dataclass(frozen=True, slots=True)
class Delta:
    """The one hot unit: a piece of an answer that is being written, guarded by its turn's fence."""

    topic: str
    turn_id: str
    fence: int
    payload: bytes
    id: str = field(default_factory=new_id)


@dataclass(frozen=True, slots=True)
class Receipt:
    """The proof of a commit: the seq of each event of the unit, in the unit's order."""

    unit_id: str
    seqs: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Committed:
    """One event as it was committed, with its frame encoded once for everybody."""

    topic: str
    seq: int
    type: str
    payload: bytes
    at: str


class Writer(Protocol):
    """The only way to change any table."""

    async def commit(self, unit: Unit | Delta) -> Receipt:
        """Commit `unit` after every earlier one of its topics, and publish its events once it is durable.

        Raises the Conflict of the first guard that did not hold, Fenced for a Delta whose turn moved on, and
        StorageFailed when nothing could be stored; in all three cases nothing of the unit is kept.
        """
        ...


def seq_of(index: int = 0) -> BindParameter[Any]:
    """Stands in a statement for the seq of the unit's event number `index`."""
    return bindparam(f"seq_{index}", type_=Integer)
