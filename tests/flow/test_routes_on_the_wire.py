"""Two servers that speak OpenAI's wire: one dies, the other answers, and nobody loses a word. And how it is shown."""

from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import orjson
import pytest
from sqlalchemy import select

from parlour.protocol.content import Message, TextPart
from parlour.store.tables import audit
from tests.providers import Provider, answer_of, delta, provider
from tests.served import Client, Served, Serving
from tests.storage import Storage

KEY = "sk-very-secret-key"
Does = Callable[[Provider], None]


@pytest.fixture
async def first() -> AsyncIterator[Provider]:
    async with provider() as it:
        yield it


@pytest.fixture
async def second() -> AsyncIterator[Provider]:
    async with provider() as it:
        it.answer(*answer_of("Here ", "I am."))
        yield it


@pytest.fixture
def serving(storage: Storage, tmp_path: Path) -> Serving:
    return Serving(storage, tmp_path / "data")


class Desk:
    """An admin at the doors."""

    def __init__(self, served: Served, key: str) -> None:
        self.served = served
        self.key = key

    async def __call__(self, method: str, path: str, body: Any = None, status: int = 200) -> Any:
        """What a door answers, with this status."""
        answered, text = await self.served.asks(method, f"/api/v1{path}", self.key, body)
        assert answered == status, text
        return orjson.loads(text)

    async def instance(self, name: str) -> dict[str, Any]:
        """How a model does."""
        found = (await self("GET", "/models/instances"))["instances"]
        return next(one for one in found if one["model"] == name)


@asynccontextmanager
async def two(serving: Serving, first: Provider, second: Provider) -> AsyncGenerator[tuple[Desk, Client]]:
    """A house with both, set up by its admin: the second answers in the place of the first."""
    async with serving() as served, served.connected() as client:
        admin = Desk(served, await served.key())
        for name, at in (("one", first), ("two", second)):
            new = {"name": name, "base_url": at.base_url, "api_key": KEY, "models": ["m"]}
            await admin("POST", "/providers", new, 201)
        await admin("PUT", "/models/routing", {"balanced": ["one/m"], "fallback": ["two/m"]})
        yield admin, client


async def answer(client: Client, status: str = "completed", **fields: Any) -> Message:
    """The answer to a question in a conversation of its own, once what the client saw is what is kept."""
    sent = await client.asks("send_message", content="Hello", client_message_id=f"m{len(client.frames)}", **fields)
    topic = await client.follows(sent["ids"]["conversation_id"])
    given = await client.until_answered(topic, status)
    await client.agrees(topic)
    return given


def words(message: Message) -> str:
    return "".join(part.text for part in message.parts if isinstance(part, TextPart))


def is_refused(it: Provider) -> None:
    it.refuse(401, {"error": {"message": f"Not {KEY}"}})


def has_no_room(it: Provider) -> None:
    it.refuse(429, Retry_After="600")


@pytest.mark.parametrize("does", [is_refused, has_no_room])
async def test_the_first_refuses_and_the_second_answers_unseen(
    serving: Serving, first: Provider, second: Provider, does: Does
) -> None:
    does(first)
    async with two(serving, first, second) as (_, client):
        given = await answer(client)
        assert (words(given), given.attempt) == ("Here I am.", 1)
        assert (given.model, given.models) == ("two/m", ["one/m", "two/m"])
        assert client.of_type("answer_restarted") == []
        assert KEY not in str(client.frames)


async def test_nobody_waits_for_room_while_somebody_else_could_answer(
    serving: Serving, first: Provider, second: Provider
) -> None:
    first.refuse(429, Retry_After="15")
    async with two(serving, first, second) as (_, client):
        assert (await answer(client)).models == ["one/m", "two/m"]
        assert len(first.received) == 1


async def test_the_first_dies_after_the_fiftieth_word_and_the_second_answers(
    serving: Serving, first: Provider, second: Provider
) -> None:
    first.answer(*[delta(content=f"word {number} ") for number in range(50)], end="cut")
    async with two(serving, first, second) as (admin, client):
        given = await answer(client)
        assert (words(given), given.attempt, given.models) == ("Here I am.", 2, ["one/m", "two/m"])
        (restart,) = client.of_type("answer_restarted")
        assert restart["reason"] == "provider_cut"
        (cut,) = (await admin("GET", f"/chat/messages/{given.id}/attempts"))["attempts"]
        assert cut["model"] == "one/m"
        kept = "".join(part["text"] for part in cut["parts"])
        assert kept == "".join(f"word {number} " for number in range(50))


