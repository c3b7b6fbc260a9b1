"""Where everything is kept."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

from sqlalchemy import func, select, text

from parlour.api.components.amounts import sized
from parlour.app import App
from parlour.protocol.system import Component
from parlour.store.tables import tenants

SLOW_MS = 250.0
"""A database that takes longer for one row makes everything slow."""
LOOKS = 3
"""So often is a database looked at before it counts as slow: whoever waited once may only have waited for somebody."""
_ONE = select(func.count()).select_from(select(tenants.c.id).limit(1).subquery())
_SIZE = text("SELECT pg_database_size(current_database())")


async def store(app: App, tenant_id: str) -> Sequence[Component]:
    """The database: whether it answers and how fast, how large it is, and whether it still takes what is to be kept."""
    took_ms, url = await _took_ms(app), app.database.url
    if app.database.is_sqlite:
        size = await asyncio.to_thread(_size_of, Path(str(url.database)))
    else:
        async with app.database.read() as connection:
            size = await connection.scalar(_SIZE) or 0
    name = "SQLite" if app.database.is_sqlite else "PostgreSQL"
    where = f"the file {url.database}" if app.database.is_sqlite else f"{url.database} at {url.host or 'this host'}"
    words = f"It answers in {took_ms:.1f} ms. {sized(size)} are kept in {where}."
    if app.writer.is_full:
        words = f"Nothing can be kept: its disk is full. Make room, and it goes on by itself. {words}"
        return [Component(kind="store", name=name, state="down", words=words)]
    if took_ms > SLOW_MS:
        words = f"It is slow, and so is everything else. Look at its disk and its processor. {words}"
        return [Component(kind="store", name=name, state="degraded", words=words)]
    return [Component(kind="store", name=name, state="ok", words=words)]


async def _took_ms(app: App) -> float:
    """How long one row takes: the shortest of a few looks, or the first that is not slow."""
    shortest = float("inf")
    for _ in range(LOOKS):
        began = app.clock.monotonic()
        async with app.database.read() as connection:
            await connection.scalar(_ONE)
        shortest = min(shortest, (app.clock.monotonic() - began) * 1000)
        if shortest <= SLOW_MS:
            break
    return shortest


def _size_of(file: Path) -> int:
    """The bytes of a database in a file, with what is not folded into it yet."""
    parts = (file, file.with_name(f"{file.name}-wal"))
    return sum(part.stat().st_size for part in parts if part.exists())
