"""What happens inside a transaction of SQLite's writer: heads are read, guards tried, rows and events written."""

import sqlite3
from collections.abc import Iterable, Sequence
from pathlib import Path

import orjson
from sqlalchemy import Connection, create_engine
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.exc import DBAPIError, IntegrityError, SQLAlchemyError
from sqlalchemy.pool import StaticPool

from parlour.errors import Fenced
from parlour.journal.unit import (
    Change,
    Committed,
    Delta,
    Event,
    Filled,
    FilledRows,
    Guard,
    Receipt,
    Statement,
    Unit,
    seqs_of_unit,
)
from parlour.store.prepared import prepared

BUSY_TIMEOUT_S = 5


class SqliteTransaction:
    """The writer's connection. Whoever has begun a transaction, the loop or the thread, has it until it is over."""

    errors: tuple[type[Exception], ...] = (sqlite3.Error, SQLAlchemyError)
    """What the database may throw, for a unit's fault or its own."""

    def __init__(self, path: Path) -> None:
        self._engine = create_engine(
            f"sqlite:///{path}",
            poolclass=StaticPool,
            hide_parameters=True,
            connect_args={"check_same_thread": False, "isolation_level": None, "timeout": BUSY_TIMEOUT_S},
        )
        self._connection: Connection = self._engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        raw = self._connection.connection.dbapi_connection
        assert isinstance(raw, sqlite3.Connection)
        self._raw = raw
        for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON", "cache_size = -16000"):
            raw.execute(f"PRAGMA {pragma}")
        self._wait_at_most(0)
        self._heads: dict[str, int] = {}
        self._moved: set[str] = set()
        self._fences: dict[str, int | None] = {}

    def begin(self) -> None:
        """Open a transaction that may write, after that of any other process."""
        self._wait_at_most(BUSY_TIMEOUT_S)
        try:
            self._begin()
        finally:
            self._wait_at_most(0)

    def begin_at_once(self) -> bool:
        """Open a transaction that may write, unless that means waiting for another process: False then."""
        try:
            self._begin()
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
                raise
            return False
        return True

    def _begin(self) -> None:
        # What is known of heads and fences holds only inside a transaction.
        self._heads.clear()
        self._moved.clear()
        self._fences.clear()
        self._raw.execute("BEGIN IMMEDIATE")

    def _wait_at_most(self, seconds: int) -> None:
        self._raw.execute(f"PRAGMA busy_timeout = {1_000 * seconds}")

    @property
    def is_open(self) -> bool:
        """Whether the transaction stands; a disk that fails or is full may have undone all of it."""
        return self._raw.in_transaction

    def commit(self) -> None:
        """Write the heads that moved, and make everything durable."""
        self._raw.executemany(
            "INSERT INTO topics (id, seq, floor, mark) VALUES (?, ?, 0, 0)"
            " ON CONFLICT (id) DO UPDATE SET seq = excluded.seq",
            [(topic, self._heads[topic]) for topic in sorted(self._moved)],
        )
        self._raw.execute("COMMIT")

    def is_full(self, error: BaseException) -> bool:
        """Whether `error` says that the disk has no room."""
        origin = error.orig if isinstance(error, DBAPIError) else error
        return getattr(origin, "sqlite_errorcode", None) == sqlite3.SQLITE_FULL

    def abandon(self) -> None:
        """Undo everything since `begin`."""
        if self.is_open:
            self._raw.execute("ROLLBACK")

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()
        self._engine.dispose()

    # --- deltas ------------------------------------------------------------------------------------------------

    def append(self, deltas: Sequence[Delta], at: str) -> list[tuple[Receipt | Fenced, Committed | None]]:
        """Append live pieces, each unless its turn has another fence by now."""
        self._load_fences({delta.turn_id for delta in deltas})
        self._load_heads({delta.topic for delta in deltas})
        rows: list[tuple[str, int, bytes, str]] = []
        results: list[tuple[Receipt | Fenced, Committed | None]] = []
        for delta in deltas:
            if self._fences[delta.turn_id] != delta.fence:
                results.append((Fenced(), None))
                continue
            seq = self._next_seq(delta.topic)
            rows.append((delta.topic, seq, delta.payload, at))
            said = Committed(delta.topic, seq, seq, delta.payload, at, is_delta=True)
            results.append((Receipt(delta.id, (seq,)), said))
        self._raw.executemany("INSERT INTO deltas (topic, seq, payload, at) VALUES (?, ?, ?, ?)", rows)
        return results

    def _load_fences(self, turns: Iterable[str]) -> None:
        missing = [turn for turn in turns if turn not in self._fences]
        if missing:
            self._fences.update(dict.fromkeys(missing))
            found = self._raw.execute(
                "SELECT id, fence FROM turns WHERE status = 'running' AND id IN (SELECT value FROM json_each(?))",
                (orjson.dumps(missing).decode(),),
            )
            self._fences.update(found)

    def _load_heads(self, topics: Iterable[str]) -> None:
        missing = [topic for topic in topics if topic not in self._heads]
        if missing:
            self._heads.update(dict.fromkeys(missing, 0))
            found = self._raw.execute(
                "SELECT id, seq FROM topics WHERE id IN (SELECT value FROM json_each(?))",
                (orjson.dumps(missing).decode(),),
            )
            self._heads.update(found)

    def _next_seq(self, topic: str) -> int:
        seq = self._heads[topic] + 1
        self._heads[topic] = seq
        self._moved.add(topic)
        return seq

    # --- units -------------------------------------------------------------------------------------------------

    def apply(self, unit: Unit, at: str) -> tuple[Receipt, list[Committed]]:
        """Do all of `unit`, or nothing and raise: the conflict of a guard, or what the database says."""
        earlier = self._raw.execute("SELECT seqs FROM commits WHERE id = ?", (unit.id,)).fetchone()
        if earlier is not None:
            return Receipt(unit.id, tuple(orjson.loads(earlier[0]))), []
        heads, moved = dict(self._heads), set(self._moved)
        self._raw.execute("SAVEPOINT unit")
        try:
            result = self._do(unit, at)
        except Exception:
            if self.is_open:
                self._raw.execute("ROLLBACK TO unit")
                self._raw.execute("RELEASE unit")
            self._heads, self._moved = heads, moved
            raise
        finally:
            self._fences.clear()
        self._raw.execute("RELEASE unit")
        return result

    def _do(self, unit: Unit, at: str) -> tuple[Receipt, list[Committed]]:
        for guard in unit.guards:
            if self._rows_touched(guard) != guard.rows:
                raise guard.conflict
        self._load_heads({event.topic for event in unit.events})
        seqs = tuple(self._next_seq(event.topic) for event in unit.events)
        token = seqs_of_unit.set(seqs)
        try:
            for change in unit.changes:
                self._change(change)
        finally:
            seqs_of_unit.reset(token)
        said = self._say(unit, seqs, at)
        self._raw.execute(
            "INSERT INTO commits (id, seqs, at) VALUES (?, ?, ?)", (unit.id, orjson.dumps(seqs).decode(), at)
        )
        return Receipt(unit.id, seqs), said

    def _rows_touched(self, guard: Guard) -> int:
        try:
            return self._execute(guard.statement)
        except (IntegrityError, sqlite3.IntegrityError) as taken:
            raise guard.conflict from taken

    def _change(self, change: Change) -> None:
        if not isinstance(change, FilledRows):
            self._execute(change)
        elif change.rows:
            ready = prepared(change.statement, change.names, SQLiteDialect_pysqlite)
            self._raw.executemany(ready.sql, [ready.parameters(row) for row in change.parameters()])

    def _execute(self, statement: Statement) -> int:
        """Carry `statement` out: how many rows it touched."""
        if not isinstance(statement, Filled):
            return self._connection.execute(statement).rowcount
        ready = prepared(statement.statement, tuple(statement.values), SQLiteDialect_pysqlite)
        return self._raw.execute(ready.sql, ready.parameters(statement.parameters())).rowcount

    def _say(self, unit: Unit, seqs: Sequence[int], at: str) -> list[Committed]:
        if not unit.events:
            return []
        (mark,) = self._raw.execute("SELECT coalesce(max(id), 0) FROM deltas").fetchone()
        numbered: list[tuple[Event, int]] = list(zip(unit.events, seqs, strict=True))
        self._raw.executemany(
            "INSERT INTO events (topic, seq, type, payload, unit, mark, at) VALUES (?, ?, ?, ?, ?, ?, ?)",
            [(e.topic, seq, e.type, e.payload, unit.id, mark, at) for e, seq in numbered],
        )
        return [Committed(e.topic, seq, seq, e.payload, at, is_delta=False) for e, seq in numbered]
