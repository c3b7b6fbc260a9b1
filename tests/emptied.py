"""A database on PostgreSQL that served one test, brought back to how it was made so that it can serve the next.

Emptying takes a few milliseconds; a copy of the template takes a hundred times that of the machine's work.
"""

from typing import Any

import asyncpg  # pyright: ignore[reportMissingTypeStubs]
from sqlalchemy.engine import URL

_PATIENCE_MS = 30_000
_BIGGEST = 16 * 2**20
"""Bytes. Where more was kept than this, what stays behind of the deleted would slow the next test."""

_END_OTHERS = f"""
SELECT coalesce(bool_and(pg_terminate_backend(pid, {_PATIENCE_MS})), true) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()
"""

# Whatever changes a definition writes rows with a newer xmin into the catalogue.
_DEFINITIONS = " UNION ALL ".join(
    f"SELECT '{name} ' || count(*) || ' ' || coalesce(max(xmin::text::bigint), 0) FROM {name}"
    for name in (
        "pg_attribute",
        "pg_attrdef",
        "pg_class",
        "pg_constraint",
        "pg_extension",
        "pg_index",
        "pg_namespace",
        "pg_proc",
        "pg_trigger",
        "pg_type",
    )
)
_SETTINGS = """
SELECT 'settings ' || count(*) FROM pg_db_role_setting
WHERE setdatabase = (SELECT oid FROM pg_database WHERE datname = current_database())
"""
_VERSIONS = "SELECT 'version ' || version_num FROM alembic_version"
_SHAPE = f"""
SELECT string_agg(line, ', ' ORDER BY line)
FROM ({_DEFINITIONS} UNION ALL {_SETTINGS} UNION ALL {_VERSIONS}) AS lines (line)
"""

_TABLES = "FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND relname <> 'alembic_version'"
_SIZE = f"SELECT coalesce(sum(pg_total_relation_size(oid)), 0) {_TABLES}"
# A replica's session runs no trigger and checks no foreign key, so that the order of the tables is of no account.
_EMPTY = f"""
SET synchronous_commit = off;
SET session_replication_role = replica;
DO $$
DECLARE
  name regclass;
BEGIN
  FOR name IN SELECT oid::regclass {_TABLES} LOOP
    EXECUTE 'DELETE FROM ' || name;
  END LOOP;
  PERFORM setval(seqrelid, seqstart, false) FROM pg_sequence;
END $$
"""


async def shape(url: URL) -> str:
    """How the database is made: its definitions, its settings, the versions of its tables."""
    connection: Any = await _connected(url)
    try:
        return str(await connection.fetchval(_SHAPE))
    finally:
        await connection.close()


async def emptied(url: URL, made: str) -> bool:
    """End every other connection and delete every row; whether the database is as good as new now.

    It is not when its definitions are no longer those of `made`, when it grew big, or when it cannot be emptied.
    """
    try:
        connection: Any = await _connected(url)
        try:
            if not await connection.fetchval(_END_OTHERS) or await connection.fetchval(_SIZE) > _BIGGEST:
                return False
            await connection.execute(_EMPTY)
            return await connection.fetchval(_SHAPE) == made
        finally:
            await connection.close()
    except (OSError, asyncpg.PostgresError):
        return False


async def _connected(url: URL) -> Any:
    connect: Any = asyncpg.connect  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
    return await connect(host=url.host, port=url.port, user=url.username, database=url.database)
