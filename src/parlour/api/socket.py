"""The socket: one connection that carries every topic its person follows, and everything they say."""

import asyncio
from dataclasses import dataclass
from typing import Any

import orjson
import structlog
from pydantic import TypeAdapter, ValidationError
from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState

from parlour.api.auth import who_asks
from parlour.api.doors import Talk
from parlour.api.headers import request_id_of
from parlour.clock import Clock, isoformat
from parlour.errors import (
    Forbidden,
    InvalidRequest,
    MessageTooLong,
    NotAvailable,
    NotFound,
    ParlourError,
    Unauthenticated,
    UnknownMessageType,
)
from parlour.hub.hub import Hub
from parlour.hub.subscriber import Subscriber
from parlour.identity.access import may_follow
from parlour.identity.gate import Gate
from parlour.identity.who import Who
from parlour.ids import new_id
from parlour.protocol.commands import (
    SERVED,
    ClientCommand,
    Heartbeat,
    Regenerate,
    SendMessage,
    StopGeneration,
    Subscribe,
    Unsubscribe,
)
from parlour.protocol.events import Ack, ConnectionEstablished, ErrorFrame, HeartbeatAck
from parlour.store.database import Reads

POLICY_VIOLATION = 1008
OVERLOADED = 1013
IDLE = 4408

_COMMAND: TypeAdapter[ClientCommand] = TypeAdapter(ClientCommand)
_KNOWN = frozenset(_COMMAND.json_schema()["discriminator"]["mapping"])

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class SocketLimits:
    """What one connection may take. Times are in seconds."""

    heartbeat: float = 30.0
    idle: float = 60.0
    timeout: float = 30.0
    queue_bytes: int = 1_048_576
    frame_bytes: int = 1_048_576


@dataclass(frozen=True, slots=True)
class SocketDoor:
    """What the socket opens on."""

    gate: Gate
    hub: Hub
    talk: Talk
    reads: Reads
    clock: Clock
    origins: frozenset[str]
    limits: SocketLimits

    async def serve(self, websocket: WebSocket) -> None:
        """Answer one connection until it ends.

        It is accepted before it is refused, so that browsers get to see the code and the reason.
        """
        await websocket.accept()
        try:
            async with asyncio.timeout(self.limits.timeout):
                who = await who_asks(websocket, self.gate, self.origins)
        except (Unauthenticated, Forbidden, TimeoutError) as refusal:
            known = isinstance(refusal, Forbidden) or "authorization" in websocket.headers or websocket.cookies
            reason = "authentication failed" if known else "missing authentication"
            await websocket.close(POLICY_VIOLATION, reason)
            return
        await _Connection(self, websocket, who).go()


