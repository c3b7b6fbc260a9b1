"""Whoever fails is followed by the next in the route: there is one answer in the end, and it says who was asked."""

from typing import Any

import pytest

from parlour.identity.consent import make_default
from parlour.kinds import Names
from parlour.models.route import NOBODY_LEFT
from parlour.protocol.content import Message, TextPart
from parlour.store.queries.messages import cut_attempts, stored_message
from tests.flow.conftest import Listener, Opening, Talking
from tests.flow.failing import BUSY, CUT, DEAD, Act, FailingModel

SPARE: dict[str, Any] = {"ai_fallback_models": Names(["spare/model"])}


@pytest.fixture
def main() -> FailingModel:
    return FailingModel("main/model")


@pytest.fixture
def spare() -> FailingModel:
    return FailingModel("spare/model", Act(3))


async def answered(robin: Talking, status: str = "completed", model: str | None = None) -> tuple[Listener, Message]:
    """What somebody who follows is shown of an answer, and that it is what is kept."""
    ids = await robin.says("Hello", model=model)
    listener = await robin.listens(ids["conversation_id"])
    await listener.until(lambda: listener.answers != [] and listener.answers[-1].status == status)
    await robin.ended(ids["turn_id"])
    await listener.until(lambda: listener.conversation.turns == [])
    await listener.agrees()
    return listener, listener.answers[-1]


async def attempts(robin: Talking, message: Message) -> list[tuple[str | None, str, str]]:
    """Who had written each cut attempt, what, and why it was cut."""
    async with robin.app.database.read() as connection:
        found = await cut_attempts(connection, message.id)
    return [(one.model, "".join(str(part["text"]) for part in one.parts), one.reason) for one in found]


def words(message: Message) -> str:
    return "".join(part.text for part in message.parts if isinstance(part, TextPart))


@pytest.mark.parametrize("problem", [DEAD, BUSY, LookupError("no such")], ids=["dead", "no room", "broken"])
async def test_who_fails_before_the_first_word_is_followed_unseen(
    opened: Opening, main: FailingModel, spare: FailingModel, problem: Any
) -> None:
    main.plays([Act(problem=problem)])
    async with opened(main, spare, **SPARE) as robin:
        listener, answer = await answered(robin)
        assert words(answer) == spare.said(3)
        assert (answer.model, answer.models, answer.attempt) == ("spare/model", ["main/model", "spare/model"], 1)
        assert "answer_restarted" not in listener.types()
        assert await attempts(robin, answer) == []


async def test_who_dies_after_the_fiftieth_word_is_followed_in_sight_and_nothing_is_lost(
    opened: Opening, main: FailingModel, spare: FailingModel
) -> None:
    main.plays([Act(50, CUT)])
    async with opened(main, spare, **SPARE) as robin:
        listener, answer = await answered(robin)
        assert words(answer) == spare.said(3)
        assert (answer.model, answer.models, answer.attempt) == ("spare/model", ["main/model", "spare/model"], 2)
        (restart,) = [frame for frame in listener.frames if frame["type"] == "answer_restarted"]
        assert (restart["reason"], restart["attempt"]) == ("provider_cut", 2)
        assert await attempts(robin, answer) == [("main/model", main.said(50), "provider_cut")]
        final = [frame for frame in listener.frames if frame.get("is_final")][-1]
        assert final["models"] == ["main/model", "spare/model"]
        async with robin.app.database.read() as connection:
            kept = await stored_message(connection, answer.id)
        assert kept is not None
        assert kept.value.models == ["main/model", "spare/model"]


async def test_two_that_die_one_after_the_other_leave_one_answer_that_names_all(
    opened: Opening, main: FailingModel, spare: FailingModel
) -> None:
    main.plays([Act(50, CUT)])
    spare.plays([Act(2, CUT)])
    last = FailingModel("last/model", Act(1))
    fallback: dict[str, Any] = {"ai_fallback_models": Names(["spare/model", "last/model"])}
    async with opened(main, spare, last, **fallback) as robin:
        _, answer = await answered(robin)
        assert (words(answer), answer.attempt) == (last.said(1), 3)
        assert answer.models == ["main/model", "spare/model", "last/model"]
        assert await attempts(robin, answer) == [
            ("main/model", main.said(50), "provider_cut"),
            ("spare/model", spare.said(2), "provider_cut"),
        ]


async def test_who_broke_off_is_asked_once_more_when_nobody_else_is_left(
    opened: Opening, main: FailingModel, spare: FailingModel
) -> None:
    main.plays([Act(5, CUT), Act(4)])
    spare.plays([Act(problem=DEAD)])
    async with opened(main, spare, **SPARE) as robin:
        _, answer = await answered(robin)
        assert (words(answer), main.asked, spare.asked) == (main.said(4), 2, 1)
        assert answer.models == ["spare/model", "main/model"], "each where it was asked last"


async def test_who_had_no_room_is_asked_once_more_and_waited_for_when_nobody_else_is_left(
    opened: Opening, main: FailingModel, spare: FailingModel
) -> None:
    main.plays([Act(problem=BUSY), Act(4)])
    spare.plays([Act(problem=DEAD)])
    async with opened(main, spare, **SPARE) as robin:
        _, answer = await answered(robin)
        assert (words(answer), main.asked, spare.asked) == (main.said(4), 2, 1)
        assert main.had_stand_in == [True, False]


