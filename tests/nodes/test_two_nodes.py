"""Two real servers over one database: one dies, hangs or is cut off, and nobody can tell afterwards."""

import asyncio

import pytest

from tests.kill.boundary import Boundary
from tests.kill.scenarios import Scenario
from tests.nodes.crowd import crowd_of
from tests.nodes.pair import Pair
from tests.nodes.talking import (
    comes_back_to,
    every_promise_holds,
    hears,
    hears_the_end,
    is_sent_away,
    stream,
    talk_between,
    writes_until_seen,
)

pytestmark = pytest.mark.asyncio(loop_scope="module")

BEGUN = 10
"""So many pieces were heard before something goes wrong."""
STREAMS = 20
LOST = "the lease of this node was lost"


async def test_what_is_said_on_one_node_is_heard_on_the_other(pair: Pair) -> None:
    async with talk_between(pair, stream(30), speaker_at=pair.one, others_at=pair.other) as people:
        await people.talk()
        await hears_the_end(people, people.listener)
        await every_promise_holds(pair, people, pair.other)


async def test_a_turn_is_stopped_from_the_other_node(pair: Pair) -> None:
    endless = Scenario("an endless stream", ("chunks=100000 spacing=20",), "stopped")
    async with talk_between(pair, endless, speaker_at=pair.one, others_at=pair.other) as people:
        await people.say_all()
        await hears(people.listener, BEGUN)
        (turn_id,) = people.sent.values()
        await people.listener.send({"type": "stop_generation", "turn_id": turn_id})
        await hears_the_end(people, people.speaker)
        await every_promise_holds(pair, people, pair.one)


async def test_the_other_node_goes_on_with_the_turn_of_one_that_was_killed(pair: Pair) -> None:
    async with talk_between(pair, stream(60), speaker_at=pair.one, others_at=pair.other) as people:
        await people.say_all()
        await hears(people.listener, BEGUN)
        await pair.one.kill()
        await people.speaker.connect(pair.other.address)
        await people.talk()
        await every_promise_holds(pair, people, pair.other)
    assert LOST not in pair.other.log()


async def test_a_node_whose_clock_is_a_minute_ahead_takes_nothing_away_and_takes_over_all_the_same(pair: Pair) -> None:
    await pair.other.stop()
    await pair.other.start(clock_ahead_s=60)
    async with talk_between(pair, stream(150), speaker_at=pair.one, others_at=pair.other) as people:
        await people.say_all()
        await hears(people.listener, 120)
        assert [answer.attempt for answer in people.answers()] == [1], "it was begun again"
        await pair.one.kill()
        await people.speaker.connect(pair.other.address)
        await people.talk()
        await every_promise_holds(pair, people, pair.other)
    await pair.other.stop()


async def test_a_node_that_hears_nothing_of_the_end_of_a_turn_finds_out_by_itself(pair: Pair) -> None:
    async with talk_between(pair, stream(40), speaker_at=pair.one, others_at=pair.other) as people:
        await people.say_all()
        await hears(people.listener, BEGUN)
        pair.other.network.deafen()
        await hears_the_end(people, people.listener)
        pair.other.network.heal()
        await people.talk()
        await every_promise_holds(pair, people, pair.other)


async def test_who_writes_on_one_node_is_seen_on_the_other_and_not_by_themselves(pair: Pair) -> None:
    async with talk_between(pair, stream(1), speaker_at=pair.one, others_at=pair.other) as people:
        talk = people.topic.partition(":")[2]
        await writes_until_seen(people.speaker, people.listener, talk)
        await writes_until_seen(people.listener, people.speaker, talk)
        assert {notice.conversation_id for notice in people.listener.notices} == {talk}
        assert {notice.user_id for notice in people.listener.notices} == {pair.house.user_id}
        assert people.watcher.notices == []
        await people.talk()


@pytest.mark.parametrize("fault", ["cut", "drop"])
async def test_a_node_that_is_cut_off_from_the_database_lets_go_and_comes_back(pair: Pair, fault: str) -> None:
    async with talk_between(pair, stream(60), speaker_at=pair.one, others_at=pair.other) as people:
        await people.say_all()
        await hears(people.listener, BEGUN)
        getattr(pair.one.network, fault)()
        await hears_the_end(people, people.listener)
        await is_sent_away(people.speaker)
        pair.one.network.heal()
        await comes_back_to(pair.one, people.speaker)
        await every_promise_holds(pair, people, pair.one)
    async with talk_between(pair, stream(20), speaker_at=pair.one, others_at=pair.other) as people:
        await people.talk()


async def test_a_node_that_hangs_in_the_middle_of_a_write_loses_its_turns_and_finds_out_when_it_wakes(
    pair: Pair,
) -> None:
    await pair.one.stop()
    await pair.one.start(dies=Boundary("before", 20, is_pause=True))
    lost_before = pair.one.log().count(LOST)
    async with talk_between(pair, stream(60), speaker_at=pair.one, others_at=pair.other) as people:
        await people.say_all()
        await hears_the_end(people, people.listener)
        assert pair.one.log().count(LOST) == lost_before
        pair.one.wake()
        await is_sent_away(people.speaker)
        await comes_back_to(pair.one, people.speaker)
        await every_promise_holds(pair, people, pair.one)
    assert pair.one.log().count(LOST) == lost_before + 1


async def test_both_nodes_are_restarted_under_traffic_and_every_promise_holds(pair: Pair) -> None:
    async with crowd_of(pair, [pair.house], stream(60, spacing_ms=50), STREAMS) as crowd:
        async with asyncio.TaskGroup() as talks:
            for talking in crowd:
                talks.create_task(talking.talk())
            for node in pair.both:
                await node.stop()
                await node.start()
        for talking in crowd:
            await talking.every_promise_holds(pair.one)
