"""What datasources told is told again only where an admin wants that, and where nothing here can change it."""

import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson
import pytest

from parlour.protocol.datasources import DatasourceChange
from parlour.toolkits.data.http.answer import MOST_HEADERS
from parlour.toolkits.data.http.keeping import lasts
from parlour.toolkits.data.sql.tools import SCHEMA_S
from parlour.tools.acts import Ended
from parlour.tools.cache import ToolCache
from parlour.tools.caching import LONGEST_SECONDS
from parlour.tools.executor import Executor
from parlour.tools.outcomes import Outcome, RequestedCall
from parlour.tools.tool import ToolContext
from tests.conftest import ManualClock
from tests.toolkits.data.conftest import Furnish, Project
from tests.toolkits.data.http.conftest import Open, Shop, api, json, opens, speaking

__all__ = ["api", "opens"]


class Server:
    """A server of the house: its memory, over what all share."""

    def __init__(self, project: Project, clock: ManualClock) -> None:
        self.project = project
        self.executor = Executor([project.kit], clock, cache=ToolCache(clock))

    async def told(self, tool: str, **arguments: Any) -> Outcome:
        context = ToolContext(self.project.caller, "conversation", "turn", "call")
        came = await self.executor.run(RequestedCall("call", tool, arguments), context)
        assert isinstance(came, Ended)
        return came.outcome


async def changed(shop: Shop, **change: Any) -> None:
    """An admin changes the datasource on another server: nobody here is told."""
    await shop.project.kit.desk.change(shop.project.caller, shop.id, DatasourceChange(**change))


# --- APIs ----------------------------------------------------------------------------------------------------------


async def test_an_api_is_asked_once_and_again_when_the_time_is_over(opens: Open, clock: ManualClock) -> None:
    shop = await opens(cache_s=60)
    server = Server(shop.project, clock)
    shop.says(json({"price": 1}))
    first = await server.told("http_get", path="/tea")
    shop.says(json({"price": 2}))
    clock.advance(59)
    again = await server.told("http_get", path="/tea")
    assert (first.cached, again.cached, again.age_s) == (False, True, 59)
    assert again.result == first.result
    assert "59 seconds ago" in again.summary
    clock.advance(1)
    assert "'price': 2" in str((await server.told("http_get", path="/tea")).result)
    assert len(await shop.asked()) == 2


async def test_what_comes_from_outside_is_not_to_be_trusted_when_it_is_told_again(
    opens: Open, clock: ManualClock
) -> None:
    server = Server((await opens(cache_s=60)).project, clock)
    assert [(await server.told("http_get", path="/tea")).tainted for _ in range(2)] == [True, True]


async def test_an_api_is_asked_each_time_unless_an_admin_wants_otherwise(opens: Open, clock: ManualClock) -> None:
    shop = await opens()
    server = Server(shop.project, clock)
    for _ in range(2):
        assert not (await server.told("http_get", path="/tea")).cached
    assert len(await shop.asked()) == 2


async def test_an_api_may_say_more_than_once_how_its_answer_is_kept(opens: Open, clock: ManualClock) -> None:
    shop = await opens(cache_s=60)
    said = b"HTTP/1.1 200 OK\r\nCache-Control: no-store\r\ncache-control: max-age=60\r\nContent-Length: 2\r\n\r\n{}"
    async with speaking(said, leaves=True) as host:
        await changed(shop, settings={"base_url": f"http://{host}/"})
        told = await Server(shop.project, clock).told("http_get")
    assert told.status == "completed"
    assert lasts(told.result) == 0


async def test_nothing_is_kept_of_an_api_that_may_be_changed_from_here(opens: Open, clock: ManualClock) -> None:
    shop = await opens(cache_s=60, writable=True, methods=["GET", "POST"])
    server = Server(shop.project, clock)
    await server.told("http_get", path="/tea")
    assert not (await server.told("http_get", path="/tea")).cached


async def test_once_an_api_may_be_changed_on_another_server_nothing_kept_of_it_is_told(
    opens: Open, clock: ManualClock
) -> None:
    shop = await opens(cache_s=60)
    server = Server(shop.project, clock)
    await server.told("http_get", path="/tea")
    await changed(shop, writable=True)
    assert not (await server.told("http_get", path="/tea")).cached


async def test_what_an_api_says_where_it_is_now_is_asked_there(opens: Open, clock: ManualClock) -> None:
    shop = await opens(cache_s=60)
    server = Server(shop.project, clock)
    await server.told("http_get", path="/tea")
    await changed(shop, settings={"query": {"currency": "EUR"}})
    assert not (await server.told("http_get", path="/tea")).cached
    assert (await shop.asked())[-1] == "GET /v1/tea?currency=EUR"


async def test_an_api_that_was_taken_away_answers_as_one_that_never_was(opens: Open, clock: ManualClock) -> None:
    shop = await opens(cache_s=60)
    server = Server(shop.project, clock)
    await server.told("http_get", path="/tea")
    await shop.project.kit.desk.remove(shop.project.caller, shop.id)
    told = await server.told("http_get", path="/tea")
    assert (told.status, told.code, told.result) == ("failed", "not_found", None)


