"""A model that writes as many answers as it may is waited for: in order, for so long and no longer, until stopped."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import orjson
import pytest
from sqlalchemy.engine import URL

from parlour.clock import Clock
from parlour.journal.unit import Committed, Publish, Writer
from parlour.journal.writer import open_writer
from parlour.kinds import Names
from parlour.models.base import ModelProblem, UserMessage
from parlour.models.breaker import FAILURES
from parlour.models.instances import Instance
from parlour.models.route import ALL_BUSY, Wish
from parlour.protocol.content import Message, TextPart
from parlour.store.queries.messages import stored_message
from tests.flow.conftest import DEADLINE_S, HeldModel, Listener, Opening, Talking
from tests.flow.failing import Act, FailingModel

ONE_AT_A_TIME: dict[str, Any] = {"ai_max_connections": 1, "ai_wait_for_room": DEADLINE_S}
NOT_LONG: dict[str, Any] = {"ai_max_connections": 1, "ai_wait_for_room": 0.1}
NOT_AT_ALL: dict[str, Any] = {"ai_max_connections": 1, "ai_wait_for_room": 0.0}
SPARE: dict[str, Any] = {"ai_fallback_models": Names(["spare/model"])}
DEAD = ModelProblem("provider_unavailable", "It cannot be reached.", cause="unreachable")


async def instance(robin: Talking, name: str = "held/model") -> Instance:
    """How a model does."""
    async with robin.app.database.read() as connection:
        watched = await robin.app.lineup.watched(connection, Wish(robin.who.tenant_id, "", ""))
    return next(one.instance for one in watched if one.instance.name == name)


async def waits(robin: Talking, count: int, into: str | None = None) -> tuple[dict[str, str], Listener]:
    """Ask something that has to wait, as the last of so many."""
    ids = await robin.says("And I?", into)
    listener = await robin.listens(ids["conversation_id"])
    await listener.until(lambda: [turn.reason for turn in listener.conversation.turns] == ["no_room"])
    await listener.agrees()
    held = await instance(robin)
    async with asyncio.timeout(DEADLINE_S):
        while held.waiting < count:  # noqa: ASYNC110 - who is in line is said before, and being there is no event
            await asyncio.sleep(0)
    return ids, listener


async def answer(robin: Talking, ids: dict[str, str]) -> Message:
    """The answer to what was asked, once its turn has ended."""
    turn = await robin.ended(ids["turn_id"])
    async with robin.app.database.read() as connection:
        found = await stored_message(connection, turn.answer_id or "")
    assert found is not None
    return found.value


def words(message: Message) -> str:
    return "".join(part.text for part in message.parts if isinstance(part, TextPart))


def turns_of(listener: Listener) -> list[str]:
    """What was said of the turns, in its order: what holds one up that runs, else how it stands."""
    turns = [frame["turn"] for frame in listener.frames if frame["type"] == "turn_updated"]
    return [turn["reason"] if turn["status"] == "running" and turn["reason"] else turn["status"] for turn in turns]


async def test_who_finds_no_room_waits_and_is_answered_in_their_turn(opened: Opening, held: HeldModel) -> None:
    async with opened(held, **ONE_AT_A_TIME) as robin:
        first, _ = await robin.is_told_a_story(held)
        second, _ = await waits(robin, 1)
        third, listener = await waits(robin, 2)
        assert len(held.requests) == 1
        held.lets("a time.", None, "Second.", None, "Third.", None)
        told = [await answer(robin, ids) for ids in (first, second, third)]
        assert [(one.status, words(one)) for one in told] == [
            ("completed", "Once upon a time."),
            ("completed", "Second."),
            ("completed", "Third."),
        ]
        await listener.until(lambda: listener.conversation.turns == [])
        await listener.agrees()
        assert turns_of(listener)[-2:] == ["running", "completed"]
        assert ((await instance(robin)).connections, (await instance(robin)).waiting) == (0, 0)


@pytest.mark.parametrize("end", [DEAD, None], ids=["fails", "stopped"])
async def test_room_is_given_on_however_an_answer_ends(
    opened: Opening, held: HeldModel, end: ModelProblem | None
) -> None:
    async with opened(held, **ONE_AT_A_TIME) as robin:
        first, _ = await robin.is_told_a_story(held)
        second, _ = await waits(robin, 1)
        if end is None:
            await robin.app.talk.stop(robin.who, first["turn_id"])
        else:
            held.lets(end, end)
        assert (await robin.ended(first["turn_id"])).status == ("stopped" if end is None else "failed")
        held.lets("Second.", None)
        assert words(await answer(robin, second)) == "Second."


async def test_who_waits_can_be_stopped_and_whoever_is_behind_them_moves_up(opened: Opening, held: HeldModel) -> None:
    async with opened(held, **ONE_AT_A_TIME) as robin:
        await robin.is_told_a_story(held)
        second, listener = await waits(robin, 1)
        third, _ = await waits(robin, 2)
        await robin.app.talk.stop(robin.who, second["turn_id"])
        assert (await robin.ended(second["turn_id"])).status == "stopped"
        await listener.until(lambda: listener.conversation.turns == [])
        await listener.agrees()
        assert (await instance(robin)).waiting == 1
        held.lets("a time.", None, "Third.", None)
        assert words(await answer(robin, third)) == "Third."
        assert len(held.requests) == 2


async def test_what_is_changed_while_somebody_waits_is_asked_as_it_stands_when_there_is_room(
    opened: Opening, held: HeldModel
) -> None:
    async with opened(held, **ONE_AT_A_TIME) as robin:
        held.lets("Noted.", None)
        first = await robin.says("My bank is the old one")
        await robin.ended(first["turn_id"])
        await robin.is_told_a_story(held)
        second, _ = await waits(robin, 1, first["conversation_id"])
        await robin.edits(first["message_id"], "My bank is the new one")
        held.lets("a time.", None, "Second.", None)
        assert words(await answer(robin, second)) == "Second."
        asked = [m.text for m in held.requests[-1].messages if isinstance(m, UserMessage)]
        assert asked == ["My bank is the new one", "And I?"]


async def test_whoever_has_room_is_asked_before_anybody_waits(opened: Opening, held: HeldModel) -> None:
    spare = FailingModel("spare/model", Act(3))
    async with opened(held, spare, **ONE_AT_A_TIME, **SPARE) as robin:
        await robin.is_told_a_story(held)
        told = await answer(robin, await robin.says("And I?"))
        assert (told.model, words(told)) == ("spare/model", spare.said(3))
        assert (await instance(robin)).calls == 1


async def test_who_waits_goes_to_whoever_of_the_route_has_room_first(opened: Opening, held: HeldModel) -> None:
    spare = HeldModel()
    spare.name = "spare/model"
    async with opened(held, spare, **ONE_AT_A_TIME, **SPARE) as robin:
        await robin.is_told_a_story(held)
        second, listener = await robin.is_told_a_story(spare)
        third, _ = await waits(robin, 1)
        spare.lets("a time.", None, "Third.", None)
        assert [(await answer(robin, ids)).model for ids in (second, third)] == ["spare/model"] * 2
        await listener.agrees()


async def test_who_was_given_room_at_somebody_who_rests_by_then_waits_for_the_others(
    opened: Opening, held: HeldModel
) -> None:
    spare = HeldModel()
    spare.name = "spare/model"
    happens: dict[str, Callable[[], None]] = {}

    def listening(url: URL, *, clock: Clock, publish: Publish, fatal: Callable[[BaseException], None]) -> Writer:
        """A writer; when it says that nothing holds a turn up any more, something happens before the turn hears."""

        def said(committed: Sequence[Committed]) -> None:
            for turn in (orjson.loads(each.payload).get("turn", {}) for each in committed):
                if turn.get("status") == "running" and turn["reason"] is None and turn["id"] in happens:
                    happens.pop(turn["id"])()
            publish(committed)

        return open_writer(url, clock=clock, publish=said, fatal=fatal)

    async with replace(opened, open_writer=listening)(held, spare, **ONE_AT_A_TIME, **SPARE) as robin:
        await robin.is_told_a_story(held)
        await robin.is_told_a_story(spare)
        third, _ = await waits(robin, 1)
        rests = (await instance(robin)).breaker

        has_come_to_rest = asyncio.Event()

        def comes_to_rest() -> None:
            for _ in range(FAILURES):
                rests.failed(probe=False)
            has_come_to_rest.set()

        happens[third["turn_id"]] = comes_to_rest
        held.lets("a time.", None)
        async with asyncio.timeout(DEADLINE_S):
            await has_come_to_rest.wait()
        spare.lets("a time.", None, "Third.", None)
        told = await answer(robin, third)
        assert (told.status, told.model, words(told)) == ("completed", "spare/model", "Third.")


async def test_who_has_waited_as_long_as_is_allowed_is_told_that_everybody_is_busy(
    opened: Opening, held: HeldModel
) -> None:
    async with opened(held, **NOT_LONG) as robin:
        await robin.is_told_a_story(held)
        second = await robin.says("And I?")
        listener = await robin.listens(second["conversation_id"], after=0)
        told = await answer(robin, second)
        assert told.error is not None
        assert (told.status, told.error.code, told.error.message) == ("failed", "no_model_left", ALL_BUSY)
        await listener.until(lambda: "failed" in turns_of(listener))
        assert turns_of(listener) == ["queued", "running", "no_room", "failed"]
        assert (await instance(robin)).waiting == 0


async def test_where_nobody_shall_wait_it_is_said_at_once(opened: Opening, held: HeldModel) -> None:
    async with opened(held, **NOT_AT_ALL) as robin:
        await robin.is_told_a_story(held)
        told = await answer(robin, await robin.says("And I?"))
        assert told.error is not None
        assert (told.error.code, told.error.message) == ("no_model_left", ALL_BUSY)


async def test_whoever_waits_when_the_house_closes_is_answered_when_it_opens_again(
    opened: Opening, held: HeldModel
) -> None:
    async with opened(held, **ONE_AT_A_TIME) as robin:
        await robin.is_told_a_story(held)
        second, _ = await waits(robin, 1)
    again = HeldModel()
    again.lets("First.", None, "Second.", None)
    async with opened(again, **ONE_AT_A_TIME) as robin:
        assert (await answer(robin, second)).status == "completed"
