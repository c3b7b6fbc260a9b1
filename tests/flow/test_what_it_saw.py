"""What went into an answer can be opened afterwards, request by request."""

import pytest
from sqlalchemy import select, update
from structlog.testing import capture_logs

from parlour.identity.access import message_for
from parlour.journal.unit import Unit
from parlour.kinds import Names
from parlour.models.base import ModelProblem
from parlour.models.openai import OpenAIModel
from parlour.models.scripted import Script, ScriptedModel, call, says
from parlour.protocol.seen import SeenRequest
from parlour.store.tables import messages, turn_steps
from parlour.turn.seen import seen_for
from tests.flow.conftest import HeldModel, Opening, Talking
from tests.flow.failing import CUT, DEAD, Act, FailingModel
from tests.providers import DONE, delta, end, provider, usage

TOO_LONG = ModelProblem("context_too_long", "The talk is too long for this model.", cause="length")


async def answer_to(robin: Talking, question: str, conversation_id: str | None = None) -> tuple[dict[str, str], str]:
    """The ids of a question, and that of its finished answer."""
    ids = await robin.says(question, conversation_id)
    answer_id = (await robin.ended(ids["turn_id"])).answer_id
    assert answer_id is not None
    return ids, answer_id


async def saw(robin: Talking, answer_id: str) -> list[SeenRequest]:
    """What the model saw for an answer, as its owner is told."""
    async with robin.app.database.read() as connection:
        return await seen_for(connection, (await message_for(connection, robin.who, answer_id)).value)


async def test_the_second_answer_saw_the_first_talk_and_what_its_own_tool_found(opened: Opening) -> None:
    look = says("Let me look.") + call("search_entities", query="boiler")
    scripts = {"Hello": Script.of(says("Good evening."))}
    async with opened(ScriptedModel(scripts, otherwise=Script.of(look, says("There is no boiler.")))) as robin:
        first, greeting = await answer_to(robin, "Hello")
        second, answer = await answer_to(robin, "Is there a boiler?", first["conversation_id"])
        before, after = await saw(robin, answer)
        assert [(piece.kind, piece.message_id) for piece in before.pieces] == [
            ("system", None),
            ("tools", None),
            ("question", first["message_id"]),
            ("answer", greeting),
            ("question", second["message_id"]),
        ]
        system, tools, *talk = before.pieces
        assert system.text is not None
        assert system.text.startswith("You are Parlour")
        assert "search_entities" in (tools.text or "").splitlines()
        assert [piece.text for piece in talk] == ["Hello", "Good evening.", "Is there a boiler?"]
        assert after.pieces[: len(before.pieces)] == before.pieces
        asked, found = after.pieces[len(before.pieces) :]
        assert (asked.kind, asked.message_id) == ("answer", answer)
        assert asked.text == 'Let me look.\nsearch_entities {"query":"boiler"}'
        assert (found.kind, found.message_id, found.is_shortened) == ("tool_result", answer, False)
        assert found.text is not None
        assert found.text.startswith('{"result":')
        for request in (before, after):
            assert request.model == "scripted/demo"
            assert request.cut == []
            assert request.tokens == sum(piece.tokens for piece in request.pieces)
            assert request.limit == 8_000 + tools.tokens
        assert before.at <= after.at


async def test_what_was_deleted_since_has_no_text(opened: Opening, held: HeldModel) -> None:
    async with opened(held) as robin:
        held.lets("Good evening.", None, "Fine.", None)
        first, greeting = await answer_to(robin, "My secret")
        _, answer = await answer_to(robin, "How are you?", first["conversation_id"])
        for gone in (first["message_id"], greeting):
            deleted = update(messages).where(messages.c.id == gone).values(deleted_at="2026-11-20T12:00:00.000Z")
            await robin.app.writer.commit(Unit(changes=[deleted]))
        (request,) = await saw(robin, answer)
        assert [piece.text for piece in request.pieces[2:]] == [None, None, "How are you?"]
        assert [piece.message_id for piece in request.pieces[2:4]] == [first["message_id"], greeting]
        async with robin.app.database.read() as connection:
            kept = (await connection.scalars(select(turn_steps.c.body["seen"]))).all()
        assert "secret" not in str(kept)


