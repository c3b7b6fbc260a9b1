"""Changes of MySQL that take too long are ended, though its server sets them no time.

MariaDB would: it is told not to, and is as MySQL is then.
"""

import asyncio
from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pymysql
import pytest
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine

from parlour.toolkits.data.sql.changing import Change, to_change
from parlour.toolkits.data.sql.checking import Statement
from parlour.toolkits.data.sql.ending import THREAD, Thread
from parlour.toolkits.data.sql.source import SqlSource
from parlour.tools.outcomes import Failed, ToolProblem, Unsure
from parlour.tools.running import TimedOut
from tests.databases import MARIADB, Shop, shop
from tests.toolkits.data.conftest import LIMITS, Furnish, Project
from tests.toolkits.data.wire import wire

LASTING = "CREATE TABLE notes (id INT PRIMARY KEY, t VARCHAR(50)) ENGINE=MyISAM"
PAID = to_change("UPDATE orders SET status = 'paid' WHERE id = 10", "mysql")
STATUS = "SELECT status FROM orders WHERE id = 10"
AT_WORK = "SELECT COUNT(*) FROM information_schema.processlist WHERE db = DATABASE() AND info LIKE 'UPDATE%'"


@pytest.fixture
def there(tmp_path: Path) -> Iterator[Shop]:
    with shop("mysql", tmp_path, LASTING, "INSERT INTO notes VALUES (1, 'a')") as made:
        yield made


async def rows(there: Shop, query: str) -> list[tuple[Any, ...]]:
    return await asyncio.to_thread(there.rows, query)


async def until(there: Shop, query: str, count: int) -> None:
    async with asyncio.timeout(60):
        while await rows(there, query) != [(count,)]:
            pass


@contextmanager
def held(there: Shop, words: str) -> Generator[None]:
    """Somebody else holds what a change would have to wait for."""
    database = there.settings["database"]
    with closing(pymysql.connect(host=MARIADB[0], port=MARIADB[1], user="root", database=database)) as connection:
        with connection.cursor() as cursor:
            cursor.execute(words)
        yield


def _without_time(connection: Any, _: object) -> None:
    cursor = connection.cursor()
    cursor.execute("SET SESSION max_statement_time = 0")
    cursor.close()


async def opened(furnish: Furnish, settings: dict[str, Any], seconds: float = 1.0) -> tuple[Project, SqlSource]:
    """A database that may be changed, whose server sets no time."""
    project = await furnish(replace(LIMITS, seconds=seconds))
    made = await project.add("shop", settings, writable=True)
    (kept,) = [each for each in await project.kit.desk.kept(project.caller.project_id) if each.id == made]
    async with project.kit.lend(kept) as source:
        assert isinstance(source, SqlSource)
        assert source.changing is not None
        engines: list[AsyncEngine] = [source.reading, source.changing]
        for engine in engines:
            await engine.dispose()
            event.listen(engine.sync_engine, "connect", _without_time)
        return project, source


async def test_a_change_that_takes_too_long_is_ended_and_nothing_is_changed(furnish: Furnish, there: Shop) -> None:
    _, source = await opened(furnish, there.settings)
    with held(there, "SELECT * FROM orders WHERE id = 10 FOR UPDATE"):
        with pytest.raises(Failed, match=r"was asked for 1 seconds and was not done; it was ended\. Nothing was ch"):
            await source.change(PAID)
        assert await rows(there, AT_WORK) == [(0,)]
        with pytest.raises(TimedOut):
            await source.foresee(PAID)
    assert await rows(there, STATUS) == [("open",)]
    assert await source.change(PAID) == 1
    assert await rows(there, STATUS) == [("paid",)]


async def test_what_is_no_select_is_ended_as_well_when_it_only_reads(furnish: Furnish, there: Shop) -> None:
    _, source = await opened(furnish, there.settings)
    with held(there, "LOCK TABLES orders WRITE"), pytest.raises(TimedOut):
        await source.read(Statement("EXPLAIN SELECT * FROM orders", "EXPLAIN"))


async def test_what_takes_nothing_back_is_said_to_be_unknown(furnish: Furnish, there: Shop) -> None:
    _, source = await opened(furnish, there.settings)
    with held(there, "SELECT * FROM orders WHERE id = 10 FOR UPDATE"):
        both = to_change("UPDATE notes, orders SET t = 'x', status = 'x' WHERE orders.id = 10", "mysql")
        with pytest.raises(Unsure, match=r"it was ended\. It may have been done"):
            await source.change(both)
    with held(there, "LOCK TABLES orders WRITE"), pytest.raises(Unsure):
        await source.change(to_change("DROP TABLE orders", "mysql"))
    assert await rows(there, STATUS) == [("open",)]


async def test_who_stops_waiting_leaves_nothing_at_work(furnish: Furnish, there: Shop) -> None:
    _, source = await opened(furnish, there.settings, seconds=3600.0)
    with held(there, "SELECT * FROM orders WHERE id = 10 FOR UPDATE"):
        slow = asyncio.create_task(source.change(PAID))
        await until(there, AT_WORK, 1)
        slow.cancel()
        with pytest.raises(asyncio.CancelledError):
            await slow
        assert await rows(there, AT_WORK) == [(0,)]
    assert await rows(there, STATUS) == [("open",)]


@pytest.mark.parametrize(("passes_commits", "status"), [(True, "paid"), (False, "open")])
async def test_whether_it_was_kept_is_said_to_be_unknown_where_nobody_answers(
    furnish: Furnish, there: Shop, passes_commits: bool, status: str
) -> None:
    async with wire(passes_commits=passes_commits) as between:
        project, source = await opened(furnish, there.settings | {"port": between.port})
        with pytest.raises(Unsure, match="It may have been done"):
            await source.change(PAID)
        assert between.commits == 1
        await project.kit.close()
    assert await rows(there, STATUS) == [(status,)]


async def test_another_server_behind_the_same_address_ends_nothing(furnish: Furnish, there: Shop) -> None:
    _, source = await opened(furnish, there.settings)
    assert source.changing is not None

    def elsewhere(_: object, kept: Any) -> None:
        thread: Thread = kept.info[THREAD]
        kept.info[THREAD] = replace(thread, host="another.example")

    event.listen(source.changing.sync_engine, "connect", elsewhere)
    at_work = held(there, "SELECT * FROM orders WHERE id = 10 FOR UPDATE")
    with at_work, pytest.raises(ToolProblem, match=r"nobody waits for it any more\. Nothing was changed"):
        await source.change(PAID)
    await until(there, AT_WORK, 0)
    assert await rows(there, STATUS) == [("open",)]


async def test_a_change_that_is_quick_is_done(furnish: Furnish, there: Shop) -> None:
    _, source = await opened(furnish, there.settings)
    made = Change("UPDATE notes SET t = 'b'", "UPDATE", "write", ("notes",), of_structure=False)
    assert await source.change(made) == 1
    assert await rows(there, "SELECT t FROM notes") == [("b",)]
