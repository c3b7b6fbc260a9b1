"""A change that waits for a person, in a whole house: asked in one window, decided in another, made once."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from parlour.clock import SystemClock
from parlour.errors import AlreadyDecided, Forbidden, IdempotencyConflict, InvalidRequest, Moved, NotFound, NotNow
from parlour.hub.subscriber import Subscriber
from parlour.journal.unit import Unit
from parlour.models.base import Model
from parlour.models.scripted import Script, ScriptedModel, call, says
from parlour.protocol.approvals import UndoToolCall
from parlour.protocol.commands import DecideToolCall, Regenerate
from parlour.protocol.content import Approval, Message, ToolCallPart
from parlour.protocol.state import UserState
from parlour.store.database import Database
from parlour.store.queries.ledger import rules_of
from parlour.store.tables import settings, users
from tests.acting import NOTE, Workbench, World
from tests.flow.conftest import DEADLINE_S, Listener, Opening, Talking


@dataclass
class House:
    """Robin's house with a workbench in it."""

    robin: Talking
    world: World
    bench: Workbench

    async def asked(self, listener: Listener) -> Approval:
        """What waits for a word in a conversation, once something does."""
        await listener.until(lambda: bool(listener.conversation.approvals))
        return listener.conversation.approvals[-1]

    async def decides(self, approval: Approval, decision: Any = "approve", **more: Any) -> None:
        self.robin.sent += 1
        command_id = more.pop("command_id", f"decision-{self.robin.sent}")
        command = DecideToolCall(
            type="decide_tool_call", approval_id=approval.id, decision=decision, command_id=command_id, **more
        )
        await self.robin.app.talk.decide(self.robin.who, command)

    async def begins_again(self, answer_id: str) -> str:
        """Ask for another answer; the id of its turn."""
        self.robin.sent += 1
        again = Regenerate(type="regenerate", message_id=answer_id, command_id=f"again-{self.robin.sent}")
        return (await self.robin.app.talk.regenerate(self.robin.who, again)).ids["turn_id"]

    async def again(self, answer_id: str) -> str:
        """Another answer, once it has ended; its id."""
        return (await self.robin.ended(await self.begins_again(answer_id))).answer_id or ""

    async def undoes(self, answer_id: str, answer: Message) -> None:
        self.robin.sent += 1
        (part,) = parts_of(answer)
        command = UndoToolCall(
            message_id=answer_id, tool_call_id=part.tool_call_id, command_id=f"undo-{self.robin.sent}"
        )
        await self.robin.app.talk.undo(self.robin.who, command)

    async def notes(self) -> list[str]:
        async with self.robin.app.database.read() as connection:
            found = await connection.scalars(select(settings.c.key).where(settings.c.key.startswith(NOTE)))
            return sorted(key.removeprefix(NOTE) for key in found)

    async def inbox(self) -> Listener:
        """Robin's other window: what is said on the topic of a person."""
        listener = Listener(self.robin.app, f"user:{self.robin.who.user_id}", Subscriber(10_000_000))
        await listener.follow()
        await listener.until(lambda: listener.state is not None)
        return listener


def calls_of(listener: Listener) -> list[ToolCallPart]:
    return parts_of(listener.answers[-1])


def parts_of(answer: Message) -> list[ToolCallPart]:
    return [part for part in answer.parts if isinstance(part, ToolCallPart)]


def inbox_of(listener: Listener) -> list[Approval]:
    assert isinstance(listener.state, UserState)
    return listener.state.inbox


NOTE_IT = Script.of(call("add_note", text="milk"), says("It is noted."))


@asynccontextmanager
async def house(opened: Opening, folder: Path, script: Script | Model = NOTE_IT, **more: Any) -> AsyncGenerator[House]:
    model = ScriptedModel(otherwise=script) if isinstance(script, Script) else script
    world = World(folder / "world")
    bench = Workbench(world, Database(opened.storage.url))
    async with opened(model, toolsets=[bench], **more) as robin:
        yield House(robin, world, bench)
    assert isinstance(bench.reads, Database)
    await bench.reads.close()


