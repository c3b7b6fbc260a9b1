"""A request fits its model's window; one that its provider finds too long is sent once more, shorter."""

from collections.abc import AsyncGenerator

import pytest

from parlour.models.base import ModelEvent, ModelProblem, ModelRequest, UserMessage
from parlour.models.prompt_size import prompt_tokens
from parlour.protocol.content import Message, TextPart
from tests.flow.conftest import Opening, Talking
from tests.flow.failing import Act, FailingModel

TOO_LONG = ModelProblem("context_too_long", "The talk is too long for this model.", cause="length")


class Reader(FailingModel):
    """Keeps what it was shown."""

    def __init__(self, *acts: Act) -> None:
        super().__init__("reader/model", *acts)
        self.shown: list[ModelRequest] = []

    def size(self, request: ModelRequest) -> int:
        """Everything of a request that takes tokens."""
        return prompt_tokens(request, self.count_tokens)

    async def stream(self, request: ModelRequest) -> AsyncGenerator[ModelEvent]:
        self.shown.append(request)
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
        first, second = model.shown[-2:]
        assert model.size(second) <= model.size(first) * 7 // 10
        assert second.messages[-1] == first.messages[-1]


async def test_who_finds_that_too_long_as_well_is_not_asked_a_third_time(opened: Opening) -> None:
    model = Reader(Act(problem=TOO_LONG))
    async with opened(model) as robin:
        _, answer = await asked(robin, "Hello")
        assert answer.error is not None
        assert (answer.status, answer.error.code, len(model.shown)) == ("failed", "context_too_long", 2)


async def test_less_is_sent_also_of_a_talk_that_is_far_from_what_is_allowed(opened: Opening) -> None:
    model = Reader(Act(200))
    async with opened(model) as robin:
        conversation, _ = await asked(robin, "word " * 150)
        for _ in range(3):
            await asked(robin, "word " * 150, conversation)
        model.plays([Act(problem=TOO_LONG), Act(2)])
        await asked(robin, "And now?", conversation)
        first, second = model.shown[-2:]
        assert model.size(second) <= model.size(first) * 7 // 10
        assert second.tools == first.tools
        assert len([message for message in second.messages if isinstance(message, UserMessage)]) > 1


@pytest.mark.parametrize("window", [4_096, 8_192])
async def test_tools_talk_and_answer_fit_a_small_window_together(opened: Opening, window: int) -> None:
    model = Reader(Act(100))
    model.window = window
    async with opened(model) as robin:
        conversation, _ = await asked(robin, "What is there?")
        for _ in range(5):
            await asked(robin, "word " * 100, conversation)
    for request in model.shown:
        assert request.parameters.max_tokens is not None
        assert request.parameters.max_tokens >= window // 4
        assert model.size(request) <= window * 3 // 4
        assert model.size(request) + request.parameters.max_tokens <= window
        assert {"get_devices_in_room", "control_devices"} < {tool.name for tool in request.tools}
        assert "never help to get around" in request.system
    assert len({tuple(tool.name for tool in request.tools) for request in model.shown}) == 1
    assert len(model.shown[-1].messages) > 1
