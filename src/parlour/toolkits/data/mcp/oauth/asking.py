"""Asking an authorization server: only where it may be asked, no more than fits, and following nobody elsewhere."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

import httpx2

from parlour.toolkits.data.mcp.http import Guarded
from parlour.toolkits.data.network import Reach
from parlour.tools.outcomes import Failed

MOST_BYTES = 256 * 1024
"""Of one answer."""
PATIENCE_S = 15.0
"""For one answer."""


@asynccontextmanager
async def asking(reach: Reach) -> AsyncGenerator[httpx2.AsyncClient]:
    """A client for it. No redirect is followed: what is sent holds secrets."""
    transport = Guarded(reach, MOST_BYTES)
    plain = {"accept": "application/json", "accept-encoding": "identity"}
    async with httpx2.AsyncClient(
        headers=plain, timeout=PATIENCE_S, transport=transport, trust_env=False, follow_redirects=False
    ) as client:
        yield client


async def answer(client: httpx2.AsyncClient, request: httpx2.Request) -> httpx2.Response:
    """What came of a request, read to its end. Raises Failed, and Refused for a place that is not spoken to."""
    host = request.url.host
    try:
        return await client.send(request)
    except (httpx2.HTTPError, httpx2.InvalidURL) as error:
        raise Failed(f"“{host}” did not answer as an authorization server.", suggestion="Try it again.") from error


def check_safe(url: str, server_url: str) -> None:
    """Raise Failed for a place that would be spoken to in the open, unless the MCP server itself is."""
    if urlsplit(url).scheme != "https" and urlsplit(server_url).scheme == "https":
        raise Failed(f"It names {url} for signing in, which is not encrypted; nobody is sent there.")