async def test_a_change_asked_in_one_window_and_approved_in_another_is_made_and_told_in_both(
    opened: Opening, tmp_path: Path
) -> None:
    async with house(opened, tmp_path) as home:
        inbox = await home.inbox()
        ids = await home.robin.says("Note milk")
        talk = await home.robin.listens(ids["conversation_id"])
        approval = await home.asked(talk)
        assert (approval.label, approval.effect, approval.reason) == ("Add the note “milk”", "write", "effect")
        assert approval.preview is not None
        assert [(each.what, each.before, each.after) for each in approval.preview.changes] == [("milk", None, "kept")]
        await talk.until(lambda: [turn.status for turn in talk.conversation.turns] == ["waiting"])
        assert [part.status for part in calls_of(talk)] == ["waiting"]
        assert await home.notes() == []
        await inbox.until(lambda: bool(inbox_of(inbox)))
        await home.decides(inbox_of(inbox)[0])
        await home.robin.ended(ids["turn_id"])
        await talk.until(lambda: talk.answers != [] and talk.answers[-1].status == "completed")
        await inbox.until(lambda: not inbox_of(inbox))
        assert await home.notes() == ["milk"]
        part = calls_of(talk)[0]
        assert (part.status, part.summary, part.undo) == ("completed", "1 note", "offered")
        assert part.decided_by is not None
        assert talk.text == "It is noted."
        assert talk.conversation.approvals == []
        await talk.agrees()


async def test_a_change_that_was_denied_is_not_made_and_the_model_is_told(opened: Opening, tmp_path: Path) -> None:
    async with house(opened, tmp_path) as home:
        ids = await home.robin.says("Note milk")
        talk = await home.robin.listens(ids["conversation_id"])
        await home.decides(await home.asked(talk), "deny")
        await home.robin.ended(ids["turn_id"])
        await talk.until(lambda: talk.answers != [] and talk.answers[-1].status == "completed")
        assert await home.notes() == []
        (part,) = calls_of(talk)
        assert part.status == "denied"
        assert part.error is not None
        assert part.error.message == "You said no, so nothing was changed."
        await talk.agrees()


async def test_an_answer_given_again_meets_what_was_done_and_says_so(opened: Opening, tmp_path: Path) -> None:
    async with house(opened, tmp_path) as home:
        ids = await home.robin.says("Note milk")
        talk = await home.robin.listens(ids["conversation_id"])
        await home.decides(await home.asked(talk))
        await home.again((await home.robin.ended(ids["turn_id"])).answer_id or "")
        await talk.until(lambda: len(talk.answers) == 2 and talk.answers[-1].status == "completed")
        (part,) = calls_of(talk)
        assert (part.status, part.repeated, part.summary) == ("completed", True, "done before")
        assert await home.notes() == ["milk"]
        await talk.agrees()


async def test_the_arguments_may_be_changed_with_the_yes_and_are_what_is_done(opened: Opening, tmp_path: Path) -> None:
    async with house(opened, tmp_path) as home:
        ids = await home.robin.says("Note milk")
        talk = await home.robin.listens(ids["conversation_id"])
        await home.decides(await home.asked(talk), arguments={"text": "oat milk"})
        await home.robin.ended(ids["turn_id"])
        await talk.until(lambda: talk.answers != [] and talk.answers[-1].status == "completed")
        assert await home.notes() == ["oat milk"]
        assert calls_of(talk)[0].arguments == {"text": "oat milk"}
        await talk.agrees()


@pytest.mark.parametrize("arguments", [{"text": ""}, {"text": 3}, {"words": "milk"}])
async def test_arguments_that_cannot_be_are_refused_and_the_question_stands(
    opened: Opening, tmp_path: Path, arguments: dict[str, Any]
) -> None:
    async with house(opened, tmp_path) as home:
        ids = await home.robin.says("Note milk")
        talk = await home.robin.listens(ids["conversation_id"])
        approval = await home.asked(talk)
        with pytest.raises(InvalidRequest, match="Nothing was decided"):
            await home.decides(approval, arguments=arguments)
        await home.decides(approval)
        await home.robin.ended(ids["turn_id"])
        assert await home.notes() == ["milk"]


async def test_of_two_who_decide_at_once_the_first_counts_and_the_other_is_told_whose_word_it_was(
    opened: Opening, tmp_path: Path
) -> None:
    async with house(opened, tmp_path) as home:
        ids = await home.robin.says("Note milk")
        talk = await home.robin.listens(ids["conversation_id"])
        approval = await home.asked(talk)
        words = [home.decides(approval, "approve", command_id=f"c{n}") for n in range(5)]
        came = await asyncio.gather(*words, return_exceptions=True)
        late = [each for each in came if isinstance(each, AlreadyDecided)]
        assert len(late) == 4
        assert {each.safe for each in late} == {"You said yes to it already."}
        await home.robin.ended(ids["turn_id"])
        assert await home.notes() == ["milk"]


