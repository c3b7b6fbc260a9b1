"""A whole house in this process, and somebody who listens to it."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson
import pytest
from pydantic import TypeAdapter

from parlour.app import TOOLKIT_MIGRATIONS, App, running
from parlour.clock import Clock
from parlour.config import Settings
from parlour.hub.subscriber import Subscriber
from parlour.identity.who import Who, who_is
from parlour.journal import feed
from parlour.journal.snapshot import conversation_state
from parlour.journal.writer import OpenWriter, open_writer
from parlour.models.base import Finished, Model, ModelEvent, ModelProblem, ModelRequest, TextDelta, estimate_tokens
from parlour.protocol.commands import DeleteMessage, EditMessage, Regenerate, SendMessage
from parlour.protocol.content import Message, Turn
from parlour.protocol.events import ENDED
from parlour.protocol.frame import frame_of
from parlour.protocol.reduce import reduce
from parlour.protocol.state import ConversationState, TopicState
from parlour.tools.toolset import Toolset
from parlour.turn.once import Said
from tests.lifted import LIFTED
from tests.rules.skips import missing
from tests.storage import Storage, Templates, postgres_is_there

DEADLINE_S = 30.0
_STATE: TypeAdapter[TopicState] = TypeAdapter(TopicState)


class HeldModel:
    """A model that says what the test lets it say, when the test lets it."""

    name = "held/model"
    window = 128_000
    thinking_tokens = 0

    def __init__(self) -> None:
        self.requests: list[ModelRequest] = []
        self.cancelled = 0
        self._script: asyncio.Queue[str | ModelProblem | None] = asyncio.Queue()

    def lets(self, *lines: str | ModelProblem | None) -> None:
        """Words to say; a problem to fail with; None to end the answer, or "content_filter" where it is held back."""
        for line in lines:
            self._script.put_nowait(line)

    async def stream(self, request: ModelRequest) -> AsyncGenerator[ModelEvent]:
        self.requests.append(request)
        try:
            while (line := await self._script.get()) is not None:
                if isinstance(line, ModelProblem):
                    raise line
                if line == "content_filter":
                    yield Finished("content_filter", None, self.name)
                    return
                yield TextDelta(line)
        except asyncio.CancelledError:
            self.cancelled += 1
            raise
        yield Finished("stop", None, self.name)

    def count_tokens(self, text: str) -> int:
        return estimate_tokens(text)

    async def health(self) -> bool:
        return True

    async def close(self) -> None:
        return None


@dataclass
class Listener:
    """Follows one topic as a client does: a cursor, a state, every frame it was sent."""

    app: App
    topic: str
    outbox: Subscriber
    state: TopicState | None = None
    cursor: int = 0
    frames: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])

    async def follow(self, after: int | None = None) -> None:
        """Subscribe; the opening is taken like everything else."""
        await self.app.hub.subscribe(self.outbox, self.topic, after)

    async def until(self, happened: Callable[[], bool]) -> None:
        """Take frames until something happened. Raises TimeoutError when it does not."""
        async with asyncio.timeout(DEADLINE_S):
            while not happened():
                for wire in await self.outbox.take():
                    self.take(orjson.loads(wire))

    def take(self, frame: dict[str, Any]) -> None:
        """Apply a frame as a client does."""
        self.frames.append(frame)
        if frame["type"] == "snapshot":
            self.state, self.cursor = _STATE.validate_python(frame["state"]), frame["seq"]
        elif "seq" in frame and "from_seq" in frame:
            assert frame["from_seq"] <= self.cursor + 1, "a gap"
            if frame["seq"] > self.cursor and self.state is not None:
                self.state = reduce(self.state, frame_of(frame))
            self.cursor = max(self.cursor, frame["seq"])

    @property
    def conversation(self) -> ConversationState:
        """The state, of a conversation."""
        assert isinstance(self.state, ConversationState)
        return self.state

    @property
    def answers(self) -> list[Message]:
        """The assistant's messages, in order."""
        return [message for message in self.conversation.messages if message.role == "assistant"]

    @property
    def text(self) -> str:
        """The words of the last answer."""
        return "".join(part.text for part in self.answers[-1].parts if part.kind == "text")

    def types(self, *wanted: str) -> list[str]:
        """The types of the durable frames so far, or only those `wanted`."""
        return [f["type"] for f in self.frames if "from_seq" in f and (not wanted or f["type"] in wanted)]

    async def agrees(self) -> None:
        """What was followed frame by frame is what is kept."""
        head, fresh = -1, None
        while head != self.cursor:  # something may be said while one looks
            async with self.app.database.read() as connection:
                head = (await feed.bounds(connection, self.topic)).seq
                fresh = await conversation_state(connection, self.topic.partition(":")[2], self.conversation.window)
            await self.until(lambda head=head: self.cursor >= head)
        assert self.state == fresh


