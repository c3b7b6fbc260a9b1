"""A database in pieces, in the order in which they are written and read: a table begins, has rows, and ends."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import Protocol

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from parlour.store import heads
from parlour.store.archive.rows import Row, Tally, last_number, line_of, plain, select_sql
from parlour.store.archive.shape import Shape, shapes

BATCH = 1_000


@dataclass(frozen=True, slots=True)
class Begin:
    """Rows of this table follow."""

    shape: Shape


@dataclass(frozen=True, slots=True)
class Rows:
    """Some rows of the table that has begun, and how each is written into a file."""

    rows: list[Row]
    lines: list[bytes]


@dataclass(frozen=True, slots=True)
class End:
    """That was all of the table."""

    name: str
    rows: int
    digest: str
    number: int | None
    """The last number that the database gave to one of its rows by itself."""


Piece = Begin | Rows | End


class Source(Protocol):
    """Where pieces come from."""

    @property
    def revisions(self) -> frozenset[str]:
        """The migrations that made its tables."""
        ...

    def pieces(self) -> AsyncGenerator[Piece]:
        """Everything, once."""
        ...


@dataclass(frozen=True, slots=True)
class Moment:
    """A database as one transaction sees it, whatever is written meanwhile."""

    connection: AsyncConnection
    shapes: tuple[Shape, ...]
    revisions: frozenset[str]

    @classmethod
    async def of(cls, connection: AsyncConnection) -> "Moment":
        """The database at the moment that `connection` sees."""
        revisions = await connection.run_sync(heads.stored)
        return cls(connection, tuple(await connection.run_sync(shapes)), revisions)

    async def pieces(self) -> AsyncGenerator[Piece]:
        """Every table, by name."""
        for shape in self.shapes:
            yield Begin(shape)
            tally = Tally()
            statement = text(select_sql(shape, self.connection.dialect.name)).execution_options(yield_per=BATCH)
            made = plain(shape)
            async with self.connection.stream(statement) as found:
                async for batch in found.partitions():
                    rows = [made(row) for row in batch]
                    lines = [line_of(row) for row in rows]
                    tally.add(lines)
                    yield Rows(rows, lines)
            number = await self.connection.run_sync(last_number, shape)
            yield End(shape.name, tally.rows, tally.digest, number)