async def test_it_dies_twice_in_a_row_and_there_is_one_answer(
    serving: Serving, first: Provider, second: Provider
) -> None:
    second.answers.clear()
    first.answer(delta(content="Half "), end="cut")
    first.answer(*answer_of("Whole."))
    second.answer(delta(content="A quarter "), end="cut")
    async with two(serving, first, second) as (_, client):
        given = await answer(client)
        assert (words(given), given.attempt, given.models) == ("Whole.", 3, ["two/m", "one/m"])


async def test_whoever_failed_five_times_rests_and_everybody_can_see_why(
    serving: Serving, first: Provider, second: Provider
) -> None:
    is_refused(first)
    async with two(serving, first, second) as (admin, client):
        assert (await admin.instance("one/m"))["calls"] == 0
        for _ in range(6):
            await answer(client)
        assert (len(first.received), len(second.received)) == (5, 6)
        dead, well = await admin.instance("one/m"), await admin.instance("two/m")
        assert (dead["state"], dead["breaker"], dead["failures_in_a_row"]) == ("resting", "open", 5)
        assert dead["last_error"]["code"] == "provider_unauthorized"
        assert dead["rests_until"] > dead["last_error_at"] >= dead["since"]
        assert (dead["places"], dead["connections"], dead["success_rate"]) == (["balanced"], 0, 0.0)
        assert (well["state"], well["calls"], well["errors"], well["average_seconds"] > 0) == ("ready", 6, 0, True)
        _, metrics = await admin.served.asks("GET", "/metrics", admin.key)
        assert 'parlour_model_breaker{model="one/m"} 2\n' in metrics
        assert 'parlour_model_calls_total{model="two/m"} 6\n' in metrics
        assert 'parlour_model_connections{model="two/m"} 0\n' in metrics
        assert 'parlour_model_waiting{model="two/m"} 0\n' in metrics
        await admin("PATCH", "/providers/one", {"api_key": "sk-better"})
        assert (await admin.instance("one/m"))["state"] == "ready", "a new key begins with a clean record"


async def test_routes_are_decided_by_admins_kept_and_remembered(
    serving: Serving, first: Provider, second: Provider
) -> None:
    first.answer(*answer_of("One."))
    async with two(serving, first, second) as (admin, client):
        routing = {"fast": ["two/m"], "strong": ["one/m"], "strategy": "round_robin", "max_connections": 3}
        kept = await admin("PUT", "/models/routing", routing)
        assert (kept["source"], kept["routing"]["fast"], kept["routing"]["fallback"]) == ("app", ["two/m"], [])
        assert await admin("GET", "/models/routing") == kept
        models = (await admin("GET", "/models"))["models"]
        assert [(one["id"], one["is_default"]) for one in models[:3]] == [
            ("auto", True),
            ("fast", False),
            ("strong", False),
        ]
        assert set(models[0]["host"].split(", ")) == {at.base_url.split("/")[2] for at in (first, second)}
        assert (await answer(client, model="fast")).model == "fake-1"
        assert (len(first.received), len(second.received)) == (0, 1)
        assert (await admin("PUT", "/models/default", {"model": "strong"}))["models"][0]["id"] == "strong"
        assert words(await answer(client)) == "One."
        for wrong in ({"fast": ["nobody/m"]}, {"fast": ["built-in"]}, {"fallback": ["auto"]}, {"strategy": "luck"}):
            await admin("PUT", "/models/routing", wrong, 422)
        assert await admin("GET", "/models/routing") == kept
        await admin("POST", "/models/allowed", {"provider": "routes"}, 404)
        assert (await admin("DELETE", "/models/routing"))["source"] == "environment"
        async with admin.served.app.database.read() as connection:
            decided = select(audit.c.details).where(audit.c.action == "routing_changed").order_by(audit.c.id)
            said = list(await connection.scalars(decided))
        assert [one["routing"] and one["routing"].get("fast") for one in said] == [None, ["two/m"], None]


async def test_whoever_is_no_admin_sees_and_decides_nothing_of_it(serving: Serving) -> None:
    async with serving() as served:
        ann = Desk(served, await served.key(await served.newcomer("ann")))
        for method, path in (("GET", "routing"), ("PUT", "routing"), ("DELETE", "routing"), ("GET", "instances")):
            await ann(method, f"/models/{path}", {} if method == "PUT" else None, 403)
