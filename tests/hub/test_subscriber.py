"""The outbox of one connection: bounded, in order, and whatever happens to it the state comes out whole."""

import asyncio
from typing import Any

import orjson
from hypothesis import given
from hypothesis import strategies as st

from parlour.hub.frames import framed
from parlour.hub.subscriber import Subscriber
from parlour.protocol.frame import frame_of
from parlour.protocol.reduce import reduce
from parlour.protocol.state import ConversationState, TopicState
from tests.hub.feed import TOPIC, after, feed_of, start

LIMIT = 2_000

words = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=60)
plans = st.lists(
    st.one_of(st.tuples(st.sampled_from(["one", "two"]), words), st.tuples(st.just(""), st.sampled_from("abc"))),
    min_size=1,
    max_size=60,
)
orders = st.lists(st.sampled_from(["offer", "offer", "offer", "repeat", "take", "reopen", "skip"]), max_size=150)


class Reader:
    """A client that reads when it is told to."""

    def __init__(self, outbox: Subscriber) -> None:
        self.outbox = outbox
        self.state: TopicState = start()
        self.cursor = 0

    async def reads(self) -> None:
        """Take what may be sent at once."""
        for wire in await self.outbox.take():
            frame: dict[str, Any] = orjson.loads(wire)
            if frame["type"] == "snapshot":
                self.state, self.cursor = ConversationState.model_validate(frame["state"]), frame["seq"]
                continue
            assert frame["from_seq"] <= self.cursor + 1, "a gap"
            if frame["seq"] > self.cursor:
                self.state, self.cursor = reduce(self.state, frame_of(frame)), frame["seq"]

    async def reads_all(self) -> None:
        while self.outbox.waiting_bytes:
            await self.reads()


def opening(state: TopicState, seq: int) -> str:
    return orjson.dumps({"type": "snapshot", "seq": seq, "state": state.model_dump(mode="json")}).decode()


async def lost(outbox: Subscriber) -> bool:
    """Whether something is to be opened anew, now that all was read."""
    waiting = asyncio.ensure_future(outbox.lost())
    done, _ = await asyncio.wait({waiting}, timeout=0)
    if not done:
        waiting.cancel()
        return False
    return waiting.result() != []


@given(plans, orders)
def test_in_whatever_order_it_is_filled_and_emptied_the_state_is_that_of_the_whole_feed(
    plan: list[tuple[str, str]], order: list[str]
) -> None:
    async def play() -> None:
        play = Play(plan)
        for deed in order:
            await play.does(deed)
            assert play.outbox.waiting_bytes <= play.bound
        await play.ends()
        assert play.reader.state == play.whole(len(play.feed))

    asyncio.run(play())


class Play:
    """A feed that is handed to an outbox bit by bit, and a reader who loses patience now and then."""

    def __init__(self, plan: list[tuple[str, str]]) -> None:
        self.feed = feed_of(plan)
        self.outbox = Subscriber(LIMIT)
        self.reader = Reader(self.outbox)
        self.come = 0
        self.is_opening = False
        self.outbox.hold(TOPIC)
        self.outbox.open(TOPIC, 0, [])

    def whole(self, seq: int) -> TopicState:
        """The state as of `seq`."""
        return after(start(), self.feed[:seq])

    @property
    def bound(self) -> int:
        """The limit, one frame above it, and one opening that nobody has read."""
        return LIMIT + max(len(framed(said).wire) for said in self.feed) + len(opening(self.whole(self.come), 99))

    async def does(self, deed: str) -> None:
        match deed:
            case "offer" | "skip" if self.come < len(self.feed):
                self.come += 1
                if deed == "offer":
                    self.outbox.offer(framed(self.feed[self.come - 1]))
            case "repeat" if self.come:
                self.outbox.offer(framed(self.feed[self.come - 1]))
            case "take" if self.outbox.waiting_bytes:
                await self.reader.reads()
            case "reopen":
                await self.reopens()
            case _:
                pass

    async def reopens(self) -> None:
        """Begin to open the topic anew, or end what was begun."""
        if self.is_opening:
            self.outbox.open(TOPIC, self.come, [opening(self.whole(self.come), self.come)])
        else:
            await self.reader.reads_all()
            self.outbox.hold(TOPIC)
        self.is_opening = not self.is_opening

    async def ends(self) -> None:
        """Offer and read the rest; what was lost on the way is opened anew."""
        while self.come < len(self.feed):
            await self.does("offer")
        await self.reader.reads_all()
        if self.is_opening or await lost(self.outbox) or self.reader.cursor < len(self.feed):
            self.is_opening = True
            await self.reopens()
        await self.reader.reads_all()


