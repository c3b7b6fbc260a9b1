"""Who answers: by what was decided when it is asked, and with connections that end when that changes."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field, replace

import pytest

from parlour.clock import SystemClock
from parlour.errors import NotAvailable
from parlour.models.base import Model, TextDelta
from parlour.models.connected import Connections, Provider
from parlour.models.effective import Said as Told
from parlour.models.instances import Instances
from parlour.models.lineup import Lineup
from parlour.models.offers import offer_of
from parlour.models.openai import OpenAIModel
from parlour.models.route import Load, Route, Wish
from parlour.models.scripted import ScriptedModel
from parlour.protocol.content import Parameters
from parlour.protocol.effective import ModelSettings
from parlour.protocol.routing import Routing
from tests.models.requests import ask, closable, collect, pick, text_of
from tests.providers import Provider as Loopback
from tests.providers import answer_of, delta, end

HOME = "home"


def wish(model: str | None = None, tenant_id: str = HOME) -> Wish:
    """A question of somebody's in a project."""
    return Wish(tenant_id, "boat", "ann", "talk", model)


@dataclass(frozen=True)
class SetUp:
    """A provider of the app."""

    name: str
    base_url: str = "http://127.0.0.1:9/v1"
    sealed_key: str | None = None
    models: tuple[str, ...] = ("small", "large")
    scope: str = "tenant"
    kind: str = "openai"
    options: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True)
class Said:
    """What was decided."""

    allowed: frozenset[str] = frozenset()
    default: str | None = None
    providers: tuple[SetUp, ...] = ()
    routing: Routing | None = None
    scopes: frozenset[str] = frozenset({"tenant"})
    shipped: str | None = None
    barred: tuple[SetUp, ...] = ()
    decisions: tuple[Told, ...] = ()


Read = Mapping[str, Said]
"""What stands where the decisions are read, by tenant."""


@dataclass
class Room:
    """A lineup with two models from the settings, and how often a model of the app was made."""

    lineup: Lineup[Read]
    made: list[tuple[str, str, str | None]] = field(default_factory=list[tuple[str, str, str | None]])
    reads: int = 0

    async def route(self, said: Said, asked: str | None = None) -> Route:
        """The route to who is asked for."""
        return await self.lineup.route({HOME: said}, wish(asked))

    async def chosen(self, said: Said, asked: str | None = None) -> Model:
        """Who is asked first."""
        return pick(await self.route(said, asked), Load("Hello"))

    async def name(self, said: Said, asked: str | None = None) -> str:
        """The name of who is asked first."""
        return (await self.chosen(said, asked)).name

    async def refusal(self, said: Said, asked: str) -> str:
        """Why somebody is not chosen."""
        with pytest.raises(NotAvailable) as caught:
            await self.route(said, asked)
        return caught.value.safe


@pytest.fixture
async def room() -> AsyncIterator[Room]:
    def connect(tenant_id: str, provider: Provider, model: str) -> OpenAIModel:
        it.made.append((tenant_id, f"{provider.name}/{model}", provider.sealed_key))
        key = (provider.sealed_key or "").removeprefix("sealed ")
        return offer_of(provider.name, model, provider.base_url, key).model(clock=SystemClock())

    async def decided(connection: Read, wish: Wish) -> Said:
        it.reads += 1
        return connection[wish.tenant_id]

    others = [ScriptedModel(name="openai/gpt"), ScriptedModel(name="ollama/llama")]
    hosts = {"openai/gpt": "api.openai.com", "ollama/llama": "localhost:11434"}
    it = Room(
        Lineup(ScriptedModel(name="built-in"), others, decided, Connections(connect), Instances(SystemClock()), hosts)
    )
    yield it
    await it.lineup.close()


async def test_while_nobody_is_allowed_the_built_in_model_answers(room: Room) -> None:
    assert await room.name(Said()) == "built-in"
    assert await room.name(Said(providers=(SetUp("acme"),))) == "built-in"
    assert room.made == []


async def test_the_first_that_is_allowed_answers_those_of_the_settings_before_those_of_the_app(room: Room) -> None:
    acme, bee = SetUp("acme"), SetUp("bee")
    assert await room.name(Said(frozenset({"acme", "bee"}), None, (bee, acme))) == "bee/small"
    assert await room.name(Said(frozenset({"acme", "ollama"}), None, (bee, acme))) == "ollama/llama"


async def test_the_default_answers_where_nobody_is_asked_for_as_long_as_it_may(room: Room) -> None:
    said = Said(frozenset({"openai", "acme"}), "acme/large", (SetUp("acme"),))
    assert await room.name(said) == "acme/large"
    assert await room.name(said, "openai/gpt") == "openai/gpt"
    assert await room.name(replace(said, default="built-in")) == "built-in"
    for fallen_back in (
        replace(said, allowed=frozenset({"openai"})),
        replace(said, providers=()),
        replace(said, providers=(SetUp("acme", models=("small",)),)),
    ):
        assert await room.name(fallen_back) == "openai/gpt"


