"""One feed without gaps: whoever comes when, from whatever cursor, ends with the same state."""

import asyncio
from dataclasses import dataclass

import orjson
import pytest
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from parlour.clock import Clock, SystemClock
from parlour.journal import feed
from parlour.journal.merging import merged
from parlour.journal.snapshot import conversation_state, snapshot, user_state
from parlour.journal.unit import Committed, Unit
from parlour.models.base import ModelProblem
from parlour.models.scripted import Pause, Script, ScriptedModel, call, says
from parlour.protocol.commands import Regenerate, SendMessage
from parlour.protocol.events import Snapshot
from parlour.protocol.frame import DurableFrame, frame_of
from parlour.protocol.reduce import reduce
from parlour.protocol.state import ConversationState, ProjectState, TopicState, UserState
from parlour.store.database import Database
from parlour.store.tables import events, topics
from parlour.turn.given import Given
from tests.flow.conftest import HeldModel, Opening, Talking

BEGUN = "Once upon a time there was one "
FOR_EVER_S = 3600.0


@dataclass(frozen=True)
class Seen:
    """What a newcomer saw at some moment, and the seq of that moment."""

    seq: int
    state: TopicState


async def seen(database: Database, topic: str, window: int | None = None) -> Seen:
    async with database.read() as connection:
        bounds = await feed.bounds(connection, topic)
        if window is None:
            return Seen(bounds.seq, await snapshot(connection, topic))
        return Seen(bounds.seq, await conversation_state(connection, topic.partition(":")[2], window))


async def now(connection: AsyncConnection, like: TopicState) -> TopicState:
    """The present state of a topic, from the same first message or conversation on."""
    identifier = like.topic.partition(":")[2]
    match like:
        case ConversationState():
            return await conversation_state(connection, identifier, like.window)
        case UserState():
            return await user_state(connection, identifier, like.window)
        case ProjectState():
            return await snapshot(connection, like.topic)


def frame(item: Committed) -> DurableFrame:
    envelope = {"topic": item.topic, "from_seq": item.from_seq, "seq": item.seq, "timestamp": item.at}
    return frame_of(orjson.loads(item.payload) | envelope)


async def everything_agrees(database: Database, topic: str, moments: list[Seen], join: bool) -> None:
    """From every moment, the events since then lead to what a newcomer sees now."""
    async with database.read() as connection:
        for moment in moments:
            items = await feed.read(connection, topic, moment.seq)
            state = moment.state
            for item in merged(items) if join else items:
                state = reduce(state, frame(item))
            assert state == await now(connection, moment.state)


class UntilLooked(SystemClock):
    """Who sleeps a little sleeps until somebody has looked at what was said before, be that soon or late."""

    def __init__(self) -> None:
        self._sleepers: list[asyncio.Event] = []
        self._woken_at = -1

    async def sleep(self, seconds: float) -> None:
        woken = asyncio.Event()
        if seconds < FOR_EVER_S:
            self._sleepers.append(woken)
        await woken.wait()

    def looked(self, seq: int) -> None:
        """Wake whoever sleeps, if something was said since they were woken last."""
        if self._sleepers and seq > self._woken_at:
            self._woken_at = seq
            self._sleepers.pop(0).set()


def eventful(clock: Clock | None = None) -> ScriptedModel:
    """A model in whose turns everything happens that can."""
    broken = (*says("This will be cut "), ModelProblem("provider_cut", "It stopped."))
    return ScriptedModel(
        {
            "tools": Script.of(
                says("I look. ") + call("search_entities", query="x") + call("no_such_tool"),
                says("Nothing. 🏠 Really."),
            ),
            "broken": Script.of(broken),
            "slow": Script.of((*says(BEGUN, word_s=0.03), Pause(FOR_EVER_S))),
        },
        otherwise=Script.of(says("A plain answer with some words in it.")),
        clock=clock,
    )


async def an_eventful_talk(robin: Talking, watch: "asyncio.Queue[str]") -> str:
    first = await robin.says("plain")
    conversation = first["conversation_id"]
    watch.put_nowait(conversation)
    await robin.says("tools", conversation)
    slow = await robin.says("slow", conversation)
    await robin.says("broken", conversation)
    listener = await robin.listens(conversation)
    await listener.until(lambda: bool(listener.answers) and listener.text == BEGUN)
    await robin.app.talk.stop(robin.who, slow["turn_id"])
    last = await robin.says("plain", conversation)
    turn = await robin.ended(last["turn_id"])
    assert turn.answer_id is not None
    again = Regenerate(type="regenerate", message_id=turn.answer_id, command_id="again")
    await robin.ended((await robin.app.talk.regenerate(robin.who, again)).ids["turn_id"])
    await robin.app.conversations.change(robin.who, conversation, title="Another title")
    other = await robin.says("another conversation")
    await robin.ended(other["turn_id"])
    await robin.app.conversations.change(robin.who, other["conversation_id"], archive=True)
    return conversation


@pytest.mark.parametrize("join", [False, True], ids=["chunk by chunk", "chunks joined"])
async def test_from_every_moment_and_window_the_events_lead_to_what_a_newcomer_sees(
    opened: Opening, join: bool
) -> None:
    clock = UntilLooked()
    async with opened(eventful(clock)) as robin:
        watch: asyncio.Queue[str] = asyncio.Queue()
        talk = asyncio.create_task(an_eventful_talk(robin, watch))
        topic = f"conversation:{await watch.get()}"
        mine = f"user:{robin.who.user_id}"
        moments: list[Seen] = []
        lists: list[Seen] = []
        while not talk.done():
            for window in (None, 0, 8, 20, 45):
                moments.append(await seen(robin.app.database, topic, window))
            lists.append(await seen(robin.app.database, mine))
            clock.looked(moments[-1].seq)
        await talk
        assert len({moment.seq for moment in moments}) > 8
        await everything_agrees(robin.app.database, topic, moments, join)
        await everything_agrees(robin.app.database, mine, lists, join)


