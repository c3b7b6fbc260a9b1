"""A provider on the loopback, which counts what it is asked: the same is asked of it once, until it is another one."""

from collections.abc import AsyncIterator
from pathlib import Path

import orjson
import pytest

from parlour.protocol.content import Message, TextPart
from tests.flow.test_routes_on_the_wire import Desk
from tests.providers import Provider, answer_of, provider
from tests.served import Client, Served, Serving
from tests.storage import Storage

ON_SQLITE = pytest.mark.parametrize("storage", ["sqlite"], indirect=True)


@pytest.fixture
async def acme() -> AsyncIterator[Provider]:
    async with provider() as it:
        it.answer(*answer_of("Here ", "I am."))
        yield it


@pytest.fixture
def serving(storage: Storage, tmp_path: Path) -> Serving:
    return Serving(storage, tmp_path / "data")


async def sets_up(served: Served, at: Provider) -> Desk:
    """An admin who has set this provider up as who answers."""
    admin = Desk(served, await served.key())
    new = {"name": "acme", "base_url": at.base_url, "api_key": "sk-one", "models": ["m"]}
    await admin("POST", "/providers", new, 201)
    await admin("PUT", "/models/routing", {"balanced": ["acme/m"]})
    return admin


async def answered(client: Client, question: str = "Hello") -> Message:
    """The answer to a question in a conversation of its own, once what the client saw is what is kept."""
    ids = await client.says(question)
    topic = await client.follows(ids["conversation_id"])
    given = await client.until_answered(topic)
    await client.agrees(topic)
    return given


def words(message: Message) -> str:
    return "".join(part.text for part in message.parts if isinstance(part, TextPart))


def counted(metrics: str) -> dict[str, int]:
    """What is counted of answers that are told again."""
    lines = [line.split() for line in metrics.splitlines() if line.startswith("parlour_answer_cache_")]
    return {name.removeprefix("parlour_answer_cache_"): int(count) for name, count in lines}


async def test_the_same_question_is_sent_once_and_both_answers_are_in_the_history(
    serving: Serving, acme: Provider
) -> None:
    async with serving(answer_cache_entries=10) as served, served.connected() as client:
        admin = await sets_up(served, acme)
        first, second = await answered(client), await answered(client)
        assert len(acme.received) == 1
        assert words(first) == words(second) == "Here I am."
        assert (first.cached, second.cached, second.usage) == (False, True, None)
        for each in (first, second):
            page = await admin("GET", f"/chat/conversations/{each.conversation_id}/messages")
            assert [message["cached"] for message in page["messages"]] == [False, each.cached]
        assert (await answered(client, "Hello right now")).cached is False
        assert len(acme.received) == 2
        _, metrics = await served.asks("GET", "/metrics", admin.key)
        assert counted(metrics) == {"entries": 1, "hits_total": 1, "misses_total": 1, "passed_total": 1}


@ON_SQLITE
async def test_another_persons_question_is_sent_for_them(serving: Serving, acme: Provider) -> None:
    async with serving(answer_cache_entries=10) as served, served.connected() as client:
        await sets_up(served, acme)
        await answered(client)
        async with served.connected(await served.newcomer("ann")) as ann:
            assert not (await answered(ann)).cached
            assert len(acme.received) == 2
            assert (await answered(ann)).cached


@ON_SQLITE
async def test_a_provider_that_moved_is_asked_what_it_was_asked_elsewhere(serving: Serving, acme: Provider) -> None:
    async with serving(answer_cache_entries=10) as served, served.connected() as client, provider() as moved:
        moved.answer(*answer_of("I moved."))
        admin = await sets_up(served, acme)
        await answered(client)
        await admin("PATCH", "/providers/acme", {"base_url": moved.base_url, "api_key": "sk-two", "models": ["m"]})
        told = await answered(client)
        assert (words(told), told.cached, len(moved.received)) == ("I moved.", False, 1)


@ON_SQLITE
async def test_other_settings_of_the_model_make_another_question(serving: Serving, acme: Provider) -> None:
    async with serving(answer_cache_entries=10) as served, served.connected() as client:
        admin = await sets_up(served, acme)
        await answered(client)
        await admin(
            "PUT", "/models/settings?mine=true", {"settings": {"parameters": {"temperature": 1.0}}, "version": 0}
        )
        assert not (await answered(client)).cached
        assert [orjson.loads(each.body)["temperature"] for each in acme.received] == [0.1, 1.0]