async def test_the_built_in_model_may_always_be_asked_and_costs_no_reading(room: Room) -> None:
    assert await room.name(Said(), "built-in") == "built-in"
    assert room.reads == 0
    assert await room.name(Said()) == "built-in"
    assert room.reads == 1


async def test_whoever_is_not_there_or_not_allowed_is_refused_by_name(room: Room) -> None:
    said = Said(frozenset({"openai"}), None, (SetUp("acme"),))
    assert await room.refusal(said, "acme/small") == "acme/small may not be asked before an admin has allowed it."
    assert await room.refusal(said, "ollama/llama") == "ollama/llama may not be asked before an admin has allowed it."
    for unknown in ("acme/other", "acme", "acme/", "nobody/small", "openai/gpt/more"):
        assert await room.refusal(said, unknown) == f"There is no model {unknown} on this server."
    assert room.made == []


async def test_a_provider_of_the_app_stands_before_one_of_that_name_from_the_settings(room: Room) -> None:
    said = Said(frozenset({"openai"}), None, (SetUp("openai"),))
    assert await room.name(said) == "openai/small"
    assert await room.refusal(said, "openai/gpt") == "There is no model openai/gpt on this server."


async def test_everybody_is_listed_the_default_first(room: Room) -> None:
    said = Said(frozenset({"acme"}), None, (SetUp("acme", "https://acme.example:8443/v1", models=("small",)),))
    found = await room.lineup.candidates({HOME: said}, wish())
    assert [(one.name, one.provider, one.host, one.is_allowed, one.is_default) for one in found] == [
        ("acme/small", "acme", "acme.example:8443", True, True),
        ("openai/gpt", "openai", "api.openai.com", False, False),
        ("ollama/llama", "ollama", "localhost:11434", False, False),
        ("built-in", "built-in", "", True, False),
    ]


# --- connections ---------------------------------------------------------------------------------------------------


def at(loopback: Loopback, *providers: SetUp) -> Said:
    """Providers at the loopback, all allowed."""
    there = tuple(replace(one, base_url=loopback.base_url) for one in providers)
    return Said(frozenset(one.name for one in there), None, there)


async def test_a_model_is_made_once_and_keeps_its_connection(room: Room, loopback: Loopback) -> None:
    loopback.answer(*answer_of("Yes."))
    said = at(loopback, SetUp("acme", sealed_key="sealed sk-1"))
    first, second = await asyncio.gather(*(room.chosen(said, "acme/large") for _ in range(2)))
    assert first is second
    for _ in range(3):
        model = await room.chosen(said, "acme/large")
        assert model is first
        assert text_of(await collect(model.stream(ask()))) == "Yes."
    assert loopback.connections == 1
    sent = {(one.headers["authorization"], one.json["model"]) for one in loopback.received}
    assert sent == {("Bearer sk-1", "large")}


async def test_a_changed_provider_is_asked_at_its_new_address_with_its_new_key(room: Room, loopback: Loopback) -> None:
    loopback.answer(*answer_of("Yes."))
    for key in ("sealed sk-1", "sealed sk-2", None):
        model = await room.chosen(at(loopback, SetUp("acme", sealed_key=key)))
        await collect(model.stream(ask()))
    assert [one.headers.get("authorization") for one in loopback.received] == ["Bearer sk-1", "Bearer sk-2", None]


async def test_the_connections_of_what_was_changed_or_removed_end(room: Room, loopback: Loopback) -> None:
    loopback.answer(*answer_of("Yes."))
    said = at(loopback, SetUp("acme"), SetUp("bee"))
    for name in ("acme/small", "bee/small"):
        await collect((await room.chosen(said, name)).stream(ask()))
    assert loopback.open_connections == 2
    await room.chosen(replace(said, providers=said.providers[1:]), "bee/small")
    await loopback.until_open(1)
    await room.chosen(Said())
    await loopback.until_all_are_gone()


async def test_another_tenants_change_ends_nothing_here(room: Room, loopback: Loopback) -> None:
    loopback.answer(*answer_of("Yes."))
    read = {HOME: at(loopback, SetUp("acme", sealed_key="sealed sk-1")), "inn": Said()}
    model = await room.chosen(read[HOME])
    await collect(model.stream(ask()))
    assert (await room.lineup.route(read, wish(tenant_id="inn"))).name == "built-in"
    assert await room.chosen(read[HOME]) is model
    assert [made[0] for made in room.made] == [HOME]


async def test_an_answer_under_way_is_finished_and_then_the_connection_ends(room: Room, loopback: Loopback) -> None:
    goes_on = asyncio.Event()
    loopback.answer(delta(content="half "), goes_on, delta(content="and half"), end())
    said = at(loopback, SetUp("acme"))
    model = await room.chosen(said)
    events = closable(model.stream(ask()))
    assert await anext(events) == TextDelta("half ")
    assert await room.name(Said()) == "built-in"
    goes_on.set()
    assert text_of([event async for event in events]) == "and half"
    await loopback.until_all_are_gone()


