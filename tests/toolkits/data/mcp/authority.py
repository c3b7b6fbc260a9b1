"""An MCP server that wants a sign-in, and its authorization server, both of the official package, on the loopback."""

import asyncio
import secrets
import socket
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import mcp_types as types
import orjson
import uvicorn
from mcp.server.auth.middleware.auth_context import get_access_token
from mcp.server.auth.provider import (
    AccessToken,
    AuthorizationCode,
    AuthorizationParams,
    OAuthAuthorizationServerProvider,
    RefreshToken,
    TokenError,
    construct_redirect_uri,
)
from mcp.server.auth.settings import AuthSettings, ClientRegistrationOptions
from mcp.server.mcpserver import MCPServer
from mcp.shared.auth import OAuthClientInformationFull, OAuthToken
from pydantic import AnyHttpUrl

Rewrite = Callable[[str, dict[str, Any]], dict[str, Any]]
"""What a body of JSON at a path is said to be instead."""


def _as_it_is(path: str, body: dict[str, Any]) -> dict[str, Any]:
    return body


@dataclass
class Authority(OAuthAuthorizationServerProvider[AuthorizationCode, RefreshToken, AccessToken]):
    """An authorization server that says yes to everybody. Each refresh token is good for one time."""

    now: Callable[[], float]
    lasts_s: int = 3600
    clients: dict[str, OAuthClientInformationFull] = field(default_factory=dict[str, OAuthClientInformationFull])
    codes: dict[str, AuthorizationCode] = field(default_factory=dict[str, AuthorizationCode])
    tokens: dict[str, AccessToken] = field(default_factory=dict[str, AccessToken])
    refreshes: dict[str, RefreshToken] = field(default_factory=dict[str, RefreshToken])
    asked: list[str] = field(default_factory=list[str])
    """Every path that was asked for, with its method."""
    rewrite: Rewrite = _as_it_is

    async def get_client(self, client_id: str) -> OAuthClientInformationFull | None:
        return self.clients.get(client_id)

    async def register_client(self, client_info: OAuthClientInformationFull) -> None:
        self.clients[client_info.client_id] = client_info

    async def authorize(self, client: OAuthClientInformationFull, params: AuthorizationParams) -> str:
        code = AuthorizationCode(
            code=secrets.token_urlsafe(16),
            scopes=params.scopes or [],
            expires_at=self.now() + 60,
            client_id=client.client_id,
            code_challenge=params.code_challenge,
            redirect_uri=params.redirect_uri,
            redirect_uri_provided_explicitly=params.redirect_uri_provided_explicitly,
            resource=params.resource,
        )
        self.codes[code.code] = code
        return construct_redirect_uri(str(params.redirect_uri), code=code.code, state=params.state)

    async def load_authorization_code(
        self, client: OAuthClientInformationFull, authorization_code: str
    ) -> AuthorizationCode | None:
        return self.codes.get(authorization_code)

    async def exchange_authorization_code(
        self, client: OAuthClientInformationFull, authorization_code: AuthorizationCode
    ) -> OAuthToken:
        del self.codes[authorization_code.code]
        return self._given(client, authorization_code.scopes, authorization_code.resource)

    async def load_refresh_token(self, client: OAuthClientInformationFull, refresh_token: str) -> RefreshToken | None:
        return self.refreshes.get(refresh_token)

    async def exchange_refresh_token(
        self, client: OAuthClientInformationFull, refresh_token: RefreshToken, scopes: list[str]
    ) -> OAuthToken:
        if self.refreshes.pop(refresh_token.token, None) is None:
            raise TokenError("invalid_grant")
        return self._given(client, scopes, None)

    async def load_access_token(self, token: str) -> AccessToken | None:
        found = self.tokens.get(token)
        return found if found and (found.expires_at or 0) > self.now() else None

    async def revoke_token(self, token: AccessToken | RefreshToken) -> None:
        self.tokens.pop(token.token, None)

    def forget(self, *, refreshes: bool = False) -> None:
        """End every access token, and with `refreshes` the sign-ins themselves."""
        self.tokens.clear()
        if refreshes:
            self.refreshes.clear()

    def _given(self, client: OAuthClientInformationFull, scopes: list[str], resource: str | None) -> OAuthToken:
        access, refresh = f"access-{secrets.token_urlsafe(8)}", f"refresh-{secrets.token_urlsafe(8)}"
        until = int(self.now() + self.lasts_s)
        self.tokens[access] = AccessToken(
            token=access, client_id=client.client_id, scopes=scopes, expires_at=until, resource=resource
        )
        self.refreshes[refresh] = RefreshToken(token=refresh, client_id=client.client_id, scopes=scopes)
        return OAuthToken(access_token=access, refresh_token=refresh, expires_in=self.lasts_s)


