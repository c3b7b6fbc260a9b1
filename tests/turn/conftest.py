"""A runner over a real database, with nobody else in the house: tests decide when it takes what."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest
from sqlalchemy.ext.asyncio import AsyncConnection

from parlour.clock import SystemClock
from parlour.hub.announce.local import Nobody
from parlour.identity.limits import Limits
from parlour.identity.who import Who
from parlour.journal.unit import Writer
from parlour.models.base import Model
from parlour.models.route import OnlyOne, Route, Wish
from parlour.protocol.commands import Regenerate, SendMessage
from parlour.protocol.content import Message, Turn
from parlour.protocol.events import ENDED
from parlour.store.database import Database
from parlour.store.queries.messages import message_page
from parlour.store.tables import turns
from parlour.tools.caller import Caller
from parlour.tools.executor import Executor
from parlour.turn.again import AskingAgain
from parlour.turn.means import Caps, Means
from parlour.turn.record import TurnRow, turn_rows
from parlour.turn.runner import Runner
from parlour.turn.say import Saying
from tests.conftest import ManualClock
from tests.flow.conftest import HeldModel
from tests.house import Lived, anybody, lived_in


@dataclass
class OneModel:
    """A choice of one."""

    model: Model

    async def route(self, connection: AsyncConnection, wish: Wish) -> Route:
        return OnlyOne(self.model, wish.parameters)


@dataclass
class Doorman:
    """Knows everybody, once the test lets him say so."""

    speaks: asyncio.Event = field(default_factory=asyncio.Event)
    asked: asyncio.Event = field(default_factory=asyncio.Event)

    async def caller(self, connection: AsyncConnection, user_id: str, project_id: str) -> Caller | None:
        self.asked.set()
        await self.speaks.wait()
        return Caller("tenant", user_id, project_id, frozenset({"tools:read"}))


@dataclass
class Held:
    """A lease that nothing takes away; in a table of nodes where nobody stands, so every other owner is gone."""

    node_id: str
    is_held: bool = True


@dataclass
class Workshop:
    """Ann's conversation, and a runner that takes only what it is given."""

    ann: Who
    saying: Saying
    means: Means
    doorman: Doorman
    model: HeldModel
    runner: Runner
    sent: int = 0

    async def asks(self, content: str, conversation_id: str | None = None, model: str | None = None) -> TurnRow:
        """Keep a question; nobody begins to answer it."""
        self.sent += 1
        command = SendMessage(
            type="send_message",
            content=content,
            client_message_id=f"message-{self.sent}",
            conversation_id=conversation_id,
            model=model,
        )
        _, made = await self.saying.message(self.ann, command)
        assert made is not None
        return made.turn

    async def asks_again(self, answer_id: str) -> TurnRow:
        """Ask for another version of an answer; nobody begins with it."""
        self.sent += 1
        command = Regenerate(type="regenerate", message_id=answer_id, command_id=f"again-{self.sent}")
        asking = AskingAgain(
            self.saying.reads, self.saying.writer, self.saying.clock, self.saying.models, Limits(), 50_000
        )
        _, turn = await asking.again(self.ann, command, self.runner.stop)
        assert turn is not None
        return turn

    async def ended(self, turn: TurnRow) -> Turn:
        """The turn, once it has ended."""
        found = await self.runner.wait_until_ended(turn.id, 10)
        assert found is not None
        assert found.value.status in ENDED
        return found.value

    async def row(self, turn: TurnRow) -> TurnRow:
        """The turn as it is kept now."""
        async with self.means.reads.read() as connection:
            (found,) = await turn_rows(connection, turns.c.id == turn.id)
        return found

    async def messages(self, conversation_id: str) -> list[Message]:
        """Everything that was said, in order."""
        async with self.means.reads.read() as connection:
            page = await message_page(connection, conversation_id)
        return [message.value for message in page.messages]

    def another_runner(self, node_id: str) -> Runner:
        """The runner of the next start."""
        return Runner(Held(node_id), self.means, Nobody())


@pytest.fixture
async def lived(database: Database, writer: Writer, clock: ManualClock) -> Lived:
    """A house with `admin`, `ann` and `bob`."""
    return await lived_in(database, writer, clock)


@pytest.fixture
async def workshop(lived: Lived) -> AsyncIterator[Workshop]:
    """The doorman speaks from the start; a test may silence him."""
    model, doorman, clock = HeldModel(), Doorman(), SystemClock()
    doorman.speaks.set()
    means = Means(
        reads=lived.database,
        writer=lived.writer,
        clock=clock,
        tools=Executor([], clock),
        models=OneModel(model),
        callers=doorman,
        caps=Caps(),
    )
    saying = Saying(lived.database, lived.writer, clock, means.models, Limits(), 50_000)
    runner = Runner(Held("node-1"), means, Nobody())
    yield Workshop(anybody(lived.ann), saying, means, doorman, model, runner)
    await runner.close()
