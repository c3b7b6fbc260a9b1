"""Bringing everything of a source into a new place, and making sure that it came."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from sqlalchemy import delete, literal, select, table
from sqlalchemy.engine import URL
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from parlour.errors import InvalidRequest, NotFound, Unavailable
from parlour.store import heads, migrate
from parlour.store.archive.pieces import Begin, End, Moment, Rows, Source
from parlour.store.archive.place import Place
from parlour.store.archive.place_postgres import PostgresPlace
from parlour.store.archive.place_sqlite import SqlitePlace
from parlour.store.archive.rows import go_on_after, insert_sql
from parlour.store.archive.shape import Shape, shapes
from parlour.store.database import Database


@asynccontextmanager
async def new_place(url: URL) -> AsyncGenerator[Place]:
    """A place that will stand for the database at `url`, once it settles. What does not settle is taken away."""
    place = SqlitePlace(Path(str(url.database))) if url.get_backend_name() == "sqlite" else PostgresPlace(url)
    try:
        yield place
    except (SQLAlchemyError, OSError) as error:
        raise Unavailable(f"The database could not be written: {_reason(error)}. Nothing was changed.") from error
    finally:
        await place.close()


@asynccontextmanager
async def moment_of(url: URL) -> AsyncGenerator[Moment]:
    """Everything that the database at `url` holds now. Raises Unavailable, with the reason, when it cannot be read."""
    if url.get_backend_name() == "sqlite" and not Path(str(url.database)).exists():
        raise NotFound(f"There is no database {url.database}: this house was never started.")
    database = Database(url)
    try:
        async with database.read() as connection:
            yield await Moment.of(connection)
    except (SQLAlchemyError, OSError) as error:
        raise Unavailable(f"The database could not be read: {_reason(error)}. Nothing was changed.") from error
    finally:
        await database.close()


async def fill(place: Place, source: Source, toolkits: Sequence[Path]) -> list[End]:
    """Build the tables that `source` had, fill them, and compare; what each table came to.

    Raises InvalidRequest for what this version cannot know, and when what came is not what was sent.
    """
    known = heads.known([migrate.MIGRATIONS / "versions", *toolkits])
    if not source.revisions <= known:
        raise InvalidRequest(
            "It was made by a newer Parlour, or with a toolkit that is not here. Use the version that made it."
        )
    await place.clear()
    for revision in sorted(source.revisions):
        await migrate.apply(place.engine, toolkits, revision)
    async with place.engine.begin() as connection:
        sent = await _load(place, connection, source)
    async with place.engine.connect() as connection:
        came = [piece async for piece in (await Moment.of(connection)).pieces() if isinstance(piece, End)]
    for one, other in zip(sent, came, strict=True):
        if (one.name, one.rows, one.digest) != (other.name, other.rows, other.digest):
            raise InvalidRequest(
                f"What came of {one.name} is not what was sent: {other.rows:,} of {one.rows:,} rows, or others."
                " Nothing was changed."
            )
    return sent


async def holds_anything(url: URL) -> bool:
    """Whether the database at `url` has a row in any table."""
    if url.get_backend_name() == "sqlite" and not Path(str(url.database)).exists():
        return False
    database = Database(url)
    try:
        async with database.read() as connection:
            for shape in await connection.run_sync(shapes):
                asked = select(literal(1)).select_from(table(shape.name)).limit(1)
                if (await connection.execute(asked)).first() is not None:
                    return True
            return False
    except (SQLAlchemyError, OSError) as error:
        raise Unavailable(f"The database could not be read: {_reason(error)}. Nothing was changed.") from error
    finally:
        await database.close()


async def _load(place: Place, connection: AsyncConnection, source: Source) -> list[End]:
    tables = {shape.name: shape for shape in await connection.run_sync(shapes)}
    loosened = await place.loosen(connection)
    dialect = connection.dialect.name
    sent: list[End] = []
    statement = ""
    async for piece in source.pieces():
        match piece:
            case Begin(shape):
                _check(shape, tables.get(shape.name))
                statement = insert_sql(shape, dialect)
                await connection.execute(delete(table(shape.name)))
            case Rows(rows, _):
                if rows:
                    await connection.exec_driver_sql(statement, rows)
            case End():
                await connection.run_sync(go_on_after, tables[piece.name], piece.number)
                sent.append(piece)
    if {piece.name for piece in sent} != set(tables):
        raise InvalidRequest("It does not have the tables that it says it has.")
    await place.tighten(connection, loosened)
    return sent


def _check(sent: Shape, here: Shape | None) -> None:
    if here is None or [column.name for column in sent.columns] != [column.name for column in here.columns]:
        raise InvalidRequest(f"Its table {sent.name} is not one that this version knows.")


def _reason(error: SQLAlchemyError | OSError) -> str:
    return str(getattr(error, "orig", None) or error).rpartition(">: ")[2].partition("\n")[0]