def following(limit: int = LIMIT) -> Subscriber:
    outbox = Subscriber(limit)
    outbox.hold(TOPIC)
    outbox.open(TOPIC, 0, [])
    return outbox


async def test_a_frame_of_a_topic_it_does_not_follow_is_nothing_to_it() -> None:
    outbox = Subscriber(LIMIT)
    outbox.offer(framed(feed_of([("one", "Hello")])[0]))
    outbox.lose(TOPIC)
    assert outbox.waiting_bytes == 0
    assert outbox.open(TOPIC, 5, ["never"]) == 5
    assert outbox.waiting_bytes == 0


async def test_what_comes_while_a_topic_opens_is_sent_after_its_opening_and_only_once() -> None:
    feed = feed_of([("one", "a"), ("one", "b"), ("one", "c")])
    outbox = Subscriber(LIMIT)
    outbox.hold(TOPIC)
    for said in feed:
        outbox.offer(framed(said))
    assert outbox.waiting_bytes == 0
    assert outbox.open(TOPIC, 2, ["opening"]) == 3
    assert await outbox.take() == ["opening", framed(feed[2]).wire]


async def test_a_gap_is_never_sent_but_opened_anew() -> None:
    feed = feed_of([("one", "a"), ("one", "b"), ("one", "c")])
    outbox = following()
    outbox.offer(framed(feed[0]))
    outbox.offer(framed(feed[2]))
    assert await outbox.take() == [framed(feed[0]).wire]
    assert await outbox.lost() == [TOPIC]


async def test_what_is_held_back_is_bounded_too() -> None:
    outbox = Subscriber(LIMIT)
    outbox.hold(TOPIC)
    for said in feed_of([("one", "x" * 200)] * 50):
        outbox.offer(framed(said))
    outbox.open(TOPIC, 0, ["opening"])
    assert await outbox.take() == ["opening"]
    assert await outbox.lost() == [TOPIC]


async def test_neighbouring_words_are_merged_before_anything_is_dropped() -> None:
    outbox = following(10_000)
    feed = feed_of([("one", "x")] * 120)
    for said in feed:
        outbox.offer(framed(said))
    frames = [orjson.loads(wire) for wire in await outbox.take()]
    assert frames[0]["from_seq"] == 1
    assert len(frames) < len(feed)
    assert "".join(frame["chunk"] for frame in frames) == "x" * 120


async def test_answers_are_never_dropped_and_are_waited_for() -> None:
    outbox = following()
    for n in range(100):
        outbox.tell(f"answer {n:03} " + "x" * 50)
    for said in feed_of([("one", "x" * 300)] * 20):
        outbox.offer(framed(said))
    room = asyncio.ensure_future(outbox.room())
    await asyncio.sleep(0)
    assert not room.done()
    wires: list[str] = []
    while outbox.waiting_bytes:
        wires += await outbox.take()
    assert [wire[:10] for wire in wires if wire.startswith("answer")] == [f"answer {n:03}" for n in range(100)]
    await room


async def test_whoever_left_gets_what_was_on_its_way_and_nothing_more() -> None:
    feed = feed_of([("one", "a"), ("one", "b")])
    outbox = following()
    outbox.offer(framed(feed[0]))
    outbox.leave(TOPIC)
    outbox.offer(framed(feed[1]))
    assert await outbox.take() == [framed(feed[0]).wire]
    assert outbox.topics == frozenset()
