"""What else is kept of a provider: the format that it speaks, and what that needs."""

from pathlib import Path

import pytest

from parlour.identity.providers import Providers
from parlour.identity.vault import Vault
from parlour.identity.who import Who
from parlour.protocol.providers import NewProvider, ProviderChange
from parlour.store.queries.choices import StoredProvider, choices
from tests.house import Lived, anybody

CLAUDE = NewProvider(
    name="claude",
    base_url="https://api.anthropic.com",
    api_key="sk-very-secret",
    models=["claude-a"],
    kind="anthropic",
    options={"thinking": "low"},
)


@pytest.fixture
def kept(lived: Lived, tmp_path: Path) -> Providers:
    vault = Vault(tmp_path / "parlour.key", lived.database, lived.clock)
    return Providers(lived.database, lived.writer, lived.clock, vault, {})


@pytest.fixture
def admin(lived: Lived) -> Who:
    return anybody(lived.house.admin)


async def only_one(lived: Lived) -> StoredProvider:
    async with lived.database.read() as connection:
        [found] = (await choices(connection, lived.house.tenant_id)).providers
    return found


async def test_its_kind_and_options_are_kept_and_changed_apart(lived: Lived, kept: Providers, admin: Who):
    await kept.add(admin, CLAUDE)
    added = await only_one(lived)
    assert (added.kind, dict(added.options)) == ("anthropic", {"thinking": "low"})
    await kept.change(admin, "claude", ProviderChange(models=["claude-b"]))
    renamed = await only_one(lived)
    assert (renamed.kind, dict(renamed.options)) == ("anthropic", {"thinking": "low"})
    await kept.change(admin, "claude", ProviderChange(options={}))
    plain = await only_one(lived)
    assert (plain.kind, dict(plain.options)) == ("anthropic", {})
    await kept.change(admin, "claude", ProviderChange(kind="openai"))
    other = await only_one(lived)
    assert (other.kind, dict(other.options), other.sealed_key) == ("openai", {}, added.sealed_key)


async def test_without_a_word_it_speaks_chat_completions(lived: Lived, kept: Providers, admin: Who):
    await kept.add(admin, NewProvider(name="acme", base_url="https://acme.example/v1", models=["small"]))
    found = await only_one(lived)
    assert (found.kind, dict(found.options)) == ("openai", {})
