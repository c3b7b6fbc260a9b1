"""Reading the log back: what was said on a topic after a cursor, in order, without a gap.

Events and live deltas share the seq of their topic but lie in two tables. Deltas have no index by topic; the
`mark` of the last event at or before the cursor says above which id those that are wanted lie.
"""

import heapq
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import bindparam, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from parlour.journal.unit import Committed
from parlour.store.prepared import rows
from parlour.store.tables import deltas, events, topics

_BOUNDS = select(topics.c.floor, topics.c.seq, topics.c.mark).where(topics.c.id == bindparam("topic"))
_EVENTS = (
    select(events.c.seq, events.c.payload, events.c.at)
    .where(events.c.topic == bindparam("topic"), events.c.seq > bindparam("after"))
    .order_by(events.c.seq)
)
_MARK = (
    select(func.max(events.c.mark))
    .where(events.c.topic == bindparam("topic"), events.c.seq <= bindparam("after"))
    .scalar_subquery()
)
_FLOOR_MARK = select(topics.c.mark).where(topics.c.id == bindparam("topic")).scalar_subquery()
_DELTAS = (
    select(deltas.c.seq, deltas.c.payload, deltas.c.at)
    .where(
        deltas.c.id > func.coalesce(_MARK, _FLOOR_MARK, 0),
        deltas.c.topic == bindparam("topic"),
        deltas.c.seq > bindparam("after"),
    )
    .order_by(deltas.c.id)
)


@dataclass(frozen=True, slots=True)
class Bounds:
    """What is kept of a topic: floor+1..seq. A topic nobody has spoken on is 0..0."""

    floor: int
    seq: int
    mark: int


async def bounds(connection: AsyncConnection, topic: str) -> Bounds:
    """The bounds of `topic`."""
    row = (await connection.execute(_BOUNDS, {"topic": topic})).one_or_none()
    return Bounds(row.floor, row.seq, row.mark) if row else Bounds(0, 0, 0)


async def heads(connection: AsyncConnection, names: Sequence[str]) -> dict[str, int]:
    """The seq of each of the topics that was spoken on."""
    rows = await connection.execute(select(topics.c.id, topics.c.seq).where(topics.c.id.in_(names)))
    return {row.id: row.seq for row in rows}


async def read(connection: AsyncConnection, topic: str, after: int) -> list[Committed]:
    """Everything said on `topic` after `after`, which must not lie below the floor."""
    durable = [
        Committed(topic, row.seq, row.seq, row.payload, row.at, is_delta=False)
        for row in await connection.execute(_EVENTS, {"topic": topic, "after": after})
    ]
    return list(heapq.merge(durable, await read_deltas(connection, topic, after), key=lambda item: item.seq))


async def read_deltas(connection: AsyncConnection, topic: str, after: int) -> list[Committed]:
    """The live deltas of `topic` after `after`, in order."""
    return [
        Committed(topic, row["seq"], row["seq"], row["payload"], row["at"], is_delta=True)
        for row in await rows(connection, _DELTAS, topic=topic, after=after)
    ]
