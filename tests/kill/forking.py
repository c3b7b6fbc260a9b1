"""What a process does before it forks others: all that every one of them would have to do first, once."""

import asyncio
import gc
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory

from parlour.app import running
from parlour.config import Settings
from parlour.identity.who import who_is
from parlour.models.scripted import ScriptedModel
from parlour.protocol.commands import SendMessage
from parlour.telling import configure_logging
from tests.lifted import LIFTED

IMPORTED_LATE = (
    "alembic.command",
    "aiosqlite",
    "asyncpg",
    "parlour.journal.writer.postgres",
    "pydantic.v1",
    "uvicorn.protocols.http.httptools_impl",
    "uvicorn.protocols.websockets.websockets_sansio_impl",
)
"""What a server imports only once it runs; the parent does, so that no child has to."""
PATIENCE_S = 60.0


def make_ready(*more: str) -> None:
    """Import what is imported late, and `more`; live once over an empty house, which reads and compiles what is read
    and compiled once in a process; and leave all of that where it lies.

    A child that looked through it for garbage would copy every page of it.
    """
    for name in (*IMPORTED_LATE, *more):
        import_module(name)
    configure_logging("warning", "text")
    with TemporaryDirectory() as folder:
        asyncio.run(_live(Path(folder)))
    gc.collect()
    gc.freeze()


async def _live(folder: Path) -> None:
    settings = Settings(data_dir=folder, database_url=f"sqlite:///{folder / 'house.db'}", **LIFTED)
    async with running(settings, models=[ScriptedModel()]) as app:
        asked = SendMessage(type="send_message", content="Hello", client_message_id="hello")
        said = await app.talk.say(who_is(app.house.admin, "before"), asked)
        await app.talk.wait_for_turn(said.ids["turn_id"], PATIENCE_S)
