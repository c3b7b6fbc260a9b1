"""What time it is by the database's clock: the one clock that all servers of a house share."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy import String, select
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from parlour.clock import Clock
from parlour.store.database import Reads


class database_time(FunctionElement[str]):
    """The moment in which the statement runs, some seconds added, in the form in which times are kept."""

    type = String()
    inherit_cache = True
    name = "database_time"

    def __init__(self, ahead_s: float = 0.0) -> None:
        super().__init__(ahead_s)


@compiles(database_time, "sqlite")
def _sqlite(element: database_time, compiler: SQLCompiler, **options: Any) -> str:
    ahead = compiler.process(element.clauses, **options)
    return f"strftime('%Y-%m-%dT%H:%M:%fZ', 'now', {ahead} || ' seconds')"


@compiles(database_time, "postgresql")
def _postgres(element: database_time, compiler: SQLCompiler, **options: Any) -> str:
    ahead = compiler.process(element.clauses, **options)
    moment = f"clock_timestamp() AT TIME ZONE 'UTC' + CAST({ahead} AS FLOAT) * interval '1 second'"
    return f"""to_char({moment}, 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')"""


class Times(Protocol):
    """What time it is, as all servers of a house have it, however wrong their own clocks are."""

    async def now(self) -> datetime:
        """The present moment, aware, in UTC."""
        ...


@dataclass(frozen=True, slots=True)
class OwnTime:
    """The time of the one server of a house."""

    clock: Clock

    async def now(self) -> datetime:
        return self.clock.now()


@dataclass(frozen=True, slots=True)
class SharedTime:
    """The time of the database that several servers share."""

    reads: Reads

    async def now(self) -> datetime:
        async with self.reads.read() as connection:
            return datetime.fromisoformat((await connection.execute(_NOW)).scalar_one())


_NOW = select(database_time())
