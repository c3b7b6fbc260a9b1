"""Nobody asks more than their role allows, however they ask; and who is held back is told until when."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from parlour.clock import isoformat
from parlour.config import Settings
from parlour.errors import RateLimited
from parlour.identity.users import add_user
from parlour.identity.who import who_is
from parlour.journal.unit import Unit
from parlour.kinds import Rates
from parlour.models.scripted import Script, ScriptedModel, says
from parlour.protocol.content import UserRole
from parlour.store.tables import commands, conversations
from tests.flow.conftest import Opening, Talking
from tests.lifted import LIFTED

FEW: dict[str, Any] = {"chat_messages_user": Rates(3, 5, 7), "chat_conversations_user": 2}


def model() -> ScriptedModel:
    return ScriptedModel(otherwise=Script.of(says("Yes.")))


async def somebody(robin: Talking, role: UserRole = "user") -> Talking:
    """Somebody else in the house, in this role."""
    app = robin.app
    person = await add_user(app.database, app.writer, app.clock, username=f"a-{role}", role=role)
    return Talking(app, who_is(person, "test"))


async def time_passes(ann: Talking, away: timedelta) -> None:
    """What was asked lies longer ago now."""
    app = ann.app
    async with app.database.read() as connection:
        asked = (await connection.execute(select(commands.c.command_id, commands.c.at))).all()
        talks = (await connection.execute(select(conversations.c.id, conversations.c.last_activity_at))).all()
    earlier = [
        *(
            update(commands).where(commands.c.command_id == row.command_id).values(at=moved(row.at, away))
            for row in asked
        ),
        *(
            update(conversations).where(conversations.c.id == row.id).values(last_activity_at=moved(row[1], away))
            for row in talks
        ),
    ]
    await app.writer.commit(Unit(changes=earlier))


def moved(at: str, away: timedelta) -> str:
    return isoformat(datetime.fromisoformat(at) - away)


async def answered(ann: Talking, content: str, conversation_id: str | None = None) -> str:
    """Something asked and answered; its conversation."""
    ids = await ann.says(content, conversation_id)
    await ann.ended(ids["turn_id"])
    return ids["conversation_id"]


async def refusal(ann: Talking, conversation_id: str | None = None) -> dict[str, Any]:
    """What is said to somebody who asks one too many."""
    with pytest.raises(RateLimited) as refused:
        await ann.says("One more", conversation_id)
    return dict(refused.value.told)


async def test_the_next_message_of_a_minute_is_refused_and_passes_later(opened: Opening) -> None:
    async with opened(model(), **FEW) as robin:
        ann = await somebody(robin)
        talk = (await ann.says("One"))["conversation_id"]
        for _ in range(2):
            await ann.says("More", talk)
        told = await refusal(ann, talk)
        assert (told["limit"], told["current"], told["maximum"]) == ("messages_per_minute", 3, 3)
        assert 0 < int(told["retry_after"]) <= 60
        back = datetime.fromisoformat(str(told["reset_at"]))
        assert timedelta(0) < back - datetime.now(UTC) <= timedelta(seconds=60)
        await time_passes(ann, timedelta(seconds=61))
        await ann.says("Later", talk)


async def test_an_hour_and_a_day_have_limits_of_their_own(opened: Opening) -> None:
    async with opened(model(), **FEW) as robin:
        ann = await somebody(robin)
        talk = (await ann.says("One"))["conversation_id"]
        for _ in range(4):
            await time_passes(ann, timedelta(minutes=2))
            await ann.says("More", talk)
        await time_passes(ann, timedelta(minutes=2))
        assert (await refusal(ann, talk))["limit"] == "messages_per_hour"
        for _ in range(2):
            await time_passes(ann, timedelta(hours=1))
            await ann.says("More", talk)
        await time_passes(ann, timedelta(hours=1))
        told = await refusal(ann, talk)
        assert (told["limit"], told["current"]) == ("messages_per_day", 7)
        await time_passes(ann, timedelta(hours=22))
        await ann.says("Next day", talk)


async def test_asking_again_counts_and_sending_again_does_not(opened: Opening) -> None:
    async with opened(model(), **FEW) as robin:
        ann = await somebody(robin)
        ids = await ann.says("One", client_message_id="the-same")
        await ann.ended(ids["turn_id"])
        for _ in range(5):
            await ann.says("One", client_message_id="the-same")
        for words in (None, "Two"):
            await ann.ended((await ann.asks_again(ids["message_id"], words)).ids["turn_id"])
        with pytest.raises(RateLimited):
            await ann.asks_again(ids["message_id"], "Three")
        assert (await refusal(ann, ids["conversation_id"]))["limit"] == "messages_per_minute"
        await ann.says("One", client_message_id="the-same")


async def test_of_many_at_once_no_more_come_through_than_may(opened: Opening) -> None:
    async with opened(model(), **FEW) as robin:
        ann = await somebody(robin)
        talk = (await ann.says("One"))["conversation_id"]
        sent = await asyncio.gather(*(ann.says(f"At once {n}", talk) for n in range(12)), return_exceptions=True)
        assert sum(isinstance(one, dict) for one in sent) == 2
        assert all(isinstance(one, dict | RateLimited) for one in sent)


async def test_limits_outlast_a_restart_and_are_ones_own(opened: Opening) -> None:
    async with opened(model(), **FEW) as robin:
        ann = await somebody(robin)
        talk = (await ann.says("One"))["conversation_id"]
        for _ in range(2):
            await ann.says("More", talk)
        who = ann.who
    async with opened(model(), **FEW) as robin:
        await refusal(Talking(robin.app, who, sent=10), talk)
        await robin.says("Nobody holds the admin back")


async def test_a_third_conversation_is_refused_while_two_are_active_and_those_go_on(opened: Opening) -> None:
    async with opened(model(), chat_conversations_user=2) as robin:
        ann = await somebody(robin)
        first = await answered(ann, "One")
        await answered(ann, "Two")
        told = await refusal(ann)
        assert (told["limit"], told["current"], told["maximum"]) == ("active_conversations", 2, 2)
        await answered(ann, "Still here", first)
        await time_passes(ann, timedelta(minutes=61))
        third = await answered(ann, "Three")
        await answered(ann, "Back", first)
        assert third != first
        assert (await refusal(ann))["limit"] == "active_conversations"


@pytest.mark.parametrize(("role", "most"), [("guest", 5), ("user", 15), ("moderator", 15)])
async def test_roles_differ_as_they_are_meant_to(opened: Opening, role: UserRole, most: int) -> None:
    usual = Settings()
    async with opened(model(), **{name: getattr(usual, name) for name in LIFTED}) as robin:
        ann = await somebody(robin, role)
        talk = (await ann.says("One"))["conversation_id"]
        for _ in range(most - 1):
            await ann.says("More", talk)
        assert (await refusal(ann, talk))["maximum"] == most


async def test_no_limit_is_no_limit(opened: Opening) -> None:
    async with opened(model(), chat_messages_user=Rates(0, 0, 0), chat_conversations_user=0) as robin:
        ann = await somebody(robin)
        for _ in range(18):
            await ann.says("One")
