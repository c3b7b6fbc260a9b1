"""Who is asking, told from a request or the handshake of a socket."""

from collections.abc import Awaitable, Callable
from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import APIKeyCookie, HTTPBearer
from starlette.requests import HTTPConnection
from starlette.responses import Response

from parlour.api.doors import Doors
from parlour.errors import Forbidden, Unauthenticated
from parlour.identity.gate import Gate
from parlour.identity.who import Visit, Who

COOKIE = "parlour_session"
COOKIE_LASTS_S = 400 * 24 * 3600
"""As long as browsers allow. When the session itself ends is for the server to say."""

_FOREIGN = "This request came from another site, so nothing was done."
_HARMLESS = frozenset({"GET", "HEAD", "OPTIONS"})


async def who_asks(connection: HTTPConnection, gate: Gate, origins: frozenset[str]) -> Who:
    """Who sent a request, or opens a socket, by the first of these that it brings:

    an API key or an access token in the header; a session cookie, which counts for a change or a socket only when
    it comes from a page of ours; for a socket, a ticket in the query.

    Raises Unauthenticated, and Forbidden for a foreign page.
    """
    header = connection.headers.get("authorization")
    if header is not None:
        scheme, _, secret = header.partition(" ")
        if scheme.lower() != "bearer" or not secret.strip():
            raise Unauthenticated
        return await gate.by_bearer(secret.strip())
    cookie = connection.cookies.get(COOKIE)
    if cookie:
        if _changes_something(connection) and not from_our_page(connection, origins):
            raise Forbidden(_FOREIGN)
        return await gate.by_session(cookie)
    ticket = connection.query_params.get("ticket") if connection.scope["type"] == "websocket" else None
    if ticket:
        return await gate.by_ticket(ticket)
    raise Unauthenticated


def asking(doors: Doors) -> Callable[..., Awaitable[None]]:
    """The dependency of every router that is not open to all: finds out who is asking, or refuses."""
    bearer = Depends(
        HTTPBearer(auto_error=False, description="A token from `parlour token create`, or from `/auth/token`.")
    )
    cookie = Depends(APIKeyCookie(name=COOKIE, auto_error=False, description="What a browser has after signing in."))

    async def find_out(request: Request, _bearer: object = bearer, _cookie: object = cookie) -> None:
        request.state.who = await who_asks(request, doors.gate, doors.origins)

    return find_out


async def _who(request: Request) -> Who:
    who = getattr(request.state, "who", None)
    if not isinstance(who, Who):
        raise Unauthenticated
    return who


Asking = Annotated[Who, Depends(_who)]
"""The parameter of a route that wants to know who is asking."""


def from_our_page(connection: HTTPConnection, origins: frozenset[str]) -> bool:
    """Whether a browser says that a page of ours sent this."""
    origin = connection.headers.get("origin")
    if origin is None:
        return False
    _, _, host = origin.lower().partition("://")
    return origin in origins or host == connection.headers.get("host", "").lower() != ""


def check_page(request: Request, origins: frozenset[str]) -> None:
    """Raise Forbidden for a foreign page that would sign a browser in, whether or not that browser has a session."""
    if "origin" in request.headers and not from_our_page(request, origins):
        raise Forbidden(_FOREIGN)


def visit_of(connection: HTTPConnection) -> Visit:
    """Where a request came from, for the audit."""
    return Visit(connection.client.host if connection.client else None, connection.headers.get("user-agent"))


def set_session(response: Response, connection: HTTPConnection, secret: str) -> None:
    """Give a browser its session."""
    response.set_cookie(
        COOKIE,
        secret,
        max_age=COOKIE_LASTS_S,
        httponly=True,
        samesite="lax",
        secure=connection.url.scheme in ("https", "wss"),
    )


def clear_session(response: Response) -> None:
    """Take a browser's session away."""
    response.delete_cookie(COOKIE, httponly=True, samesite="lax")


def _changes_something(connection: HTTPConnection) -> bool:
    return connection.scope["type"] == "websocket" or connection.scope["method"] not in _HARMLESS