async def test_the_same_command_decides_once_and_is_answered_as_before(opened: Opening, tmp_path: Path) -> None:
    async with house(opened, tmp_path) as home:
        ids = await home.robin.says("Note milk")
        talk = await home.robin.listens(ids["conversation_id"])
        approval = await home.asked(talk)
        command = DecideToolCall(
            type="decide_tool_call", approval_id=approval.id, decision="approve", command_id="once"
        )
        first = await home.robin.app.talk.decide(home.robin.who, command)
        again = await home.robin.app.talk.decide(home.robin.who, command)
        assert (first.said.duplicate, again.said.duplicate) == (False, True)
        assert again.approval.status == "approved"
        with pytest.raises(IdempotencyConflict):
            await home.robin.app.talk.decide(home.robin.who, command.model_copy(update={"decision": "deny"}))
        await home.robin.ended(ids["turn_id"])


@dataclass
class ClockAhead(SystemClock):
    """The machine's clock, and as much later as a test likes."""

    ahead: timedelta = timedelta()

    def now(self) -> datetime:
        return super().now() + self.ahead


async def test_what_nobody_decides_in_time_is_denied_and_the_turn_goes_on_to_its_end(
    opened: Opening, tmp_path: Path
) -> None:
    clock = ClockAhead()
    async with house(opened, tmp_path, clock=clock, approval_expires_hours=24) as home:
        ids = await home.robin.says("Note milk")
        talk = await home.robin.listens(ids["conversation_id"])
        approval = await home.asked(talk)
        await talk.until(lambda: [turn.status for turn in talk.conversation.turns] == ["waiting"])
        clock.ahead = timedelta(hours=24, seconds=1)
        turn = await home.robin.ended(ids["turn_id"])
        assert turn.status == "completed"
        with pytest.raises(AlreadyDecided, match="The time to decide is over"):
            await home.decides(approval)
        await talk.until(lambda: talk.answers != [] and talk.answers[-1].status == "completed")
        assert calls_of(talk)[0].status == "denied"
        assert await home.notes() == []
        await talk.agrees()


async def test_a_new_message_withdraws_the_question_and_is_answered(opened: Opening, tmp_path: Path) -> None:
    model = ScriptedModel({"Note milk": NOTE_IT}, otherwise=Script.of(says("Good evening.")))
    async with house(opened, tmp_path, model) as home:
        ids = await home.robin.says("Note milk")
        talk = await home.robin.listens(ids["conversation_id"])
        approval = await home.asked(talk)
        await talk.until(lambda: [turn.status for turn in talk.conversation.turns] == ["waiting"])
        second = await home.robin.says("Hello", ids["conversation_id"])
        assert (await home.robin.ended(ids["turn_id"])).status == "completed"
        assert (await home.robin.ended(second["turn_id"])).status == "completed"
        await talk.until(lambda: len(talk.answers) == 2 and talk.answers[-1].status == "completed")
        assert [answer.status for answer in talk.answers] == ["completed", "completed"]
        assert talk.text == "Good evening."
        assert talk.conversation.approvals == []
        with pytest.raises(AlreadyDecided, match="no longer asked"):
            await home.decides(approval)
        assert await home.notes() == []
        await talk.agrees()


async def test_a_stop_ends_a_turn_that_waits_and_nobody_is_asked_any_more(opened: Opening, tmp_path: Path) -> None:
    async with house(opened, tmp_path) as home:
        inbox = await home.inbox()
        ids = await home.robin.says("Note milk")
        talk = await home.robin.listens(ids["conversation_id"])
        await home.asked(talk)
        await talk.until(lambda: [turn.status for turn in talk.conversation.turns] == ["waiting"])
        await home.robin.app.talk.stop(home.robin.who, ids["turn_id"])
        assert (await home.robin.ended(ids["turn_id"])).status == "stopped"
        await talk.until(lambda: talk.answers != [] and talk.answers[-1].status == "stopped")
        await inbox.until(lambda: "approval_decided" in inbox.types() and not inbox_of(inbox))
        assert calls_of(talk)[0].status == "denied"
        assert talk.conversation.approvals == []
        await talk.agrees()


