"""What happens inside a transaction of PostgreSQL's writer: guards tried, heads moved, rows and events written."""

from collections.abc import Sequence

from sqlalchemy.dialects.postgresql.asyncpg import PGDialect_asyncpg
from sqlalchemy.ext.asyncio import AsyncConnection

from parlour.journal.unit import Change, Committed, Filled, FilledRows, Guard, Statement, Unit, seqs_of_unit
from parlour.journal.writer.postgres_statements import move_heads, say
from parlour.store.kept import BROKEN_KEY
from parlour.store.prepared import driver_of, prepared


async def apply(connection: AsyncConnection, unit: Unit, at: str) -> tuple[int, ...]:
    """Do all of `unit` in the transaction that is open: the seqs of its events. Raises the conflict of a guard."""
    driver = driver_of(connection)
    for guard in unit.guards:
        if await _rows_touched(connection, guard) != guard.rows:
            raise guard.conflict
    seqs = await move_heads(driver, [event.topic for event in unit.events])
    token = seqs_of_unit.set(seqs)
    try:
        for change in unit.changes:
            await _change(connection, change)
    finally:
        seqs_of_unit.reset(token)
    await say(driver, unit.id, unit.events, seqs, at)
    return seqs


def said_by(unit: Unit, seqs: Sequence[int], at: str) -> list[Committed]:
    """What the events of `unit` are, once committed."""
    return [Committed(e.topic, n, n, e.payload, at, is_delta=False) for e, n in zip(unit.events, seqs, strict=True)]


async def _rows_touched(connection: AsyncConnection, guard: Guard) -> int:
    try:
        return await _execute(connection, guard.statement)
    except BROKEN_KEY as taken:
        raise guard.conflict from taken


async def _change(connection: AsyncConnection, change: Change) -> None:
    if not isinstance(change, FilledRows):
        await _execute(connection, change)
    elif change.rows:
        ready = prepared(change.statement, change.names, PGDialect_asyncpg)
        await driver_of(connection).executemany(ready.sql, [ready.parameters(row) for row in change.parameters()])


async def _execute(connection: AsyncConnection, statement: Statement) -> int:
    """Carry `statement` out: how many rows it touched."""
    if not isinstance(statement, Filled):
        return (await connection.execute(statement)).rowcount
    ready = prepared(statement.statement, tuple(statement.values), PGDialect_asyncpg)
    done: str = await driver_of(connection).execute(ready.sql, *ready.parameters(statement.parameters()))
    return int(done.rpartition(" ")[2])
