"""A tool that wants to know more before it goes on, in a whole house: asked by a form, told from another window."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from parlour.errors import AlreadyDecided, InvalidRequest
from parlour.models.scripted import Script, ScriptedModel, call, says
from parlour.protocol.content import Approval
from parlour.store.tables import approvals
from parlour.tools.forms import MOST_ROUNDS
from tests.acting import Workbench, World
from tests.curious import TOLD, Curious
from tests.flow.conftest import Listener, Opening
from tests.flow.test_approvals import House, calls_of, inbox_of


@asynccontextmanager
async def house(opened: Opening, folder: Path, tool: str = "deliver") -> AsyncGenerator[House]:
    """Robin's house, with a model that calls one tool which wants to know more."""
    world = World(folder / "world")
    script = Script.of(call(tool, what="tea"), says("That is all."))
    async with opened(ScriptedModel(otherwise=script), toolsets=[Curious(world)]) as robin:
        yield House(robin, world, Workbench(world))


async def until_it_rests(talk: Listener) -> None:
    await talk.until(lambda: [turn.status for turn in talk.conversation.turns] == ["waiting"])


async def asked_by_form(home: House, talk: Listener) -> Approval:
    """The form that waits in a conversation, once one does."""
    await talk.until(lambda: [each.reason for each in talk.conversation.approvals] == ["input"])
    return talk.conversation.approvals[0]


@pytest.mark.parametrize("tool", ["deliver", "look_up"])
async def test_what_it_wants_to_know_is_asked_in_one_window_and_told_in_another(
    opened: Opening, tmp_path: Path, tool: str
) -> None:
    async with house(opened, tmp_path, tool) as home:
        inbox = await home.inbox()
        ids = await home.robin.says("Tea for Ann")
        talk = await home.robin.listens(ids["conversation_id"])
        approval = await asked_by_form(home, talk)
        assert approval.form is not None
        assert approval.form["message"] == "Where does the tea go?"
        await until_it_rests(talk)
        assert [part.status for part in calls_of(talk)] == ["waiting"]
        await inbox.until(lambda: bool(inbox_of(inbox)))
        assert inbox_of(inbox)[0] == approval
        await home.decides(inbox_of(inbox)[0], answers=TOLD)
        assert (await home.robin.ended(ids["turn_id"])).status == "completed"
        await talk.until(lambda: talk.answers[-1].status == "completed")
        await inbox.until(lambda: not inbox_of(inbox))
        (part,) = calls_of(talk)
        assert (part.status, part.arguments, part.decided_by) == ("completed", {"what": "tea"}, part.decided_by)
        assert home.world.changes == (["2 tea to Ann"] if tool == "deliver" else [])
        assert part.result == ("sent" if tool == "deliver" else "tea for Ann: 14")
        await talk.agrees()
        async with home.robin.app.database.read() as connection:
            kept = await connection.execute(select(approvals.c.answers, approvals.c.state))
            assert list(kept.mappings()) == [{"answers": TOLD, "state": "about tea"}]


async def test_who_declines_has_it_not_done_and_the_model_is_told(opened: Opening, tmp_path: Path) -> None:
    async with house(opened, tmp_path) as home:
        ids = await home.robin.says("Tea for Ann")
        talk = await home.robin.listens(ids["conversation_id"])
        await home.decides(await asked_by_form(home, talk), "deny")
        await home.robin.ended(ids["turn_id"])
        await talk.until(lambda: talk.answers[-1].status == "completed")
        (part,) = calls_of(talk)
        assert part.status == "denied"
        assert part.error is not None
        assert part.error.message == "You declined to tell what it wanted to know, so it was not done."
        assert home.world.changes == []
        await talk.agrees()


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({}, "a yes needs answers"),
        ({"answers": {"to": "Ann"}}, "“count” is missing"),
        ({"answers": TOLD | {"count": 10}}, "“count” does not fit: it is at most 9"),
        ({"answers": TOLD | {"to": 3}}, "“to” does not fit: it has to be a text"),
        ({"answers": TOLD | {"speed": "warp"}}, "“speed” does not fit: it is none of the choices"),
        ({"answers": TOLD | {"secret": "x"}}, "“secret” is not asked for"),
        ({"answers": TOLD, "arguments": {"what": "gold"}}, "cannot be changed any more"),
        ({"answers": TOLD, "remember": True}, "asked every time"),
        ({"answers": TOLD, "decision": "deny"}, "go with a yes"),
    ],
)
async def test_answers_that_do_not_fit_are_refused_and_the_question_stands(
    opened: Opening, tmp_path: Path, more: dict[str, Any], says: str
) -> None:
    async with house(opened, tmp_path) as home:
        ids = await home.robin.says("Tea for Ann")
        talk = await home.robin.listens(ids["conversation_id"])
        approval = await asked_by_form(home, talk)
        with pytest.raises(InvalidRequest, match=says) as refused:
            await home.decides(approval, **more)
        assert "othing was decided" in refused.value.safe
        await home.decides(approval, answers=TOLD)
        await home.robin.ended(ids["turn_id"])
        assert home.world.changes == ["2 tea to Ann"]
        with pytest.raises(AlreadyDecided):
            await home.decides(approval, answers=TOLD)


