"""The socket: one connection that carries every topic its person follows, and everything they say."""

import asyncio
from dataclasses import dataclass

import structlog
from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState

from parlour.api.auth import who_asks
from parlour.api.doors import Talk
from parlour.api.socket_commands import command_of, object_of, reply_to_of
from parlour.clock import Clock, isoformat
from parlour.errors import (
    Forbidden,
    NotAvailable,
    NotFound,
    ParlourError,
    Unauthenticated,
)
from parlour.hub.hub import Hub
from parlour.hub.subscriber import Subscriber
from parlour.identity.access import may_follow
from parlour.identity.gate import Gate
from parlour.identity.who import Who
from parlour.ids import new_id
from parlour.protocol.commands import (
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

CLOSING_S = 5.0
"""How long a close frame may wait for a client that takes nothing."""
OPEN_ANEW_S = 1.0
"""The pause before a topic that could not be opened is tried again."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Ending:
    """How the server ends a connection: a close code, and a reason of at most 123 bytes."""

    code: int
    reason: str


NO_CREDENTIAL = Ending(1008, "missing authentication")
BAD_CREDENTIAL = Ending(1008, "authentication failed")
SIGNED_OUT = Ending(1008, "Signed out")
BROKEN = Ending(1011, "Internal server error")
BUSY = Ending(1013, "Try again later")
TOO_SLOW = Ending(1013, "Too slow")
IDLE = Ending(4408, "Heartbeat timeout")


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
        who = await self._admit(websocket)
        ending = who if isinstance(who, Ending) else await _Connection(self, websocket, who).go()
        if ending is not None:
            await _close(websocket, ending)

    async def _admit(self, websocket: WebSocket) -> Who | Ending:
        try:
            async with asyncio.timeout(self.limits.timeout):
                return await who_asks(websocket, self.gate, self.origins)
        except (Unauthenticated, Forbidden) as refusal:
            shown = "authorization" in websocket.headers or websocket.cookies or "ticket" in websocket.query_params
            log.info("a socket was refused", code=refusal.code)
            return BAD_CREDENTIAL if shown else NO_CREDENTIAL
        except TimeoutError:
            log.warning("who opens a socket could not be told in time")
            return BUSY
        except Exception:
            log.exception("who opens a socket could not be told")
            return BROKEN


async def _close(websocket: WebSocket, ending: Ending) -> None:
    if websocket.application_state is not WebSocketState.CONNECTED:
        return
    try:
        async with asyncio.timeout(CLOSING_S):
            await websocket.close(ending.code, ending.reason)
    except (WebSocketDisconnect, RuntimeError, TimeoutError):
        log.debug("a socket was gone before it could be closed", code=ending.code)


class _Connection:
    """One connection: four jobs beside each other, until the first of them ends."""

    def __init__(self, door: SocketDoor, websocket: WebSocket, who: Who) -> None:
        self._door = door
        self._websocket = websocket
        self._who = who
        self._outbox = Subscriber(door.limits.queue_bytes)
        self._opening = asyncio.Lock()
        self._heard_at: float | None = door.clock.monotonic()
        """None while something that was heard is being answered."""
        self._sending_since: float | None = None

    async def go(self) -> Ending | None:
        """Serve until the client leaves (None) or has to be sent away."""
        self._tell(
            ConnectionEstablished(
                connection_id=new_id(),
                user_id=self._who.user_id,
                heartbeat_interval=self._door.limits.heartbeat,
                timestamp=self._now(),
            )
        )
        jobs = [
            asyncio.create_task(job, name="socket")
            for job in (self._receive(), self._send(), self._watch(), self._open_anew())
        ]
        try:
            done, _ = await asyncio.wait(jobs, return_when=asyncio.FIRST_COMPLETED)
            return next(iter(done)).result()
        except Exception:
            log.exception("a socket broke", user=self._who.user_id)
            return BROKEN
        finally:
            self._door.hub.leave(self._outbox)
            for job in jobs:
                job.cancel()
            await asyncio.gather(*jobs, return_exceptions=True)

    # --- going out ---------------------------------------------------------------------------------------------

    async def _send(self) -> None:
        try:
            while True:
                for wire in await self._outbox.take():
                    self._sending_since = self._door.clock.monotonic()
                    await self._websocket.send({"type": "websocket.send", "text": wire})
                    self._sending_since = None
        except (WebSocketDisconnect, RuntimeError):
            log.debug("a socket ended while a frame was on its way", user=self._who.user_id)

    async def _watch(self) -> Ending:
        """Wait until it is silent, takes nothing any more, or whoever opened it has no right to it any more."""
        limits, clock = self._door.limits, self._door.clock
        while True:
            await clock.sleep(limits.idle / 2)
            now = clock.monotonic()
            if self._sending_since is not None and now - self._sending_since > limits.timeout:
                return TOO_SLOW
            if self._heard_at is not None and now - self._heard_at > limits.idle:
                return IDLE
            try:
                if not await self._door.gate.still_holds(self._who):
                    return SIGNED_OUT
            except Exception:
                log.exception("whether somebody is still signed in could not be told; asking again later")

    async def _open_anew(self) -> None:
        """Whenever topics were lost because it read too slowly, send them anew."""
        while True:
            for topic in await self._outbox.lost():
                await self._insist_on(topic)

    async def _insist_on(self, topic: str) -> None:
        while topic in self._outbox.topics:
            try:
                await self._follow(topic, None, None)
                return
            except NotFound as gone:
                self._door.hub.unsubscribe(self._outbox, topic)
                self._refuse(gone, None, new_id())
            except Exception:
                log.exception("a topic could not be opened anew; trying again", topic=topic)
                await self._door.clock.sleep(OPEN_ANEW_S)

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
            self._heard_at = None
            text = message.get("text")
            await self._answer(text if text is not None else message.get("bytes", b""))
            await self._outbox.room()
            self._heard_at = self._door.clock.monotonic()

    async def _answer(self, frame: str | bytes) -> None:
        """Carry out what a frame says. Its request id leads from a refusal to everything that is logged about it."""
        reply_to: str | None = None
        request_id = new_id()
        with structlog.contextvars.bound_contextvars(request_id=request_id):
            try:
                raw = object_of(frame, self._door.limits.frame_bytes)
                reply_to = reply_to_of(raw)
                await self._obey(command_of(raw))
            except ParlourError as error:
                if error.status >= 500 and not isinstance(error, NotAvailable):
                    log.error("a frame could not be answered", code=error.code, exc_info=error, **error.details)
                else:
                    log.info("a frame was refused", code=error.code, **error.details)
                self._refuse(error, reply_to, request_id)
            except Exception:
                log.exception("a frame could not be answered", user=self._who.user_id)
                self._refuse(ParlourError("Internal server error"), reply_to, request_id)

    def _refuse(self, error: ParlourError, reply_to: str | None, request_id: str) -> None:
        self._tell(
            ErrorFrame(
                error_code=error.code,
                error=error.safe,
                request_id=request_id,
                reply_to=reply_to,
                timestamp=self._now(),
            )
        )

    async def _obey(self, command: ClientCommand) -> None:
        match command:
            case Subscribe():
                await self._follow(command.topic, command.after, command.id)
            case Unsubscribe():
                async with self._opening:
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

    async def _follow(self, topic: str, after: int | None, reply_to: str | None) -> None:
        async with self._opening:
            async with self._door.reads.read() as connection:
                allowed = await may_follow(connection, self._who, topic)
            if not allowed:
                raise NotFound("There is nothing here to follow.")
            await self._door.hub.subscribe(self._outbox, topic, after, reply_to)

    def _acknowledge(self, reply_to: str | None, ids: dict[str, str], seq: int, *, duplicate: bool = False) -> None:
        self._tell(Ack(reply_to=reply_to, ids=ids, seq=seq, duplicate=duplicate, timestamp=self._now()))
