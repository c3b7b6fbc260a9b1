"""A client program: it follows topics over a socket of its own, and believes nothing but what it was sent."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Self

import aiohttp
import orjson
from pydantic import TypeAdapter

from parlour.ids import new_id
from parlour.protocol.content import Turn
from parlour.protocol.events import Ack, Snapshot, StreamChunk, ToolResult, TurnUpdated, TypingNotice
from parlour.protocol.frame import DurableFrame, frame_of
from parlour.protocol.reduce import reduce
from parlour.protocol.state import ConversationState, ProjectState, TopicState, UserState

PATIENCE_S = 30.0
"""How long anything may take, a restart of the server included."""

_ACK: TypeAdapter[Ack] = TypeAdapter(Ack)
_SNAPSHOT: TypeAdapter[Snapshot] = TypeAdapter(Snapshot)
_NOTICE: TypeAdapter[TypingNotice] = TypeAdapter(TypingNotice)


class ConnectionLost(Exception):
    """The server went away."""


class Refusal(Exception):
    """The server answered with an error frame."""


@dataclass
class Followed:
    """What a client has of one topic."""

    state: TopicState
    cursor: int
    frames: list[DurableFrame] = field(default_factory=list[DurableFrame])

    @staticmethod
    def from_the_beginning(topic: str) -> "Followed":
        """The state of a topic nobody has spoken on."""
        match topic.partition(":")[0]:
            case "conversation":
                nothing = ConversationState(
                    topic=topic, conversation=None, window=0, messages=[], turns=[], approvals=[]
                )
                return Followed(nothing, 0)
            case "user":
                return Followed(UserState(topic=topic, window="", conversations=[], inbox=[], notices=[]), 0)
            case _:
                return Followed(ProjectState(topic=topic, name="", members=[], conversations=[], home_rev=0), 0)

    def take(self, frame: DurableFrame) -> None:
        """Apply the next frame. Raises AssertionError for one that is not the next."""
        assert frame.from_seq == self.cursor + 1, f"{frame.topic}: after {self.cursor} came {frame.from_seq}"
        assert frame.seq >= frame.from_seq
        self.state = reduce(self.state, frame)
        self.cursor = frame.seq
        self.frames.append(frame)


class Follower:
    """One client, over as many connections as it takes."""

    def __init__(self, http: aiohttp.ClientSession, token: str) -> None:
        self._http = http
        self._headers = {"Authorization": f"Bearer {token}"}
        self._socket: aiohttp.ClientWebSocketResponse | None = None
        self._reading: asyncio.Task[None] | None = None
        self._answers: dict[str, asyncio.Future[dict[str, Any]]] = {}
        self._news = asyncio.Event()
        self._fault: BaseException | None = None
        self.topics: dict[str, Followed] = {}
        self.notices: list[TypingNotice] = []
        """Who was said to be writing, or no longer."""
        self.address = ""
        self.on_frame: Callable[[DurableFrame], None] = lambda _: None
        """Called for every durable frame, once it is applied."""

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.leave()

    # --- the connection ----------------------------------------------------------------------------------------

    async def connect(self, address: str) -> None:
        """Connect, and follow everything that was followed before from where it broke off."""
        await self.leave()
        self.address = address
        try:
            self._socket = await self._http.ws_connect(
                f"{address}/api/v1/chat/ws", headers=self._headers, max_msg_size=0
            )
            self._reading = asyncio.create_task(self._read(self._socket), name="follower")
            for topic, followed in list(self.topics.items()):
                await self._ask({"type": "subscribe", "topic": topic, "after": followed.cursor})
        except (aiohttp.ClientError, OSError) as error:
            raise ConnectionLost from error

    async def leave(self) -> None:
        """Hang up."""
        if self._socket is not None:
            await self._socket.close()
        if self._reading is not None:
            await asyncio.wait({self._reading})  # not the task itself: whoever loses patience here does not end it
        self._socket, self._reading = None, None

    async def _read(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        try:
            async for message in socket:
                self._hear(orjson.loads(message.data))
                self._news.set()
        except Exception as error:  # noqa: BLE001 - raised again to whoever waits for news
            self._fault = error
        finally:
            await socket.close()
            for answer in self._answers.values():
                if not answer.done():
                    answer.set_exception(self._fault or ConnectionLost())
            self._answers.clear()
            self._news.set()

    def _hear(self, raw: dict[str, Any]) -> None:
        if raw["type"] == "snapshot":
            whole = _SNAPSHOT.validate_python(raw)
            self.topics[whole.topic] = Followed(whole.state, whole.seq)
        elif "from_seq" in raw:
            frame = frame_of(raw)
            self.topics[frame.topic].take(frame)
            self.on_frame(frame)
        elif raw["type"] == "typing_indicator":
            self.notices.append(_NOTICE.validate_python(raw))
        answer = self._answers.pop(raw.get("reply_to") or "", None)
        if answer is not None and not answer.done():
            answer.set_result(raw)

    @property
    def is_connected(self) -> bool:
        """Whether somebody is at the other end, as far as it knows."""
        return self._socket is not None and not self._socket.closed

    # --- what it can do ----------------------------------------------------------------------------------------

    async def follow(self, topic: str, *, from_the_beginning: bool = False) -> None:
        """Follow a topic, from a snapshot or from its first frame on, and wait until the opening is there."""
        assert topic not in self.topics
        command: dict[str, Any] = {"type": "subscribe", "topic": topic}
        if from_the_beginning:
            self.topics[topic] = Followed.from_the_beginning(topic)
            command["after"] = 0
        subscribed = await self._ask(command)
        await self.until(lambda: topic in self.topics and self.topics[topic].cursor >= subscribed["seq"])

    async def unfollow(self, topic: str) -> Followed:
        """Follow a topic no longer; what one had of it."""
        await self._ask({"type": "unsubscribe", "topic": topic})
        return self.topics.pop(topic)

    async def send(self, command: dict[str, Any]) -> Ack:
        """Say something and wait for the ack. Raises ConnectionLost, and Refusal for an error frame."""
        return _ACK.validate_python(await self._ask(command))

    async def writes(self, conversation_id: str, *, is_typing: bool) -> None:
        """Say that somebody is writing, or no longer; nobody answers that. Raises ConnectionLost."""
        if self._socket is None or self._socket.closed:
            raise ConnectionLost
        said = {"type": "typing_indicator", "conversation_id": conversation_id, "is_typing": is_typing}
        await self._socket.send_bytes(orjson.dumps(said))

    async def _ask(self, command: dict[str, Any]) -> dict[str, Any]:
        if self._socket is None or self._socket.closed:
            raise ConnectionLost
        name = new_id()
        answer: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
        self._answers[name] = answer
        try:
            async with asyncio.timeout(PATIENCE_S):
                await self._socket.send_bytes(orjson.dumps(command | {"id": name}))
                raw = await answer
        except (aiohttp.ClientError, ConnectionError) as lost:
            raise ConnectionLost from lost
        if raw["type"] == "error":
            raise Refusal(f"{raw['error_code']}: {raw['error']}")
        return raw

    async def until(self, happened: Callable[[], bool]) -> None:
        """Wait for something. Raises ConnectionLost when the server goes first, AssertionError for a wrong frame."""
        async with asyncio.timeout(PATIENCE_S):
            while not happened():
                if self._fault is not None:
                    raise self._fault
                if self._socket is None or self._socket.closed:
                    raise ConnectionLost
                self._news.clear()
                await self._news.wait()

    async def get(self, path: str) -> Any:
        """Read something by REST."""
        return await self._rest("GET", path, None)

    async def post(self, path: str, body: dict[str, Any]) -> Any:
        """Do something by REST."""
        return await self._rest("POST", path, body)

    async def _rest(self, method: str, path: str, body: dict[str, Any] | None) -> Any:
        url = f"{self.address}/api/v1{path}"
        try:
            async with self._http.request(method, url, json=body, headers=self._headers) as answer:
                read = await answer.json()
        except (aiohttp.ClientError, ConnectionError) as error:
            raise ConnectionLost from error
        if answer.status >= 400:
            raise Refusal(f"{method} {path}: {answer.status} {read}")
        return read

    # --- what it knows -----------------------------------------------------------------------------------------

    @property
    def frames(self) -> list[DurableFrame]:
        """Every frame it was sent, of all topics."""
        return [frame for followed in self.topics.values() for frame in followed.frames]

    def turn(self, turn_id: str) -> Turn | None:
        """The last it heard of a turn."""
        heard = [frame.event.turn for frame in self.frames if isinstance(frame.event, TurnUpdated)]
        return next((turn for turn in reversed(heard) if turn.id == turn_id), None)


@dataclass(frozen=True, slots=True)
class Shown:
    """Everything of substance that frames have put before somebody's eyes."""

    texts: dict[tuple[str, int, int], str]
    """By message, attempt and part: all the words."""
    results: dict[tuple[str, str], ToolResult]
    """By message and tool call: what came back."""


def shown(frames: list[DurableFrame]) -> Shown:
    """What `frames` have shown. Raises AssertionError where a text has a hole or says something twice."""
    texts: dict[tuple[str, int, int], str] = {}
    results: dict[tuple[str, str], ToolResult] = {}
    for frame in frames:
        match frame.event:
            case StreamChunk() as chunk if chunk.chunk:
                place = (chunk.message_id, chunk.attempt, chunk.part)
                assert chunk.offset == len(texts.get(place, "")), f"{place} goes on at {chunk.offset}"
                texts[place] = texts.get(place, "") + chunk.chunk
            case ToolResult() as result if result.status != "executing":
                results[result.message_id, result.tool_call_id] = result
            case _:
                pass
    return Shown(texts, results)