class _Connection:
    def __init__(self, door: SocketDoor, websocket: WebSocket, who: Who) -> None:
        self._door = door
        self._websocket = websocket
        self._who = who
        self._outbox = Subscriber(door.limits.queue_bytes)
        self._heard_at = door.clock.monotonic()
        self._sending_since: float | None = None

    async def go(self) -> None:
        self._tell(
            ConnectionEstablished(
                connection_id=new_id(),
                user_id=self._who.user_id,
                heartbeat_interval=self._door.limits.heartbeat,
                timestamp=self._now(),
            )
        )
        beside = [asyncio.create_task(work, name="socket") for work in (self._send(), self._watch())]
        try:
            await self._receive()
        except WebSocketDisconnect:
            pass
        finally:
            self._door.hub.leave(self._outbox)
            for task in beside:
                task.cancel()
            await asyncio.gather(*beside, return_exceptions=True)

    # --- going out ---------------------------------------------------------------------------------------------

    async def _send(self) -> None:
        try:
            while True:
                taken = await self._outbox.take()
                for wire in taken.wires:
                    self._sending_since = self._door.clock.monotonic()
                    await self._websocket.send({"type": "websocket.send", "text": wire})
                    self._sending_since = None
                for topic in taken.lost:
                    await self._follow(Subscribe(type="subscribe", topic=topic))
        except (WebSocketDisconnect, RuntimeError):  # it ended while a frame was on its way
            self._door.hub.leave(self._outbox)

    async def _watch(self) -> None:
        """Close a connection that is silent, takes nothing any more, or whose session has ended."""
        limits, clock = self._door.limits, self._door.clock
        while True:
            await clock.sleep(limits.idle / 2)
            now = clock.monotonic()
            if now - self._heard_at > limits.idle:
                await self._close(IDLE, "Heartbeat timeout")
            elif self._sending_since is not None and now - self._sending_since > limits.timeout:
                await self._close(OVERLOADED, "Too slow")
            elif not await self._door.gate.still_holds(self._who):
                await self._close(POLICY_VIOLATION, "Signed out")

    async def _close(self, code: int, reason: str) -> None:
        if self._websocket.application_state is WebSocketState.CONNECTED:
            await self._websocket.close(code, reason)

    def _tell(self, frame: Ack | ConnectionEstablished | ErrorFrame | HeartbeatAck) -> None:
        self._outbox.tell(frame.model_dump_json())

    def _now(self) -> str:
        return isoformat(self._door.clock.now())

    # --- coming in ---------------------------------------------------------------------------------------------

    async def _receive(self) -> None:
        while True:
            message = await self._websocket.receive()
            if message["type"] == "websocket.disconnect":
                return
            self._heard_at = self._door.clock.monotonic()
            text = message.get("text")
            await self._answer(text if text is not None else message.get("bytes", b""))

    async def _answer(self, frame: str | bytes) -> None:
        reply_to: str | None = None
        try:
            raw = _object(frame, self._door.limits.frame_bytes)
            reply_to = _reply_to(raw)
            await self._obey(_command(raw))
        except ParlourError as error:
            self._refuse(error, reply_to)
        except Exception:
            log.exception("a frame could not be answered", user=self._who.user_id)
            self._refuse(ParlourError("Internal server error"), reply_to)

    def _refuse(self, error: ParlourError, reply_to: str | None) -> None:
        self._tell(
            ErrorFrame(
                error_code=error.code,
                error=error.safe,
                request_id=request_id_of(self._websocket.scope),
                reply_to=reply_to,
                timestamp=self._now(),
            )
        )

    async def _obey(self, command: ClientCommand) -> None:
        match command:
            case Subscribe():
                await self._follow(command)
            case Unsubscribe():
                self._door.hub.unsubscribe(self._outbox, command.topic)
                self._acknowledge(command.id, {"topic": command.topic}, 0)
            case SendMessage():
                said = await self._door.talk.say(self._who, command)
                self._acknowledge(command.id, dict(said.ids), said.seq, duplicate=said.duplicate)
            case Regenerate():
                said = await self._door.talk.regenerate(self._who, command)
                self._acknowledge(command.id, dict(said.ids), said.seq, duplicate=said.duplicate)
            case StopGeneration():
                await self._door.talk.stop(self._who, command.turn_id)
                self._acknowledge(command.id, {"turn_id": command.turn_id}, 0)
            case Heartbeat():
                heads = self._door.hub.heads(self._outbox)
                self._tell(HeartbeatAck(reply_to=command.id, heads=heads, timestamp=self._now()))
            case _:
                raise NotAvailable(f"{command.type} is not available on this server.")

    async def _follow(self, command: Subscribe) -> None:
        async with self._door.reads.read() as connection:
            allowed = await may_follow(connection, self._who, command.topic)
        if not allowed:
            raise NotFound("There is nothing here to follow.")
        await self._door.hub.subscribe(self._outbox, command.topic, command.after, command.id)

    def _acknowledge(self, reply_to: str | None, ids: dict[str, str], seq: int, *, duplicate: bool = False) -> None:
        self._tell(Ack(reply_to=reply_to, ids=ids, seq=seq, duplicate=duplicate, timestamp=self._now()))


def _object(frame: str | bytes, limit: int) -> dict[str, Any]:
    if len(frame) > limit:
        raise MessageTooLong(f"A frame has at most {limit:,} bytes.")
    try:
        raw = orjson.loads(frame)
    except orjson.JSONDecodeError as error:
        raise InvalidRequest("A frame is one JSON object.") from error
    if not isinstance(raw, dict):
        raise InvalidRequest("A frame is one JSON object.")
    return raw  # pyright: ignore[reportUnknownVariableType]


def _reply_to(raw: dict[str, Any]) -> str | None:
    given = raw.get("id")
    return given[:200] if isinstance(given, str) else None


def _command(raw: dict[str, Any]) -> ClientCommand:
    kind = raw.get("type")
    if not isinstance(kind, str):
        raise InvalidRequest("A frame has a type.")
    if kind not in _KNOWN:
        raise UnknownMessageType(f"There is no message of type {kind[:60]!r}.")
    if kind not in SERVED:
        raise NotAvailable(f"{kind} is not available on this server.")
    try:
        return _COMMAND.validate_python(raw)
    except ValidationError as error:
        faults = "; ".join(f"{'.'.join(map(str, e['loc'][1:])) or kind}: {e['msg']}" for e in error.errors()[:5])
        raise InvalidRequest(f"{kind} does not fit: {faults}.") from error
