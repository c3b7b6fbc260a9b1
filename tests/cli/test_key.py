"""A house whose master key is not there does not open, says what to do, and that helps."""

import asyncio
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from parlour.app import running
from parlour.cli.main import command_line
from parlour.config import Settings
from parlour.identity.who import who_is
from parlour.protocol.providers import NewProvider
from parlour.store.queries.choices import StoredProvider, choices
from tests.cli.test_start import said, start

NEW = NewProvider(name="acme", base_url="http://127.0.0.1:9/v1", api_key="sk-very-secret", models=["small"])


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """The data folder of a house with a provider and its sealed key."""

    async def set_up() -> None:
        async with running(Settings(data_dir=tmp_path)) as app:
            await app.providers.add(who_is(app.house.admin, ""), NEW)

    asyncio.run(set_up())
    return tmp_path


def provider_in(folder: Path) -> StoredProvider:
    """What is kept of the provider; the house has to open for that."""

    async def look() -> StoredProvider:
        async with running(Settings(data_dir=folder)) as app, app.database.read() as connection:
            (found,) = (await choices(connection, app.house.tenant_id)).providers
            return found

    return asyncio.run(look())


def forget(folder: Path, *options: str, typed: str = "") -> Result:
    """Run `parlour key forget`."""
    words = ["key", "forget", *options]
    return CliRunner().invoke(command_line(words), words, input=typed, env={"PARLOUR_DATA_DIR": str(folder)})


def test_a_lost_key_stops_the_start_and_can_be_given_up(house: Path) -> None:
    key = house / "parlour.key"
    key.unlink()
    line = said(start(house))
    for told in (str(key), "PARLOUR_KEY_FILE", "`parlour key forget`"):
        assert told in line
    assert not key.exists()
    done = forget(house, "--yes")
    assert (done.exit_code, done.stdout.startswith("Nothing is sealed any more.")) == (0, True)
    found = provider_in(house)
    assert (found.name, found.base_url, found.models, found.sealed_key) == ("acme", NEW.base_url, ("small",), None)


def test_another_key_stops_the_start_and_is_not_shown(house: Path) -> None:
    other = "eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHg="
    (house / "parlour.key").write_text(other)
    line = said(start(house))
    assert "is not the master key of this house" in line
    assert other not in line


def test_nothing_is_given_up_by_a_slip(house: Path) -> None:
    for typed in ("n\n", ""):
        asked = forget(house, typed=typed)
        assert asked.exit_code == 1
        assert "has to be entered again" in asked.output
    assert provider_in(house).sealed_key is not None
    assert forget(house, typed="y\n").exit_code == 0
    assert provider_in(house).sealed_key is None
