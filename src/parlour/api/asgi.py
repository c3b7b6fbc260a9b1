"""The server's doors, put together over a running house: the socket, REST, the page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from sqlalchemy import select
from starlette.routing import Router, WebSocketRoute
from starlette.types import ASGIApp, Receive, Scope, Send

from parlour import __version__
from parlour.api.doors import Doors, OfferedModel
from parlour.api.headers import WithHeaders
from parlour.api.pages import built_pages, page_routes
from parlour.api.rest import make_rest
from parlour.api.socket import SocketDoor, SocketLimits
from parlour.app import App
from parlour.identity.who import Who
from parlour.protocol.house import ConnectedPart
from parlour.store.queries.people import Project
from parlour.store.tables import tenants
from parlour.tools.caller import Caller
from parlour.tools.tool import Tool

SOCKET = "/api/v1/chat/ws"


def make_asgi(app: App) -> ASGIApp:
    """Everything that can be asked of `app` over HTTP and WebSocket."""
    address = urlsplit(app.settings.address)
    origins = frozenset({f"{address.scheme}://{address.netloc}"})
    rest = make_rest(
        Doors(
            reads=app.database,
            writer=app.writer,
            clock=app.clock,
            gate=app.gate,
            conversations=app.conversations,
            talk=app.talk,
            tools=_Tools(app),
            models=_Models(app),
            offers=app.offers,
            providers=app.providers,
            suggestions=_Suggestions(app),
            connected=_Connected(app),
            readiness=_Readiness(app),
            version=__version__,
            origins=origins,
        )
    )
    rest.router.routes.extend(page_routes(built_pages()))
    sockets = Router([WebSocketRoute(SOCKET, _socket(app, origins).serve)])
    http = WithHeaders(rest)

    async def asgi(scope: Scope, receive: Receive, send: Send) -> None:
        await (sockets if scope["type"] == "websocket" else http)(scope, receive, send)

    return asgi


def _socket(app: App, origins: frozenset[str]) -> SocketDoor:
    return SocketDoor(
        gate=app.gate,
        hub=app.hub,
        talk=app.talk,
        reads=app.database,
        clock=app.clock,
        origins=origins,
        limits=_limits(app),
    )


def _limits(app: App) -> SocketLimits:
    settings = app.settings
    return SocketLimits(
        heartbeat=settings.websocket_ping_interval,
        idle=settings.websocket_idle,
        timeout=settings.websocket_timeout,
        queue_bytes=settings.websocket_queue_bytes,
        frame_bytes=settings.websocket_max_frame_bytes,
    )


@dataclass(frozen=True, slots=True)
class _Tools:
    app: App

    async def tools(self, caller: Caller) -> Sequence[Tool]:
        return await self.app.executor.offered(caller)


@dataclass(frozen=True, slots=True)
class _Models:
    app: App

    async def offered(self, who: Who) -> Sequence[OfferedModel]:
        async with self.app.database.read() as connection:
            found = await self.app.lineup.candidates(connection, who.tenant_id)
        return [OfferedModel(each.name, each.provider, each.host, each.is_allowed, each.is_default) for each in found]


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
        return [home, self._database()] if who.may("house:manage") else [home]

    async def _home(self, caller: Caller, project_name: str) -> ConnectedPart:
        found = await self.app.home.inventory(caller)
        name = found.name or project_name
        if not found.total:
            return ConnectedPart(kind="home", name=name, state="empty", words="Nothing is in this house yet.")
        what = f"{'The demo house: ' if found.is_demo else ''}{found.in_words()}."
        return ConnectedPart(kind="home", name=name, state="connected", words=what)

    def _database(self) -> ConnectedPart:
        url = self.app.database.url
        if self.app.database.is_sqlite:
            name, words = "SQLite", f"Everything is kept in one file: {url.database}."
        else:
            name, words = (
                "PostgreSQL",
                f"Everything is kept in the database {url.database} at {url.host or 'this host'}.",
            )
        return ConnectedPart(kind="database", name=name, state="connected", words=words)


@dataclass(frozen=True, slots=True)
class _Readiness:
    app: App

    async def ready(self) -> Mapping[str, bool]:
        async with self.app.database.read() as connection:
            return {"database": await connection.scalar(select(tenants.c.id).limit(1)) is not None}
