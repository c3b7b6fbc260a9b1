"""The server's doors, put together over a running house: the socket, REST, the page."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Literal
from urllib.parse import urlsplit

import structlog
from fastapi import FastAPI
from sqlalchemy import func, select
from starlette.routing import Router, WebSocketRoute
from starlette.types import ASGIApp, Receive, Scope, Send

from parlour import __version__
from parlour.answering import routing_of
from parlour.api.components.looking import status_of
from parlour.api.doors import Doors, InForce, OfferedModel
from parlour.api.headers import WithHeaders
from parlour.api.limits import Places
from parlour.api.pages import built_pages, page_routes
from parlour.api.rest import make_rest
from parlour.api.socket import SocketDoor, SocketLimits
from parlour.app import App
from parlour.hub.typing import Typing
from parlour.identity.callers import Callers
from parlour.identity.connections import ConnectionDesk
from parlour.identity.who import Who
from parlour.models.lineup import Candidate, Watched
from parlour.models.pricing import Price
from parlour.models.route import Wish
from parlour.protocol.events import ENDED
from parlour.protocol.house import ConnectedPart
from parlour.protocol.routing import Routing
from parlour.protocol.system import SystemStatus
from parlour.store.database import READ_FAULTS
from parlour.store.queries.connections import StoredConnection, stored_connections
from parlour.store.queries.people import Project
from parlour.store.tables import nodes, tenants, turns
from parlour.tools.cache import ToolCache
from parlour.tools.caller import Caller
from parlour.tools.tally import Counted
from parlour.tools.tool import Tool
from parlour.turn.leaving import Leaving
from parlour.turn.told_before import ToldBefore

log = structlog.get_logger(__name__)

SOCKET = "/api/v1/chat/ws"
_STANDS: Mapping[str, Literal["connected", "away", "off"]] = {"connected": "connected", "off": "off"}


def make_asgi(app: App, rest_of: Callable[[Doors], FastAPI] = make_rest) -> ASGIApp:
    """Everything that can be asked of `app` over HTTP and WebSocket; `rest_of` puts the REST doors together."""
    address = urlsplit(app.settings.address)
    origins = frozenset({f"{address.scheme}://{address.netloc}"})
    places = Places(app.settings.websocket_max_connections, app.settings.websocket_max_per_address)
    status = _Status(app, app.clock.now())
    app.system.looked = status.looked
    rest = rest_of(
        Doors(
            reads=app.database,
            writer=app.writer,
            clock=app.clock,
            gate=app.gate,
            household=app.household,
            leaving=Leaving(app.database, app.writer, app.clock, app.talk.end),
            address=app.settings.address,
            conversations=app.conversations,
            talk=app.talk,
            hub=app.hub,
            rules=app.talk.rules,
            tools=_Tools(app),
            models=_Models(app),
            offers=app.offers,
            providers=app.providers,
            connections=ConnectionDesk(app.database, app.writer, app.clock, app.providers.vault),
            outside=app.outside,
            data=app.data,
            suggestions=_Suggestions(app),
            connected=_Connected(app),
            readiness=_Readiness(app),
            status=status,
            counts=_Counts(app, places),
            version=__version__,
            origins=origins,
        )
    )
    rest.router.routes.extend(page_routes(built_pages()))
    sockets = Router([WebSocketRoute(SOCKET, _socket(app, origins, places).serve)])
    http = WithHeaders(rest)

    async def asgi(scope: Scope, receive: Receive, send: Send) -> None:
        await (sockets if scope["type"] == "websocket" else http)(scope, receive, send)

    return asgi


def _socket(app: App, origins: frozenset[str], places: Places) -> SocketDoor:
    door = SocketDoor(
        gate=app.gate,
        hub=app.hub,
        talk=app.talk,
        typing=Typing(app.hub, app.node.announcer, app.clock),
        reads=app.database,
        clock=app.clock,
        origins=origins,
        limits=_limits(app),
        places=places,
        is_up=lambda: app.node.lease.is_held,
    )
    app.node.lease.on_lost.append(door.send_away)
    return door


def _limits(app: App) -> SocketLimits:
    settings = app.settings
    return SocketLimits(
        heartbeat=settings.websocket_ping_interval,
        idle=settings.websocket_idle,
        timeout=settings.websocket_timeout,
        queue_bytes=settings.websocket_queue_bytes,
        frame_bytes=settings.websocket_max_frame_bytes,
        frames=settings.chat_rate_limit,
    )


@dataclass(frozen=True, slots=True)
class _Tools:
    app: App

    @property
    def tally(self) -> Iterable[Counted]:
        return self.app.executor.tally

    async def tools(self, caller: Caller) -> Sequence[Tool]:
        return await self.app.executor.offered(caller)


@dataclass(frozen=True, slots=True)
class _Models:
    app: App

    @property
    def shipped_routing(self) -> Routing:
        return routing_of(self.app.settings)

    async def watched(self, who: Who) -> Sequence[Watched]:
        async with self.app.database.read() as connection:
            return await self.app.lineup.watched(connection, Wish(who.tenant_id, "", ""))

    async def offered(self, who: Who, project_id: str | None = None) -> Sequence[OfferedModel]:
        wish = Wish(who.tenant_id, project_id, who.user_id) if project_id else Wish(who.tenant_id, "", "")
        async with self.app.database.read() as connection:
            found = await self.app.lineup.candidates(connection, wish)
        return [
            OfferedModel(
                id=each.name,
                provider=each.provider,
                host=each.host,
                is_allowed=each.is_allowed,
                is_default=each.is_default,
                scope=each.scope,
                window=each.window,
                is_tier=each.is_tier,
                price=await self._price(each),
            )
            for each in found
        ]

    async def in_force(self, wish: Wish) -> InForce:
        async with self.app.database.read() as connection:
            settled = await self.app.lineup.settled(connection, wish)
            caller = await Callers().caller(connection, wish.user_id, wish.project_id)
        tools = await self.app.executor.offered(caller) if caller else ()
        parameters = self.app.shipped.below(settled.parameters, has_tools=bool(tools))
        return InForce(settled, parameters, self.app.shipped.ceiling)

    async def _price(self, model: Candidate) -> Price | None:
        """What it asks. Nobody looks up what is not asked: the list of prices is large."""
        if not model.is_allowed:
            return None
        return await self.app.prices.of(model.name, model.host, self.app.clock.now())


@dataclass(frozen=True, slots=True)
class _Suggestions:
    app: App

    async def questions(self, caller: Caller) -> Sequence[str]:
        return await self.app.built_in.suggestions(await self.app.executor.offered(caller), caller)


@dataclass(frozen=True, slots=True)
class _Connected:
    app: App

    async def connected(self, who: Who, project: Project) -> Sequence[ConnectedPart]:
        home = await self._home(who.in_project(project.id), project.name)
        joined = await self._joined(project)
        return [home, *joined, await self._database()] if who.may("house:manage") else [home, *joined]

    async def _joined(self, project: Project) -> Sequence[ConnectedPart]:
        """What the project's home is joined to. What is wrong with it, and where it is, is for admins."""
        async with self.app.database.read() as connection:
            rows = [row for row in await stored_connections(connection) if row.project_id == project.id]
        return [
            ConnectedPart(kind="connection", name=row.name, state=_STANDS.get(row.state, "away"), words=_stands(row))
            for row in rows
        ]

    async def _home(self, caller: Caller, project_name: str) -> ConnectedPart:
        found = await self.app.home.inventory(caller)
        name = found.name or project_name
        if not found.total:
            return ConnectedPart(kind="home", name=name, state="empty", words="Nothing is in this house yet.")
        what = f"{'The demo house: ' if found.is_demo else ''}{found.in_words()}."
        return ConnectedPart(kind="home", name=name, state="connected", words=what)

    async def _database(self) -> ConnectedPart:
        url = self.app.database.url
        if self.app.database.is_sqlite:
            name, words = "SQLite", f"Everything is kept in one file: {url.database}."
        else:
            name = "PostgreSQL"
            words = f"Everything is kept in the database {url.database} at {url.host or 'this host'}."
            words += await self._servers()
        return ConnectedPart(kind="database", name=name, state="connected", words=words)

    async def _servers(self) -> str:
        """The servers that share the database, in a sentence; nothing for one that is alone."""
        async with self.app.database.read() as connection:
            versions = list(await connection.scalars(select(nodes.c.version)))
        if len(versions) < 2:
            return ""
        return f" {len(versions)} servers share it, of version {', '.join(sorted(set(versions)))}."


