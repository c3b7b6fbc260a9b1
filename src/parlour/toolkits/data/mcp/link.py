"""The way to an MCP server: connected when it is needed, and again after it was lost, less and less often in vain."""

import asyncio
from collections.abc import Awaitable, Callable, Generator, Mapping
from contextlib import contextmanager
from typing import Any, Literal, TypeVar

import mcp_types as types
import structlog

from parlour.clock import Clock
from parlour.toolkits.data.mcp.hiding import Hidden
from parlour.toolkits.data.mcp.listing import Listing
from parlour.toolkits.data.mcp.questions import forms_of
from parlour.toolkits.data.mcp.results import result_of, said_by
from parlour.toolkits.data.mcp.rounds import FIRST, Round, next_round
from parlour.toolkits.data.mcp.session import Declined, Lost, Session
from parlour.toolkits.data.mcp.settings import McpLimits, McpSettings
from parlour.tools.outcomes import Failed, ToolProblem, Unsure

T = TypeVar("T")
FIRST_PAUSE_S = 1.0
LONGEST_PAUSE_S = 60.0
AGAIN_S = 0.25
"""Until a server is called again that asks for nothing but that."""

log = structlog.get_logger(__name__)

Dial = Callable[[Callable[[], None]], Session]
"""Begins a connection; what it is given is called when the server says that its tools are others now."""


