"""What a server says, counted: one that goes on and on although nobody asked is not listened to."""

from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any


class Patience:
    """How much a server may say between two of its answers. `at_end` is called, once, when that was too much."""

    def __init__(self, most: int, at_end: Callable[[], None]) -> None:
        self._most = most
        self._left = most
        self._at_end = at_end

    def renew(self) -> None:
        """It has answered: from now on it may say as much again."""
        if self._left > 0:
            self._left = self._most

    def take(self) -> bool:
        """One message more; whether it is listened to."""
        self._left -= 1
        if self._left == 0:
            self._at_end()
        return self._left > 0


@asynccontextmanager
async def heard_with(patience: Patience, streams: AbstractAsyncContextManager[Any]) -> AsyncGenerator[Any]:
    """The same streams of messages, from which is read for as long as patience lasts."""
    async with streams as (incoming, outgoing):
        yield _Heard(incoming, patience), outgoing


class _Heard:
    """A stream to read messages from, as the package takes it."""

    def __init__(self, stream: Any, patience: Patience) -> None:
        self._stream = stream
        self._patience = patience

    @property
    def last_context(self) -> Any:
        return getattr(self._stream, "last_context", None)

    async def receive(self) -> Any:
        return await self._stream.receive()

    async def aclose(self) -> None:
        await self._stream.aclose()

    def __aiter__(self) -> "_Heard":
        return self

    async def __anext__(self) -> Any:
        message = await self._stream.__anext__()
        if not self._patience.take():
            raise StopAsyncIteration
        return message

    async def __aenter__(self) -> "_Heard":
        await self._stream.__aenter__()
        return self

    async def __aexit__(self, *error: Any) -> Any:
        return await self._stream.__aexit__(*error)