async def test_where_everybody_is_dead_the_last_resort_says_what_to_do_and_is_never_sent_to_a_model(
    opened: Opening, main: FailingModel, spare: FailingModel
) -> None:
    main.plays([Act(problem=BUSY)])
    spare.plays([Act(problem=BUSY)])
    async with opened(main, spare, **SPARE) as robin:
        listener, answer = await answered(robin, "failed")
        assert answer.error is not None
        assert (answer.error.code, answer.error.message, answer.parts) == ("no_model_left", NOBODY_LEFT, [])
        assert answer.models == ["spare/model", "main/model"], "each where it was asked last"
        assert "built-in" not in str([frame for frame in listener.frames if frame["type"] == "stream_chunk"])
        main.plays([Act(2)])
        again = await robin.asks_again(answer.id)
        await robin.ended(again.ids["turn_id"])
        await listener.until(lambda: listener.answers != [] and listener.answers[-1].status == "completed")
        assert (listener.text, listener.answers[-1].replaces) == (main.said(2), answer.id)
        await listener.agrees()


async def test_of_one_model_alone_it_is_said_what_went_wrong_with_it(opened: Opening, main: FailingModel) -> None:
    main.plays([Act(problem=DEAD)])
    async with opened(main) as robin:
        _, answer = await answered(robin, "failed")
        assert answer.error is not None
        assert (answer.error.code, answer.models) == ("provider_unavailable", None)


async def test_the_last_words_of_whoever_failed_last_stand_in_the_failed_answer(
    opened: Opening, main: FailingModel, spare: FailingModel
) -> None:
    main.plays([Act(problem=DEAD)])
    spare.plays([Act(3, CUT), Act(2, CUT)])
    async with opened(main, spare, **SPARE) as robin:
        _, answer = await answered(robin, "failed")
        assert words(answer) == spare.said(2)
        assert await attempts(robin, answer) == [("spare/model", spare.said(3), "provider_cut")]


async def test_after_a_tool_the_next_one_goes_on_with_what_it_found(
    opened: Opening, main: FailingModel, spare: FailingModel
) -> None:
    main.plays([Act(1, calls="search_entities"), Act(2, CUT)])
    async with opened(main, spare, **SPARE) as robin:
        _, answer = await answered(robin)
        assert [part.kind for part in answer.parts] == ["text", "tool_call", "text"]
        assert words(answer) == main.said(1) + spare.said(3)
        assert answer.models == ["main/model", "spare/model"]


async def test_the_sixth_question_after_five_failures_does_not_reach_the_dead_one(
    opened: Opening, main: FailingModel, spare: FailingModel
) -> None:
    main.plays([Act(problem=DEAD)])
    async with opened(main, spare, **SPARE) as robin:
        for _ in range(5):
            await answered(robin)
        _, answer = await answered(robin)
        assert (main.asked, spare.asked) == (5, 6)
        assert (answer.model, answer.models) == ("spare/model", None), "nobody but the spare one was asked"


async def test_stopping_in_the_middle_of_the_second_one_keeps_both_pieces(
    opened: Opening, main: FailingModel, spare: FailingModel
) -> None:
    main.plays([Act(5, CUT)])
    spare.plays([Act(2, hangs=True)])
    async with opened(main, spare, **SPARE) as robin:
        ids = await robin.says("Hello")
        listener = await robin.listens(ids["conversation_id"])
        await listener.until(lambda: listener.answers != [] and listener.text == spare.said(2))
        await robin.app.talk.stop(robin.who, ids["turn_id"])
        assert (await robin.ended(ids["turn_id"])).status == "stopped"
        await listener.until(lambda: listener.answers != [] and listener.answers[-1].status == "stopped")
        assert listener.answers[-1].models == ["main/model", "spare/model"]
        assert await attempts(robin, listener.answers[-1]) == [("main/model", main.said(5), "provider_cut")]
        assert (main.open, spare.open) == (0, 0)
        await listener.agrees()


async def test_after_a_restart_it_is_still_known_who_had_said_what(
    opened: Opening, main: FailingModel, spare: FailingModel
) -> None:
    main.plays([Act(problem=DEAD)])
    spare.plays([Act(2, hangs=True), Act(3)])
    async with opened(main, spare, **SPARE) as robin:
        ids = await robin.says("Hello")
        listener = await robin.listens(ids["conversation_id"])
        await listener.until(lambda: listener.answers != [] and listener.text == spare.said(2))
    main.plays([Act(4)])
    async with opened(main, spare, **SPARE) as robin:
        assert (await robin.ended(ids["turn_id"])).status == "completed"
        listener = await robin.listens(ids["conversation_id"])
        (answer,) = listener.answers
        assert (words(answer), answer.models) == (main.said(4), ["spare/model", "main/model"])
        assert await attempts(robin, answer) == [("spare/model", spare.said(2), "restart")]


async def test_the_settings_say_who_answers_until_an_admin_does(
    opened: Opening, main: FailingModel, spare: FailingModel
) -> None:
    async with opened(main, spare, ai_default_model="spare/model") as robin:
        assert (await answered(robin))[1].model == "spare/model"
        await make_default(robin.app.writer, robin.app.clock, robin.who, "main/model")
        assert (await answered(robin))[1].model == "main/model"


async def test_a_tier_can_be_asked_for_wherever_a_model_can(opened: Opening, main: FailingModel) -> None:
    quick, strong = FailingModel("quick/model"), FailingModel("strong/model")
    tiers: dict[str, Any] = {"ai_fast_models": Names(["quick/model"]), "ai_strong_models": Names(["strong/model"])}
    async with opened(main, quick, strong, **tiers) as robin:
        for asked, who in (("fast", "quick/model"), ("strong", "strong/model"), ("balanced", "main/model")):
            _, answer = await answered(robin, model=asked)
            assert answer.model == who
