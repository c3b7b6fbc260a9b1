"""What a query of a million rows takes: time, and how far the memory of the process grows, beside the bare drivers.

Run: PYTHONPATH=src:. python -m bench.query DIALECT ours|whole     one measurement, as JSON

Ours cuts the answer where `SqlLimits` says; "whole" is what a program does that fetches everything first.
"""

import asyncio
import json
import resource
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlsplit

import asyncpg  # pyright: ignore[reportMissingTypeStubs]
import pymysql

from bench.measuring import Bench, output
from bench.postgres import SERVER
from parlour.clock import SystemClock
from parlour.toolkits.data.sql.checking import to_read
from parlour.toolkits.data.sql.settings import Dialect, SqlLimits, SqlSettings
from parlour.toolkits.data.sql.source import SqlSource
from tests.databases import MARIADB, mariadb_is_there

MANY: dict[Dialect, str] = {
    "sqlite": "WITH RECURSIVE n (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n LIMIT 1000000) "
    "SELECT x, PRINTF('%0100d', x) AS line FROM n",
    "postgresql": "SELECT x, LPAD(CAST(x AS TEXT), 100, '0') AS line FROM GENERATE_SERIES(1, 1000000) AS x",
    "mysql": "WITH RECURSIVE n (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < 1000) "
    "SELECT a.x, LPAD(b.x, 100, '0') AS line FROM n AS a CROSS JOIN n AS b",
}
"""A million rows of a hundred characters."""
TARGETS: dict[str, Dialect] = {"sqlite": "sqlite", "postgres": "postgresql"}


def query(bench: Bench) -> None:
    """A million rows from each database, in a process of its own each time."""
    for store in bench.stores:
        ours, whole = (_asked(bench, TARGETS[store], how) for how in ("ours", "whole"))
        bench.found.add("query-grown", store, ours[1])
        bench.found.add("query-took", store, ours[0])
        bench.found.notes.append(f"{store}: all of the million rows fetched: {whole[0]:,.0f} ms, {whole[1]:,.0f} MiB")
    if mariadb_is_there():
        (took, grown), whole = _asked(bench, "mysql", "ours"), _asked(bench, "mysql", "whole")
        bench.found.notes.append(
            f"MariaDB: a million rows queried {took:,.1f} ms, {grown:,.1f} MiB; all fetched {whole[0]:,.0f} ms, "
            f"{whole[1]:,.0f} MiB"
        )


def _asked(bench: Bench, dialect: Dialect, how: str) -> tuple[float, float]:
    took, grown = json.loads(output([sys.executable, "-m", "bench.query", dialect, how], bench.cores.server))
    bench.tell(f"{dialect:10} {how:5} {took:,.1f} ms, {grown:,.1f} MiB more")
    return took, grown


def main(dialect: Dialect, how: str) -> None:
    """Measure once, and print milliseconds and MiB."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        sqlite3.connect(root / "empty.db").close()
        took, grown = asyncio.run(_ours(dialect, root)) if how == "ours" else _whole(dialect)
    print(json.dumps([took, grown]))


async def _ours(dialect: Dialect, root: Path) -> tuple[float, float]:
    source = SqlSource(_settings(dialect), SqlLimits(), root, SystemClock())
    try:
        await source.read(to_read("SELECT 1", dialect))
        before, started = _peak_mib(), time.perf_counter()
        answer = await source.read(to_read(MANY[dialect], dialect))
        took = (time.perf_counter() - started) * 1000
        assert answer.cut
        assert answer.rows
        return took, _peak_mib() - before
    finally:
        await source.close()


def _whole(dialect: Dialect) -> tuple[float, float]:
    fetched: dict[Dialect, Callable[[str], int]] = {
        "sqlite": _sqlite,
        "postgresql": lambda words: asyncio.run(_postgres(words)),
        "mysql": _mysql,
    }
    fetched[dialect]("SELECT 1")
    before, started = _peak_mib(), time.perf_counter()
    assert fetched[dialect](MANY[dialect]) == 1_000_000
    return (time.perf_counter() - started) * 1000, _peak_mib() - before


def _settings(dialect: Dialect) -> SqlSettings:
    match dialect:
        case "sqlite":
            return SqlSettings(dialect=dialect, database="empty.db")
        case "postgresql":
            at = urlsplit(SERVER)
            user, host = at.username or "postgres", at.hostname or "127.0.0.1"
            return SqlSettings(dialect=dialect, database="postgres", host=host, port=at.port or 0, user=user)
        case "mysql":
            return SqlSettings(dialect=dialect, database="mysql", host=MARIADB[0], port=MARIADB[1], user="root")


def _sqlite(words: str) -> int:
    with closing(sqlite3.connect(":memory:")) as connection:
        return len(connection.execute(words).fetchall())


async def _postgres(words: str) -> int:
    connection = cast(Any, await asyncpg.connect(f"{SERVER}/postgres"))  # pyright: ignore[reportUnknownMemberType]
    try:
        return len(await connection.fetch(words))
    finally:
        await connection.close()


def _mysql(words: str) -> int:
    with closing(pymysql.connect(host=MARIADB[0], port=MARIADB[1], user="root")) as connection:
        cursor = connection.cursor()
        cursor.execute(words)
        return len(cursor.fetchall())


def _peak_mib() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    _, asked, way = sys.argv
    main(next(dialect for dialect in MANY if dialect == asked), way)
