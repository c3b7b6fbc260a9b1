"""One try at one answer over HTTP: from the request to the last event."""

from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass

import aiohttp

from parlour.clock import Clock
from parlour.models.base import CallDelta, ModelEvent, ModelProblem
from parlour.models.deadline import Deadline, Watch
from parlour.models.openai_faults import Faults, Transient, is_transient
from parlour.models.openai_reply import Reply
from parlour.models.retry import retry_after
from parlour.models.sse import EventSplitter, EventTooLong, WholeBody

REFUSAL_BYTES = 16_384
"""How much of the body of a refusal is read."""
SETTLE_S = 0.1


@dataclass(frozen=True, slots=True)
class Times:
    """When it is too late, as moments of `clock.monotonic()` and as seconds."""

    total_at: float
    first_at: float
    """The first event has to be there."""
    silence_s: float
    """The longest wait for a read after that."""
    end_s: float
    """The same once the answer is whole and only its usage is missing."""


class Exchange:
    """A request on its way and the answer to it. Closing it ends the connection at once."""

    def __init__(
        self,
        send: Callable[[], Awaitable[aiohttp.ClientResponse]],
        reply: Reply,
        faults: Faults,
        clock: Clock,
        times: Times,
        *,
        longest_event: int,
    ) -> None:
        self._send = send
        self._reply = reply
        self._faults = faults
        self._clock = clock
        self._times = times
        self._longest_event = longest_event
        self._splitter: EventSplitter | WholeBody = EventSplitter(longest_event)
        self._response: aiohttp.ClientResponse | None = None
        self._watch: Watch | None = None
        self.has_spoken = False
        """Something was given out that cannot be taken back: a word, or a whole call."""
        self.over = False
        """The last event has been given out."""

    async def more(self) -> list[ModelEvent]:
        """The events of the next read, perhaps none; asks first, where that is still to be done.

        Raises Transient when asking again may help, ModelProblem when not.
        """
        response, watch = self._response, self._watch
        if response is None or watch is None:
            response = await self._answered()
            watch = self._watch = Watch(self._clock, self._due, response.close)
        watch.by(self._due)
        events = await self._read(response)
        # Between two reads it is us who take our time.
        watch.by(self._times.total_at)
        self.has_spoken = self.has_spoken or is_said(events)
        return events

    @property
    def _due(self) -> float:
        """When the next read has to be there."""
        times, now = self._times, self._clock.monotonic()
        if not self._has_begun:
            return min(times.first_at, times.total_at)
        return min(times.total_at, now + (times.end_s if self._reply.ended else times.silence_s))

    @property
    def _has_begun(self) -> bool:
        return self._reply.has_begun or self._reply.ended

    async def settle(self) -> None:
        """Wait a moment for the end of the body behind the last event, so that the connection can be used again."""
        response = self._response
        if response is None or response.content.at_eof():
            return
        with suppress(TimeoutError, aiohttp.ClientError):
            async with Deadline(self._clock, SETTLE_S):
                while await response.content.readany():
                    pass

    def close(self) -> None:
        """End it, whatever it is doing. A connection that was read to its end stays open for the next request."""
        if self._watch is not None:
            self._watch.stop()
        if self._response is not None:
            if self.over:
                self._response.release()
            else:
                self._response.close()

    # --- before the stream -----------------------------------------------------------------------------------------

    async def _answered(self) -> aiohttp.ClientResponse:
        left = min(self._times.first_at, self._times.total_at) - self._clock.monotonic()
        try:
            async with Deadline(self._clock, left):
                self._response = response = await self._send()
                if response.status != 200:
                    raise await self._refused(response)
        except (aiohttp.ClientError, OSError, ValueError) as error:
            # A ValueError is what a host comes to that cannot be, such as "a..b".
            # A TimeoutError is an OSError, and ours is the one that aiohttp did not raise.
            if isinstance(error, TimeoutError) and not isinstance(error, aiohttp.ClientError):
                raise self._faults.timeout("no answer to the request") from error
            raise self._unreachable(error) from error
        if response.content_type == "application/json":
            self._splitter = WholeBody(self._longest_event)
        elif response.content_type == "text/html":
            raise self._faults.malformed("a web page; the base URL probably lacks its path, often /v1")
        return response

    def _unreachable(self, error: Exception) -> ModelProblem | Transient:
        problem = self._faults.unreachable(error)
        # A certificate and an address are the same in a moment.
        lasts = problem.cause == "certificate" or isinstance(error, ValueError)
        return problem if lasts else Transient(problem)

    async def _refused(self, response: aiohttp.ClientResponse) -> ModelProblem | Transient:
        status = response.status
        if 300 <= status < 400:
            return self._faults.moved(status, response.headers.get("Location", "nowhere"))
        body = bytearray()
        with suppress(aiohttp.ClientError):
            while len(body) < REFUSAL_BYTES and (chunk := await response.content.readany()):
                body += chunk
        problem = self._faults.refusal(status, bytes(body[:REFUSAL_BYTES]))
        if not is_transient(status, problem):
            return problem
        return Transient(problem, retry_after=retry_after(response.headers.get("Retry-After"), self._clock.now()))

    # --- the stream ------------------------------------------------------------------------------------------------

    async def _read(self, response: aiohttp.ClientResponse) -> list[ModelEvent]:
        reply = self._reply
        try:
            chunk = await response.content.readany()
            events = reply.read(self._splitter.feed(chunk) if chunk else self._splitter.rest())
        except (aiohttp.ClientError, OSError) as error:
            return self._broken_off(error)
        except EventTooLong as error:
            raise self._faults.malformed(str(error)) from error
        if chunk and not reply.done:
            return events
        if reply.fault is None and not reply.ended:
            return self._cut_after(events)
        return events + self._finished()

    def _finished(self) -> list[ModelEvent]:
        self.over = True
        return self._reply.finish()

    def _cut_after(self, events: list[ModelEvent]) -> list[ModelEvent]:
        cut = self._faults.cut("the stream ended without an end")
        self._reply.fault = cut if self.has_spoken or is_said(events) else Transient(cut)
        if not events:
            raise self._reply.fault
        return events

    def _broken_off(self, error: Exception) -> list[ModelEvent]:
        if self._reply.ended:
            return self._finished()
        if self._watch is not None and self._watch.rung:
            if not self._has_begun:
                raise self._faults.timeout("no first event") from error
            late = self._clock.monotonic() >= self._times.total_at
            raise self._faults.timeout("the whole answer took too long" if late else "it fell silent") from error
        if not self.has_spoken:
            raise Transient(self._faults.unreachable(error)) from error
        raise self._faults.cut(f"{type(error).__name__}: {error}") from error


def is_said(events: Sequence[ModelEvent]) -> bool:
    """Whether something in these events stands: a call counts once it is whole."""
    return any(not isinstance(event, CallDelta) for event in events)
