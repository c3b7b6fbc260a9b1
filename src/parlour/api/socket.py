"""The socket: one connection that carries every topic its person follows, and everything they say."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

import structlog
from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState

from parlour.api.auth import who_asks
from parlour.api.doors import Said, Talk
from parlour.api.inbox import Inbox
from parlour.api.limits import Pace, Places
from parlour.api.socket_commands import command_of, fault_in, object_of, reply_to_of
from parlour.clock import Clock, isoformat
from parlour.errors import (
    Forbidden,
    NotFound,
    ParlourError,
    RateLimited,
    Unauthenticated,
)
from parlour.hub.hub import Hub
from parlour.hub.subscriber import Subscriber
from parlour.hub.typing import Typing
from parlour.hub.watcher import Watcher
from parlour.identity.access import may_follow
from parlour.identity.gate import Gate
from parlour.identity.throttle import network_of
from parlour.identity.who import Who
from parlour.ids import new_id
from parlour.protocol.commands import (
    ClientCommand,
    DecideToolCall,
    DeleteMessage,
    EditMessage,
    Heartbeat,
    Regenerate,
    SendMessage,
    StopGeneration,
    Subscribe,
    TypingIndicator,
    Unsubscribe,
)
from parlour.protocol.content import Json
from parlour.protocol.events import Ack, ConnectionEstablished, ErrorFrame, HeartbeatAck
from parlour.store.database import READ_FAULTS, Reads

CLOSING_S = 5.0
"""How long a close frame may wait for a client that takes nothing."""
OPEN_ANEW_S = 1.0
"""The pause before a topic that could not be opened is tried again."""
NOTHING_HERE = "There is nothing here to follow."

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
TOO_MANY = Ending(1013, "Too many connections; try again later")
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
    frames: int = 60
    """In any minute, heartbeats not counted; 0 for any number."""


@dataclass(frozen=True, slots=True)
class SocketDoor:
    """What the socket opens on."""

    gate: Gate
    hub: Hub
    talk: Talk
    typing: Typing
    reads: Reads
    clock: Clock
    origins: frozenset[str]
    limits: SocketLimits
    places: Places
    is_up: Callable[[], bool] = lambda: True
    """Whether this server belongs to its house just now: else another one is the place to be."""
    open: "set[_Connection]" = field(default_factory=lambda: set[_Connection]())

    def send_away(self) -> None:
        """Close every connection: whoever it was comes back to a server that can be used."""
        for connection in list(self.open):
            connection.end(BUSY)

    async def serve(self, websocket: WebSocket) -> None:
        """Answer one connection until it ends.

        It is accepted before it is refused, so that browsers get to see the code and the reason.
        """
        await websocket.accept()
        with self.places.one_for(network_of(websocket.client.host if websocket.client else None)) as is_free:
            if is_free:
                await self._serve_one(websocket)
                return
        log.warning("a socket was refused: there are too many", connections=self.places.taken)
        await _close(websocket, TOO_MANY)

    async def _serve_one(self, websocket: WebSocket) -> None:
        who = await self._admit(websocket) if self.is_up() else BUSY
        ending = who if isinstance(who, Ending) else await self._carry(_Connection(self, websocket, who))
        if ending is not None:
            await _close(websocket, ending)

    async def _carry(self, connection: "_Connection") -> Ending | None:
        self.open.add(connection)
        try:
            return await connection.go()
        finally:
            self.open.discard(connection)

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
    """One connection: six jobs beside each other, until the first of them ends."""

    def __init__(self, door: SocketDoor, websocket: WebSocket, who: Who) -> None:
        self._door = door
        self._websocket = websocket
        self._who = who
        self._outbox = Subscriber(door.limits.queue_bytes)
        self._rights = Watcher("account_updated")
        self._opening = asyncio.Lock()
        self._inbox = Inbox(websocket, door.clock)
        self._sending_since: float | None = None
        self._pace = Pace(door.clock, door.limits.frames)
        self._sent_away: asyncio.Future[Ending] = asyncio.get_running_loop().create_future()

    def end(self, ending: Ending) -> None:
        """End it from outside."""
        if not self._sent_away.done():
            self._sent_away.set_result(ending)

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
            for job in (
                self._inbox.listen(),
                self._answer_all(),
                self._send(),
                self._watch(),
                self._attend(),
                self._open_anew(),
            )
        ]
        try:
            done, _ = await asyncio.wait([*jobs, self._sent_away], return_when=asyncio.FIRST_COMPLETED)
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
        is_there = True
        while True:
            for wire in await self._outbox.take():
                self._sending_since = self._door.clock.monotonic()
                try:
                    if is_there:
                        await self._websocket.send({"type": "websocket.send", "text": wire})
                except (WebSocketDisconnect, RuntimeError):
                    # Whoever listens hears of it too; what was said before may still have to be carried out.
                    log.debug("a socket ended while a frame was on its way", user=self._who.user_id)
                    is_there = False
                self._sending_since = None

    async def _watch(self) -> Ending:
        """Wait until it is silent, takes nothing any more, or whoever opened it has no right to it any more."""
        limits, clock = self._door.limits, self._door.clock
        while True:
            await clock.sleep(limits.idle / 2)
            now = clock.monotonic()
            if self._sending_since is not None and now - self._sending_since > limits.timeout:
                return TOO_SLOW
            if self._inbox.silent_s > limits.idle:
                return IDLE
            try:
                if not await self._is_still_here():
                    return SIGNED_OUT
            except Exception:
                log.exception("whether somebody is still signed in could not be told; asking again later")

    async def _attend(self) -> Ending:
        """Wait until whoever opened it has no right to it any more, and take away what they no longer have one to."""
        topic = f"user:{self._who.user_id}"
        try:
            while True:
                try:
                    await self._door.hub.watch(self._rights, topic)
                    if not await self._is_still_here():
                        return SIGNED_OUT
                    await self._drop_what_is_not_theirs()
                    async with self._opening:
                        await self._drop_what_is_not_theirs()
                    await self._rights.noticed()
                except READ_FAULTS:
                    log.exception("what somebody still may could not be told; asking again")
                    await self._door.clock.sleep(OPEN_ANEW_S)
        finally:
            self._door.hub.unwatch(self._rights, topic)

    async def _is_still_here(self) -> bool:
        """Whether they are still signed in; from now on they are who they are now."""
        who = await self._door.gate.again(self._who)
        self._who = who or self._who
        return who is not None

    async def _drop_what_is_not_theirs(self) -> None:
        for topic in self._outbox.topics:
            async with self._door.reads.read() as connection:
                allowed = await may_follow(connection, self._who, topic)
            if not allowed and topic in self._outbox.topics:
                self._door.hub.unsubscribe(self._outbox, topic)
                self._refuse(NotFound(NOTHING_HERE), None, new_id(), {"topic": topic})

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
                self._refuse(gone, None, new_id(), {"topic": topic})
            except Exception:
                log.exception("a topic could not be opened anew; trying again", topic=topic)
                await self._door.clock.sleep(OPEN_ANEW_S)

    def _tell(self, frame: Ack | ConnectionEstablished | ErrorFrame | HeartbeatAck) -> None:
        self._outbox.tell(frame.model_dump_json())

    def _now(self) -> str:
        return isoformat(self._door.clock.now())

    # --- coming in ---------------------------------------------------------------------------------------------

    async def _answer_all(self) -> None:
        while True:
            await self._answer(await self._inbox.next())
            await self._outbox.room()
            self._inbox.answered()

    async def _answer(self, frame: str | bytes) -> None:
        """Carry out what a frame says. Its request id leads from a refusal to everything that is logged about it."""
        reply_to = kind = None
        request_id = new_id()
        with structlog.contextvars.bound_contextvars(request_id=request_id):
            try:
                raw = object_of(frame, self._door.limits.frame_bytes)
                reply_to = reply_to_of(raw)
                if raw.get("type") != "heartbeat":
                    self._pace.take()
                command = command_of(raw)
                kind = command.type
                await self._obey(command)
            except ParlourError as error:
                if error.is_fault:
                    log.error("a frame could not be answered", code=error.code, exc_info=error, **error.details)
                else:
                    log.info("a frame was refused", code=error.code, **error.details)
                self._refuse(error, reply_to, request_id)
            except Exception:
                log.exception("a frame could not be answered", user=self._who.user_id)
                self._refuse(fault_in(kind), reply_to, request_id)

    def _refuse(self, error: ParlourError, reply_to: str | None, request_id: str, details: Json | None = None) -> None:
        self._tell(
            ErrorFrame(
                error_code=error.code,
                error=error.safe,
                request_id=request_id,
                reply_to=reply_to,
                details=details or (dict(error.told) if isinstance(error, RateLimited) else None),
                timestamp=self._now(),
            )
        )

    async def _obey(self, command: ClientCommand) -> None:
        match command:
            case Subscribe():
                await self._inbox.unless_left(self._follow(command.topic, command.after, command.id))
            case Unsubscribe():
                async with self._opening:
                    self._door.hub.unsubscribe(self._outbox, command.topic)
                self._acknowledge(command.id, {"topic": command.topic}, 0)
            case TypingIndicator():
                self._door.typing.say(self._outbox, self._who.user_id, command)
            case StopGeneration():
                await self._door.talk.stop(self._who, command.turn_id)
                self._acknowledge(command.id, {"turn_id": command.turn_id}, 0)
            case Heartbeat():
                heads = self._door.hub.heads(self._outbox)
                self._tell(HeartbeatAck(reply_to=command.id, heads=heads, timestamp=self._now()))
            case _:
                said = await self._said(command)
                self._acknowledge(command.id, dict(said.ids), said.seq, duplicate=said.duplicate)

    async def _said(self, command: SendMessage | EditMessage | DeleteMessage | Regenerate | DecideToolCall) -> Said:
        """What came of a command that counts once."""
        talk = self._door.talk
        match command:
            case SendMessage():
                return await talk.say(self._who, command)
            case Regenerate():
                return await talk.regenerate(self._who, command)
            case EditMessage():
                return await talk.edit(self._who, command)
            case DeleteMessage():
                return await talk.delete(self._who, command)
            case DecideToolCall():
                return (await talk.decide(self._who, command)).said

    async def _follow(self, topic: str, after: int | None, reply_to: str | None) -> None:
        async with self._opening:
            async with self._door.reads.read() as connection:
                allowed = await may_follow(connection, self._who, topic)
            if not allowed:
                raise NotFound(NOTHING_HERE)
            await self._door.hub.subscribe(self._outbox, topic, after, reply_to)

    def _acknowledge(self, reply_to: str | None, ids: dict[str, str], seq: int, *, duplicate: bool = False) -> None:
        self._tell(Ack(reply_to=reply_to, ids=ids, seq=seq, duplicate=duplicate, timestamp=self._now()))
