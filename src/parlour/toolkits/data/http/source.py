"""An open API: sends requests with the secrets they need, and brings what was answered without them."""

import asyncio
from collections.abc import Awaitable, Callable
from urllib.parse import quote, urlencode, urljoin, urlsplit

import aiohttp
from aiohttp.abc import AbstractResolver
from yarl import URL

from parlour.clock import Clock
from parlour.toolkits.data.http.addresses import below
from parlour.toolkits.data.http.answer import MOST_HEADERS, Answer, Body
from parlour.toolkits.data.http.bodies import read_raw, told
from parlour.toolkits.data.http.faults import Lost, faults_told
from parlour.toolkits.data.http.requests import Request
from parlour.toolkits.data.http.settings import HttpLimits, HttpSettings
from parlour.toolkits.data.masking import Masks
from parlour.toolkits.data.network import Reach
from parlour.tools.outcomes import Failed, ToolProblem

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_UNTOLD = frozenset({"set-cookie", "set-cookie2", "connection", "keep-alive", "transfer-encoding", "alt-svc"})
"""Headers that are of no use to whoever asked, or let others speak in their name."""
Send = Callable[[aiohttp.ClientRequest], Awaitable[aiohttp.ClientResponse]]

_LONGEST_HEADER = 500


class HttpSource:
    """A session with one API. Every request has a connection of its own."""

    def __init__(
        self,
        settings: HttpSettings,
        limits: HttpLimits,
        reach: Reach,
        clock: Clock,
        resolver: Callable[[], AbstractResolver] | None = None,
        *,
        writable: bool,
    ) -> None:
        """`resolver` makes what looks names up; without one the system does."""
        self.settings = settings
        self.limits = limits
        self.clock = clock
        self.writable = writable
        self.masks = Masks(settings.secret_values())
        self._session = _session(limits, reach, resolver)

    async def close(self) -> None:
        """Close every connection."""
        await self._session.close()

    async def send(self, request: Request, idempotency_key: str = "", limit: int | None = None) -> Answer:
        """Send a request, and have what is answered, at most `limit` bytes of it.

        Raises Refused and Failed where nothing was changed, Unsure where nobody can tell, TimedOut for what only reads.
        """
        began = self.clock.monotonic()
        # What only reads may be sent on, and has its time for all of it.
        deadline = asyncio.timeout(None if request.changes else self.limits.seconds)
        with faults_told(self.settings.base_url, request, self.limits):
            async with deadline:
                status, url, headers, body = await self._followed(request, idempotency_key, limit)
        took = (self.clock.monotonic() - began) * 1000
        told_url = self.masks.text(url)
        return Answer(status, told_url, headers, body.form, body.value, body.cut, round(took, 1))

    async def _followed(self, request: Request, key: str, limit: int | None) -> tuple[int, str, dict[str, str], Body]:
        """What answers in the end: what only reads is followed to where it is, within what may be asked."""
        url = request.url
        for _ in range(self.limits.redirects + 1):
            async with self._session.request(
                request.method,
                URL(self._with_secret_query(url), encoded=True),
                headers=self._headers(request, key),
                data=request.body,
                allow_redirects=False,
            ) as response:
                location = response.headers.get("Location")
                if request.changes or response.status not in _REDIRECTS or not location:
                    body = await self._body(response, request, limit)
                    return response.status, url, self._shown_headers(response), body
                response.close()
            url = self._next(url, location)
        raise Failed(f"It sends on more than {self.limits.redirects} times.")

    async def _body(self, response: aiohttp.ClientResponse, request: Request, limit: int | None) -> Body:
        most = limit or self.limits.result_bytes
        # Of a change that was answered it is known that it was done, whatever becomes of the rest of the answer.
        raw = await read_raw(response, most, forgiving=request.changes)
        if raw.cut or raw.packed:
            response.close()
        return told(raw, response.headers.get("Content-Type", ""), response.charset, most, self.masks)

    def _next(self, url: str, location: str) -> str:
        """Where a redirect leads. Raises Failed where that may not be asked."""
        try:
            there = urljoin(url, location.strip())
            query = urlsplit(there).query
            plain = below(self.settings.base_url, there.partition("?")[0], (), self.settings.paths)
        except (ToolProblem, ValueError) as problem:
            raise Failed(
                f"{self.settings.base_url} sends on to somewhere that may not be asked.",
                suggestion="An admin can enter the address that it sends to.",
            ) from problem
        kept = "&".join(each for each in query.split("&") if each.partition("=")[0] not in self._secret_names())
        return f"{plain}?{quote(kept, safe='=&%/:@!$()*+,;?-._~' + chr(39))}" if kept else plain

    def _secret_names(self) -> set[str]:
        return {quote(name) for name in self.settings.secret_query}

    def _with_secret_query(self, url: str) -> str:
        secret = {name: value.get_secret_value() for name, value in self.settings.secret_query.items()}
        if not secret:
            return url
        return f"{url}{'&' if '?' in url else '?'}{urlencode(secret, quote_via=quote)}"

    def _headers(self, request: Request, key: str) -> dict[str, str]:
        headers = {"Accept-Encoding": "gzip, deflate", "User-Agent": "Parlour", **request.headers}
        settings = self.settings
        if settings.token:
            headers["Authorization"] = f"Bearer {settings.token.get_secret_value()}"
        elif settings.password:
            headers["Authorization"] = f"Basic {settings.basic()}"
        if settings.idempotency_header and key and request.changes:
            headers[settings.idempotency_header] = key
        return headers | {name: value.get_secret_value() for name, value in settings.secret_headers.items()}

    def _shown_headers(self, response: aiohttp.ClientResponse) -> dict[str, str]:
        shown: dict[str, str] = {}
        for name, value in response.headers.items():
            if name.lower() not in _UNTOLD and len(shown) < MOST_HEADERS:
                told_name, told_value = self.masks.text(name)[:100], self.masks.text(_printable(value))
                # One that is said more than once is one list (RFC 9110, 5.3).
                before = f"{shown[told_name]}, " if told_name in shown else ""
                shown[told_name] = f"{before}{told_value}"[:_LONGEST_HEADER]
        return shown


def _printable(value: str) -> str:
    """A header as text: aiohttp hands bytes that are no UTF-8 over as surrogates, which JSON has no way to say."""
    return value.encode("utf-8", "replace").decode("utf-8", "replace").replace("\x00", "")


async def _sent_once(request: aiohttp.ClientRequest, send: Send) -> aiohttp.ClientResponse:
    """Without this, aiohttp itself sends a PUT and a DELETE again when their connection is lost."""
    try:
        return await send(request)
    except aiohttp.ClientConnectorError:
        raise
    except (aiohttp.ClientOSError, aiohttp.ServerDisconnectedError) as error:
        raise Lost from error


def _session(
    limits: HttpLimits, reach: Reach, resolver: Callable[[], AbstractResolver] | None
) -> aiohttp.ClientSession:
    connector = aiohttp.TCPConnector(
        limit=limits.connections,
        use_dns_cache=False,
        socket_factory=reach.new_socket,
        resolver=resolver() if resolver else aiohttp.ThreadedResolver(),
        # One that was left open may be gone by the time it is used again, and then nobody could tell what was done.
        force_close=True,
    )
    return aiohttp.ClientSession(
        connector=connector,
        timeout=aiohttp.ClientTimeout(total=limits.seconds, connect=limits.connect_s),
        cookie_jar=aiohttp.DummyCookieJar(),
        auto_decompress=False,
        trust_env=False,
        raise_for_status=False,
        middlewares=(_sent_once,),
    )
