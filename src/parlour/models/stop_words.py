"""Where an answer ends because a word was said at which it is to end.

A provider may know such words and end there by itself. Whoever answers, what is given out ends here: some providers
refuse them, some go on, and some say the word itself.
"""

from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import cast

from parlour.models.base import Finished, Model, ModelEvent, ModelRequest, TextDelta


class StopWords:
    """Words in pieces, up to the first stop word that is whole; of those that end together, the longest is meant.

    Where the pieces are cut changes nothing. What may yet become a stop word is held back until it is one or is none.
    """

    def __init__(self, stops: Sequence[str]) -> None:
        """`stops` are not empty."""
        self._stops = tuple(stops)
        self._longest = max(map(len, stops), default=0)
        self._held = ""
        self.found = False
        """One was said: nothing comes after it."""

    def push(self, text: str) -> str:
        """What may be shown, now that `text` was said too. Not to be called once one was found."""
        said = self._held + text
        whole = [(start + len(stop), start) for stop in self._stops if (start := said.find(stop)) >= 0]
        if whole:
            self.found, self._held = True, ""
            return said[: min(whole)[1]]
        kept = self._beginning_at_the_end_of(said)
        self._held = said[len(said) - kept :]
        return said[: len(said) - kept]

    def end(self) -> str:
        """What was held back and is no stop word after all, since nothing comes after it."""
        held, self._held = self._held, ""
        return held

    def _beginning_at_the_end_of(self, said: str) -> int:
        """How many of the last characters may be the beginning of a stop word, at most."""
        for length in range(min(len(said), self._longest - 1), 0, -1):
            if any(stop.startswith(said[-length:]) for stop in self._stops):
                return length
        return 0


def until_stopped(model: Model, request: ModelRequest) -> AsyncIterator[ModelEvent]:
    """What a model answers, up to the first of the request's stop words; then it is asked no longer."""
    events = model.stream(request)
    return _cut(events, request.stop) if request.stop else events


async def _cut(events: AsyncIterator[ModelEvent], stops: Sequence[str]) -> AsyncGenerator[ModelEvent]:
    words = StopWords(stops)
    async with aclosing(cast("AsyncGenerator[ModelEvent]", events)) as said:
        async for event in said:
            if not isinstance(event, TextDelta):
                if held := words.end():
                    yield TextDelta(held)
                yield event
                continue
            if shown := words.push(event.text):
                yield TextDelta(shown)
            if words.found:
                yield Finished("stop")
                return


@dataclass(frozen=True, slots=True)
class Stopping:
    """A model whose answers end at the stop words of a request. See `Model` for the contract."""

    model: Model

    @property
    def name(self) -> str:
        return self.model.name

    @property
    def window(self) -> int:
        return self.model.window

    def stream(self, request: ModelRequest) -> AsyncIterator[ModelEvent]:
        return until_stopped(self.model, request)

    def count_tokens(self, text: str) -> int:
        return self.model.count_tokens(text)

    async def health(self) -> bool:
        return await self.model.health()

    async def close(self) -> None:
        await self.model.close()
