"""Going into a house for one deed, whether or not its server runs."""

import asyncio
import os
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from sqlalchemy.exc import DBAPIError

from parlour.clock import Clock, SystemClock
from parlour.config import Settings
from parlour.environment import read_settings
from parlour.errors import NotFound, Unavailable
from parlour.identity.gate import Gate
from parlour.identity.users import House, house
from parlour.journal.writer import Writer, open_writer
from parlour.store.database import Database, database_url
from parlour.telling import configure_logging

NEVER_STARTED = "This house was never started. `parlour serve` starts it."

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Inside:
    """What a command has to do its deed with."""

    settings: Settings
    house: House
    database: Database
    writer: Writer
    clock: Clock
    gate: Gate


def inside(deed: Callable[[Inside], Awaitable[Result]]) -> Result:
    """Do one deed in the house that the environment names.

    Its writer lives only as long as the deed and does not take the data folder's lock, so this works while a
    server runs. Raises BadSetting, also for a database that cannot be used, NotFound for a house that was never
    started, Unavailable for a database that cannot be reached, and whatever the deed raises.
    """
    settings = read_settings(os.environ)
    configure_logging("error", settings.log_format)
    return asyncio.run(_inside(settings, deed))


async def _inside(settings: Settings, deed: Callable[[Inside], Awaitable[Result]]) -> Result:
    async with _opened(settings) as opened:
        return await deed(opened)


@asynccontextmanager
async def _opened(settings: Settings) -> AsyncGenerator[Inside]:
    url = database_url(settings.database)
    if url.get_backend_name() == "sqlite" and not Path(str(url.database)).exists():
        raise NotFound(NEVER_STARTED)
    clock = SystemClock()
    database = Database(url)
    try:
        standing = await _standing(database)
        writer = open_writer(url, clock=clock, publish=lambda _: None, fatal=_gone)
        try:
            yield Inside(settings, standing, database, writer, clock, Gate(database, writer, clock))
        finally:
            await writer.close()
    finally:
        await database.close()


async def _standing(database: Database) -> House:
    try:
        standing = await house(database)
    except OSError as error:
        raise Unavailable("The database cannot be reached. DATABASE_URL says where it is looked for.") from error
    except DBAPIError as error:
        # Raises BadSetting, with the reason, unless the database is well and only has no tables yet.
        await database.check()
        raise NotFound(NEVER_STARTED) from error
    if standing is None:
        raise NotFound(NEVER_STARTED)
    return standing


def _gone(error: BaseException) -> None:
    raise SystemExit(f"Nothing could be stored: {type(error).__name__}.")
