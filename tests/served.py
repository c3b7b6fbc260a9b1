"""A whole house behind a real server on the loopback, and people who talk to it over its socket."""

import asyncio
import itertools
import socket
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import orjson
import uvicorn
from pydantic import TypeAdapter

from parlour.api.asgi import SOCKET, make_asgi
from parlour.app import App, running
from parlour.cli.serve import transport
from parlour.clock import Clock
from parlour.config import Settings
from parlour.identity.users import add_user
from parlour.identity.who import Who
from parlour.journal import feed
from parlour.journal.snapshot import conversation_state
from parlour.models.base import Model
from parlour.protocol.content import Approval, Message
from parlour.protocol.frame import frame_of
from parlour.protocol.reduce import reduce
from parlour.protocol.state import ConversationState, TopicState
from parlour.store.queries.people import Person
from tests.doors import standing_doors
from tests.lifted import LIFTED
from tests.storage import Storage

PATIENCE_S = 30.0
_STATE: TypeAdapter[TopicState] = TypeAdapter(TopicState)


@dataclass(frozen=True, slots=True)
class Closed:
    """How the server ended a connection."""

    code: int | None
    reason: str


@dataclass
class Client:
    """A program at one socket. It keeps every frame it got, and the state of every topic it follows."""

    app: App
    socket: aiohttp.ClientWebSocketResponse
    frames: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    sizes: list[int] = field(default_factory=list[int])
    states: dict[str, TopicState] = field(default_factory=dict[str, TopicState])
    cursors: dict[str, int] = field(default_factory=dict[str, int])
    closed: Closed | None = None
    _ids: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))

    async def sends(self, frame: Any) -> None:
        """Send something: text and bytes as they are, anything else as JSON."""
        if isinstance(frame, bytes):
            await self.socket.send_bytes(frame)
        else:
            await self.socket.send_str(frame if isinstance(frame, str) else orjson.dumps(frame).decode())

    async def asks(self, type: str, **fields: Any) -> dict[str, Any]:
        """Send a command and wait for what answers it."""
        command = {"id": f"c{next(self._ids)}"} | fields | {"type": type}
        await self.sends(command)
        return await self.until(lambda frame: frame.get("reply_to") == command["id"])

    async def says(self, content: str, conversation_id: str | None = None) -> dict[str, str]:
        """Say something; the ids it made."""
        told = await self.asks(
            "send_message",
            content=content,
            client_message_id=f"m{next(self._ids)}",
            conversation_id=conversation_id,
        )
        assert told["type"] == "ack", told
        return told["ids"]

    async def follows(self, conversation_id: str, **fields: Any) -> str:
        """Follow a conversation; its topic, once the opening is there."""
        topic = f"conversation:{conversation_id}"
        told = await self.asks("subscribe", topic=topic, **fields)
        assert told["type"] == "subscribed", told
        if told["mode"] == "snapshot":
            await self.until(lambda frame: frame["type"] == "snapshot" and frame["topic"] == topic)
        return topic

    async def next(self) -> dict[str, Any]:
        """The next frame. Raises ConnectionError when the server has closed instead."""
        async with asyncio.timeout(PATIENCE_S):
            message = await self.socket.receive()
        if message.type is aiohttp.WSMsgType.TEXT:
            self.sizes.append(len(message.data.encode()))
            frame = orjson.loads(message.data)
            self._take(frame)
            return frame
        self.closed = Closed(self.socket.close_code, message.extra or "")
        raise ConnectionError(f"closed: {self.closed}")

    async def until(self, wanted: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """The next frame that is wanted; those before it are kept."""
        while True:
            frame = await self.next()
            if wanted(frame):
                return frame

    async def until_closed(self) -> Closed:
        """Wait for the end of the connection."""
        try:
            while True:
                await self.next()
        except ConnectionError:
            assert self.closed is not None
            return self.closed

    async def seen(self, wanted: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """A frame that is wanted, be it one that came already."""
        return next(filter(wanted, self.frames), None) or await self.until(wanted)

    async def until_answered(self, topic: str, status: str = "completed", answers: int = 1) -> Message:
        """The last of so many answers of a conversation, once it has this status."""
        while True:
            given = [message for message in self.state(topic).messages if message.role == "assistant"]
            if len(given) >= answers and given[-1].status == status:
                return given[-1]
            await self.next()

    async def until_asked(self, topic: str) -> Approval:
        """What somebody is asked first in a conversation, be it asked already."""
        while not (asked := self.state(topic).approvals):
            await self.next()
        return asked[0]

    def _take(self, frame: dict[str, Any]) -> None:
        self.frames.append(frame)
        topic = frame.get("topic", "")
        if frame["type"] == "snapshot":
            self.states[topic], self.cursors[topic] = _STATE.validate_python(frame["state"]), frame["seq"]
        elif "from_seq" in frame and topic in self.states:
            assert frame["from_seq"] <= self.cursors[topic] + 1, "a gap"
            if frame["seq"] > self.cursors[topic]:
                self.states[topic] = reduce(self.states[topic], frame_of(frame))
                self.cursors[topic] = frame["seq"]

    def state(self, topic: str) -> ConversationState:
        """What is known of a conversation."""
        state = self.states[topic]
        assert isinstance(state, ConversationState)
        return state

    def of_type(self, *types: str) -> list[dict[str, Any]]:
        """The frames so far of these types."""
        return [frame for frame in self.frames if frame["type"] in types]

    async def agrees(self, topic: str) -> None:
        """What was followed frame by frame, up to now, is what is kept."""
        await self.asks("heartbeat")
        head, fresh = -1, None
        while head != self.cursors[topic]:  # something may be said while one looks
            async with self.app.database.read() as connection:
                head = (await feed.bounds(connection, topic)).seq
                fresh = await conversation_state(connection, topic.partition(":")[2], self.state(topic).window)
            while self.cursors[topic] < head:
                await self.next()
        assert self.state(topic) == fresh


@dataclass
class Served:
    """A house with its doors open."""

    app: App
    url: str
    session: aiohttp.ClientSession
    server: uvicorn.Server

    def stop(self) -> None:
        """Let the server end."""
        self.server.should_exit = True

    async def key(self, person: Person | None = None) -> str:
        """An API key of somebody; of the admin when nobody is named."""
        owner = person or self.app.house.admin
        made = await self.app.gate.make_api_key(tenant_id=owner.tenant_id, user_id=owner.id, name="test")
        return made.secret

    async def knows(self, secret: str) -> Who:
        """Who holds this key."""
        return await self.app.gate.by_api_key(secret)

    async def newcomer(self, username: str) -> Person:
        """Somebody who was not here yet."""
        return await add_user(self.app.database, self.app.writer, self.app.clock, username=username)

    @asynccontextmanager
    async def at_the_socket(
        self, secret: str | None = None, *, query: str = "", **headers: str
    ) -> AsyncGenerator[Client]:
        """A connection with an API key, a query and other headers."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if secret is not None:
            sent["Authorization"] = f"Bearer {secret}"
        async with self.session.ws_connect(self.url + SOCKET + query, headers=sent, max_msg_size=0) as connected:
            yield Client(self.app, connected)

    @asynccontextmanager
    async def connected(self, person: Person | None = None) -> AsyncGenerator[Client]:
        """Somebody who was let in and greeted; the admin when nobody is named."""
        async with self.at_the_socket(await self.key(person)) as client:
            assert (await client.next())["type"] == "connection_established"
            yield client

    async def asks(self, method: str, path: str, secret: str, body: Any = None) -> tuple[int, str]:
        """What a REST door answers: the status and the whole text."""
        headers = {"Authorization": f"Bearer {secret}"}
        async with self.session.request(method, self.url + path, json=body, headers=headers) as response:
            return response.status, await response.text()


def on_a_free_port() -> socket.socket:
    """A socket that listens on a free port of this machine, and says that it is TCP: others wait with small answers."""
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.bind(("127.0.0.1", 0))
    listening.listen()
    return listening


def _as_it_is(app: App) -> App:
    return app


@dataclass(frozen=True, slots=True)
class Serving:
    """Opens a house over one data directory, as often as a test likes."""

    storage: Storage
    folder: Path

    @asynccontextmanager
    async def __call__(
        self, *models: Model, clock: Clock | None = None, change: Callable[[App], App] = _as_it_is, **settings: Any
    ) -> AsyncGenerator[Served]:
        """The house with these models, changed by `change`, behind a server as the command starts it."""
        url = self.storage.url.render_as_string(hide_password=False)
        chosen = Settings(data_dir=self.folder, database_url=url, **LIFTED | settings)
        listening = on_a_free_port()
        with standing_doors() as rest_of:
            async with running(chosen, models=models or None, clock=clock) as app:
                server = uvicorn.Server(transport(make_asgi(change(app), rest_of), chosen))
                serving = asyncio.create_task(server.serve(sockets=[listening]))
                address = f"http://127.0.0.1:{listening.getsockname()[1]}"
                try:
                    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as session:
                        yield Served(app, address, session, server)
                finally:
                    server.should_exit = True
                    await serving