async def test_somebody_elsewhere_is_told_nothing_of_it(opens: Open, clock: ManualClock) -> None:
    shop = await opens(cache_s=60)
    server = Server(shop.project, clock)
    await server.told("http_get", path="/tea")
    server.project = shop.project.stranger()
    told = await server.told("http_get", path="/tea")
    assert (told.status, told.result) == ("failed", None)


async def test_each_operation_of_a_document_is_kept_by_itself(opens: Open, clock: ManualClock) -> None:
    paths = {
        "/tea": {"get": {"operationId": "tea"}},
        "/cups/{size}": {
            "get": {
                "operationId": "cup",
                "parameters": [{"name": "size", "in": "path", "required": True, "schema": {"type": "string"}}],
            }
        },
    }
    shop = await opens(cache_s=60, openapi=orjson.dumps({"openapi": "3.1.0", "paths": paths}).decode())
    server = Server(shop.project, clock)
    asked: list[tuple[str, dict[str, str]]] = [
        ("shop__tea", {}),
        ("shop__cup", {"size": "s"}),
        ("shop__cup", {"size": "l"}),
    ]
    firsts = [await server.told(tool, **arguments) for tool, arguments in asked]
    agains = [await server.told(tool, **arguments) for tool, arguments in asked]
    assert [outcome.cached for outcome in (*firsts, *agains)] == [False] * 3 + [True] * 3
    assert len(await shop.asked()) == 3


def answered(status: int = 200, **headers: str) -> Any:
    return {"status_code": status, "headers": {name.replace("_", "-"): each for name, each in headers.items()}}


@pytest.mark.parametrize(
    ("result", "seconds"),
    [
        (answered(), LONGEST_SECONDS),
        (answered(Cache_Control="public, max-age=90"), 90),
        (answered(cache_control="MAX-AGE=90", age="30"), 60),
        (answered(Cache_Control="max-age=90", Age="100"), 0),
        (answered(Cache_Control="no-store"), 0),
        (answered(Cache_Control="no-cache, max-age=90"), 0),
        (answered(Cache_Control="private"), LONGEST_SECONDS),
        (answered(Cache_Control="max-age=soon"), 0),
        (answered(Pragma="no-cache"), 0),
        (answered(Vary="*"), 0),
        (answered(Expires="0"), 0),
        (answered(Expires="Sat, 21 Nov 2026 08:01:00 GMT", Date="Sat, 21 Nov 2026 08:00:00 GMT"), 60),
        (answered(Expires="Sat, 21 Nov 2026 08:00:00 GMT", Date="Sat, 21 Nov 2026 08:01:00 GMT"), 0),
        (answered(Expires="Sat, 21 Nov 2026 08:01:00 GMT"), 0),
        ({"status_code": 200, "headers": {f"X-{number}": "…" for number in range(MOST_HEADERS)}}, 0),
        (answered(404), 0),
        (answered(500), 0),
        (answered(206), 0),
        ("odd", 0),
    ],
)
def test_nothing_is_told_for_longer_than_the_api_says(result: Any, seconds: float) -> None:
    assert lasts(result) == seconds


# --- databases -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("writable", [False, True])
async def test_what_is_in_a_database_is_looked_up_anew_where_it_may_be_changed(
    furnish: Furnish, tmp_path: Path, clock: ManualClock, *, writable: bool
) -> None:
    with closing(sqlite3.connect(tmp_path / "tea.db")) as tea:
        tea.execute("CREATE TABLE teas (name TEXT)")
    project = await furnish()
    await project.add("tea", {"dialect": "sqlite", "database": "tea.db"}, writable=writable)
    server = Server(project, clock)
    first = await server.told("database_schema")
    with closing(sqlite3.connect(tmp_path / "tea.db")) as tea:
        tea.execute("CREATE TABLE cups (size TEXT)")
    again = await server.told("database_schema")
    assert (first.cached, again.cached) == (False, not writable)
    assert ("cups" in str(again.result)) is writable
    clock.advance(SCHEMA_S)
    assert "cups" in str((await server.told("database_schema")).result)


async def test_rows_are_never_kept(furnish: Furnish, tmp_path: Path, clock: ManualClock) -> None:
    with closing(sqlite3.connect(tmp_path / "tea.db")) as tea:
        tea.execute("CREATE TABLE teas (name TEXT)")
    project = await furnish()
    await project.add("tea", {"dialect": "sqlite", "database": "tea.db"})
    server = Server(project, clock)
    await server.told("database_query", query="SELECT count(*) FROM teas")
    assert not (await server.told("database_query", query="SELECT count(*) FROM teas")).cached


async def test_of_all_tools_over_data_only_these_are_ever_kept(opens: Open) -> None:
    shop = await opens(cache_s=60)
    kit = shop.project.kit
    (there,) = await kit.desk.kept(shop.project.caller.project_id)
    named = {
        tool.name
        for name, kind in kit.desk.kinds.items()
        for tool in kind.tools(kit, [replace(there, kind=name, writable=True)] if name != "mcp" else [])
        if tool.caching is not None
    }
    assert named == {"http_get", "database_schema"}
