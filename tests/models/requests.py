"""Requests and models as the tests of models need them."""

from collections.abc import AsyncGenerator, AsyncIterator, Collection
from typing import cast

from parlour.models.base import Model, ModelEvent, ModelMessage, ModelRequest, TextDelta, UserMessage
from parlour.models.route import Load, Route
from parlour.tools.caller import Caller
from parlour.tools.tool import Tool

CALLER = Caller("tenant", "user", "project", frozenset({"tools:read"}))


def ask(*messages: ModelMessage | str, tools: tuple[Tool, ...] = (), system: str = "") -> ModelRequest:
    """A request with these messages; a text is a person's."""
    said = tuple(UserMessage(message) if isinstance(message, str) else message for message in messages)
    return ModelRequest(system, said or (UserMessage("Hello"),), tools, CALLER)


def pick(route: Route, load: Load, failed: Collection[str] = ()) -> Model:
    """Who of a route would be asked; the room for it is given back at once."""
    with route.seat() as seat:
        return seat.pick(load, failed)


def closable(events: AsyncIterator[ModelEvent]) -> AsyncGenerator[ModelEvent, None]:
    """The stream of a model as what it is, so that it can be closed."""
    return cast(AsyncGenerator[ModelEvent, None], events)


async def collect(events: AsyncIterator[ModelEvent]) -> list[ModelEvent]:
    """Everything that a stream gives."""
    return [event async for event in events]


def text_of(events: list[ModelEvent]) -> str:
    """The words among the events."""
    return "".join(event.text for event in events if isinstance(event, TextDelta))
