"""SQLite for async engines, read right where it is asked for instead of in a thread.

What we read are a few rows from a file that lies in memory, and in WAL mode no reader waits for a writer. Handing
such a read to a thread, and each of its steps at that, costs ten times what the read costs, and the answer then
waits for its turn at the interpreter.
"""

import sqlite3
from typing import Any

from sqlalchemy.dialects import registry
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.engine import URL
from sqlalchemy.pool import AsyncAdaptedQueuePool, Pool
from sqlalchemy.util.concurrency import await_

DRIVER = "sqlite+inline"


class _Cursor(sqlite3.Cursor):
    async def _async_soft_close(self) -> None:
        """Called by SQLAlchemy when it hands a result out. There is nothing to await."""


class _Connection(sqlite3.Connection):
    def cursor(self, factory: Any = _Cursor) -> Any:
        return super().cursor(factory)


class InlineSqlite(SQLiteDialect_pysqlite):
    """The standard library's SQLite, under the name that async engines ask for."""

    driver = "inline"
    is_async = True
    supports_statement_cache = True

    @classmethod
    def get_pool_class(cls, url: URL) -> type[Pool]:
        return AsyncAdaptedQueuePool

    def create_connect_args(self, url: URL) -> Any:
        arguments, options = super().create_connect_args(url)
        # A pool may be closed in another thread than its loop's; a connection is never used in two at once.
        return arguments, {**options, "check_same_thread": False, "factory": _Connection}

    def do_execute(self, cursor: Any, statement: str, parameters: Any, context: Any = None) -> None:
        await_(_nothing())
        cursor.execute(statement, parameters)

    def do_execute_no_params(self, cursor: Any, statement: str, context: Any = None) -> None:
        await_(_nothing())
        cursor.execute(statement)

    def do_executemany(self, cursor: Any, statement: str, parameters: Any, context: Any = None) -> None:
        await_(_nothing())
        cursor.executemany(statement, parameters)


async def _nothing() -> None:
    """Awaited for SQLAlchemy, which takes a driver that never awaits for one that was not made for this."""


registry.register("sqlite.inline", __name__, InlineSqlite.__name__)
