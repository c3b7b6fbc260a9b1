"""Listening to a model: its events become live text, and in the end one whole step."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from typing import cast

from parlour.ids import new_id
from parlour.models.base import (
    Arguments,
    AssistantMessage,
    CallDelta,
    Called,
    Finished,
    Model,
    ModelEvent,
    ModelMessage,
    ModelProblem,
    ModelRequest,
    ReasoningDelta,
    RequestedCall,
    TextDelta,
)
from parlour.protocol.content import Json
from parlour.tools.running import written
from parlour.turn.live import Live
from parlour.turn.steps import ModelStep


class OutputLimit(Exception):
    """The model said more than a turn may hold."""


async def listen(model: Model, request: ModelRequest, live: Live, *, room: int, seen: Json | None) -> ModelStep:
    """Say what the model says on `live`, to the end, and return it as a step. `room` is how many units it may say.

    Raises ModelProblem, OutputLimit, and what the writer raises.
    """
    calls: list[RequestedCall] = []
    async with aclosing(cast("AsyncGenerator[ModelEvent]", model.stream(request))) as events:
        async for event in events:
            match event:
                case TextDelta(text):
                    live.say("text", _storable(text))
                case ReasoningDelta(text):
                    live.say("reasoning", _storable(text))
                case CallDelta():
                    pass
                case Called(call):
                    calls.append(call)
                case Finished():
                    await live.settled()
                    return ModelStep(
                        text=live.joined("text"),
                        reasoning=live.joined("reasoning"),
                        calls=_told_apart(calls, request.messages),
                        reason=event.reason,
                        model=event.model or model.name,
                        usage=event.usage,
                        keepsake=event.keepsake,
                        seen=seen,
                    )
            if live.length > room:
                raise OutputLimit
    raise ModelProblem("provider_cut", "The model stopped in the middle of its answer.")


def _told_apart(calls: Sequence[RequestedCall], messages: Sequence[ModelMessage]) -> tuple[RequestedCall, ...]:
    """The calls with ids that no other call of the talk has: some models count anew in every answer.

    An id that no database can hold is replaced too, and arguments that could not be written down are none.
    """
    taken = {call.id for message in messages if isinstance(message, AssistantMessage) for call in message.calls} | {""}
    apart: list[RequestedCall] = []
    for call in calls:
        unusable = call.id in taken or "\x00" in call.id
        call_id = new_id() if unusable else call.id
        apart.append(RequestedCall(call_id, _storable(call.name), _writable(call.arguments), call.raw))
        taken.add(call.id)
    return tuple(apart)


def _writable(arguments: Arguments | None) -> Arguments | None:
    try:
        written(arguments)
    except TypeError:
        return None
    return arguments


def _storable(text: str) -> str:
    """The text as databases take it, which is without NUL characters; just as long."""
    return text.replace("\x00", "\ufffd")


def partial_step(live: Live, model: Model, seen: Json | None, *, cached: bool = False) -> ModelStep | None:
    """What a cut step had said; None when it had said nothing."""
    if live.length == 0:
        return None
    return ModelStep(live.joined("text"), live.joined("reasoning"), (), "stop", model.name, seen=seen, cached=cached)
