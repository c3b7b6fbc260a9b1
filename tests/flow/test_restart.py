"""What a restart is like: told to stop the server hands its work on, killed it is replaced, and it is alone at home."""

import asyncio
import os
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from parlour.protocol.content import Turn
from parlour.protocol.events import TurnUpdated
from tests.kill import promises
from tests.kill.follower import ConnectionLost, Followed
from tests.kill.house import House, furnished
from tests.kill.scenarios import KITCHEN, STORY, STREAMING, Scenario, says_its_script
from tests.kill.server import Nursery, Refused, Server, nursery
from tests.kill.trial import People, check, people_of
from tests.rules.sources import ROOT
from tests.storage import Storage

LISTENING = Scenario("listening to a story", (STORY,), "failed")


@pytest.fixture
async def house(storage: Storage, tmp_path: Path) -> House:
    return await furnished(storage, tmp_path / "data")


@pytest.fixture
async def born() -> AsyncIterator[Nursery]:
    async with nursery() as made:
        yield made


async def speaks(people: People, house: House, born: Nursery, words: str) -> Server:
    """Come to a new server, say what is to be said, and wait until it has said these words, after which it rests."""
    server = await born.serve(replace(house.order(), rests_after=words))
    heard = len(people.speaker.frames)
    await people.come(server.address)
    await people.say_all()
    await people.speaker.until(lambda: words in promises.words_in(people.speaker.frames[heard:]))
    return server


def statuses(followed: Followed) -> list[Turn]:
    """Every turn update of a topic, in order."""
    return [frame.event.turn for frame in followed.frames if isinstance(frame.event, TurnUpdated)]


async def test_told_to_stop_in_mid_stream_the_server_hands_the_turn_on_and_the_next_one_ends_it(
    house: House, born: Nursery
) -> None:
    async with people_of(house, STREAMING) as people:
        server = await speaks(people, house, born, "Let me")
        assert await server.stop() == 0
        server = await born.serve(house.order())
        await people.come(server.address)
        await people.talk()
        await check(house, server, people)
        seen = [turn.status for turn in statuses(people.speaker.topics[people.topic])]
        assert seen == ["queued", "running", "queued", "running", "completed"]


async def test_however_often_it_is_told_to_stop_the_turn_is_never_given_up(house: House, born: Nursery) -> None:
    async with people_of(house, STREAMING) as people:
        for _ in range(5):
            server = await speaks(people, house, born, "Let me")
            assert await server.stop() == 0
        server = await born.serve(house.order())
        await people.come(server.address)
        await people.talk()
        await check(house, server, people)


async def test_killed_three_times_at_the_same_step_the_turn_ends_and_says_that_it_was_given_up(
    house: House, born: Nursery
) -> None:
    async with people_of(house, LISTENING) as people:
        for _ in range(3):
            server = await speaks(people, house, born, "Once")
            await server.kill()
        server = await born.serve(house.order())
        await people.come(server.address)
        await people.talk()
        await check(house, server, people)
        last = statuses(people.speaker.topics[people.topic])[-1]
        assert (last.status, last.reason) == ("failed", "crash_loop")


async def test_deaths_before_a_settled_step_are_forgotten_once_it_is_settled(house: House, born: Nursery) -> None:
    async with people_of(house, STREAMING) as people:
        for words in ("Let me", "Let me", "And the", "And the", "It is"):
            server = await speaks(people, house, born, words)
            await server.kill()
        server = await born.serve(house.order())
        await people.come(server.address)
        await people.talk()
        await check(house, server, people)


async def test_a_second_server_over_the_same_data_is_refused_and_the_first_notices_nothing(
    house: House, born: Nursery
) -> None:
    async with nursery() as elsewhere, people_of(house, STREAMING) as people:
        server = await born.serve(house.order())
        await people.come(server.address)
        with pytest.raises(Refused, match=f"process {server.pid}.*is using"):
            await elsewhere.serve(house.order())
        await people.talk()
        await check(house, server, people)


async def test_the_command_line_says_so_in_a_sentence_and_leaves(house: House, born: Nursery) -> None:
    server = await born.serve(house.order())
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(ROOT / "src"),
        "PARLOUR_DATA_DIR": str(house.folder),
        "PARLOUR_PORT": "0",
        "DATABASE_URL": house.order().database_url,
    }
    command = [sys.executable, "-c", "from parlour.cli.main import app; app()", "serve"]
    refused = await asyncio.create_subprocess_exec(*command, env=environment, stderr=PIPE)
    _, said = await refused.communicate()
    assert refused.returncode == 1
    assert f"process {server.pid}" in said.decode()
    assert "PARLOUR_DATA_DIR" in said.decode()
    assert "Traceback" not in said.decode()


async def test_whoever_speaks_while_nobody_serves_is_answered_after_the_restart(house: House, born: Nursery) -> None:
    async with people_of(house, STREAMING) as people:
        server = await born.serve(house.order())
        await people.come(server.address)
        await server.kill()
        with pytest.raises(ConnectionLost):
            await people.talk()
        server = await born.serve(house.order())
        await people.come(server.address)
        await people.talk()
        await check(house, server, people)
        says_its_script(people.answers()[-1], KITCHEN)
