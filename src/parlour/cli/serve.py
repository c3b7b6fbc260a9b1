"""`parlour serve`: the server itself."""

import asyncio
import contextlib
import os
import signal
import socket
import sys
from collections.abc import Awaitable, Callable, Generator, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from typing import Annotated

import structlog
import typer
import uvicorn
import uvloop
from fastapi import FastAPI
from starlette.types import ASGIApp

from parlour.api.asgi import make_asgi
from parlour.api.doors import Doors
from parlour.api.rest import make_rest
from parlour.app import App, running
from parlour.clock import Clock
from parlour.config import Settings
from parlour.environment import read_settings
from parlour.errors import BadSetting
from parlour.journal.writer import OpenWriter, open_writer
from parlour.models.base import Model
from parlour.telling import configure_logging

SHUTDOWN_S = 5
BACKLOG = 2048

log = structlog.get_logger(__name__)


def serve(
    demo: Annotated[bool, typer.Option("--demo", help="Load the demo house, if the home is still empty.")] = False,
) -> None:
    """Run the server until it is told to stop."""
    settings = read_settings(os.environ)
    configure_logging(settings.log_level, settings.log_format)
    run(settings, demo=demo, ready=_say_where)


def run(
    settings: Settings,
    *,
    demo: bool = False,
    models: Sequence[Model] | None = None,
    open_writer: OpenWriter = open_writer,
    clock: Clock | None = None,
    rest_of: Callable[[Doors], FastAPI] = make_rest,
    ready: Callable[[App], Awaitable[None]],
) -> None:
    """Serve until SIGINT or SIGTERM, then hand every turn back. `ready` is told once everything listens.

    `models`, `open_writer` and `clock` are as in `app.running`, `rest_of` as in `make_asgi`. Raises BadSetting when the
    address cannot be listened on.
    """
    listening = _listen(settings)
    settings = replace(settings, port=listening.getsockname()[1])
    house = running(settings, demo=demo, models=models, open_writer=open_writer, clock=clock)
    uvloop.run(_serve(house, lambda app: make_asgi(app, rest_of), settings, listening, ready))


async def _serve(
    house: AbstractAsyncContextManager[App],
    served: Callable[[App], ASGIApp],
    settings: Settings,
    listening: socket.socket,
    ready: Callable[[App], Awaitable[None]],
) -> None:
    async with house as app:
        server = _Server(transport(served(app), settings))
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, server.stop)
        await ready(app)
        await server.serve(sockets=[listening])


def transport(app: ASGIApp, settings: Settings) -> uvicorn.Config:
    """How HTTP and the socket are served."""
    return uvicorn.Config(
        app,
        http="httptools",
        ws="websockets-sansio",
        ws_max_size=settings.websocket_transport_bytes,
        ws_per_message_deflate=False,
        ws_ping_interval=None,
        lifespan="off",
        proxy_headers=bool(settings.trusted_proxies),
        forwarded_allow_ips=settings.trusted_proxies,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=SHUTDOWN_S,
    )


class _Server(uvicorn.Server):
    """Ends when it is told to, and leaves the process to us: there are turns to hand back afterwards."""

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None]:
        yield

    def stop(self) -> None:
        """Take no more, let what is open end; at the second call, at once."""
        self.force_exit = self.should_exit
        self.should_exit = True


def _listen(settings: Settings) -> socket.socket:
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    # Event loops send small answers at once only on sockets that say they are TCP.
    listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if sys.platform == "linux":  # connections inherit it; without it one that takes nothing any more stays for ever
        unread_ms = round(2_000 * settings.websocket_timeout)
        listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, unread_ms)
    try:
        listening.bind((settings.host, settings.port))
        listening.listen(BACKLOG)
    except OSError as error:
        listening.close()
        raise BadSetting(
            f"PARLOUR_HOST {settings.host} with PARLOUR_PORT {settings.port} cannot be listened on: {error.strerror}."
        ) from error
    return listening


async def _say_where(app: App) -> None:
    """Print where the house is, and the way in for an admin who has never been inside."""
    where = app.settings.address
    if app.house.admin.signed_in_at is None:
        link = await app.gate.make_link(app.house.admin)
        where = f"{where}/link?token={link.secret}\n(the link signs admin in once, within 15 minutes)"
    sys.stdout.write(f"Parlour is ready: {where}\n")
    sys.stdout.flush()
