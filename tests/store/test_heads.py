"""Whether a database is up to date is told without the migration tool, and told as the tool itself tells it."""

from pathlib import Path

import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from parlour.app import TOOLKIT_MIGRATIONS
from parlour.store import heads
from parlour.store.migrate import MIGRATIONS, downgrade, upgrade
from tests.storage import Storage

FOLDERS = [MIGRATIONS / "versions", *TOOLKIT_MIGRATIONS]


async def stored(storage: Storage) -> frozenset[str]:
    engine = create_async_engine(storage.url)
    async with engine.connect() as connection:
        found = await connection.run_sync(heads.stored)
    await engine.dispose()
    return found


def test_the_newest_revisions_are_among_those_that_alembic_finds() -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("path_separator", "newline")
    config.set_main_option("version_locations", "\n".join(map(str, FOLDERS)))
    assert heads.newest(FOLDERS) <= set(ScriptDirectory.from_config(config).get_heads())


async def test_a_database_that_was_brought_up_to_date_is_at_the_newest_revisions(storage: Storage) -> None:
    await upgrade(storage.url, TOOLKIT_MIGRATIONS)
    assert await stored(storage) == heads.newest(FOLDERS)


async def test_an_empty_database_is_at_no_revision_and_is_then_brought_up_to_date(storage: Storage) -> None:
    await downgrade(storage.url, TOOLKIT_MIGRATIONS)
    assert await stored(storage) == frozenset()
    await upgrade(storage.url, TOOLKIT_MIGRATIONS)
    assert await stored(storage) == heads.newest(FOLDERS)


async def test_a_database_of_another_version_is_not_taken_for_one_that_is_up_to_date(storage: Storage) -> None:
    await upgrade(storage.url, TOOLKIT_MIGRATIONS)
    engine = create_async_engine(storage.url)
    async with engine.begin() as connection:
        await connection.execute(text("INSERT INTO alembic_version VALUES ('from_the_future')"))
    await engine.dispose()
    assert await stored(storage) != heads.newest(FOLDERS)


@pytest.mark.parametrize("quote", ["'", '"'])
def test_a_revision_that_another_builds_on_or_depends_on_is_none_of_the_newest(tmp_path: Path, quote: str) -> None:
    for revision, below, other in [("a", "", ""), ("b", "a", ""), ("c", "", "b"), ("d", "", "")]:
        lines = [
            f"revision = {quote}{revision}{quote}",
            f"down_revision = {quote}{below}{quote}" if below else "down_revision = None",
            f"depends_on = ({quote}{other}{quote},)" if other else "depends_on = None",
        ]
        (tmp_path / f"{revision}.py").write_text("\n".join(lines))
    assert heads.newest([tmp_path]) == {"c", "d"}