async def test_a_turn_that_still_holds_the_model_asks_again_and_leaves_no_connection(
    room: Room, loopback: Loopback
) -> None:
    loopback.answer(*answer_of("Yes."))
    model = await room.chosen(at(loopback, SetUp("acme")))
    assert await room.name(Said()) == "built-in"
    for _ in range(2):
        assert text_of(await collect(model.stream(ask()))) == "Yes."
        await loopback.until_all_are_gone()


async def test_a_key_that_does_not_open_is_told_when_the_model_is_asked_for(loopback: Loopback) -> None:
    def connect(tenant_id: str, provider: Provider, model: str) -> OpenAIModel:
        raise NotAvailable("The key does not open.")

    async def decided(connection: Read, wish: Wish) -> Said:
        return connection[wish.tenant_id]

    lineup = Lineup(ScriptedModel(name="built-in"), [], decided, Connections(connect), Instances(SystemClock()))
    said = at(loopback, SetUp("acme"))
    with pytest.raises(NotAvailable, match="does not open"):
        await lineup.route({HOME: said}, wish())
    assert [one.name for one in await lineup.candidates({HOME: said}, wish())] == [
        "acme/small",
        "acme/large",
        "built-in",
    ]
    await lineup.close()


# --- providers of one's own ----------------------------------------------------------------------------------------


BOTH = ("tenant", "project:boat", "user:ann")


async def test_of_two_with_one_name_the_nearer_ones_is_asked(room: Room) -> None:
    said = Said(frozenset({"acme"}), scopes=frozenset(BOTH))
    for number, scope in enumerate(BOTH):
        mine = SetUp("acme", sealed_key=f"sealed {scope}", models=(f"of-{number}",), scope=scope)
        said = replace(said, providers=(*said.providers, mine))
        assert await room.name(said) == f"acme/of-{number}"
        assert room.made[-1] == (HOME, f"acme/of-{number}", f"sealed {scope}")
        assert [one.name for one in await room.lineup.candidates({HOME: said}, wish())] == [
            f"acme/of-{number}",
            "openai/gpt",
            "ollama/llama",
            "built-in",
        ]
    assert "There is no model acme/of-0" in await room.refusal(said, "acme/of-0")


async def test_a_key_of_one_person_is_never_used_for_anothers_question(room: Room, loopback: Loopback) -> None:
    loopback.answer(*answer_of("Yes."))
    for person in ("ann", "bob", "ann", "bob"):
        scope = f"user:{person}"
        mine = SetUp("acme", loopback.base_url, f"sealed {person}", scope=scope)
        said = Said(frozenset({"acme"}), None, (mine,), scopes=frozenset({"tenant", scope}))
        route = await room.lineup.route({HOME: said}, replace(wish(), user_id=person))
        model = pick(route, Load("Hello"))
        await collect(model.stream(ask()))
        assert loopback.received[-1].headers["authorization"] == f"Bearer {person}"
    assert len(room.made) == 2, "what is asked for one person has let go of nothing of another's"


async def test_what_may_no_longer_be_asked_is_let_go_of_and_told_apart_from_what_never_was(
    room: Room, loopback: Loopback
) -> None:
    loopback.answer(*answer_of("Yes."))
    mine = SetUp("acme", loopback.base_url, scope="user:ann")
    said = Said(frozenset({"acme"}), None, (mine,), scopes=frozenset({"tenant", "user:ann"}))
    await collect((await room.chosen(said)).stream(ask()))
    barred = replace(said, allowed=frozenset[str](), providers=(), barred=(mine,))
    assert await room.name(barred) == "built-in"
    await loopback.until_all_are_gone()
    assert "lets nobody bring keys" in await room.refusal(barred, "acme/small")
    assert "There is no model acme/other" in await room.refusal(barred, "acme/other")


async def test_what_the_scopes_decided_counts_in_their_order_and_the_route_says_how(room: Room) -> None:
    acme = SetUp("acme")
    said = Said(frozenset({"acme", "openai"}), "openai/gpt", (acme,))
    theirs = ModelSettings(model="acme/large", parameters=Parameters(temperature=1.5, max_tokens=10))
    told = replace(said, decisions=(Told("conversation", ModelSettings(model="acme/gone")), Told("user", theirs)))
    route = await room.lineup.route({HOME: told}, replace(wish(), parameters=Parameters(temperature=0.5)))
    assert (route.name, route.parameters) == ("acme/large", Parameters(temperature=0.5, max_tokens=10))
    settled = await room.lineup.settled({HOME: told}, wish())
    assert (settled.model, settled.origins["model"]) == ("acme/large", "user")
    assert [(one.scope, one.model) for one in settled.skipped] == [("conversation", "acme/gone")]
    assert (await room.lineup.settled({HOME: said}, wish())).origins["model"] == "tenant"
    assert (await room.lineup.settled({HOME: Said()}, wish())).origins["model"] == "system"
