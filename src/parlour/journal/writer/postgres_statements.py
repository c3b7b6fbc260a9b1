"""The statements of PostgreSQL's writer that deserve their own words.

Locks are always taken in the same order: the rows of turns by id, then those of topics by id.
"""

from collections import Counter
from collections.abc import Sequence

from sqlalchemy import LargeBinary, Text, bindparam, func, select, text
from sqlalchemy.dialects.postgresql import ARRAY, INTEGER, insert
from sqlalchemy.ext.asyncio import AsyncConnection

from parlour.journal.unit import Delta
from parlour.store.tables import deltas, topics

APPEND = text("""
WITH incoming AS (
    SELECT * FROM unnest(:turns, :fences, :topics, :payloads) WITH ORDINALITY AS i(turn, fence, topic, payload, n)
), owned AS (
    SELECT id, fence FROM turns WHERE id = ANY(:turns) AND status = 'running' ORDER BY id FOR UPDATE
), kept AS (
    SELECT i.n, i.topic, i.payload, row_number() OVER (PARTITION BY i.topic ORDER BY i.n) AS step
    FROM incoming i JOIN owned o ON o.id = i.turn AND o.fence = i.fence
), wanted AS (
    SELECT topic, count(*) AS steps FROM kept GROUP BY topic
), locked AS (
    SELECT t.id, t.seq FROM topics t JOIN wanted w ON w.topic = t.id ORDER BY t.id FOR UPDATE OF t
), moved AS (
    UPDATE topics t SET seq = t.seq + w.steps
    FROM wanted w JOIN locked l ON l.id = w.topic WHERE t.id = w.topic
    RETURNING t.id, l.seq AS base
), appended AS (
    INSERT INTO deltas (topic, seq, payload, at)
    SELECT k.topic, m.base + k.step, k.payload, :at FROM kept k JOIN moved m ON m.id = k.topic ORDER BY k.n
)
SELECT k.n, m.base + k.step AS seq FROM kept k JOIN moved m ON m.id = k.topic
""").bindparams(
    bindparam("turns", type_=ARRAY(Text)),
    bindparam("fences", type_=ARRAY(INTEGER)),
    bindparam("topics", type_=ARRAY(Text)),
    bindparam("payloads", type_=ARRAY(LargeBinary)),
    bindparam("at", type_=Text),
)


async def append_deltas(connection: AsyncConnection, pieces: Sequence[Delta], at: str) -> list[int | None]:
    """Append live pieces in one statement: the seq of each, or None where its turn has another fence by now."""
    rows = await connection.execute(
        APPEND,
        {
            "turns": [piece.turn_id for piece in pieces],
            "fences": [piece.fence for piece in pieces],
            "topics": [piece.topic for piece in pieces],
            "payloads": [piece.payload for piece in pieces],
            "at": at,
        },
    )
    seqs: list[int | None] = [None] * len(pieces)
    for n, seq in rows:
        seqs[n - 1] = seq
    return seqs


async def move_heads(connection: AsyncConnection, names: Sequence[str]) -> tuple[int, ...]:
    """Lock the topics `names`, by id, and take the next seq for every mention, in the order of the mentions."""
    heads: dict[str, int] = {}
    for topic, count in sorted(Counter(names).items()):
        statement = insert(topics).values(id=topic, seq=count, floor=0, mark=0)
        statement = statement.on_conflict_do_update(
            index_elements=[topics.c.id], set_={"seq": topics.c.seq + count}
        ).returning(topics.c.seq)
        heads[topic] = (await connection.execute(statement)).scalar_one() - count
    seqs: list[int] = []
    for name in names:
        heads[name] += 1
        seqs.append(heads[name])
    return tuple(seqs)


async def newest_delta(connection: AsyncConnection) -> int:
    """An id that every later delta of the topics this transaction has locked will lie above."""
    return (await connection.execute(select(func.coalesce(func.max(deltas.c.id), 0)))).scalar_one()