class Link:
    """The way to one server, for all who use it at once."""

    def __init__(
        self,
        dial: Dial,
        address: str,
        settings: McpSettings,
        limits: McpLimits,
        clock: Clock,
        hidden: Hidden,
        entrance: Any = None,
    ) -> None:
        self.settings = settings
        self.entrance = entrance
        """How it is let in; None where it brings what it needs. It knows why it was not."""
        self.changed: Callable[[], None] = lambda: None
        """Called when the server says that its tools are others now."""
        self.last: Listing | None = None
        """What it offered when it was asked last."""
        self._dial = dial
        self._address = address
        self._limits = limits
        self._clock = clock
        self._hidden = hidden
        self._session: Session | None = None
        self._opening: asyncio.Task[Session] | None = None
        self._asking = 0
        self._pause_s = 0.0
        self._not_before = 0.0
        self._ending: set[asyncio.Task[None]] = set()

    @property
    def standing(self) -> Literal["connected", "idle", "away"]:
        """How it stands with the server, as far as that is known without asking."""
        if self._session is not None and not self._session.is_lost:
            return "connected"
        return "away" if self._pause_s else "idle"

    @property
    def is_busy(self) -> bool:
        """Whether somebody waits for its answer."""
        return self._asking > 0

    def of(self, user_id: str) -> "Link":
        """The way there for a person: it is the same for everybody."""
        del user_id
        return self

    def renews(self, own: Any) -> None:
        """Let the entrance know where its tokens are kept."""
        if self.entrance is not None:
            self.entrance.own = own

    async def listing(self) -> Listing:
        """Every tool that the server has now. Raises Failed."""
        try:
            with self._used():
                await self._connected()
                async with asyncio.timeout(self._limits.connect_s):
                    told = await self._with_session(lambda session: session.listing())
            self.last = told.without(self._hidden.masks)
        except TimeoutError as error:
            self._let_go()
            raise Failed("It did not list its tools in time.", suggestion="Try it again later.") from error
        except Lost as error:
            raise Failed("The connection was lost.", suggestion="Try it again.") from error
        except Declined as error:
            raise Failed(f"It does not list its tools: {self._said(error)}") from error
        return self.last

    async def call(
        self,
        server: str,
        name: str,
        arguments: Mapping[str, Any],
        meta: Mapping[str, Any],
        told: Round = FIRST,
        *,
        changes: bool,
    ) -> Any:
        """What comes of a tool in a round of its.

        Raises NeedsInput where that is a question, Failed; Unsure where it may have changed something nevertheless.
        """
        try:
            with self._used():
                await self._connected()
                async with asyncio.timeout(self.settings.timeout_s):
                    answered = await self._answered(
                        server, told, lambda each, now: each.call(name, arguments, meta, now)
                    )
        except TimeoutError as error:
            raise _unless_sure(f"“{server}” did not answer in time.", sure=not changes) from error
        except Lost as error:
            sure = not (changes and error.is_sent)
            raise _unless_sure(f"The connection to “{server}” was lost.", sure=sure) from error
        except Declined as error:
            words = f"“{server}” refused: {self._said(error)}"
            raise _unless_sure(words, sure=not changes or error.is_done is False) from error
        return await asyncio.to_thread(result_of, answered, server, self._limits.result_bytes, self._hidden.masks)

    async def _answered(self, server: str, told: Round, ask: Callable[[Session, Round], Awaitable[Any]]) -> Any:
        """What comes of asking once nothing more is to be known. Raises NeedsInput."""
        while True:
            answered = await self._with_session(lambda session, now=told: ask(session, now))
            if isinstance(answered, types.CallToolResult):
                return answered
            told = next_round(told, answered.request_state, forms_of(answered, server, self._hidden.masks))
            if told.left:
                raise told.asking()
            await self._clock.sleep(AGAIN_S)

    @contextmanager
    def _used(self) -> Generator[None]:
        self._asking += 1
        try:
            yield
        finally:
            self._asking -= 1

    async def close(self) -> None:
        """End the connection."""
        if self._opening is not None and not self._opening.done():
            self._opening.cancel()
            await asyncio.gather(self._opening, return_exceptions=True)
        self._let_go()
        await asyncio.gather(*self._ending)

    def _said(self, error: BaseException) -> str:
        """What a server says of what it did not do."""
        return said_by(str(error), self._hidden.masks)[:300]

    async def _with_session(self, ask: Callable[[Session], Awaitable[T]]) -> T:
        """What comes of asking; over a new connection where the present one turns out to have ended before."""
        session = await self._connected()
        try:
            return await ask(session)
        except Lost as error:
            self._let_go(session)
            if refusal := self._refusal():
                # Who is not let in has done nothing.
                raise refusal from error
            if error.is_sent:
                raise
        return await ask(await self._connected())

    async def _connected(self) -> Session:
        if self._session is not None and self._session.is_lost:
            self._let_go(self._session)
        if self._session is not None:
            return self._session
        if self._opening is None or self._opening.done():
            wait = self._not_before - self._clock.monotonic()
            if wait > 0:
                if refusal := self._refusal():
                    raise refusal
                raise Failed(f"It did not answer. It is tried again in {wait:.0f} seconds.")
            self._opening = asyncio.create_task(self._opened())
        # Whoever stops waiting does not stop the opening: others wait for the same.
        return await asyncio.shield(self._opening)

    def _refusal(self) -> ToolProblem | None:
        """Why it was not let in last, if it was not."""
        return None if self.entrance is None else self.entrance.refusal

    async def _opened(self) -> Session:
        session = self._dial(lambda: self.changed())
        try:
            await session.open()
        except (Lost, TimeoutError, ToolProblem) as error:
            await session.close()
            self._rest(error)
            if isinstance(error, ToolProblem):
                raise
            raise Failed("It does not answer as an MCP server.", suggestion="Check where it is.") from error
        except asyncio.CancelledError:
            await session.close()
            raise
        if self._pause_s:
            log.info("an MCP server answers again", address=self._address)
        self._pause_s = 0.0
        self._session = session
        return session

    def _rest(self, error: BaseException) -> None:
        """Try no more for a while: one line in the log for each time that it goes missing."""
        if not self._pause_s:
            why = self._said(error) or type(error).__name__
            log.warning("an MCP server does not answer", address=self._address, why=why)
        self._pause_s = min(LONGEST_PAUSE_S, max(FIRST_PAUSE_S, self._pause_s * 2))
        self._not_before = self._clock.monotonic() + self._pause_s

    def _let_go(self, session: Session | None = None) -> None:
        if self._session is None or session not in (None, self._session):
            return
        ending = asyncio.create_task(self._session.close())
        self._session = None
        self._ending.add(ending)
        ending.add_done_callback(self._ending.discard)


def _unless_sure(words: str, *, sure: bool) -> ToolProblem:
    return Failed(words) if sure else Unsure(words)
