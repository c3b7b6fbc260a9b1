"""A server elsewhere, spoken to over streamable HTTP: only where it may be, and no more of it than fits."""

from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import httpx2
from mcp.client.streamable_http import streamable_http_client

from parlour.toolkits.data.mcp.addresses import addresses_of
from parlour.toolkits.data.mcp.settings import McpLimits
from parlour.toolkits.data.network import Reach


class TooMuch(httpx2.ReadError):
    """It sent more than is read."""


@asynccontextmanager
async def http_streams(
    url: str, headers: Mapping[str, str], reach: Reach, limits: McpLimits, entrance: httpx2.Auth | None = None
) -> AsyncGenerator[Any]:
    """The streams of messages from and to the server at `url`, let in by `entrance`."""
    timeout = httpx2.Timeout(limits.connect_s, read=None)
    plain = {**headers, "accept-encoding": "identity"}
    transport = Guarded(reach, limits.message_bytes)
    async with (
        httpx2.AsyncClient(
            headers=plain, timeout=timeout, transport=transport, trust_env=False, auth=entrance
        ) as client,
        streamable_http_client(url, http_client=client, max_sse_event_size=limits.message_bytes) as streams,
    ):
        yield streams


class Guarded(httpx2.AsyncBaseTransport):
    """Asks only hosts that may be asked, at the addresses that were looked at, and reads only so much of an answer."""

    def __init__(self, reach: Reach, most_bytes: int) -> None:
        self._reach = reach
        self._most = most_bytes
        self._inner = httpx2.AsyncHTTPTransport(trust_env=False)

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """As of any transport. Raises Refused and Failed for a host that is not asked."""
        host = request.url.host
        port = request.url.port or (443 if request.url.scheme == "https" else 80)
        address = (await addresses_of(host, port, self._reach))[0]
        response = await self._inner.handle_async_request(_sent_to(address, request))
        encoding = response.headers.get("content-encoding", "identity").strip().lower()
        if encoding != "identity":
            await response.aclose()
            raise TooMuch(f"It sent {encoding}, which was not asked for.")
        is_stream = response.headers.get("content-type", "").lower().startswith("text/event-stream")
        stream = response.stream
        assert isinstance(stream, httpx2.AsyncByteStream)
        # Of a stream of events each is held to the same size where it is read.
        body = stream if is_stream else _Cut(stream, self._most)
        return httpx2.Response(
            response.status_code, headers=response.headers, stream=body, extensions=response.extensions
        )

    async def aclose(self) -> None:
        """Close every connection."""
        await self._inner.aclose()


def _sent_to(address: str, request: httpx2.Request) -> httpx2.Request:
    """The same request for an address of its host. The request itself stays as it is: it may be sent again, and where
    an answer sends on to is held against where it was sent."""
    sent = httpx2.Request(
        request.method,
        request.url.copy_with(host=address),
        headers=request.headers,
        stream=request.stream,
        extensions={**request.extensions, "sni_hostname": request.url.host},
    )
    sent.headers.setdefault("Host", request.url.netloc.decode("ascii"))
    return sent


class _Cut(httpx2.AsyncByteStream):
    """The body of an answer, up to its largest size."""

    def __init__(self, body: httpx2.AsyncByteStream, most: int) -> None:
        self._body = body
        self._most = most

    async def __aiter__(self) -> AsyncIterator[bytes]:
        count = 0
        async for chunk in self._body:
            count += len(chunk)
            if count > self._most:
                raise TooMuch(f"It sent more than {self._most:,} bytes at once.")
            yield chunk

    async def aclose(self) -> None:
        """Let go of the connection."""
        await self._body.aclose()