@dataclass
class Guarded:
    """The server, and who lets people in there."""

    url: str
    authority: Authority
    notes: list[str] = field(default_factory=list[str])
    shown: list[str] = field(default_factory=list[str])
    """The access token that came with each addition."""
    has_diaries: bool = False
    """Whether each who has signed in has a tool of their own: "diary_1" is of whoever was the first."""


@asynccontextmanager
async def guarded(now: Callable[[], float]) -> AsyncGenerator[Guarded]:
    """An MCP server with one tool that reads and one that changes, for whoever has signed in."""
    listening = socket.create_server(("127.0.0.1", 0))
    origin = f"http://127.0.0.1:{listening.getsockname()[1]}"
    authority = Authority(now)
    there = Guarded(f"{origin}/mcp", authority)
    server = _server(origin, there)
    config = uvicorn.Config(
        _seen(server.streamable_http_app(streamable_http_path="/mcp"), authority), log_level="error"
    )
    running = uvicorn.Server(config)
    task = asyncio.create_task(running.serve(sockets=[listening]))
    try:
        yield there
    finally:
        running.should_exit = True
        running.force_exit = True
        await task


class _Diaries(MCPServer):
    """Offers something else to each."""

    there: Guarded

    async def list_tools(self) -> list[types.Tool]:
        tools, token = await super().list_tools(), get_access_token()
        if token is None or not self.there.has_diaries:
            return tools
        number = [*self.there.authority.tokens].index(token.token) + 1
        return [*tools, tools[0].model_copy(update={"name": f"diary_{number}"})]


def _server(origin: str, there: Guarded) -> MCPServer:
    settings = AuthSettings(
        issuer_url=AnyHttpUrl(origin),
        resource_server_url=AnyHttpUrl(there.url),
        client_registration_options=ClientRegistrationOptions(
            enabled=True, valid_scopes=["tools"], default_scopes=["tools"]
        ),
        required_scopes=["tools"],
        validate_token_resource=False,
    )
    server = _Diaries("guarded", version="1", auth=settings, auth_server_provider=there.authority)
    server.there = there

    @server.tool(annotations=types.ToolAnnotations(read_only_hint=True))
    def add(a: int, b: int) -> int:
        """Add two numbers."""
        token = get_access_token()
        there.shown.append(token.token if token else "")
        return a + b

    @server.tool(annotations=types.ToolAnnotations(destructive_hint=False))
    def note(text: str) -> str:
        """Write something down."""
        there.notes.append(text)
        return "noted"

    return server


def _seen(app: Any, authority: Authority) -> Any:
    """The app, which writes down what it is asked, and says other things of itself where the test wants that."""

    async def asgi(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await app(scope, receive, send)
            return
        authority.asked.append(f"{scope['method']} {scope['path']}")
        if "/.well-known/" not in scope["path"] and scope["path"] not in ("/register", "/token"):
            await app(scope, receive, send)
            return
        sent: list[Any] = []

        async def keep(message: Any) -> None:
            sent.append(message)

        await app(scope, receive, keep)
        await _rewritten(sent, scope["path"], authority, send)

    return asgi


async def _rewritten(sent: list[Any], path: str, authority: Authority, send: Any) -> None:
    body = b"".join(each.get("body", b"") for each in sent)
    start = sent[0]
    if start["status"] in (200, 201):
        body = orjson.dumps(authority.rewrite(path, orjson.loads(body)))
    headers = [each for each in start["headers"] if each[0] != b"content-length"]
    await send({**start, "headers": [*headers, (b"content-length", str(len(body)).encode())]})
    await send({"type": "http.response.body", "body": body})
