"""One try at one answer through a model of pydantic-ai: from the request to the last event."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, suppress

from pydantic_ai.messages import ModelResponseStreamEvent
from pydantic_ai.models import StreamedResponse

from parlour.clock import Clock
from parlour.models.base import ModelEvent
from parlour.models.openai_calls import BadCall
from parlour.models.openai_faults import Transient
from parlour.models.openai_stream import Times, is_said
from parlour.models.patience import Patience
from parlour.models.pydantic_ai_access import Opened
from parlour.models.pydantic_ai_faults import ANYTHING_RAISED, OtherFaults
from parlour.models.pydantic_ai_reply import OtherReply, has_ended

Ask = Callable[[], AbstractAsyncContextManager[StreamedResponse]]


class OtherExchange:
    """A request on its way and the answer to it. Closing it ends the connection at once."""

    def __init__(self, ask: Ask, reply: OtherReply, faults: OtherFaults, clock: Clock, times: Times) -> None:
        self._ask = ask
        self._reply = reply
        self._faults = faults
        self._clock = clock
        self._times = times
        self._patience = Patience(clock, times.total_at)
        self._open = AsyncExitStack()
        self._opened = Opened()
        self._response: StreamedResponse | None = None
        self._events: AsyncIterator[ModelResponseStreamEvent] | None = None
        self._has_begun = False
        self._is_let_go = False
        self.has_spoken = False
        """Something was given out that cannot be taken back: a word, or a whole call."""
        self.over = False
        """The last event has been given out."""

    async def more(self) -> list[ModelEvent]:
        """What the next event says, perhaps nothing; asks first, where that is still to be done.

        Raises Transient when asking again may help, ModelProblem when not.
        """
        due = self._clock.monotonic() + self._times.silence_s if self._has_begun else self._times.first_at
        try:
            events = await self._patience.wait(self._next(), due)
        except TimeoutError as error:
            if self._is_let_go:
                raise self._faults.cut("it was let go of here") from error
            raise self._faults.timeout(self._too_late()) from error
        except BadCall as error:
            raise self._faults.malformed(str(error)) from error
        except ANYTHING_RAISED as error:
            raise self._faults.raised(error, begun=self._has_begun) from error
        self.has_spoken = self.has_spoken or is_said(events)
        return events

    def let_go(self) -> None:
        """Whoever waits for it waits no longer."""
        self._is_let_go = True
        self._patience.give_up()

    async def close(self) -> None:
        """End it, whatever it is doing. A connection that was read to its end stays open for the next request."""
        self._patience.stop()
        # What a connection says while it is being torn down is of no interest any more.
        with suppress(RuntimeError, *ANYTHING_RAISED):
            await self._open.aclose()
        with suppress(RuntimeError, *ANYTHING_RAISED):
            await self._opened.close()

    async def _next(self) -> list[ModelEvent]:
        if self._response is None or self._events is None:
            with self._opened.noted():
                self._response = await self._open.enter_async_context(self._ask())
            self._events = aiter(self._response)
        try:
            event = await anext(self._events)
        except StopAsyncIteration:
            return self._ended(self._response)
        self._has_begun = True
        return self._reply.read(event)

    def _ended(self, response: StreamedResponse) -> list[ModelEvent]:
        if not has_ended(response):
            raise Transient(self._faults.cut("the stream ended without an end"))
        self.over = True
        return self._reply.finish(response)

    def _too_late(self) -> str:
        if not self._has_begun:
            return "no first event"
        return "the whole answer took too long" if self._patience.is_over else "it fell silent"
