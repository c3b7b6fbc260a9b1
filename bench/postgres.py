"""A PostgreSQL database for one measurement, made and dropped."""

import asyncio
import os
import uuid
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any, cast

import asyncpg  # pyright: ignore[reportMissingTypeStubs]

SERVER = os.environ.get("BENCH_POSTGRES", "postgresql://postgres@127.0.0.1:5432")


def is_there() -> bool:
    """Whether a PostgreSQL answers."""
    try:
        asyncio.run(_run("SELECT 1"))
    except (OSError, asyncpg.PostgresError):
        return False
    return True


@contextmanager
def fresh_database() -> Generator[str]:
    """The URL of a new and empty database. Raises OSError when no PostgreSQL answers."""
    name = f"parlour_bench_{uuid.uuid4().hex}"
    asyncio.run(_run(f"CREATE DATABASE {name}"))
    try:
        yield f"{SERVER}/{name}"
    finally:
        asyncio.run(_run(f"DROP DATABASE {name} WITH (FORCE)"))


async def _run(statement: str) -> None:
    connection = cast(Any, await asyncpg.connect(f"{SERVER}/postgres"))  # pyright: ignore[reportUnknownMemberType]
    try:
        await connection.execute(statement)
    finally:
        await connection.close()