@dataclass
class Talking:
    """Somebody in a running house."""

    app: App
    who: Who
    sent: int = 0

    async def says(
        self,
        content: str,
        conversation_id: str | None = None,
        client_message_id: str | None = None,
        model: str | None = None,
    ) -> dict[str, str]:
        """Say something; the ids it made."""
        self.sent += 1
        command = SendMessage(
            type="send_message",
            content=content,
            client_message_id=client_message_id or f"message-{self.sent}",
            conversation_id=conversation_id,
            model=model,
        )
        return dict((await self.app.talk.say(self.who, command)).ids)

    async def listens(self, conversation_id: str, after: int | None = None, limit_bytes: int = 10_000_000) -> Listener:
        """Follow a conversation, from a snapshot or after a cursor."""
        listener = Listener(self.app, f"conversation:{conversation_id}", Subscriber(limit_bytes), cursor=after or 0)
        await listener.follow(after)
        await listener.until(lambda: listener.state is not None or after is not None)
        return listener

    async def is_told_a_story(self, held: HeldModel) -> tuple[dict[str, str], Listener]:
        """Ask for a story, and listen until the model has said "Once upon "."""
        ids = await self.says("Tell me a story")
        listener = await self.listens(ids["conversation_id"])
        held.lets("Once upon ")
        await listener.until(lambda: listener.answers != [] and listener.text == "Once upon ")
        return ids, listener

    async def edits(self, message_id: str, content: str, command_id: str | None = None) -> Said:
        """Change what one said."""
        self.sent += 1
        command = EditMessage(
            type="edit_message", message_id=message_id, content=content, command_id=command_id or f"edit-{self.sent}"
        )
        return await self.app.talk.edit(self.who, command)

    async def deletes(self, message_id: str, command_id: str | None = None) -> Said:
        """Take back what was said."""
        self.sent += 1
        command = DeleteMessage(
            type="delete_message", message_id=message_id, command_id=command_id or f"delete-{self.sent}"
        )
        return await self.app.talk.delete(self.who, command)

    async def asks_again(self, message_id: str, content: str | None = None, command_id: str | None = None) -> Said:
        """Ask for another answer, with other words if there are some."""
        self.sent += 1
        command = Regenerate(
            type="regenerate", message_id=message_id, content=content, command_id=command_id or f"again-{self.sent}"
        )
        return await self.app.talk.regenerate(self.who, command)

    async def ended(self, turn_id: str) -> Turn:
        """Wait for the end of a turn."""
        turn = await self.app.talk.wait_for_turn(turn_id, DEADLINE_S)
        assert turn.status in ENDED
        return turn


@pytest.fixture(scope="session")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Templates]:
    made = Templates(tmp_path_factory.mktemp("furnished"), TOOLKIT_MIGRATIONS)
    yield made
    made.close()


@pytest.fixture(params=["sqlite", "postgres"])
def storage(request: pytest.FixtureRequest, furnished: Templates) -> Iterator[Storage]:
    if request.param == "postgres" and not postgres_is_there():
        missing("PostgreSQL")
    with furnished.fresh(request.param) as made:
        yield made


@dataclass
class Opening:
    """Opens the house over one data directory, as often as a test likes."""

    storage: Storage
    folder: Path
    open_writer: OpenWriter = open_writer

    @asynccontextmanager
    async def __call__(
        self, *models: Model, toolsets: Sequence[Toolset] = (), clock: Clock | None = None, **settings: Any
    ) -> AsyncGenerator[Talking]:
        """The house with these models and these tools besides its own, and its admin."""
        url = self.storage.url.render_as_string(hide_password=False)
        chosen = Settings(data_dir=self.folder, database_url=url, **LIFTED | settings)
        async with AsyncExitStack() as stack:
            house = running(
                chosen,
                clock=clock,
                models=models or None,
                toolsets=toolsets,
                demo=not models,
                open_writer=self.open_writer,
            )
            app = await stack.enter_async_context(house)
            yield Talking(app, who_is(app.house.admin, "test"))


@pytest.fixture
def opened(storage: Storage, tmp_path: Path) -> Opening:
    return Opening(storage, tmp_path)


@pytest.fixture
def held() -> HeldModel:
    return HeldModel()
