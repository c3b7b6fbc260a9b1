"""What is said of ourselves to a server: that forms are filled in here, where its protocol has a call end with one.

The package would say that addresses are opened, too, and promise both to servers that want an answer in the middle of
a call, which nobody here could give.
"""

from collections.abc import AsyncGenerator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import mcp_types as types

NOT_IN_BETWEEN = types.ErrorData(
    code=types.INVALID_REQUEST, message="Nobody can be asked in the middle of a call; end it with what is wanted."
)


async def not_in_between(context: Any, params: types.ElicitRequestParams) -> types.ErrorData:
    """The answer to whoever asks all the same."""
    del context, params
    return NOT_IN_BETWEEN


@asynccontextmanager
async def honest_with(streams: AbstractAsyncContextManager[Any]) -> AsyncGenerator[Any]:
    """The same streams of messages, with no more promised in them than is kept."""
    async with streams as (incoming, outgoing):
        yield incoming, _Honest(outgoing)


class _Honest:
    """A stream to write messages to, as the package takes it."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream

    async def send(self, message: Any) -> None:
        params = getattr(message.message, "params", None)
        if isinstance(params, dict):
            _correct(params)  # pyright: ignore[reportUnknownArgumentType]
        await self._stream.send(message)

    async def aclose(self) -> None:
        await self._stream.aclose()

    async def __aenter__(self) -> "_Honest":
        await self._stream.__aenter__()
        return self

    async def __aexit__(self, *error: Any) -> Any:
        return await self._stream.__aexit__(*error)


def _correct(params: dict[str, Any]) -> None:
    promised: dict[str, Any] | None = params.get("capabilities")
    if promised is not None:
        params["capabilities"] = {name: each for name, each in promised.items() if name != "elicitation"}
    meta: dict[str, Any] = params.get("_meta") or {}
    stamped: dict[str, Any] = meta.get(types.CLIENT_CAPABILITIES_META_KEY) or {}
    if "elicitation" in stamped:
        honest: dict[str, Any] = {**stamped, "elicitation": {"form": {}}}
        params["_meta"] = {**meta, types.CLIENT_CAPABILITIES_META_KEY: honest}
