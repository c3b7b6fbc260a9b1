"""New tables in a schema of their own, of the database in which they will stand."""

from collections.abc import Sequence

from sqlalchemy import text
from sqlalchemy.engine import URL
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from parlour.errors import InvalidRequest
from parlour.store.migrate import MIGRATING, engine_to
from parlour.store.nodes import live_among, refuse_beside

SCHEMA = "parlour_new"

_TABLES = text("SELECT tablename FROM pg_tables WHERE schemaname = :schema ORDER BY tablename")
_FUNCTIONS = text(
    "SELECT proname, pg_get_function_identity_arguments(oid) FROM pg_proc"
    " WHERE pronamespace = CAST(CAST(:schema AS text) AS regnamespace)"
)
_TIES = text(
    "SELECT CAST(conrelid AS regclass), conname, pg_get_constraintdef(oid) FROM pg_constraint"
    " WHERE contype = 'f' AND connamespace = CAST(CAST(:schema AS text) AS regnamespace) ORDER BY conname"
)


class PostgresPlace:
    """Implements `Place`."""

    def __init__(self, url: URL) -> None:
        self._beside = engine_to(url)
        self.engine = engine_to(url, connect_args={"server_settings": {"search_path": SCHEMA}})

    async def clear(self) -> None:
        async with self._beside.begin() as connection:
            await connection.execute(text(f"DROP SCHEMA IF EXISTS {SCHEMA} CASCADE"))
            await connection.execute(text(f"CREATE SCHEMA {SCHEMA}"))

    async def loosen(self, connection: AsyncConnection) -> Sequence[str]:
        ties = (await connection.execute(_TIES, {"schema": SCHEMA})).all()
        for table, name, _ in ties:
            await connection.execute(text(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"'))
        return [f'ALTER TABLE {table} ADD CONSTRAINT "{name}" {definition}' for table, name, definition in ties]

    async def tighten(self, connection: AsyncConnection, loosened: Sequence[str]) -> None:
        for statement in loosened:
            try:
                await connection.execute(text(statement.replace(":", "\\:")))
            except IntegrityError as error:
                reason = str(error.orig).rpartition(">: ")[2].partition("\n")[0]
                raise InvalidRequest(f"The rows do not fit together: {reason}.") from error

    async def settle(self, aside: str) -> str | None:
        async with self._beside.begin() as connection:
            await connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": MIGRATING})
            home = await connection.scalar(text("SELECT current_schema()"))
            new = set(await connection.scalars(_TABLES, {"schema": SCHEMA}))
            old = new & set(await connection.scalars(_TABLES, {"schema": home}))
            kept = "parlour_" + "".join(letter if letter.isalnum() else "_" for letter in aside.lower())
            if old:
                if "nodes" in old:
                    await connection.execute(text("LOCK TABLE nodes IN ACCESS EXCLUSIVE MODE"))
                    refuse_beside(await live_among(connection), "try again")
                await connection.execute(text(f"CREATE SCHEMA {kept}"))
                await _move(connection, home, kept, old)
            await _move(connection, SCHEMA, str(home), new)
            await connection.execute(text(f"DROP SCHEMA {SCHEMA}"))
        return f"schema {kept} of the same database" if old else None

    async def close(self) -> None:
        await self.engine.dispose()
        async with self._beside.begin() as connection:
            await connection.execute(text(f"DROP SCHEMA IF EXISTS {SCHEMA} CASCADE"))
        await self._beside.dispose()


async def _move(connection: AsyncConnection, start: str, to: str, tables: set[str]) -> None:
    """Move tables, with all that belongs to them, and the functions that the new tables have."""
    ours = {name for name, _ in await connection.execute(_FUNCTIONS, {"schema": SCHEMA})}
    for name, arguments in (await connection.execute(_FUNCTIONS, {"schema": start})).all():
        if start == SCHEMA or name in ours:
            await connection.execute(text(f'ALTER FUNCTION "{start}"."{name}"({arguments}) SET SCHEMA "{to}"'))
    for table in sorted(tables):
        await connection.execute(text(f'ALTER TABLE "{start}"."{table}" SET SCHEMA "{to}"'))
