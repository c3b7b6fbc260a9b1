"""The statements of PostgreSQL's writer that deserve their own words.

Locks are always taken in the same order: the rows of turns by id, then those of topics by id.
"""

from collections import Counter
from collections.abc import Sequence
from typing import Any

import orjson

from parlour.journal.unit import Delta, Event

_APPEND = """
WITH incoming AS (
    SELECT * FROM unnest($1::text[], $2::integer[], $3::text[], $4::bytea[]) WITH ORDINALITY
        AS i(turn, fence, topic, payload, n)
), owned AS (
    SELECT id, fence FROM turns WHERE id = ANY($1::text[]) AND status = 'running' ORDER BY id FOR UPDATE
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
), numbered AS (
    SELECT k.n, k.topic, k.payload, m.base + k.step AS seq FROM kept k JOIN moved m ON m.id = k.topic
), appended AS (
    INSERT INTO deltas (topic, seq, payload, at) SELECT topic, seq, payload, $5::text FROM numbered ORDER BY n
), remembered AS (
    INSERT INTO commits (id, seqs, at)
    SELECT $6::text, json_agg(d.seq ORDER BY i.n), $5::text FROM incoming i LEFT JOIN numbered d ON d.n = i.n
)
SELECT n, seq FROM numbered
"""

_MOVE_HEADS = """
INSERT INTO topics AS t (id, seq, floor, mark)
SELECT id, steps, 0, 0 FROM unnest($1::text[], $2::bigint[]) AS wanted(id, steps) ORDER BY id
ON CONFLICT (id) DO UPDATE SET seq = t.seq + excluded.seq
RETURNING id, seq
"""

_SAY = """
WITH said AS (
    INSERT INTO events (topic, seq, type, payload, unit, mark, at)
    SELECT e.topic, e.seq, e.type, e.payload, $5::text, newest.mark, $7::text
    FROM unnest($1::text[], $2::bigint[], $3::text[], $4::bytea[]) AS e(topic, seq, type, payload),
        (SELECT coalesce(max(id), 0) AS mark FROM deltas) AS newest
)
INSERT INTO commits (id, seqs, at) VALUES ($5::text, $6::json, $7::text)
"""

_SEQS = "SELECT seqs FROM commits WHERE id = $1"


async def append_deltas(driver: Any, name: str, pieces: Sequence[Delta], at: str) -> list[int | None]:
    """Append live pieces, and remember that under `name`, in one statement that is a transaction by itself.

    The seq of each, or None where its turn has another fence by now.
    """
    found = await driver.fetch(
        _APPEND,
        [piece.turn_id for piece in pieces],
        [piece.fence for piece in pieces],
        [piece.topic for piece in pieces],
        [piece.payload for piece in pieces],
        at,
        name,
    )
    seqs: list[int | None] = [None] * len(pieces)
    for n, seq in found:
        seqs[n - 1] = seq
    return seqs


async def move_heads(driver: Any, names: Sequence[str]) -> tuple[int, ...]:
    """Lock the topics `names`, by id, and take the next seq for every mention, in the order of the mentions."""
    if not names:
        return ()
    mentions = Counter(names)
    found = await driver.fetch(_MOVE_HEADS, list(mentions), list(mentions.values()))
    heads = {topic: seq - mentions[topic] for topic, seq in found}
    seqs: list[int] = []
    for name in names:
        heads[name] += 1
        seqs.append(heads[name])
    return tuple(seqs)


async def say(driver: Any, name: str, said: Sequence[Event], seqs: Sequence[int], at: str) -> None:
    """Keep the events of a unit, and that it was committed.

    Every later delta of the topics that this transaction has locked will lie above the mark of its events.
    """
    await driver.execute(
        _SAY,
        [event.topic for event in said],
        list(seqs),
        [event.type for event in said],
        [event.payload for event in said],
        name,
        orjson.dumps(seqs).decode(),
        at,
    )


async def seqs_of(driver: Any, name: str) -> list[int | None] | None:
    """What was committed under `name`; None when nothing was."""
    return await driver.fetchval(_SEQS, name)
