"""A write as a value: what must hold, what changes, what is said about it; all of it or nothing.

A unit is made outside any transaction and handed to the writer, who alone opens one. Where a statement needs
the seq that an event of its unit will get, it names it by `seq_of(n)`; only the writer fills that in.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Protocol, cast

import orjson
from sqlalchemy import BindParameter, Executable, Integer, bindparam

from parlour.errors import Conflict
from parlour.ids import new_id
from parlour.protocol.content import Value


@dataclass(frozen=True, slots=True)
class Filled:
    """A statement that was made once, and the values of its parameters and columns this time.

    What every turn writes is written so: making a statement anew costs as much as carrying it out. A value may be
    a `seq_of(n)`.
    """

    statement: Executable
    values: Mapping[str, Any]

    def parameters(self) -> dict[str, Any]:
        """The values, every seq filled in; for the writer, while it runs the statements of the unit."""
        return _filled_in(self.values)


@dataclass(frozen=True, slots=True)
class FilledRows:
    """A statement that was made once, and its values for each of some rows, by the same names in all of them.

    A statement over many rows would be made anew for every number of them, which costs more than the rows.
    """

    statement: Executable
    rows: Sequence[Mapping[str, Any]]

    @property
    def names(self) -> tuple[str, ...]:
        """What every row has a value for, when there are any."""
        return tuple(self.rows[0])

    def parameters(self) -> list[dict[str, Any]]:
        """The values of every row, as those of `Filled`."""
        return [_filled_in(row) for row in self.rows]


def _filled_in(values: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: cast(Any, value).effective_value if isinstance(value, BindParameter) else value
        for name, value in values.items()
    }


Statement = Executable | Filled
Change = Statement | FilledRows


@dataclass(frozen=True, slots=True)
class Guard:
    """A statement that must touch exactly `rows` rows and break no key; else the unit is undone with `conflict`."""

    statement: Statement
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
    changes: Sequence[Change] = ()
    events: Sequence[Event] = ()
    id: str = field(default_factory=new_id)


# A delta, its receipt and what was committed of it are made for every piece of every answer. They are values that
# nobody changes, as all here, but frozen ones take four times as long to make.


@dataclass(slots=True)
class Delta:
    """The one hot unit: a piece of an answer that is being written, guarded by its turn's fence.

    Its topic has been spoken on before: an answer's start is an event.
    """

    topic: str
    turn_id: str
    fence: int
    payload: bytes
    id: str = field(default_factory=new_id)


@dataclass(slots=True)
class Receipt:
    """The proof of a commit: the seq of each event of the unit, in the unit's order."""

    unit_id: str
    seqs: tuple[int, ...]


@dataclass(slots=True)
class Committed:
    """One event as it was committed, or several chunks of one text that were merged into one.

    `from_seq` is the first number it stands for and equals `seq` unless chunks were merged.
    """

    topic: str
    from_seq: int
    seq: int
    payload: bytes
    at: str
    is_delta: bool


Publish = Callable[[Sequence[Committed]], None]
"""Called on the event loop after a commit, with what it said, in order."""


class Writer(Protocol):
    """The only way to change any table."""

    def submit(self, unit: Unit | Delta) -> "asyncio.Future[Receipt]":
        """Commit `unit` after every earlier one of its topics, and publish its events once it is durable.

        The future fails with the Conflict of the first guard that did not hold, Fenced for a Delta whose turn
        moved on, StorageFull when there is no room on the disk, and StorageFailed when nothing could be stored for
        another reason; then nothing of the unit is kept. A unit whose
        id was committed before is not repeated: its first receipt is given again.
        """
        ...

    async def commit(self, unit: Unit | Delta) -> Receipt:
        """`submit`, and wait. The unit goes on even if the waiting is cancelled."""
        ...

    @property
    def is_full(self) -> bool:
        """Whether the disk had no room for what was tried last. Only another try can tell that it has some again."""
        ...

    async def close(self) -> None:
        """Commit what was submitted, then let go of the database."""
        ...


seqs_of_unit: ContextVar[Sequence[int]] = ContextVar("seqs_of_unit")
"""Set by a writer, inside the transaction, while it runs the statements of a unit."""


@cache
def seq_of(index: int = 0) -> BindParameter[Any]:
    """Stands in a statement for the seq of the unit's event number `index`."""
    return bindparam(None, callable_=lambda: seqs_of_unit.get()[index], type_=Integer, unique=True)
