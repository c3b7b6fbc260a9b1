"""Providers that admins set up: kept with a sealed key, changed without losing track of where the key may go."""

import asyncio
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from sqlalchemy import select, update

from parlour.errors import Duplicate, Forbidden, InvalidRequest, Moved, NotAvailable, NotFound, NotNow
from parlour.identity.consent import allow_provider, make_default
from parlour.identity.providers import Providers
from parlour.identity.vault import Vault, forget_sealed
from parlour.identity.who import Who
from parlour.journal.unit import Delta, Receipt, Unit, Writer
from parlour.protocol.providers import NewProvider, ProviderChange
from parlour.store.queries.choices import Choices, StoredProvider, choices
from parlour.store.tables import audit, providers
from tests.house import Lived, anybody

KEY = "sk-very-secret"
ACME = NewProvider(name="acme", base_url="https://acme.example/v1", api_key=KEY, models=["small", "large", "small"])
OPEN = NewProvider(name="cellar", base_url="http://cellar:1234/v1", models=["small"])


@dataclass(frozen=True)
class Together:
    """A writer to which several must have come before it writes for any of them: all have read the same."""

    writer: Writer
    barrier: asyncio.Barrier

    def submit(self, unit: Unit | Delta) -> "asyncio.Future[Receipt]":
        """For whoever does not wait."""
        return self.writer.submit(unit)

    async def commit(self, unit: Unit | Delta) -> Receipt:
        """Once the others are here."""
        await self.barrier.wait()
        return await self.writer.commit(unit)

    async def close(self) -> None:
        """The writer is somebody else's."""


@pytest.fixture
def kept(lived: Lived, tmp_path: Path) -> Providers:
    vault = Vault(tmp_path / "parlour.key", lived.database, lived.clock)
    elsewhere = {"openai": "Change OPENAI_BASE_URL.", "built-in": "Leave it."}
    return Providers(lived.database, lived.writer, lived.clock, vault, elsewhere)


@pytest.fixture
def admin(lived: Lived) -> Who:
    return anybody(lived.house.admin)


async def chosen(lived: Lived) -> Choices:
    async with lived.database.read() as connection:
        return await choices(connection, lived.house.tenant_id)


def key_of(kept: Providers, who: Who, one: StoredProvider) -> str:
    return kept.opened(who.tenant_id, one)


async def test_a_provider_is_kept_with_its_models_and_allowed_by_being_set_up(
    lived: Lived, kept: Providers, admin: Who
) -> None:
    assert await chosen(lived) == Choices(frozenset(), None, ())
    await kept.add(admin, ACME)
    await kept.add(admin, OPEN)
    found = await chosen(lived)
    assert [(one.name, one.base_url, one.models) for one in found.providers] == [
        ("acme", "https://acme.example/v1", ("small", "large")),
        ("cellar", "http://cellar:1234/v1", ("small",)),
    ]
    assert (found.allowed, found.default) == ({"acme", "cellar"}, None)
    assert [key_of(kept, admin, one) for one in found.providers] == [KEY, ""]


async def test_a_name_is_taken_once_here_or_in_the_settings(lived: Lived, kept: Providers, admin: Who) -> None:
    await kept.add(admin, ACME)
    for taken in ("acme", "openai", "built-in"):
        with pytest.raises(Duplicate, match=f"called {taken} already"):
            await kept.add(admin, ACME.model_copy(update={"name": taken}))
    results = await asyncio.gather(*(kept.add(admin, OPEN) for _ in range(4)), return_exceptions=True)
    assert [type(result) for result in results if result] == [Duplicate] * 3
    assert [one.name for one in (await chosen(lived)).providers] == ["acme", "cellar"]


async def test_what_is_left_out_of_a_change_stays(lived: Lived, kept: Providers, admin: Who) -> None:
    await kept.add(admin, ACME)
    (before,) = (await chosen(lived)).providers
    await kept.change(admin, "acme", ProviderChange(models=["other"]))
    (after,) = (await chosen(lived)).providers
    assert (after.models, after.base_url, after.sealed_key) == (("other",), before.base_url, before.sealed_key)
    await kept.change(admin, "acme", ProviderChange(api_key="sk-newer"))
    (after,) = (await chosen(lived)).providers
    assert (after.models, after.base_url, key_of(kept, admin, after)) == (("other",), before.base_url, "sk-newer")
    await kept.change(admin, "acme", ProviderChange(api_key=""))
    (after,) = (await chosen(lived)).providers
    assert (after.sealed_key, key_of(kept, admin, after)) == (None, "")


async def test_a_key_never_follows_to_another_address(lived: Lived, kept: Providers, admin: Who) -> None:
    await kept.add(admin, ACME)
    elsewhere = "https://elsewhere.example/v1"
    with pytest.raises(InvalidRequest, match="never follows"):
        await kept.change(admin, "acme", ProviderChange(base_url=elsewhere))
    (before,) = (await chosen(lived)).providers
    assert before.base_url == ACME.base_url
    await kept.change(admin, "acme", ProviderChange(base_url=elsewhere, api_key="sk-theirs"))
    (after,) = (await chosen(lived)).providers
    assert (after.base_url, key_of(kept, admin, after)) == (elsewhere, "sk-theirs")
    await kept.change(admin, "acme", ProviderChange(base_url=ACME.base_url, api_key=""))
    await kept.change(admin, "acme", ProviderChange(base_url=elsewhere))
    (after,) = (await chosen(lived)).providers
    assert (after.base_url, after.sealed_key) == (elsewhere, None)


