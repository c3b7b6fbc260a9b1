"""A prompt that its provider finds too long is sent once more, shorter."""

from collections.abc import AsyncGenerator
from dataclasses import replace

from parlour.models.base import ModelEvent, ModelProblem, ModelRequest
from parlour.protocol.content import Message, TextPart
from tests.flow.conftest import Opening, Talking
from tests.flow.failing import Act, FailingModel

TOO_LONG = ModelProblem("context_too_long", "The talk is too long for this model.", cause="length")


class Reader(FailingModel):
    """Keeps what it was shown."""

    def __init__(self, *acts: Act) -> None:
        super().__init__("reader/model", *acts)
        self.shown: list[ModelRequest] = []

    async def stream(self, request: ModelRequest) -> AsyncGenerator[ModelEvent]:
        self.shown.append(replace(request, tools=()))
        async for event in super().stream(request):
            yield event


async def asked(robin: Talking, question: str, conversation_id: str | None = None) -> tuple[str, Message]:
    ids = await robin.says(question, conversation_id)
    await robin.ended(ids["turn_id"])
    listener = await robin.listens(ids["conversation_id"])
    return ids["conversation_id"], listener.answers[-1]


async def test_it_is_sent_once_more_with_less_of_the_talk_and_nobody_notices(opened: Opening) -> None:
    model = Reader()
    async with opened(model, chat_context_tokens=1_000) as robin:
        conversation, _ = await asked(robin, "word " * 150)
        await asked(robin, "word " * 150, conversation)
        model.plays([Act(problem=TOO_LONG), Act(2)])
        _, answer = await asked(robin, "And now?", conversation)
        assert (answer.status, answer.attempt, answer.models) == ("completed", 1, None)
        assert [part.text for part in answer.parts if isinstance(part, TextPart)] == [model.said(2)]
        first, second = (len(request.messages) for request in model.shown[-2:])
        assert first > second
        assert model.shown[-1].messages[-1] == model.shown[-2].messages[-1]


async def test_who_finds_that_too_long_as_well_is_not_asked_a_third_time(opened: Opening) -> None:
    model = Reader(Act(problem=TOO_LONG))
    async with opened(model) as robin:
        _, answer = await asked(robin, "Hello")
        assert answer.error is not None
        assert (answer.status, answer.error.code, len(model.shown)) == ("failed", "context_too_long", 2)
