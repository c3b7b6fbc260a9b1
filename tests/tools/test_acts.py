"""What changes something, over the ledger: every kind of tool, made once, in doubt, found out, asked about."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncConnection

from parlour.errors import Fenced, Moved
from parlour.journal.unit import Unit, Writer
from parlour.store.database import Database
from parlour.store.database_time import OwnTime
from parlour.store.queries.ledger import Entry, entries_of
from parlour.tools.acts import AskingMore, Ended
from parlour.tools.asking import Asking, Word
from parlour.tools.caller import Caller
from parlour.tools.executor import Executor
from parlour.tools.forms import MOST_ROUNDS
from parlour.tools.occasion import Occasion
from parlour.tools.outcomes import Outcome, RequestedCall
from parlour.tools.running import Limits
from parlour.tools.tool import ToolContext, make_tool
from tests.acting import Workbench, World
from tests.conftest import ManualClock
from tests.curious import TOLD, Curious
from tests.house import Exchanged, Lived, anybody, exchange, lived_in
from tests.tools.conftest import Shelf

EVERYTHING = frozenset({"tools:read", "tools:control", "tools:write", "tools:destructive"})


@dataclass
class Owner:
    """The turn of a test, which keeps its owner for as long as the test likes."""

    writer: Writer
    caller_now: Caller | None
    is_owned: bool = True
    begun: list[str] = field(default_factory=list[str])

    async def caller(self, user_id: str) -> Caller | None:
        del user_id
        return self.caller_now

    async def begin(self, tool_call_id: str, unit: Unit) -> None:
        await self.writer.commit(unit)
        self.begun.append(tool_call_id)

    async def is_held(self) -> bool:
        return self.is_owned


@dataclass
class Overtaken:
    """Reads of somebody who is overtaken by `meanwhile` right after their first one."""

    reads: Database
    meanwhile: Callable[[], Awaitable[object]] | None

    @asynccontextmanager
    async def read(self) -> AsyncGenerator[AsyncConnection]:
        async with self.reads.read() as connection:
            yield connection
        meanwhile, self.meanwhile = self.meanwhile, None
        if meanwhile is not None:
            await meanwhile()


@dataclass
class MinuteAhead:
    """The clock of a server that nobody has set, in a house whose time another one tells."""

    house: ManualClock

    def now(self) -> datetime:
        return self.house.now() + timedelta(minutes=1)

    def monotonic(self) -> float:
        return self.house.monotonic()

    async def sleep(self, seconds: float) -> None:
        await self.house.sleep(seconds)


@dataclass
class Desk:
    """Somebody who may do everything, and the workbench."""

    executor: Executor
    world: World
    bench: Workbench
    owner: Owner
    lived: Lived
    ids: Exchanged
    context: ToolContext
    occasion: Occasion

    async def tries(self, tool: str, word: Word | None = None, **arguments: Any) -> Ended | Asking:
        """Make a call; what came of it is not settled yet."""
        call = RequestedCall(self.context.tool_call_id, tool, arguments)
        return await self.executor.run(call, self.context, replace(self.occasion, word=word))

    async def does(self, tool: str, word: Word | None = None, **arguments: Any) -> Outcome:
        """Make a call and settle it."""
        came = await self.tries(tool, word, **arguments)
        assert isinstance(came, Ended), came
        if came.unit is not None:
            await self.lived.writer.commit(came.unit)
        return came.outcome

    async def asked(self, tool: str, word: Word | None = None, **arguments: Any) -> Asking:
        """Make a call that has to be asked about."""
        came = await self.tries(tool, word, **arguments)
        assert isinstance(came, Asking), came
        return came

    def in_another_answer(self) -> "Desk":
        """The same question, answered again."""
        context = replace(self.context, turn_id="another turn", tool_call_id="another call")
        return replace(self, context=context, occasion=replace(self.occasion, run_id="another run", fence=1))

    async def entries(self) -> list[Entry]:
        async with self.lived.database.read() as connection:
            return await entries_of(connection, self.ids.question_id)


def yes(asking: Asking) -> Word:
    """A yes to what was asked."""
    return Word("approved", asking.reason, asking.digest, asking.arguments, "ann", "Ann Other")


def told(asking: Asking, rounds: int = 1) -> Word:
    """The answers to what a call wanted to know."""
    return replace(yes(asking), form=asking.form, state=asking.state, answers=TOLD, rounds=rounds)


@pytest.fixture
async def desk(database: Database, writer: Writer, clock: ManualClock, tmp_path: Path) -> Desk:
    lived = await lived_in(database, writer, clock)
    ann = anybody(lived.ann)
    conversation = await lived.conversations.begin(ann)
    ids = await exchange(lived, conversation, "hello")
    caller = Caller(ann.tenant_id, ann.user_id, conversation.project_id, EVERYTHING)
    world = World(tmp_path / "world")
    bench = Workbench(world, database)
    owner = Owner(writer, caller)
    executor = Executor([bench, Curious(world)], clock, reads=database)
    occasion = Occasion(
        ids.question_id, 0, ids.run_id, 1, (), by_language_model=True, is_tainted=False, undertaking=owner
    )
    context = ToolContext(caller, conversation.id, ids.turn_id, "call-1")
    return Desk(executor, world, bench, owner, lived, ids, context, occasion)


async def test_what_writes_asks_and_what_was_approved_is_done(desk: Desk) -> None:
    asking = await desk.asked("press", button="red")
    assert (asking.reason, asking.effect, asking.arguments) == ("effect", "write", {"button": "red"})
    assert desk.world.changes == []
    outcome = await desk.does("press", yes(asking), button="red")
    assert (outcome.status, outcome.result, outcome.decided_by) == ("completed", "pressed red", "Ann Other")
    assert [entry.status for entry in await desk.entries()] == ["done"]
    assert desk.world.changes == ["press red"]


async def test_what_controls_runs_at_once(desk: Desk) -> None:
    assert (await desk.does("set_level", level=3)).status == "completed"
    assert desk.owner.begun == ["call-1"]


async def test_what_keeps_is_done_only_with_the_commit_of_its_word(desk: Desk) -> None:
    came = await desk.tries("add_note", yes(await desk.asked("add_note", text="milk")), text="milk")
    assert isinstance(came, Ended)
    assert await desk.entries() == []
    assert came.unit is not None
    await desk.lived.writer.commit(came.unit)
    assert [entry.status for entry in await desk.entries()] == ["done"]


async def test_an_answer_given_again_gets_what_was_done_and_anything_else_in_it_asks(desk: Desk) -> None:
    await desk.does("press", yes(await desk.asked("press", button="red")), button="red")
    other = desk.in_another_answer()
    again = await other.does("press", button="red")
    assert (again.status, again.repeated, again.result) == ("completed", True, "pressed red")
    assert (await other.asked("press", button="blue")).reason == "again"
    assert (await other.asked("set_level", level=1)).reason == "again"
    assert desk.world.changes == ["press red"]


async def test_the_same_call_twice_in_one_answer_is_two_calls(desk: Desk) -> None:
    await desk.does("set_level", level=3)
    before = RequestedCall("call-1", "set_level", {"level": 3})
    second = replace(
        desk,
        context=replace(desk.context, tool_call_id="call-2"),
        occasion=replace(desk.occasion, run_id="second", earlier=(before,)),
    )
    assert (await second.does("set_level", level=3)).repeated is False
    assert desk.world.changes == ["level 3", "level 3"]


async def test_a_yes_does_not_hold_for_anything_but_what_was_shown(desk: Desk) -> None:
    word = yes(await desk.asked("send", to="Ann"))
    desk.bench.foresees = "is seen by everybody"
    assert (await desk.asked("send", word, to="Ann")).reason == "changed"


async def test_a_yes_of_somebody_who_may_not_any_more_is_none(desk: Desk) -> None:
    word = yes(await desk.asked("press", button="red"))
    desk.owner.caller_now = None
    outcome = await desk.does("press", word, button="red")
    assert (outcome.status, outcome.code) == ("failed", "permission_denied")
    assert desk.world.changes == []


async def test_after_reading_what_others_wrote_every_change_of_a_language_model_asks(desk: Desk) -> None:
    tainted = replace(desk, occasion=replace(desk.occasion, is_tainted=True))
    assert (await tainted.asked("set_level", level=3)).reason == "tainted"
    built_in = replace(desk, occasion=replace(tainted.occasion, by_language_model=False))
    assert (await built_in.does("set_level", level=3)).status == "completed"
    assert (await desk.does("browse")).tainted


async def test_the_call_does_not_leave_when_the_turn_has_another_owner(desk: Desk) -> None:
    desk.owner.is_owned = False
    with pytest.raises(Fenced):
        await desk.tries("set_level", level=3)
    assert desk.world.changes == []


async def test_a_tool_that_says_it_failed_changed_nothing_and_may_be_tried_again(desk: Desk) -> None:
    desk.world.mood = "deaf"
    assert (await desk.does("set_level", level=3)).status == "failed"
    desk.world.mood = "fine"
    assert (await desk.in_another_answer().does("set_level", level=3)).repeated is False


@pytest.mark.parametrize(("tool", "status"), [("send", "completed"), ("press", "unknown"), ("set_level", "unknown")])
async def test_a_tool_that_breaks_after_its_change_is_read_back_or_nobody_knows(
    desk: Desk, tool: str, status: str
) -> None:
    desk.world.mood = "broken"
    arguments: dict[str, Any] = {"send": {"to": "Ann"}, "press": {"button": "red"}, "set_level": {"level": 3}}[tool]
    first = await desk.tries(tool, **arguments)
    outcome = await desk.does(tool, yes(first), **arguments) if isinstance(first, Asking) else first.outcome
    assert outcome.status == status
    assert len(desk.world.changes) == 1


async def test_what_was_begun_and_never_settled_is_found_out_once_its_time_is_over(
    desk: Desk, clock: ManualClock
) -> None:
    word = yes(await desk.asked("send", to="Ann"))
    assert isinstance(await desk.tries("send", word, to="Ann"), Ended)  # done, and its word never committed
    assert [entry.status for entry in await desk.entries()] == ["started"]
    outcome = await desk.does("send", word, to="Ann")
    assert outcome.status == "completed"
    assert sum(clock.slept) >= 29
    assert desk.world.changes == ["send Ann"]
    assert [entry.status for entry in await desk.entries()] == ["done"]


async def test_on_a_server_whose_clock_is_a_minute_ahead_its_time_is_over_no_sooner(
    desk: Desk, clock: ManualClock, database: Database
) -> None:
    word = yes(await desk.asked("send", to="Ann"))
    assert isinstance(await desk.tries("send", word, to="Ann"), Ended)
    fast = Executor([desk.bench], MinuteAhead(clock), reads=database, times=OwnTime(clock))
    later = replace(desk, executor=fast, occasion=replace(desk.occasion, fence=2))
    assert (await later.does("send", word, to="Ann")).status == "completed"
    assert sum(clock.slept) >= 29
    assert desk.world.changes == ["send Ann"]


async def test_where_nobody_can_tell_a_person_is_asked_and_their_yes_holds_once(desk: Desk) -> None:
    word = yes(await desk.asked("press", button="red"))
    assert isinstance(await desk.tries("press", word, button="red"), Ended)
    doubt = await desk.asked("press", word, button="red")
    assert doubt.reason == "unknown"
    assert isinstance(await desk.tries("press", yes(doubt), button="red"), Ended)
    assert desk.world.changes == ["press red"] * 2
    assert (await desk.asked("press", yes(doubt), button="red")).reason == "unknown"
    denied = replace(yes(doubt), status="denied")
    outcome = await desk.does("press", denied, button="red")
    assert (outcome.status, outcome.code) == ("unknown", "unknown")


async def test_an_idempotent_call_in_doubt_is_made_again_unasked(desk: Desk) -> None:
    assert isinstance(await desk.tries("set_level", level=3), Ended)
    assert (await desk.does("set_level", level=3)).status == "completed"
    assert [entry.tries for entry in await desk.entries()] == [2]


async def test_an_idempotent_call_that_an_earlier_answer_left_in_doubt_is_asked_about(desk: Desk) -> None:
    desk.world.mood = "broken"
    assert (await desk.does("set_level", level=3)).status == "unknown"
    desk.world.mood = "fine"
    later = desk.in_another_answer()
    doubt = await later.asked("set_level", level=3)
    assert (doubt.reason, desk.world.changes) == ("unknown", ["level 3"])
    assert (await later.does("set_level", yes(doubt), level=3)).status == "completed"


async def test_who_looked_before_somebody_else_took_it_back_does_not_take_it_back_again(
    desk: Desk, clock: ManualClock, database: Database
) -> None:
    await desk.does("send", yes(await desk.asked("send", to="Ann")), to="Ann")
    (entry,) = await desk.entries()
    commit = desk.lived.writer.commit

    async def taken_back() -> None:
        unit, _ = await desk.executor.undo(entry, desk.context, commit)
        await commit(unit)

    second = Executor([desk.bench], clock, reads=Overtaken(database, taken_back))
    with pytest.raises(Moved):
        await second.undo(entry, desk.context, commit)
    assert desk.world.changes == ["send Ann", "recall Ann"]


async def wants(desk: Desk, tool: str, word: Word | None = None) -> Asking:
    """Make a call that wants to know something, and settle what it did so far."""
    asking = await desk.asked(tool, word, what="tea")
    assert asking.reason == "input"
    if isinstance(asking, AskingMore) and asking.unit is not None:
        await desk.lived.writer.commit(asking.unit)
    return asking


async def test_a_change_that_wants_to_know_more_is_not_done_and_not_in_doubt(desk: Desk) -> None:
    asking = await wants(desk, "deliver")
    assert (asking.effect, asking.state, asking.remember) == ("control", "about tea", None)
    assert asking.form is not None
    assert asking.form["message"] == "Where does the tea go?"
    assert [entry.status for entry in await desk.entries()] == ["failed"]
    outcome = await desk.does("deliver", told(asking), what="tea")
    assert (outcome.status, outcome.arguments, outcome.decided_by) == ("completed", {"what": "tea"}, "Ann Other")
    assert desk.world.changes == ["2 tea to Ann"]
    assert [(entry.status, entry.tries) for entry in await desk.entries()] == [("done", 2)]


async def test_who_answers_what_was_approved_before_is_not_asked_for_another_yes(desk: Desk) -> None:
    first = await desk.asked("ship", what="tea")
    assert first.reason == "effect"
    asking = await wants(desk, "ship", yes(first))
    assert (await desk.does("ship", told(asking), what="tea")).status == "completed"
    assert desk.world.changes == ["2 tea to Ann"]


async def test_a_tool_that_keeps_may_ask_and_keeps_what_it_was_told(desk: Desk) -> None:
    asking = await wants(desk, "keep_for", yes(await desk.asked("keep_for", what="tea")))
    assert await desk.entries() == []
    assert (await desk.does("keep_for", told(asking), what="tea")).result == TOLD


async def test_a_read_may_ask_and_is_told(desk: Desk) -> None:
    asking = await wants(desk, "look_up")
    assert asking.effect == "read"
    outcome = await desk.does("look_up", told(asking), what="tea")
    assert (outcome.status, outcome.result) == ("completed", "tea for Ann: 14")
    call = RequestedCall("call-1", "look_up", {"what": "tea"})
    nobody = await desk.executor.run(call, desk.context)
    assert isinstance(nobody, Ended)
    assert (nobody.outcome.status, nobody.outcome.code) == ("failed", "failed")


async def test_what_waits_for_a_person_keeps_no_other_call_waiting(
    desk: Desk, database: Database, clock: ManualClock
) -> None:
    alone = replace(desk, executor=Executor([desk.bench, Curious(desk.world)], clock, Limits(at_once=1), database))
    asking = await alone.asked("press", button="red")
    assert (await alone.asked("press", button="blue")).arguments == {"button": "blue"}
    assert (await wants(alone, "deliver")).form is not None
    assert (await wants(alone, "deliver")).form is not None
    assert (await alone.does("press", yes(asking), button="red")).status == "completed"


@pytest.mark.parametrize("changed", [None, frozenset({"tools:write"})])
async def test_whose_rights_change_while_their_call_waits_for_its_turn_is_refused(
    desk: Desk, clock: ManualClock, changed: frozenset[str] | None
) -> None:
    began, holds, looks = asyncio.Event(), asyncio.Event(), 0

    async def look(context: ToolContext) -> str:
        """Look something up."""
        nonlocal looks
        looks += 1
        began.set()
        await holds.wait()
        return "seen"

    executor = Executor([Shelf("bench", [replace(make_tool(look, effect="read"), at_once=1)])], clock)
    call = RequestedCall("call-1", "look", {})
    first, second = (asyncio.create_task(executor.run(call, desk.context, desk.occasion)) for _ in range(2))
    await began.wait()
    desk.owner.caller_now = replace(desk.context.caller, permissions=changed) if changed else None
    holds.set()
    came = [await first, await second]
    assert [one.outcome.code for one in came if isinstance(one, Ended)] == [None, "permission_denied"]
    assert looks == 1


async def test_answers_hold_for_nothing_but_what_was_asked(desk: Desk) -> None:
    asking = await wants(desk, "deliver")
    for other in (replace(told(asking), state="about coffee"), replace(told(asking), form={"message": "Who?"})):
        assert (await wants(desk, "deliver", other)).form == asking.form
    assert desk.world.changes == []


async def test_a_call_that_comes_to_no_end_of_asking_fails(desk: Desk) -> None:
    asking = await wants(desk, "insist")
    for rounds in range(1, MOST_ROUNDS):
        asking = await wants(desk, "insist", told(asking, rounds))
    outcome = await desk.does("insist", told(asking, MOST_ROUNDS), what="tea")
    assert (outcome.status, outcome.problem) == (
        "failed",
        "It asked for more 5 times and came to no end. Nothing was done.",
    )
    assert [entry.status for entry in await desk.entries()] == ["failed"]


async def test_a_question_that_was_lost_before_it_was_kept_is_found_out_and_nothing_is_done_twice(desk: Desk) -> None:
    assert (await desk.asked("deliver", what="tea")).reason == "input"  # and nobody kept it
    doubt = await desk.asked("deliver", what="tea")
    assert doubt.reason == "unknown"
    asking = await wants(desk, "deliver", yes(doubt))
    assert (await desk.does("deliver", told(asking), what="tea")).status == "completed"
    assert desk.world.changes == ["2 tea to Ann"]


async def test_who_declines_is_said_to_have_declined(desk: Desk) -> None:
    asking = await wants(desk, "deliver")
    no = replace(told(asking), status="denied", answers=None)
    outcome = await desk.does("deliver", no, what="tea")
    assert (outcome.status, outcome.code) == ("denied", "denied")
    assert outcome.problem == "Ann Other declined to tell what it wanted to know, so it was not done."
    assert desk.world.changes == []