async def test_an_address_changed_behind_our_back_does_not_get_the_key(
    lived: Lived, kept: Providers, admin: Who
) -> None:
    await kept.add(admin, ACME)
    await lived.writer.commit(Unit(changes=[update(providers).values(base_url="https://thief.example/v1")]))
    (spoilt,) = (await chosen(lived)).providers
    with pytest.raises(NotAvailable, match="does not open"):
        key_of(kept, admin, spoilt)


async def test_of_two_changes_at_once_one_counts_and_the_other_is_told(
    lived: Lived, kept: Providers, admin: Who
) -> None:
    await kept.add(admin, ACME)
    changes = [
        ProviderChange(api_key="sk-for-acme"),
        ProviderChange(base_url="https://elsewhere.example/v1", api_key="sk-for-elsewhere"),
    ]
    at_once = replace(kept, writer=Together(lived.writer, asyncio.Barrier(len(changes))))
    results = await asyncio.gather(*(at_once.change(admin, "acme", one) for one in changes), return_exceptions=True)
    assert [type(result) for result in results if result] == [Moved]
    (after,) = (await chosen(lived)).providers
    meant = {"https://acme.example/v1": "sk-for-acme", "https://elsewhere.example/v1": "sk-for-elsewhere"}
    assert key_of(kept, admin, after) == meant[after.base_url]


async def test_what_is_removed_leaves_neither_consent_nor_default(lived: Lived, kept: Providers, admin: Who) -> None:
    await kept.add(admin, ACME)
    await kept.add(admin, OPEN)
    await make_default(lived.writer, lived.clock, admin, "acme/large")
    assert (await chosen(lived)).default == "acme/large"
    await kept.remove(admin, "cellar")
    assert (await chosen(lived)).default == "acme/large"
    await kept.remove(admin, "acme")
    found = await chosen(lived)
    assert (found.allowed, found.default, found.providers) == (frozenset(), None, ())
    with pytest.raises(NotFound):
        await kept.remove(admin, "acme")


async def test_what_is_set_up_elsewhere_is_changed_there(kept: Providers, admin: Who) -> None:
    with pytest.raises(NotNow, match=r"openai was not set up in the app. Change OPENAI_BASE_URL\."):
        await kept.change(admin, "openai", ProviderChange(models=["x"]))
    with pytest.raises(NotNow, match="OPENAI_BASE_URL"):
        await kept.remove(admin, "openai")
    with pytest.raises(NotFound):
        await kept.change(admin, "nobody", ProviderChange(models=["x"]))


async def test_names_that_no_message_could_keep_are_refused(lived: Lived, kept: Providers, admin: Who) -> None:
    with pytest.raises(InvalidRequest, match="200 characters together"):
        await kept.add(admin, ACME.model_copy(update={"models": ["x" * 196]}))
    await kept.add(admin, ACME.model_copy(update={"models": ["x" * 195]}))
    with pytest.raises(InvalidRequest, match="200 characters together"):
        await kept.change(admin, "acme", ProviderChange(models=["x" * 196]))


async def test_nobody_but_an_admin_changes_anything(lived: Lived, kept: Providers, admin: Who) -> None:
    await kept.add(admin, ACME)
    before, ann = await chosen(lived), anybody(lived.ann)
    for attempt in (
        kept.add(ann, OPEN),
        kept.change(ann, "acme", ProviderChange(api_key="")),
        kept.remove(ann, "acme"),
        kept.kept(ann, "acme"),
        make_default(lived.writer, lived.clock, ann, None),
        allow_provider(lived.writer, lived.clock, ann, "acme", False),
    ):
        with pytest.raises(Forbidden, match="Only an admin"):
            await attempt
    assert await chosen(lived) == before


async def test_it_is_remembered_who_did_what_and_never_the_key(lived: Lived, kept: Providers, admin: Who) -> None:
    await kept.add(admin, ACME)
    await kept.change(admin, "acme", ProviderChange(api_key="sk-newer", models=["large"]))
    await make_default(lived.writer, lived.clock, admin, "acme/large")
    await kept.remove(admin, "acme")
    await forget_sealed(lived.writer, lived.clock)
    wanted = select(audit).where(audit.c.action.not_in(["house_made", "user_added"])).order_by(audit.c.id)
    async with lived.database.read() as connection:
        rows = (await connection.execute(wanted)).mappings().all()
    # What happens within one millisecond has no order.
    done = {row["action"]: row for row in rows}
    assert len(rows) == len(done)
    assert {action: (row["resource_id"], row["user_id"]) for action, row in done.items()} == {
        "provider_added": ("acme", admin.user_id),
        "provider_changed": ("acme", admin.user_id),
        "default_model_chosen": (None, admin.user_id),
        "provider_removed": ("acme", admin.user_id),
        "sealed_secrets_forgotten": (None, None),
    }
    assert done["provider_added"]["details"] == {
        "base_url": ACME.base_url,
        "models": ["small", "large", "small"],
        "has_key": True,
    }
    assert done["provider_changed"]["details"] == {"models": ["large"], "has_new_key": True}
    assert "sk-" not in str([dict(row) for row in rows])


async def test_a_house_whose_key_is_lost_goes_on_without_the_keys_it_kept(
    lived: Lived, kept: Providers, admin: Who
) -> None:
    await kept.add(admin, ACME)
    kept.vault.path.unlink()
    await forget_sealed(lived.writer, lived.clock)
    await kept.vault.check()
    (found,) = (await chosen(lived)).providers
    assert (found.base_url, found.models, found.sealed_key) == (ACME.base_url, ("small", "large"), None)
    await kept.change(admin, "acme", ProviderChange(api_key="sk-again"))
    (found,) = (await chosen(lived)).providers
    assert key_of(kept, admin, found) == "sk-again"
    await kept.vault.check()
