"""Speaks to one Home Assistant: its REST API for single questions and commands, its socket for what goes on."""

import ssl
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit

import orjson

from parlour.toolkits.devices.driver import DriverProblem, Gone, Lost, Rejected
from parlour.toolkits.devices.homeassistant.socket import PING_S, PONG_S, Socket
from parlour.toolkits.devices.homeassistant.wire import State, state_of

if TYPE_CHECKING:
    from aiohttp import ClientSession, ClientWebSocketResponse, TraceRequestRedirectParams

LARGEST_MESSAGE = 64 * 1024 * 1024
"""In bytes: the states of a very large house come as one message."""
CONNECT_S = 5.0
ANSWER_S = 20.0
_QUOTED = 200


class Unauthorised(Gone):
    """It answers, and does not want the token."""

    def __init__(self) -> None:
        super().__init__("Home Assistant refuses the token. An admin can enter a new one under Connections.")


class HomeAssistant:
    """One Home Assistant, at one address; nothing is ever sent to another one."""

    def __init__(self, base_url: str, token: str, *, ping_s: float = PING_S, pong_s: float = PONG_S) -> None:
        """`ping_s` is how often a quiet socket is asked whether it still lives, `pong_s` how long it may take."""
        self._base_url = base_url.rstrip("/")
        self._host = urlsplit(base_url).netloc
        self._headers = {"Authorization": f"Bearer {token}"}
        self._token = token
        self._ping_s, self._pong_s = ping_s, pong_s
        self._session: ClientSession | None = None

    async def close(self) -> None:
        """Let go of every connection."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def config(self) -> dict[str, Any]:
        """What it says of itself. Raises DriverProblem."""
        found = await self._ask("GET", "/api/config")
        if not isinstance(found, dict) or "version" not in found:
            raise Gone(f"What answers at {self._host} is not Home Assistant.")
        return found  # pyright: ignore[reportUnknownVariableType]

    async def state(self, entity_id: str) -> State:
        """How an entity is. Raises DriverProblem; Rejected when there is no such entity."""
        found = state_of(await self._ask("GET", f"/api/states/{quote(entity_id)}"))
        if found is None:
            raise Lost("Home Assistant answered something that is no state.")
        return found

    async def call(self, domain: str, service: str, data: dict[str, Any]) -> None:
        """Have a service do something, and return when it says so. Raises DriverProblem."""
        await self._ask("POST", f"/api/services/{quote(domain)}/{quote(service)}", data)

    @asynccontextmanager
    async def socket(self) -> AsyncGenerator[Socket]:
        """Its socket, signed in to. Raises DriverProblem, when it ends too."""
        import aiohttp

        address = f"ws{self._base_url.removeprefix('http')}/api/websocket"
        try:
            async with self._opened().ws_connect(address, max_msg_size=LARGEST_MESSAGE) as connection:
                await self._sign_in(connection)
                async with Socket(connection, ping_s=self._ping_s, pong_s=self._pong_s) as socket:
                    yield socket
        except aiohttp.WSServerHandshakeError as error:
            raise self._answered(error.status, "") from error
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            raise self._away(error) from error

    async def _sign_in(self, connection: "ClientWebSocketResponse") -> None:
        await connection.receive(timeout=ANSWER_S)
        await connection.send_json({"type": "auth", "access_token": self._token})
        answer = await connection.receive(timeout=ANSWER_S)
        if not isinstance(answer.data, str):
            raise Gone("Home Assistant closed the connection before it had said anything.")
        match orjson.loads(answer.data):
            case {"type": "auth_ok"}:
                return
            case _:
                raise Unauthorised

    async def _ask(self, method: str, path: str, body: Any = None) -> Any:
        import aiohttp

        request = self._opened().request(
            method,
            f"{self._base_url}{path}",
            headers=self._headers,
            data=None if body is None else orjson.dumps(body),
            allow_redirects=False,
        )
        try:
            async with request as answer:
                text = await answer.text()
                if answer.status != 200:
                    raise self._answered(answer.status, text, answer.headers.get("Location", ""))
        except (aiohttp.ClientConnectorError, aiohttp.InvalidURL) as error:
            raise self._away(error) from error
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            raise (Lost if method == "POST" else Gone)(self._away(error).message) from error
        try:
            return orjson.loads(text)
        except orjson.JSONDecodeError as error:
            raise Gone(f"What answers at {self._host} is not Home Assistant.") from error

    def _opened(self) -> "ClientSession":
        if self._session is None:
            # Loaded here: the HTTP client costs a quarter of a second, and most houses have no Home Assistant.
            import aiohttp

            timeout = aiohttp.ClientTimeout(total=None, sock_connect=CONNECT_S, sock_read=ANSWER_S)
            redirects = aiohttp.TraceConfig()
            redirects.on_request_redirect.append(self._refuse_redirect)
            headers = {"Content-Type": "application/json"}
            self._session = aiohttp.ClientSession(timeout=timeout, headers=headers, trace_configs=[redirects])
        return self._session

    async def _refuse_redirect(self, _: object, __: object, redirect: "TraceRequestRedirectParams") -> None:
        """The socket is opened by a request too, and would follow."""
        raise self._answered(redirect.response.status, "", redirect.response.headers.get("Location", ""))

    def _answered(self, status: int, text: str, location: str = "") -> DriverProblem:
        """The problem that an answer other than 200 means."""
        if status in (401, 403):
            return Unauthorised()
        if 300 <= status < 400:
            return Gone(
                f"{self._host} sends everybody on to {urlsplit(location).netloc or location or 'another address'}. "
                "Nothing is sent there; enter that address instead, if it is the right one."
            )
        if status in (400, 404):
            said = _message(text)
            return Rejected(f"Home Assistant refused: {said}" if said else "Home Assistant does not know this.")
        if status >= 500:
            return Lost(f"Home Assistant had a fault of its own ({status}).")
        return Gone(f"{self._host} answered with {status}, as Home Assistant does not.")

    def _away(self, error: BaseException) -> Gone:
        """The problem that a failed connection means."""
        import aiohttp

        reason: BaseException = error
        if isinstance(error, aiohttp.ClientConnectorCertificateError):
            reason = error.certificate_error
        if isinstance(reason, ssl.SSLCertVerificationError):
            return Gone(f"The certificate of {self._host} is not to be trusted: {reason.verify_message}.")
        if isinstance(error, aiohttp.ClientConnectorSSLError | ssl.SSLError):
            return Gone(f"{self._host} does not speak TLS as it should. Is it http and not https?")
        if isinstance(error, aiohttp.ClientConnectorDNSError):
            return Gone(f"There is no {self._host} in this network.")
        if isinstance(error, aiohttp.ClientConnectorError):
            return Gone(f"Nothing answers at {self._host}.")
        if isinstance(error, TimeoutError):
            return Gone(f"{self._host} did not answer in time.")
        return Gone(f"The connection to {self._host} broke.")


def _message(text: str) -> str:
    try:
        found = orjson.loads(text)
    except orjson.JSONDecodeError:
        found = text
    said = found.get("message") if isinstance(found, dict) else found  # pyright: ignore[reportUnknownVariableType, reportUnknownMemberType]
    return " ".join(said.split())[:_QUOTED] if isinstance(said, str) else ""