async def test_what_was_left_out_and_shortened_is_said(opened: Opening, held: HeldModel) -> None:
    async with opened(held, chat_context_tokens=400) as robin:
        held.lets("word " * 400, None, "Yes.", None)
        first, _ = await answer_to(robin, "Tell me much")
        _, answer = await answer_to(robin, "why " * 700, first["conversation_id"])
        (request,) = await saw(robin, answer)
        assert request.cut == ["system prompt shortened", "current message shortened", "2 earlier messages left out"]
        assert [piece.kind for piece in request.pieces if piece.is_shortened] == ["system", "question"]
        assert request.limit == 400 + request.pieces[1].tokens
        question = request.pieces[-1].text
        assert question is not None
        assert question.startswith("why why")
        assert len(question) == 2_000


async def test_the_built_in_model_saw_the_talk_and_the_tools_and_no_instructions(opened: Opening) -> None:
    async with opened() as robin:
        ids, answer = await answer_to(robin, "What's in the kitchen?")
        asked, told = await saw(robin, answer)
        assert [piece.kind for piece in asked.pieces] == ["tools", "question"]
        assert asked.pieces[1].text == "What's in the kitchen?"
        assert asked.model == "built-in"
        assert [piece.kind for piece in told.pieces[2:]] == ["answer", "tool_result"]
        assert (told.pieces[2].text or "").startswith("get_devices_in_room {")
        assert ids["message_id"] == asked.pieces[1].message_id


async def test_an_answer_that_was_stopped_tells_what_it_saw(opened: Opening, held: HeldModel) -> None:
    async with opened(held) as robin:
        ids, listener = await robin.is_told_a_story(held)
        await robin.app.talk.stop(robin.who, ids["turn_id"])
        await robin.ended(ids["turn_id"])
        (request,) = await saw(robin, listener.answers[0].id)
        assert [piece.text for piece in request.pieces if piece.kind == "question"] == ["Tell me a story"]


async def test_an_answer_that_failed_tells_of_every_request_that_was_made_for_it(
    opened: Opening, held: HeldModel
) -> None:
    async with opened(held) as robin:
        held.lets(TOO_LONG, TOO_LONG)
        _, answer = await answer_to(robin, "why " * 3_000)
        first, second = await saw(robin, answer)
        assert (first.model, second.model) == (held.name, held.name)
        assert second.tokens <= first.tokens * 7 // 10
        assert [request.usage for request in (first, second)] == [None, None]
        assert [request.pieces[-1].kind for request in (first, second)] == ["question", "question"]
        assert first.at <= second.at


async def test_an_answer_that_was_begun_again_tells_of_the_request_before(opened: Opening, held: HeldModel) -> None:
    async with opened(held) as robin:
        held.lets("Once upon ", CUT, "Again from the start", None)
        _, answer = await answer_to(robin, "Tell me a story")
        first, second = await saw(robin, answer)
        assert first.pieces == second.pieces != []
        assert first.step == second.step


async def test_a_request_whose_answer_broke_off_for_good_is_told_of_once(opened: Opening, held: HeldModel) -> None:
    async with opened(held) as robin:
        held.lets("Once upon ", CUT, "Once upon a time ", CUT)
        _, answer = await answer_to(robin, "Tell me a story")
        assert len(await saw(robin, answer)) == len(held.requests) == 2


async def test_whoever_was_asked_first_and_said_nothing_is_told_of_too(opened: Opening) -> None:
    models = FailingModel("dead/model", Act(problem=DEAD)), FailingModel("good/model", Act(2))
    async with opened(*models, ai_fallback_models=Names(["good/model"])) as robin:
        _, answer = await answer_to(robin, "Are you there?")
        assert [request.model for request in await saw(robin, answer)] == ["dead/model", "good/model"]


@pytest.mark.parametrize("storage", ["sqlite"], indirect=True)
@pytest.mark.parametrize(("prompt", "warnings"), [(8_900, []), (8_901, [(9_001, 10_000)])])
async def test_whoever_uses_more_than_nine_tenths_of_a_window_is_named_in_the_log(
    opened: Opening, prompt: int, warnings: list[tuple[int, int]]
) -> None:
    async with provider() as loopback:
        loopback.answer(delta(content="Yes."), end(), usage(prompt, 100), DONE)
        remote = OpenAIModel(name="far/away", base_url=loopback.base_url, window=10_000)
        async with opened(remote) as robin:
            with capture_logs() as lines:
                await answer_to(robin, "Are you there?")
        await remote.close()
    full = [line for line in lines if line["event"] == "a model's window is nearly full"]
    assert [(line["tokens"], line["window"]) for line in full] == warnings
    assert all((line["log_level"], line["model"]) == ("warning", "far/away") for line in full)
