"""Connections that are kept open for the next request, and may be closed by the other side in the same moment.

llama.cpp closes one behind every streamed answer and says nothing of it before. aiohttp asks again by itself only where
nothing can be changed by asking twice; a model that is asked for an answer may be.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from types import SimpleNamespace

import aiohttp


@dataclass(slots=True)
class Sending:
    """One time that a request is sent; `trace_sendings` fills it in where it is its `trace_request_ctx`."""

    is_on_kept: bool = False
    """Whether its connection served a request before."""


async def sent(send: Callable[[Sending], Awaitable[aiohttp.ClientResponse]]) -> aiohttp.ClientResponse:
    """The answer to a request, sent again at once when a kept connection turned out to be closed.

    Each one that is closed is forgotten, so at last it goes out on a new one. Raises what `send` raises there.
    """
    while True:
        sending = Sending()
        try:
            return await send(sending)
        except (aiohttp.ServerDisconnectedError, aiohttp.ClientOSError):
            if not sending.is_on_kept:
                raise


def trace_sendings() -> aiohttp.TraceConfig:
    """What a session needs to tell each `Sending` about its connection."""
    trace = aiohttp.TraceConfig()
    trace.on_connection_reuseconn.append(_kept)
    return trace


async def _kept(
    session: aiohttp.ClientSession, context: SimpleNamespace, params: aiohttp.TraceConnectionReuseconnParams
) -> None:
    if isinstance(context.trace_request_ctx, Sending):
        context.trace_request_ctx.is_on_kept = True