async def test_answers_to_what_wants_none_are_refused(opened: Opening, tmp_path: Path) -> None:
    async with house(opened, tmp_path, "ship") as home:
        ids = await home.robin.says("Tea for Ann")
        talk = await home.robin.listens(ids["conversation_id"])
        approval = await home.asked(talk)
        assert (approval.reason, approval.form) == ("effect", None)
        with pytest.raises(InvalidRequest, match="wants no answers"):
            await home.decides(approval, answers=TOLD)
        await home.decides(approval)
        await home.decides(await asked_by_form(home, talk), answers=TOLD)
        assert (await home.robin.ended(ids["turn_id"])).status == "completed"
        assert home.world.changes == ["2 tea to Ann"]


@pytest.mark.parametrize("tool", ["deliver", "look_up"])
async def test_a_restart_between_the_question_and_the_answer_loses_nothing(
    opened: Opening, tmp_path: Path, tool: str
) -> None:
    async with house(opened, tmp_path, tool) as home:
        ids = await home.robin.says("Tea for Ann")
        talk = await home.robin.listens(ids["conversation_id"])
        await asked_by_form(home, talk)
        await until_it_rests(talk)
    async with house(opened, tmp_path, tool) as home:
        talk = await home.robin.listens(ids["conversation_id"])
        await home.decides(await asked_by_form(home, talk), answers=TOLD)
        assert (await home.robin.ended(ids["turn_id"])).status == "completed"
        await talk.until(lambda: talk.answers[-1].status == "completed")
        assert [part.status for part in calls_of(talk)] == ["completed"]
        assert home.world.changes == (["2 tea to Ann"] if tool == "deliver" else [])
        await talk.agrees()


async def test_a_tool_that_asks_and_asks_is_ended(opened: Opening, tmp_path: Path) -> None:
    async with house(opened, tmp_path, "insist") as home:
        ids = await home.robin.says("Tea for Ann")
        talk = await home.robin.listens(ids["conversation_id"])
        seen: set[str] = set()
        for _ in range(MOST_ROUNDS):
            await talk.until(lambda: any(each.id not in seen for each in talk.conversation.approvals))
            (approval,) = talk.conversation.approvals
            seen.add(approval.id)
            await home.decides(approval, answers=TOLD)
        assert (await home.robin.ended(ids["turn_id"])).status == "completed"
        await talk.until(lambda: talk.answers[-1].status == "completed")
        (part,) = calls_of(talk)
        assert part.error is not None
        assert part.error.message == "It asked for more 5 times and came to no end. Nothing was done."
        assert len(seen) == MOST_ROUNDS
        await talk.agrees()


async def test_a_stop_ends_a_turn_that_waits_for_answers(opened: Opening, tmp_path: Path) -> None:
    async with house(opened, tmp_path) as home:
        ids = await home.robin.says("Tea for Ann")
        talk = await home.robin.listens(ids["conversation_id"])
        approval = await asked_by_form(home, talk)
        await until_it_rests(talk)
        await home.robin.app.talk.stop(home.robin.who, ids["turn_id"])
        assert (await home.robin.ended(ids["turn_id"])).status == "stopped"
        with pytest.raises(AlreadyDecided):
            await home.decides(approval, answers=TOLD)
        assert home.world.changes == []
