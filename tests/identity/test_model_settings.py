"""Who decides which model answers, and how; and who may bring a provider of their own."""

import asyncio
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import select

from parlour.errors import ConversationNotFound, Forbidden, InvalidRequest, Moved, NotAvailable, NotFound
from parlour.identity.consent import allow_provider, make_default
from parlour.identity.household import Household
from parlour.identity.master_key import Place
from parlour.identity.model_settings import ModelDesk
from parlour.identity.providers import Providers
from parlour.identity.scopes import HOUSE, Whose
from parlour.identity.vault import Vault
from parlour.identity.who import Who
from parlour.protocol.content import Parameters
from parlour.protocol.effective import ModelSettings, NewModelSettings
from parlour.protocol.people import NewProject
from parlour.protocol.providers import NewProvider, ProviderChange
from parlour.store.queries.choices import Choices, choices
from parlour.store.tables import audit, model_settings
from tests.house import Lived, anybody

ACME = NewProvider(name="acme", base_url="https://acme.example/v1", api_key="sk-hers", models=["small"])
WARM = ModelSettings(model="acme/small", parameters=Parameters(temperature=1.2))
OPEN = NewModelSettings(settings=ModelSettings(own_keys=True), version=0)


@dataclass(frozen=True)
class AtHome:
    """ann's boat, of which bob is a member, and her talk there."""

    lived: Lived
    desk: ModelDesk
    kept: Providers
    admin: Who
    ann: Who
    bob: Who
    boat: str
    talk: str

    async def concerns(self, who: Who) -> Choices:
        """What concerns a question of somebody's in the boat, in ann's talk."""
        async with self.lived.database.read() as connection:
            return await choices(
                connection, who.tenant_id, project_id=self.boat, user_id=who.user_id, conversation_id=self.talk
            )

    async def decides(self, who: Who, whose: Whose, settings: ModelSettings, version: int = 0) -> int:
        """The version after somebody decided."""
        return (await self.desk.put(who, whose, NewModelSettings(settings=settings, version=version))).version


async def nothing_is_open(turn_id: str) -> None:
    raise AssertionError(f"{turn_id} is not open")


@pytest.fixture
async def house(lived: Lived, household: Household, tmp_path: Path) -> AtHome:
    ann, bob = anybody(lived.ann), anybody(lived.bob)
    boat = await household.projects.add(ann, NewProject(name="The boat"))
    await household.projects.add_member(ann, boat.id, bob.user_id)
    talk = await lived.conversations.begin(ann, project_id=boat.id)
    vault = Vault(tmp_path / "parlour.key", lived.database, lived.clock)
    kept = Providers(lived.database, lived.writer, lived.clock, vault, {"openai": "Change it there."})
    desk = ModelDesk(lived.database, lived.writer, lived.clock)
    return AtHome(lived, desk, kept, anybody(lived.house.admin), ann, bob, boat.id, talk.id)


async def test_each_scope_keeps_what_it_decided_and_a_question_finds_all_of_it(house: AtHome) -> None:
    decided = {
        Whose("conversation", house.talk): ModelSettings(parameters=Parameters(temperature=0.2)),
        Whose.own(house.ann): ModelSettings(favourites=["acme/small"], parameters=Parameters(prefer="speed")),
        Whose("project", house.boat): WARM,
    }
    for whose, settings in decided.items():
        assert await house.decides(house.ann, whose, settings) == 1
    wide = ModelSettings(model="acme/large", parameters=Parameters(top_p=0.5), own_keys=True)
    await house.decides(house.admin, HOUSE, wide)
    found = await house.concerns(house.ann)
    assert {one.scope: one.settings for one in found.decisions} == {
        **{whose.kind: settings for whose, settings in decided.items()},
        "tenant": wide.model_copy(update={"model": None}),
    }
    assert (found.of("tenant").settings, found.default) == (wide, "acme/large")
    theirs = await house.concerns(house.bob)
    assert theirs.of("user").settings == ModelSettings()
    assert theirs.of("project").settings == WARM
    async with house.lived.database.read() as connection:
        elsewhere = await choices(connection, house.ann.tenant_id, user_id=house.bob.user_id)
    assert [one.scope for one in elsewhere.decisions] == ["tenant"]