async def test_a_restart_while_it_waits_loses_nothing(opened: Opening, tmp_path: Path) -> None:
    async with house(opened, tmp_path) as home:
        ids = await home.robin.says("Note milk")
        talk = await home.robin.listens(ids["conversation_id"])
        await home.asked(talk)
        await talk.until(lambda: [turn.status for turn in talk.conversation.turns] == ["waiting"])
    async with house(opened, tmp_path) as home:
        talk = await home.robin.listens(ids["conversation_id"])
        (approval,) = talk.conversation.approvals
        await home.decides(approval)
        assert (await home.robin.ended(ids["turn_id"])).status == "completed"
        await talk.until(lambda: talk.answers != [] and talk.answers[-1].status == "completed")
        assert await home.notes() == ["milk"]
        await talk.agrees()


async def test_whoever_lost_the_right_meanwhile_can_not_say_yes_and_what_they_had_approved_is_not_done(
    opened: Opening, tmp_path: Path
) -> None:
    async with house(opened, tmp_path) as home:
        ids = await home.robin.says("Note milk")
        talk = await home.robin.listens(ids["conversation_id"])
        approval = await home.asked(talk)
        await talk.until(lambda: [turn.status for turn in talk.conversation.turns] == ["waiting"])
        guest = replace(home.robin.who, permissions=frozenset({"tools:read"}))
        command = DecideToolCall(type="decide_tool_call", approval_id=approval.id, decision="approve", command_id="g")
        with pytest.raises(Forbidden):
            await home.robin.app.talk.decide(guest, command)
        demoted = update(users).where(users.c.id == home.robin.who.user_id).values(role="guest")
        await home.robin.app.writer.commit(Unit(changes=[demoted]))
        await home.decides(approval)
        await home.robin.ended(ids["turn_id"])
        await talk.until(lambda: talk.answers != [] and talk.answers[-1].status == "completed")
        (part,) = calls_of(talk)
        assert part.status == "failed"
        assert part.error is not None
        assert part.error.code == "permission_denied"
        assert await home.notes() == []


async def test_when_what_it_would_do_has_changed_since_the_yes_it_is_asked_again(
    opened: Opening, tmp_path: Path
) -> None:
    post = Script.of(call("send", to="Ann"), says("It is sent."))
    async with house(opened, tmp_path, post) as home:
        ids = await home.robin.says("Write to Ann")
        talk = await home.robin.listens(ids["conversation_id"])
        first = await home.asked(talk)
        home.bench.foresees = "is seen by everybody"
        await home.decides(first)
        await talk.until(lambda: [each.reason for each in talk.conversation.approvals] == ["changed"])
        second = await home.asked(talk)
        assert second.id != first.id
        assert second.preview is not None
        assert second.preview.changes[0].after == "is seen by everybody"
        assert home.world.changes == []
        await home.decides(second)
        await home.robin.ended(ids["turn_id"])
        assert home.world.changes == ["send Ann"]


async def test_what_is_undone_is_gone_in_every_version_and_the_same_wish_asks_anew(
    opened: Opening, tmp_path: Path
) -> None:
    async with house(opened, tmp_path) as home:
        ids = await home.robin.says("Note milk")
        talk = await home.robin.listens(ids["conversation_id"])
        await home.decides(await home.asked(talk))
        first = (await home.robin.ended(ids["turn_id"])).answer_id or ""
        second = await home.again(first)
        await home.undoes(first, talk.answers[0])
        await talk.until(lambda: len(talk.answers) == 2 and talk.answers[-1].status == "completed")
        await talk.until(lambda: [part.undo for answer in talk.answers for part in parts_of(answer)] == ["done"] * 2)
        assert await home.notes() == []
        with pytest.raises(NotNow):
            await home.undoes(first, talk.answers[0])
        talk.frames.clear()
        third = await home.begins_again(second)
        approval = await home.asked(talk)
        assert approval.reason == "again"
        await home.decides(approval)
        await home.robin.ended(third)
        await talk.until(lambda: len(talk.answers) == 3 and talk.answers[-1].status == "completed")
        assert await home.notes() == ["milk"]
        assert [part.undo for answer in talk.answers for part in parts_of(answer)] == ["done", "done", "offered"]
        await talk.agrees()


async def test_what_reaches_outside_is_undone_once(opened: Opening, tmp_path: Path) -> None:
    async with house(opened, tmp_path, Script.of(call("send", to="Ann"), says("It is sent."))) as home:
        ids = await home.robin.says("Write to Ann")
        talk = await home.robin.listens(ids["conversation_id"])
        await home.decides(await home.asked(talk))
        answer_id = (await home.robin.ended(ids["turn_id"])).answer_id or ""
        await talk.until(lambda: talk.answers != [] and talk.answers[-1].status == "completed")
        came = await asyncio.gather(
            *(home.undoes(answer_id, talk.answers[0]) for _ in range(3)), return_exceptions=True
        )
        assert [type(each) for each in came].count(NotNow) + [type(each) for each in came].count(Moved) == 2
        assert home.world.changes == ["send Ann", "recall Ann"]


