"""One connection to an MCP server, by the official package: from its hand shake to its end, kept by one task."""

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from contextlib import AbstractAsyncContextManager, suppress
from typing import Any, TypeVar

import mcp_types as types
import structlog
from mcp import Client
from mcp.client.subscriptions import SubscriptionLost
from mcp.shared.exceptions import MCPError
from mcp_types.version import MODERN_PROTOCOL_VERSIONS
from pydantic import ValidationError

from parlour.toolkits.data.mcp.declaring import honest_with, not_in_between
from parlour.toolkits.data.mcp.heard import Patience, heard_with
from parlour.toolkits.data.mcp.listing import Definition, Listing, listing_of
from parlour.toolkits.data.mcp.questions import answers_of
from parlour.toolkits.data.mcp.rounds import Round
from parlour.toolkits.data.mcp.settings import McpLimits
from parlour.tools.outcomes import ToolProblem

T = TypeVar("T")
MOST_PAGES = 20
"""So many pages of tools are asked for."""
NAME = types.Implementation(name="parlour", version="1")
_NOT_DONE = frozenset(
    {types.PARSE_ERROR, types.INVALID_REQUEST, types.METHOD_NOT_FOUND, types.INVALID_PARAMS, types.HEADER_MISMATCH}
)
_SESSION_IS_OVER = "Session terminated"

log = structlog.get_logger(__name__)


class Lost(Exception):
    """The connection has ended. `is_sent` is whether the server may have got what was asked last."""

    def __init__(self, words: str, *, is_sent: bool) -> None:
        self.is_sent = is_sent
        super().__init__(words)


class Declined(Exception):
    """The server answered with an error. `is_done` is None where that does not say that nothing was done."""

    def __init__(self, words: str, *, is_done: bool | None) -> None:
        self.is_done = is_done
        super().__init__(words)