async def test_people_decide_for_what_is_theirs_and_for_nothing_else(house: AtHome) -> None:
    boat, talk = Whose("project", house.boat), Whose("conversation", house.talk)
    assert (await house.desk.kept(house.bob, boat)).may_change is False
    assert (await house.desk.kept(house.bob, HOUSE)).may_change is False
    for who, whose in ((house.bob, boat), (house.bob, HOUSE), (house.ann, HOUSE)):
        with pytest.raises(Forbidden):
            await house.decides(who, whose, WARM)
    for who in (house.bob, house.admin):
        with pytest.raises(ConversationNotFound):
            await house.decides(who, talk, WARM)
        with pytest.raises(ConversationNotFound):
            await house.desk.kept(who, talk)
    assert await house.decides(house.admin, boat, WARM) == 1
    for unknown in (Whose("project", house.talk), Whose("project", "nonsense")):
        with pytest.raises(NotFound):
            await house.desk.kept(house.ann, unknown)
    with pytest.raises(InvalidRequest):
        await house.decides(house.ann, boat, ModelSettings(favourites=["acme/small"]), 1)
    with pytest.raises(InvalidRequest):
        await house.decides(house.ann, Whose.own(house.ann), ModelSettings(own_keys=True))


async def test_of_those_who_decide_at_once_one_comes_through_and_the_others_look_again(house: AtHome) -> None:
    mine = Whose.own(house.ann)
    for version in (0, 1):
        tries = [
            house.decides(house.ann, mine, ModelSettings(model=f"acme/{version}-{number}"), version)
            for number in range(3)
        ]
        results = await asyncio.gather(*tries, return_exceptions=True)
        assert [result for result in results if isinstance(result, int)] == [version + 1]
        assert [type(result) for result in results if not isinstance(result, int)] == [Moved, Moved]
    with pytest.raises(Moved):
        await house.decides(house.ann, mine, ModelSettings(), 1)
    same = (await house.desk.kept(house.ann, mine)).settings
    assert await house.decides(house.ann, mine, same, 2) == 2


async def test_a_default_that_was_chosen_elsewhere_is_not_overwritten_by_who_did_not_see_it(house: AtHome) -> None:
    admin = house.admin
    for before in (0, 1):
        await make_default(house.lived.writer, house.lived.clock, admin, f"acme/{before}")
        with pytest.raises(Moved):
            await house.decides(admin, HOUSE, WARM, before)
        kept = await house.desk.kept(admin, HOUSE)
        assert (kept.settings.model, kept.version) == (f"acme/{before}", before + 1)
    assert await house.decides(admin, HOUSE, ModelSettings(), 2) == 3
    assert (await house.concerns(admin)).default is None


async def test_what_was_decided_is_remembered_and_goes_with_what_it_was_for(house: AtHome) -> None:
    await house.decides(house.ann, Whose("conversation", house.talk), WARM)
    async with house.lived.database.read() as connection:
        said = select(audit.c.user_id, audit.c.resource_type, audit.c.resource_id, audit.c.details)
        (row,) = await connection.execute(said.where(audit.c.action == "model_settings_changed"))
    assert tuple(row) == (
        house.ann.user_id,
        "conversation",
        house.talk,
        {"model": "acme/small", "parameters": {"temperature": 1.2}},
    )
    await house.lived.conversations.delete(house.ann, house.talk, nothing_is_open)
    async with house.lived.database.read() as connection:
        assert (await connection.execute(select(model_settings.c.scope))).all() == []


# --- keys of one's own ---------------------------------------------------------------------------------------------