@dataclass(frozen=True, slots=True)
class _Counts:
    app: App
    places: Places

    async def counts(self) -> Mapping[str, int]:
        followers = self.app.hub.followers
        talks = [count for topic, count in followers.items() if topic.startswith("conversation:")]
        unfinished = select(turns.c.status, func.count()).where(turns.c.status.not_in(ENDED)).group_by(turns.c.status)
        async with self.app.database.read() as connection:
            by_status = {status: count for status, count in await connection.execute(unfinished)}
        return {
            "connections": self.places.taken,
            "subscriptions": sum(followers.values()),
            "conversations_followed": len(talks),
            "most_connections_of_one_conversation": max(talks, default=0),
            **{f"turns_{status}": by_status.get(status, 0) for status in ("queued", "running", "waiting")},
            **_of_tools(self.app.executor.cache),
            **_of_answers(self.app.means.told),
        }


def _of_tools(cache: ToolCache) -> Mapping[str, int]:
    """How often what tools told was told again."""
    counted = {f"tool_cache_{name}_total": count for name, count in asdict(cache.counts).items()}
    return {"tool_cache_entries": len(cache), **counted}


def _of_answers(told: ToldBefore) -> Mapping[str, int]:
    """How often what models said was told again."""
    counted = {f"answer_cache_{name}_total": count for name, count in asdict(told.counts).items()}
    return {"answer_cache_entries": len(told), **counted}


@dataclass(frozen=True, slots=True)
class _Status:
    app: App
    started_at: datetime

    async def status(self, who: Who) -> SystemStatus:
        return await status_of(self.app, who.tenant_id, self.started_at)

    async def looked(self, caller: Caller) -> SystemStatus:
        return await status_of(self.app, caller.tenant_id, self.started_at)


@dataclass(frozen=True, slots=True)
class _Readiness:
    app: App

    async def ready(self) -> Mapping[str, bool]:
        return {
            "database": await self._is_there(),
            "storage": not self.app.writer.is_full,
            "lease": self.app.node.lease.is_held,
        }

    async def _is_there(self) -> bool:
        try:
            async with self.app.database.read() as connection:
                return await connection.scalar(select(tenants.c.id).limit(1)) is not None
        except READ_FAULTS:
            log.warning("the database cannot be read", exc_info=True)
            return False


def _stands(row: StoredConnection) -> str:
    """How a connection stands, in words that anybody in its home may read."""
    match row.state:
        case "connected":
            return f"{row.server or row.name} is connected; its devices are kept in step."
        case "off":
            return "It is switched off; its devices are as they were last."
        case "connecting":
            return "It is being connected."
        case _:
            return "It does not answer; its devices are as they were last, and cannot be controlled."
