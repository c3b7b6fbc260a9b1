"""Who answers and how, decided at every scope, over the doors: what reaches the provider, with whose key."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from parlour.ids import new_id
from parlour.protocol.content import Message
from tests.flow.test_providers import Desk, acme, desk, words
from tests.providers import DONE, Answer, Provider, Received, answer_of, delta, end, provider, usage
from tests.served import Client, Serving
from tests.storage import Storage

KEY = "sk-of-the-house"


@pytest.fixture
async def loopback() -> AsyncIterator[Provider]:
    """A provider that says with which key it was asked for which model."""

    def answers(request: Received) -> Answer:
        key = request.headers["authorization"].removeprefix("Bearer ")
        return Answer(answer_of(f"{request.json['model']} for {key}"))

    async with provider() as it:
        it.choose = answers
        yield it


@pytest.fixture
def serving(storage: Storage, tmp_path: Path) -> Serving:
    return Serving(storage, tmp_path / "data")


async def decides(who: Desk, query: str, version: int = 0, **settings: Any) -> None:
    await who("PUT", f"/models/settings{query}", {"settings": settings, "version": version})


async def answered(client: Client, conversation_id: str | None = None, **fields: Any) -> Message:
    """The answer to a question, in a conversation of its own or the next one in another."""
    before = 0
    if conversation_id is not None:
        before = sum(one.role == "assistant" for one in client.state(f"conversation:{conversation_id}").messages)
        fields["conversation_id"] = conversation_id
    told = await client.asks("send_message", content="Who are you?", client_message_id=new_id(), **fields)
    assert told["type"] == "ack", told
    topic = await client.follows(told["ids"]["conversation_id"])
    return await client.until_answered(topic, answers=before + 1)


async def test_every_scope_is_asked_in_its_order_and_the_provider_gets_what_counts(
    serving: Serving, loopback: Provider
) -> None:
    async with serving(openai_base_url=loopback.base_url, openai_api_key=KEY, openai_model="small") as served:
        admin = await desk(served)
        person = await served.newcomer("ann")
        ann = Desk(served, await served.key(person))
        await admin("POST", "/models/allowed", {"provider": "openai"})
        await admin("POST", "/providers", acme(loopback, api_key=KEY, models=["large", "huge"]), 201)
        async with served.connected(person) as client:
            first = await answered(client)
            sent = loopback.received[-1].json
            assert (sent["model"], sent["temperature"], sent["max_tokens"]) == ("small", 0.1, 2_048)
            talk = f"?conversation_id={first.conversation_id}"

            await decides(admin, "", parameters={"temperature": 1.0, "max_tokens": 100_000})
            await decides(ann, "?mine=true", model="acme/large", favourites=["acme/huge"])
            await decides(ann, talk, parameters={"temperature": 0.9})
            await answered(client, first.conversation_id)
            sent = loopback.received[-1].json
            assert (sent["model"], sent["temperature"], sent["max_tokens"]) == ("large", 0.9, 4_096)

            await answered(client, first.conversation_id, model="acme/huge", parameters={"temperature": 0.0})
            sent = loopback.received[-1].json
            assert (sent["model"], sent["temperature"]) == ("huge", 0.0)

        now = await ann("GET", f"/models/effective{talk}")
        assert (now["model"], now["favourites"], now["max_tokens_ceiling"]) == ("acme/large", ["acme/huge"], 4_096)
        assert now["parameters"]["temperature"] == 0.9
        origins = {name: scope for name, scope in now["origins"].items() if scope}
        assert origins == {"model": "user", "temperature": "conversation", "max_tokens": "tenant"}
        await admin("PATCH", "/providers/acme", {"models": ["huge"]})
        now = await ann("GET", f"/models/effective{talk}")
        assert (now["model"], now["origins"]["model"]) == ("openai/small", "system")
        gone = {"scope": "user", "model": "acme/large", "why": "There is no model acme/large on this server."}
        assert now["skipped"] == [gone]


async def test_what_cannot_answer_is_not_chosen_and_not_asked_for_again(serving: Serving, loopback: Provider) -> None:
    async with serving() as served, served.connected() as client:
        admin = await desk(served)
        await admin("POST", "/providers", acme(loopback), 201)
        nobody = {"settings": {"model": "acme/nobody"}, "version": 0}
        for query in ("", "?mine=true"):
            told = await admin.refused("PUT", f"/models/settings{query}", nobody, 409)
            assert told == "There is no model acme/nobody on this server."
        assert "one of them" in await admin.refused("GET", "/models/settings?mine=true&project_id=x", None, 422)
        said = await answered(client)
        told = await client.asks("regenerate", message_id=said.id, command_id="again", model="acme/nobody")
        assert (told["type"], told["error_code"]) == ("error", "not_available")
        await client.asks("regenerate", message_id=said.id, command_id="again", model="built-in")
        again = await client.until_answered(f"conversation:{said.conversation_id}", answers=2)
        assert (again.replaces, again.model) == (said.id, "built-in")


async def test_a_key_of_ones_own_is_used_for_ones_own_questions_and_nobody_elses(
    serving: Serving, loopback: Provider
) -> None:
    async with serving() as served:
        admin = await desk(served)
        people = {name: await served.newcomer(name) for name in ("ann", "bob")}
        desks = {name: Desk(served, await served.key(person)) for name, person in people.items()}
        mine = {name: acme(loopback, api_key=f"sk-{name}") for name in people}
        assert "admin has to let" in await desks["ann"].refused("POST", "/providers?mine=true", mine["ann"], 403)
        await decides(admin, "", own_keys=True)
        for name, theirs in desks.items():
            shown = await theirs("POST", "/providers?mine=true", mine[name], 201)
            assert [(one["name"], one["has_key"], one["is_allowed"]) for one in shown["providers"]] == [
                ("acme", True, True)
            ]
            tried = await theirs("POST", "/providers/try?mine=true", {"name": "acme", "model": "small"})
            assert tried["works"] or tried["problem"]["code"] != "provider_unauthorized"
        for name, person in people.items():
            async with served.connected(person) as client:
                assert words(await answered(client)) == f"small for sk-{name}"
            (own, _) = (await desks[name]("GET", "/models"))["models"]
            assert (own["id"], own["scope"]) == ("acme/small", "user")
        async with served.connected() as client:
            assert (await answered(client)).model == "built-in"
        assert [one["id"] for one in (await admin("GET", "/models"))["models"]] == ["built-in"]
        assert (await admin("GET", "/providers"))["providers"] == []
        await decides(admin, "", 1)
        asked = len(loopback.received)
        async with served.connected(people["ann"]) as client:
            assert (await answered(client)).model == "built-in"
        assert len(loopback.received) == asked
        assert not [text for one in (admin, *desks.values()) for text in one.seen if "sk-" in text]


async def test_what_ones_own_server_reports_uses_up_nobody_elses_budget(serving: Serving, loopback: Provider) -> None:
    def answers(request: Received) -> Answer:
        is_own = "sk-ann" in request.headers["authorization"]
        return Answer((delta(content="Hello."), end(), usage(900_000_000 if is_own else 7, 3), DONE))

    loopback.choose = answers
    async with serving(openai_base_url=loopback.base_url, openai_api_key=KEY, openai_model="small") as served:
        admin, person = await desk(served), await served.newcomer("ann")
        ann = Desk(served, await served.key(person))
        await admin("POST", "/models/allowed", {"provider": "openai"})
        await decides(admin, "", own_keys=True)
        scopes = ("tenant", "provider:openai", f"user:{person.id}", f"project:{served.app.house.home_project_id}")
        for scope in scopes:
            await admin("PUT", "/budgets", {"scope": scope, "period": "month", "max_tokens": 1_000_000})
        await ann("POST", "/providers?mine=true", acme(loopback, name="openai", api_key="sk-ann"), 201)
        async with served.connected(person) as client:
            assert (await answered(client)).usage is not None
        async with served.connected() as client:
            assert words(await answered(client)) == "Hello."
        used = {one["scope"]: one["used"]["total_tokens"] for one in (await admin("GET", "/budgets"))["budgets"]}
        assert used == dict.fromkeys(scopes, 10) | {f"user:{person.id}": 900_000_003}


async def test_what_was_asked_with_ones_own_key_takes_nothing_of_what_the_house_pays_for_the_same_answer(
    serving: Serving, loopback: Provider
) -> None:
    def answers(request: Received) -> Answer:
        is_own = "sk-ann" in request.headers["authorization"]
        return Answer((b"data: nonsense\n\n",) if is_own else answer_of("Hello."))

    loopback.choose = answers
    async with serving(openai_base_url=loopback.base_url, openai_api_key=KEY, openai_model="small") as served:
        admin, person = await desk(served), await served.newcomer("ann")
        ann = Desk(served, await served.key(person))
        await admin("POST", "/models/allowed", {"provider": "openai"})
        await decides(admin, "", own_keys=True)
        await ann("POST", "/providers?mine=true", acme(loopback, api_key="sk-ann"), 201)
        async with served.connected(person) as client:
            first = await answered(client, model="acme/small")
            assert (words(first), first.models) == ("Hello.", ["acme/small", "openai/small"])
            assert first.usage is not None
            assert first.usage.prompt_tokens > 500
            most = first.usage.prompt_tokens * 3 // 2
            await admin("PUT", "/budgets", {"scope": "tenant", "period": "turn", "max_tokens": most})
            assert words(await answered(client, model="acme/small")) == "Hello."


async def test_a_projects_provider_answers_its_members_there_and_nowhere_else(
    serving: Serving, loopback: Provider
) -> None:
    async with serving() as served:
        admin, person = await desk(served), await served.newcomer("ann")
        ann = Desk(served, await served.key(person))
        boat = (await ann("POST", "/projects", {"name": "The boat"}, 201))["id"]
        await admin("POST", f"/providers?project_id={boat}", acme(loopback, api_key="sk-boat"), 201)
        await decides(ann, f"?project_id={boat}", model="acme/small", parameters={"temperature": 0.6})
        async with served.connected(person) as client:
            assert words(await answered(client, project_id=boat)) == "small for sk-boat"
            assert loopback.received[-1].json["temperature"] == 0.6
            assert (await answered(client)).model == "built-in"
        there, here = [await ann("GET", f"/models/effective{query}") for query in (f"?project_id={boat}", "")]
        assert (there["model"], there["origins"]["model"]) == ("acme/small", "project")
        assert (here["model"], here["origins"]["model"]) == ("built-in", "system")


async def test_what_is_decided_is_told_in_every_window_where_it_counts(serving: Serving, loopback: Provider) -> None:
    async with serving() as served:
        admin, person = await desk(served), await served.newcomer("ann")
        ann = Desk(served, await served.key(person))
        await admin("POST", "/providers", acme(loopback), 201)
        async with served.connected(person) as here, served.connected(person) as there:
            first = await answered(here)
            talk = f"conversation:{first.conversation_id}"
            await there.follows(first.conversation_id)
            await there.asks("subscribe", topic=f"user:{person.id}")
            await decides(ann, f"?conversation_id={first.conversation_id}", model="acme/small")
            await decides(ann, "?mine=true", favourites=["acme/small"])
            await decides(admin, "", parameters={"temperature": 1.0})
            for window, topic in ((here, talk), (there, talk), (there, f"user:{person.id}")):
                await window.asks("heartbeat")
                told = [one["version"] for one in window.of_type("model_settings_changed") if one["topic"] == topic]
                assert told == [1]
                if topic == talk:
                    await window.agrees(topic)