async def test_a_yes_that_is_remembered_is_not_asked_for_again_until_the_rule_is_forgotten(
    opened: Opening, tmp_path: Path
) -> None:
    scripts = {each: Script.of(call("add_note", text=each), says("Noted.")) for each in ("milk", "bread", "eggs")}
    async with house(opened, tmp_path, ScriptedModel(scripts)) as home:
        ids = await home.robin.says("milk")
        talk = await home.robin.listens(ids["conversation_id"])
        approval = await home.asked(talk)
        assert approval.remember == "Always here, for notes"
        await home.decides(approval, remember=True)
        await home.robin.ended(ids["turn_id"])
        second = await home.robin.says("bread", ids["conversation_id"])
        assert (await home.robin.ended(second["turn_id"])).status == "completed"
        assert await home.notes() == ["bread", "milk"]
        async with home.robin.app.database.read() as connection:
            (rule,) = await rules_of(connection, home.robin.who.user_id)
        assert (rule.tool_name, rule.words) == ("add_note", "Always here, for notes")
        await home.robin.app.talk.rules.forget(home.robin.who, rule.id)
        await home.robin.says("eggs", ids["conversation_id"])
        await talk.until(lambda: [each.arguments for each in talk.conversation.approvals] == [{"text": "eggs"}])
        assert await home.notes() == ["bread", "milk"]


async def test_a_conversation_that_is_deleted_takes_its_questions_along(opened: Opening, tmp_path: Path) -> None:
    async with house(opened, tmp_path) as home:
        inbox = await home.inbox()
        ids = await home.robin.says("Note milk")
        talk = await home.robin.listens(ids["conversation_id"])
        approval = await home.asked(talk)
        app = home.robin.app
        await app.conversations.delete(home.robin.who, ids["conversation_id"], app.talk.end)
        await inbox.until(lambda: "conversation_deleted" in inbox.types())
        assert inbox_of(inbox) == []
        with pytest.raises(NotFound):
            await home.decides(approval)
        assert await home.notes() == []


async def test_a_stop_waits_for_a_change_that_is_under_way_and_shows_what_came_of_it(
    opened: Opening, tmp_path: Path
) -> None:
    async with house(opened, tmp_path, Script.of(call("press", button="red"), says("Pressed."))) as home:
        home.bench.holds, pressed = asyncio.Event(), asyncio.Event()
        home.world.meets = lambda _: pressed.set()
        ids = await home.robin.says("Press it")
        talk = await home.robin.listens(ids["conversation_id"])
        await home.decides(await home.asked(talk))
        await talk.until(lambda: [part.status for part in calls_of(talk)] == ["executing"])
        await asyncio.wait_for(pressed.wait(), DEADLINE_S)
        await home.robin.app.talk.stop(home.robin.who, ids["turn_id"])
        assert (await home.robin.app.talk.wait_for_turn(ids["turn_id"], 0)).status == "running"
        home.bench.holds.set()
        assert (await home.robin.ended(ids["turn_id"])).status == "stopped"
        await talk.until(lambda: talk.answers != [] and talk.answers[-1].status == "stopped")
        assert [part.status for part in calls_of(talk)] == ["completed"]
        assert home.world.changes == ["press red"]
        await talk.agrees()


async def test_a_server_that_ends_in_order_lets_a_change_under_way_come_to_its_end(
    opened: Opening, tmp_path: Path
) -> None:
    async with house(opened, tmp_path, Script.of(call("press", button="red"), says("Pressed."))) as home:
        home.bench.holds, pressed = asyncio.Event(), asyncio.Event()
        home.world.meets = lambda _: pressed.set()
        ids = await home.robin.says("Press it")
        talk = await home.robin.listens(ids["conversation_id"])
        await home.decides(await home.asked(talk))
        await asyncio.wait_for(pressed.wait(), DEADLINE_S)
        asyncio.get_running_loop().call_later(0.05, home.bench.holds.set)
    async with house(opened, tmp_path, Script.of(call("press", button="red"), says("Pressed."))) as home:
        assert (await home.robin.ended(ids["turn_id"])).status == "completed"
        talk = await home.robin.listens(ids["conversation_id"])
        assert [part.status for part in calls_of(talk)] == ["completed"]
        assert home.world.changes == ["press red"]