class Session:
    """A connection. `changed` is called when the server says that its tools are others now; the log has `address`."""

    def __init__(
        self, streams: AbstractAsyncContextManager[Any], address: str, limits: McpLimits, changed: Callable[[], None]
    ) -> None:
        self._address = address
        self._patience = Patience(limits.unasked, self._had_enough)
        self._streams = honest_with(heard_with(self._patience, streams))
        self._limits = limits
        self._changed = changed
        self._client: Client | None = None
        self._stop = asyncio.Event()
        self._ready = asyncio.Event()
        self._is_over = False
        self._task = asyncio.create_task(self._live())

    @property
    def is_lost(self) -> bool:
        """Whether nothing can be asked over it any more."""
        return self._is_over or self._task.done()

    async def open(self) -> None:
        """Wait for the hand shake. Raises Lost, TimeoutError, and the ToolProblem of an address or a program."""
        ready = asyncio.create_task(self._ready.wait())
        try:
            async with asyncio.timeout(self._limits.connect_s):
                await asyncio.wait({ready, self._task}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            ready.cancel()
        if not self._ready.is_set():
            raise _reason(self._task)

    async def close(self) -> None:
        """End it, in good order if that does not take long."""
        self._stop.set()
        await asyncio.wait({self._task}, timeout=self._limits.connect_s)
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)

    async def listing(self) -> Listing:
        """Every tool that the server has now. Raises Lost, Declined."""
        return listing_of(await self._asked(self._pages), self._limits)

    async def call(
        self, name: str, arguments: Mapping[str, Any], meta: Mapping[str, Any], told: Round
    ) -> types.CallToolResult | types.InputRequiredResult:
        """What comes of a tool, or what it wants to know before that. Raises Lost, Declined."""
        given: Any = dict(meta)

        async def called(client: Client) -> types.CallToolResult | types.InputRequiredResult:
            return await client.session.call_tool(
                name,
                dict(arguments),
                input_responses=answers_of(told),
                request_state=told.state,
                meta=given,
                allow_input_required=True,
            )

        async def called_as_listed(client: Client) -> types.CallToolResult | types.InputRequiredResult:
            try:
                return await called(client)
            except MCPError as error:
                if error.code != types.HEADER_MISMATCH:
                    raise
            # It did not get that far: what it lists has changed since it was asked.
            await self._pages(client)
            return await called(client)

        return await self._asked(called_as_listed)

    async def _pages(self, client: Client) -> list[Definition]:
        told: list[Definition] = []
        cursor: str | None = None
        for _ in range(MOST_PAGES):
            page = await client.list_tools(cursor=cursor)
            self._patience.renew()
            told.extend(_definition(tool, self._limits) for tool in page.tools)
            cursor = page.next_cursor
            if cursor is None or len(told) > self._limits.tools:
                break
        return told

    async def _live(self) -> None:
        client = Client(
            self._streams,  # pyright: ignore[reportArgumentType]
            client_info=NAME,
            cache=None,
            message_handler=self._heard,
            elicitation_callback=not_in_between,
        )
        async with client:
            self._client = client
            self._ready.set()
            listening = asyncio.create_task(self._listen(client))
            try:
                await self._stop.wait()
            finally:
                self._is_over = True
                listening.cancel()
                await asyncio.gather(listening, return_exceptions=True)

    def _had_enough(self) -> None:
        log.warning("an MCP server was left: it says too much that nobody asked for", address=self._address)
        self._is_over = True
        self._stop.set()

    async def _heard(self, message: Any) -> None:
        if isinstance(message, types.ToolListChangedNotification):
            self._changed()

    async def _listen(self, client: Client) -> None:
        """Hear of other tools, where the protocol has it that one asks for that."""
        tools = client.server_capabilities.tools
        if client.protocol_version not in MODERN_PROTOCOL_VERSIONS or tools is None or not tools.list_changed:
            return
        with suppress(MCPError, SubscriptionLost):
            async with client.listen(tools_list_changed=True) as told:
                async for _ in told:
                    self._changed()

    async def _asked(self, ask: Callable[[Client], Coroutine[Any, Any, T]]) -> T:
        """What the server answers, for as long as the connection holds."""
        client = self._client
        if client is None or self.is_lost:
            raise Lost("The connection has ended.", is_sent=False)
        asking = asyncio.create_task(ask(client))
        try:
            await asyncio.wait({asking, self._task}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            if not asking.done():
                asking.cancel()
                await asyncio.gather(asking, return_exceptions=True)
        if asking.cancelled():
            raise Lost("The connection has ended.", is_sent=True)
        error = asking.exception()
        if error is None:
            self._patience.renew()
            return asking.result()
        raise self._understood(error) from error

    def _understood(self, error: BaseException) -> Exception:
        match error:
            case MCPError(error=types.ErrorData(code=types.INVALID_REQUEST, message=message)) if (
                message == _SESSION_IS_OVER
            ):
                self._is_over = True
                return Lost("The server has ended the session.", is_sent=False)
            case MCPError(error=types.ErrorData(code=types.CONNECTION_CLOSED)):
                self._is_over = True
                return Lost("The connection has ended.", is_sent=True)
            case MCPError(error=types.ErrorData(code=code, message=message)):
                return Declined(message, is_done=False if code in _NOT_DONE else None)
            case ValidationError():
                return Declined("It answered in a form that its protocol does not have.", is_done=None)
            case RuntimeError():
                return Declined("It answered otherwise than it had promised.", is_done=None)
            case _:
                self._is_over = True
                return Lost(f"The connection has ended: {type(error).__name__}.", is_sent=True)


def _reason(ended: "asyncio.Task[None]") -> BaseException:
    """Why a connection ended before it was there: a problem in words, where one lies in it."""
    error = None if ended.cancelled() else ended.exception()
    return next(_words_in(error), None) or Lost("It did not answer as an MCP server does.", is_sent=False)


def _words_in(error: BaseException | None) -> Any:
    if isinstance(error, BaseExceptionGroup):
        for each in error.exceptions:  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
            yield from _words_in(each)  # pyright: ignore[reportUnknownArgumentType]
    elif isinstance(error, ToolProblem):
        yield error


def _definition(tool: types.Tool, limits: McpLimits) -> Definition:
    hints = tool.annotations or types.ToolAnnotations()
    return Definition(
        name=tool.name,
        description=(tool.description or hints.title or tool.title or "")[: limits.description_chars],
        schema=tool.input_schema,
        read_only=hints.read_only_hint is True,
        destructive=hints.destructive_hint is not False,
        idempotent=hints.idempotent_hint is True,
    )
