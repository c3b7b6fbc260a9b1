"""A stop reaches its turn, whoever asked for it and whenever."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from parlour.clock import SystemClock
from parlour.hub.announce.local import Nobody
from parlour.journal.writer import open_writer
from parlour.store.database import Database
from parlour.store.queries.messages import message_from
from parlour.store.tables import messages, turns
from parlour.tools.caller import Caller
from parlour.tools.executor import Executor
from parlour.turn import units
from parlour.turn.means import Caps, Means
from parlour.turn.record import turn_rows
from parlour.turn.runner import Runner
from tests.flow.conftest import DEADLINE_S, HeldModel, Opening
from tests.storage import Storage
from tests.turn.conftest import Held, OneModel


@dataclass(frozen=True)
class Somebody:
    """Everybody may do as they please."""

    async def caller(self, connection: AsyncConnection, user_id: str, project_id: str) -> Caller | None:
        return Caller(tenant_id="tenant", project_id=project_id, user_id=user_id, permissions=frozenset())


@asynccontextmanager
async def idle_runner(storage: Storage, model: HeldModel) -> AsyncGenerator[tuple[Runner, Database]]:
    """A runner that does not look for work before it is opened."""
    clock, database = SystemClock(), Database(storage.url)
    writer = open_writer(storage.url, clock=clock, publish=lambda _: None, fatal=lambda _: None)
    means = Means(
        reads=database,
        writer=writer,
        clock=clock,
        tools=Executor([], clock),
        models=OneModel(model),
        callers=Somebody(),
        caps=Caps(),
    )
    runner = Runner(Held("idle"), means, Nobody())
    try:
        yield runner, database
    finally:
        await runner.close()
        await writer.close()
        await database.close()


async def test_a_stop_that_was_only_written_down_reaches_the_turn_all_the_same(
    opened: Opening, held: HeldModel
) -> None:
    async with opened(held) as robin:
        ids, _ = await robin.is_told_a_story(held)
        async with robin.app.database.read() as connection:
            (turn,) = await turn_rows(connection, turns.c.id == ids["turn_id"])
        await robin.app.writer.commit(units.asked_to_stop(turn))
        assert (await robin.ended(ids["turn_id"])).status == "stopped"


async def test_a_turn_that_was_handed_back_and_stopped_in_the_queue_keeps_its_words_and_ends(
    opened: Opening, held: HeldModel, storage: Storage
) -> None:
    async with opened(held) as robin:
        ids, _ = await robin.is_told_a_story(held)
    async with idle_runner(storage, held) as (runner, database):
        await runner.stop(ids["turn_id"])
        await runner.open()
        ended = await runner.wait_until_ended(ids["turn_id"], DEADLINE_S)
        assert ended is not None
        async with database.read() as connection:
            row = (await connection.execute(select(messages).where(messages.c.id == ended.value.answer_id))).mappings()
            answer = message_from(row.one())
    assert (ended.value.status, answer.status) == ("stopped", "stopped")
    assert [part.model_dump()["text"] for part in answer.parts] == ["Once upon "]