async def test_a_listener_who_comes_back_from_any_cursor_misses_nothing(opened: Opening) -> None:
    async with opened(eventful()) as robin:
        conversation = await an_eventful_talk(robin, asyncio.Queue())
        whole = await robin.listens(conversation)
        for cursor in range(whole.cursor + 1):
            back = await robin.listens(conversation, after=cursor)
            await back.until(lambda back=back: back.frames != [] and back.cursor >= whole.cursor)
            assert back.frames[0]["type"] == "subscribed"
            assert back.frames[0]["mode"] == "replay"


async def test_a_cursor_below_the_floor_gets_a_snapshot_instead(opened: Opening) -> None:
    async with opened(eventful()) as robin:
        ids = await robin.says("plain")
        await robin.ended(ids["turn_id"])
        topic = f"conversation:{ids['conversation_id']}"
        await robin.app.writer.commit(Unit(changes=[update(topics).where(topics.c.id == topic).values(floor=4)]))
        listener = await robin.listens(ids["conversation_id"], after=3)
        await listener.until(lambda: listener.state is not None)
        await listener.agrees()
        listener = await robin.listens(ids["conversation_id"], after=4)
        await listener.until(lambda: listener.cursor > 4)
        assert listener.frames[0]["mode"] == "replay"


async def test_a_cursor_from_another_house_gets_a_snapshot(opened: Opening) -> None:
    async with opened(eventful()) as robin:
        ids = await robin.says("plain")
        await robin.ended(ids["turn_id"])
        listener = await robin.listens(ids["conversation_id"], after=9_999)
        await listener.until(lambda: listener.state is not None)
        await listener.agrees()


async def test_what_another_process_commits_is_heard_within_the_second(opened: Opening) -> None:
    async with opened(eventful()) as robin:
        ids = await robin.says("plain")
        await robin.ended(ids["turn_id"])
        listener = await robin.listens(ids["conversation_id"])
        await listener.until(lambda: listener.state is not None)
        head, topic = listener.cursor, listener.topic
        async with robin.app.database.read() as connection:
            said = select(events).where(events.c.topic == topic, events.c.type == "conversation_updated").limit(1)
            earlier = (await connection.execute(said)).mappings().one()
        elsewhere = dict(earlier) | {"seq": head + 1, "unit": "another process"}
        await robin.app.writer.commit(
            Unit(
                changes=[
                    events.insert().values(elsewhere),
                    update(topics).where(topics.c.id == topic).values(seq=head + 1),
                ]
            )
        )
        await listener.until(lambda: listener.cursor == head + 1)


async def test_a_listener_that_takes_nothing_gets_pieces_merged_and_then_a_snapshot(
    opened: Opening, held: HeldModel
) -> None:
    async with opened(held, turn_max_output_chars=50_000_000, websocket_queue_bytes=100_000) as robin:
        ids = await robin.says("Go on and on")
        slow = await robin.listens(ids["conversation_id"], limit_bytes=100_000)
        quick = await robin.listens(ids["conversation_id"])
        for _ in range(100):
            held.lets("x" * 20_000)
        held.lets(None)
        await robin.ended(ids["turn_id"])
        await quick.until(lambda: quick.answers != [] and quick.answers[0].status == "completed")
        assert slow.outbox.waiting_bytes <= 100_000
        while slow.outbox.waiting_bytes:
            for wire in await slow.outbox.take():
                slow.take(orjson.loads(wire))
        for topic in await slow.outbox.lost():
            await robin.app.hub.subscribe(slow.outbox, topic)
        await slow.until(lambda: slow.answers != [] and slow.answers[0].status == "completed")
        await slow.agrees()
        assert quick.state == slow.state


async def test_a_snapshot_is_small_however_long_the_conversation(opened: Opening) -> None:
    async with opened(ScriptedModel(otherwise=Script.of(says("word " * 4_000)))) as robin:
        ids = await robin.says("0")
        for n in range(1, 30):
            ids = await robin.says(str(n), ids["conversation_id"])
        await robin.ended(ids["turn_id"])
        listener = await robin.listens(ids["conversation_id"])
        assert isinstance(listener.state, ConversationState)
        assert listener.state.window > 0
        assert len(Snapshot(timestamp="t", topic="t", seq=1, state=listener.state).model_dump_json()) < 300_000
        await listener.agrees()


async def test_a_snapshot_is_small_whatever_programs_bring_along_with_each_question(
    opened: Opening, held: HeldModel
) -> None:
    async with opened(held) as robin:
        brought = Given(instructions="word " * 4_000)
        ids: dict[str, str] = {}
        for n in range(30):
            command = SendMessage(
                type="send_message",
                content=str(n),
                client_message_id=f"brought-{n}",
                conversation_id=ids.get("conversation_id"),
            )
            ids = dict((await robin.app.talk.say(robin.who, command, brought)).ids)
        listener = await robin.listens(ids["conversation_id"])
        assert isinstance(listener.state, ConversationState)
        assert listener.state.window > 0
        assert len(Snapshot(timestamp="t", topic="t", seq=1, state=listener.state).model_dump_json()) < 300_000
