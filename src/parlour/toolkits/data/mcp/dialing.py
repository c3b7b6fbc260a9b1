"""How each server is reached: what needs the package `mcp`, which is an extra and slow to load, hangs on this."""

import logging
import os
import sys
from collections.abc import Callable
from pathlib import Path

from parlour.clock import Clock
from parlour.toolkits.data.mcp.commands import Command
from parlour.toolkits.data.mcp.hiding import Hidden
from parlour.toolkits.data.mcp.http import http_streams
from parlour.toolkits.data.mcp.link import Link
from parlour.toolkits.data.mcp.links import Links
from parlour.toolkits.data.mcp.oauth.entrance import Entrance
from parlour.toolkits.data.mcp.oauth.sign_in import EVERYBODY, SignIns
from parlour.toolkits.data.mcp.session import Session
from parlour.toolkits.data.mcp.settings import McpLimits, McpSettings
from parlour.toolkits.data.mcp.stdio import standard_streams
from parlour.toolkits.data.network import Reach

# What it makes of what servers say may have secrets in it. What matters of that is in our own log.
for _name in ("mcp.client", "client"):
    logging.getLogger(_name).setLevel(logging.CRITICAL + 1)

SEARCHED = os.pathsep.join((str(Path(sys.executable).parent), "/usr/local/bin", os.defpath.lstrip(":")))
"""Where programs are found that are listed without a path, and find others."""


def link_to(
    settings: McpSettings,
    address: str,
    command: Command | None,
    reach: Reach,
    limits: McpLimits,
    clock: Clock,
    whose: str = EVERYBODY,
) -> Link:
    """The way to a server, with the sign-in of somebody, not connected so far."""
    entrance = None
    if command is None and settings.token is None:
        entrance = Entrance(address, whose, _sign_ins(settings), reach, clock)

    hidden = Hidden(settings, command, entrance.secrets if entrance is not None else tuple)

    def dial(changed: Callable[[], None]) -> Session:
        if command is None:
            streams = http_streams(settings.url, _headers(settings), reach, limits, entrance)
        else:
            streams = standard_streams(
                command, _environment(settings, command), address, limits.message_bytes, hidden.masks
            )
        return Session(streams, address, limits, changed)

    return Link(dial, address, settings, limits, clock, hidden, entrance)


def links_to(settings: McpSettings, address: str, reach: Reach, limits: McpLimits, clock: Clock) -> Links:
    """The ways to a server where each person signs in for themselves."""

    def one(whose: str) -> Link:
        return link_to(settings, address, None, reach, limits, clock, whose)

    return Links(one, settings)


def _sign_ins(settings: McpSettings) -> SignIns:
    return SignIns.of(settings.sign_in.get_secret_value() if settings.sign_in else None)


def _headers(settings: McpSettings) -> dict[str, str]:
    headers = {name: value.get_secret_value() for name, value in settings.headers.items()}
    if settings.token is not None:
        headers["Authorization"] = f"Bearer {settings.token.get_secret_value()}"
    return headers


def _environment(settings: McpSettings, command: Command) -> dict[str, str]:
    """All that a program sees: what is listed for it, and what the project sets of it. Nothing is inherited."""
    own = {name: value.get_secret_value() for name, value in settings.variables.items() if name in command.takes}
    return {"PATH": SEARCHED, "LANG": "C.UTF-8"} | command.environment | own
