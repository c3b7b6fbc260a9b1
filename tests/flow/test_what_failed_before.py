"""Who answers next knows what was done and said in an answer that failed, but not what the house said of that."""

from collections.abc import AsyncGenerator

from parlour.models.base import AssistantMessage, ModelEvent, ModelMessage, ModelProblem, ModelRequest, ToolMessage
from parlour.protocol.content import Turn
from tests.flow.conftest import HeldModel, Opening, Talking
from tests.flow.failing import DEAD, Act, FailingModel

CUT = ModelProblem("provider_cut", "It broke off.")


class Looking(FailingModel):
    """Keeps what it was shown last."""

    shown: tuple[ModelMessage, ...] = ()

    async def stream(self, request: ModelRequest) -> AsyncGenerator[ModelEvent]:
        self.shown = request.messages
        async for event in super().stream(request):
            yield event


async def asked(robin: Talking, question: str, conversation_id: str | None = None) -> tuple[dict[str, str], Turn]:
    ids = await robin.says(question, conversation_id)
    return ids, await robin.ended(ids["turn_id"])


def texts(messages: tuple[ModelMessage, ...]) -> list[str]:
    return [message.text for message in messages if not isinstance(message, ToolMessage)]


async def test_who_answers_next_knows_what_a_tool_did_before_the_provider_died(opened: Opening) -> None:
    model = Looking("looking/model", Act(2, calls="search_entities"), Act(problem=DEAD))
    async with opened(model) as robin:
        first, turn = await asked(robin, "Is there a lamp?")
        assert turn.status == "failed"
        model.plays([Act(3)])
        await asked(robin, "And now?", first["conversation_id"])
        question, called, found, now = model.shown
        assert texts((question, now)) == ["Is there a lamp?", "And now?"]
        assert isinstance(called, AssistantMessage)
        assert isinstance(found, ToolMessage)
        assert [call.id for call in called.calls] == [found.tool_call_id]
        assert found.content.startswith('{"result":')
        assert DEAD.safe not in str(model.shown)


async def test_words_that_were_said_before_it_broke_off_stay_in_sight(opened: Opening, held: HeldModel) -> None:
    async with opened(held) as robin:
        held.lets("Chapter ", CUT, "Chapter one. ", CUT)
        first, turn = await asked(robin, "Write a story")
        assert turn.status == "failed"
        held.lets("Yes.", None)
        await asked(robin, "Go on", first["conversation_id"])
        assert texts(held.requests[-1].messages) == ["Write a story", "Chapter one. ", "Go on"]


async def test_of_an_answer_that_failed_before_its_first_word_nothing_is_told(opened: Opening, held: HeldModel) -> None:
    async with opened(held) as robin:
        held.lets(DEAD)
        first, turn = await asked(robin, "Hello?")
        assert turn.status == "failed"
        held.lets("Yes.", None)
        await asked(robin, "Are you there?", first["conversation_id"])
        assert texts(held.requests[-1].messages) == ["Hello?", "Are you there?"]


async def test_what_a_provider_held_back_is_shown_to_nobody(opened: Opening, held: HeldModel) -> None:
    async with opened(held) as robin:
        held.lets("Something bad ", "content_filter")
        first, turn = await asked(robin, "Say something")
        assert turn.status == "failed"
        held.lets("Yes.", None)
        await asked(robin, "Something else", first["conversation_id"])
        assert texts(held.requests[-1].messages) == ["Say something", "Something else"]


async def test_half_an_answer_does_not_take_the_place_of_a_whole_one(opened: Opening, held: HeldModel) -> None:
    async with opened(held) as robin:
        held.lets("Good evening.", None)
        first, turn = await asked(robin, "Hello")
        assert turn.answer_id is not None
        held.lets("Good ", CUT, "Good ", CUT)
        again = await robin.asks_again(turn.answer_id)
        assert (await robin.ended(again.ids["turn_id"])).status == "failed"
        held.lets("Fine.", None)
        await asked(robin, "How are you?", first["conversation_id"])
        assert texts(held.requests[-1].messages) == ["Hello", "Good evening.", "How are you?"]


async def test_what_a_tool_did_for_it_does(opened: Opening) -> None:
    model = Looking("looking/model", Act(3))
    async with opened(model) as robin:
        first, turn = await asked(robin, "Is there a lamp?")
        assert turn.answer_id is not None
        model.plays([Act(2, calls="search_entities"), Act(problem=DEAD)])
        again = await robin.asks_again(turn.answer_id)
        assert (await robin.ended(again.ids["turn_id"])).status == "failed"
        model.plays([Act(3)])
        await asked(robin, "And now?", first["conversation_id"])
        assert [type(message).__name__ for message in model.shown] == [
            "UserMessage",
            "AssistantMessage",
            "ToolMessage",
            "UserMessage",
        ]