async def test_keys_of_ones_own_wait_for_the_word_of_an_admin(house: AtHome) -> None:
    mine, boat = Whose.own(house.ann), Whose("project", house.boat)
    for whose in (mine, boat):
        with pytest.raises(Forbidden, match="admin has to let"):
            await house.kept.add(house.ann, ACME, whose)
    await house.desk.put(house.admin, HOUSE, OPEN)
    for whose in (mine, boat):
        await house.kept.add(house.ann, ACME, whose)
        assert [(one.name, may) for one, may in await house.kept.listed(house.ann, whose)] == [("acme", True)]
    found = await house.concerns(house.ann)
    assert [one.scope for one in found.providers] == [boat.scope, mine.scope]
    assert found.allowed == {"acme"}
    await house.decides(house.admin, HOUSE, ModelSettings(), 1)
    shut = await house.concerns(house.ann)
    assert (shut.allowed, shut.providers, len(shut.barred)) == (frozenset(), (), 2)
    with pytest.raises(Forbidden):
        await house.kept.change(house.ann, "acme", ProviderChange(models=["large"]), mine)
    await house.kept.remove(house.ann, "acme", mine)
    assert len((await house.concerns(house.ann)).barred) == 1


async def test_what_is_somebodys_own_concerns_nobody_else(house: AtHome) -> None:
    await house.desk.put(house.admin, HOUSE, OPEN)
    await house.kept.add(house.ann, ACME, Whose.own(house.ann))
    for other in (house.bob, house.admin):
        found = await house.concerns(other)
        assert (found.providers, found.barred, found.allowed) == ((), (), frozenset())
        with pytest.raises(NotFound):
            await house.kept.remove(other, "acme", Whose.own(other))
    with pytest.raises(NotFound):
        await house.kept.kept(house.admin, "acme")
    await house.kept.add(house.bob, ACME.model_copy(update={"api_key": "sk-his"}), Whose.own(house.bob))
    for who, key in ((house.ann, "sk-hers"), (house.bob, "sk-his")):
        (theirs,) = (await house.concerns(who)).providers
        assert house.kept.opened(who.tenant_id, theirs) == key


async def test_a_key_opens_only_for_whoever_it_was_sealed_for(house: AtHome) -> None:
    await house.desk.put(house.admin, HOUSE, OPEN)
    await house.kept.add(house.ann, ACME, Whose.own(house.ann))
    (one,) = (await house.concerns(house.ann)).providers
    assert one.sealed_key is not None
    for scope in ("", f"user:{house.bob.user_id}", f"project:{house.boat}"):
        with pytest.raises(NotAvailable):
            house.kept.vault.opened(one.sealed_key, Place(house.ann.tenant_id, "key", "acme", ACME.base_url, scope))


async def test_an_admin_gives_a_project_a_provider_and_its_owner_who_changes_it_takes_that_word_back(
    house: AtHome,
) -> None:
    boat = Whose("project", house.boat)
    await house.kept.add(house.admin, ACME, boat)
    assert (await house.concerns(house.bob)).allowed == {"acme"}
    with pytest.raises(Forbidden, match="Only its owner"):
        await house.kept.listed(house.bob, boat)
    with pytest.raises(Forbidden, match="admin has to let"):
        await house.kept.change(house.ann, "acme", ProviderChange(models=["large"]), boat)
    await house.desk.put(house.admin, HOUSE, OPEN)
    await house.kept.change(house.ann, "acme", ProviderChange(models=["large"]), boat)
    await house.decides(house.admin, HOUSE, ModelSettings(), 1)
    assert (await house.concerns(house.bob)).allowed == frozenset()
    await house.kept.change(house.admin, "acme", ProviderChange(models=["large"]), boat)
    assert (await house.concerns(house.bob)).allowed == {"acme"}
    await house.kept.remove(house.ann, "acme", boat)
    found = await house.concerns(house.bob)
    assert (found.providers, found.barred, found.allowed) == ((), (), frozenset())


async def test_consent_for_the_house_is_none_for_a_projects_provider_of_that_name(house: AtHome) -> None:
    await allow_provider(house.lived.writer, house.lived.clock, house.admin, "acme", True)
    await house.desk.put(house.admin, HOUSE, OPEN)
    await house.kept.add(house.ann, ACME, Whose("project", house.boat))
    await house.decides(house.admin, HOUSE, ModelSettings(), 1)
    found = await house.concerns(house.ann)
    assert (found.providers, [one.name for one in found.barred]) == ((), ["acme"])
