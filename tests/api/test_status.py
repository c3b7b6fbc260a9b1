"""How the house says it does: as it is, part by part, and with what to do where something is wrong."""

import asyncio
import json
from collections.abc import AsyncGenerator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import URL, insert
from sqlalchemy.ext.asyncio import AsyncConnection

from parlour.api.components.amounts import sized, spanned
from parlour.api.components.looking import LOOK_S
from parlour.api.components.storage import store
from parlour.app import App
from parlour.clock import isoformat
from parlour.ids import new_id
from parlour.journal.jobs import Kept
from parlour.journal.unit import Unit
from parlour.protocol.datasources import NewDatasource
from parlour.store.database import Database
from parlour.store.tables import nodes
from parlour.tools.caller import Caller
from parlour.tools.outcomes import RequestedCall
from parlour.tools.tool import ToolContext
from tests.api.strangers import DOORS
from tests.models.stepped_clock import SteppedClock
from tests.plugins.packages import installed, on_the_path
from tests.served import Served, Serving
from tests.storage import Storage, Templates, postgres_is_there

ALIVE = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}


@pytest.fixture(params=["sqlite", "postgres"])
def storage(request: pytest.FixtureRequest, templates: Templates) -> Iterator[Storage]:
    """A fresh database of either kind."""
    if request.param == "postgres" and not postgres_is_there():
        pytest.skip("no PostgreSQL")
    with templates.fresh(request.param) as made:
        yield made


on_sqlite = pytest.mark.parametrize("storage", ["sqlite"], indirect=True)


async def asked(served: Served, path: str, secret: str | None = None) -> dict[str, Any]:
    status, text = await served.asks("GET", f"/api/v1/system{path}", secret or await served.key())
    assert status == 200, text
    return json.loads(text)


def of_kind(status: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    return [each for each in status["components"] if each["kind"] == kind]


async def test_a_house_that_is_well_says_so_of_every_part(serving: Serving, storage: Storage) -> None:
    async with serving(clock=SteppedClock()) as served:
        status = await asked(served, "/status")
        (store,), (server,) = of_kind(status, "store"), of_kind(status, "server")
        assert (store["name"], store["state"]) == (ALIVE[storage.url.get_backend_name()], "ok")
        assert store["words"].startswith("It answers in ")
        assert "0 bytes" not in store["words"]
        assert str(storage.url.password or "no password") not in store["words"]
        assert (server["name"], server["state"]) == ("This server", "ok")
        assert status["memory_bytes"] > 10_000_000
        assert status["disk_free_bytes"] > 0
        assert (status["models_total"], status["models_active"]) == (1, 1)
        assert of_kind(status, "model") == [
            {
                "kind": "model",
                "name": "built-in",
                "state": "ok",
                "words": "It answers without asking anybody.",
                "where": None,
            }
        ]
        assert [each["state"] for each in of_kind(status, "job")] == ["unknown", "unknown"]


async def test_how_it_does_is_for_admins(serving: Serving) -> None:
    assert DOORS["GET /api/v1/system/status"].kind == "admins"
    async with serving() as served:
        ann = await served.key(await served.newcomer("ann"))
        status, text = await served.asks("GET", "/api/v1/system/status", ann)
        assert (status, json.loads(text)["error"]["message"]) == (403, "Only an admin sees how the server does.")


@dataclass
class Full:
    """A writer whose disk is full."""

    is_full: bool = True


@dataclass
class Hanging:
    """A database that answers nobody."""

    is_sqlite: bool = True

    @asynccontextmanager
    async def read(self) -> AsyncGenerator[AsyncConnection]:
        await asyncio.Event().wait()
        yield  # pyright: ignore[reportReturnType]


@dataclass
class Broken:
    """A database that nobody reaches."""

    is_sqlite: bool = True

    @asynccontextmanager
    async def read(self) -> AsyncGenerator[AsyncConnection]:
        raise OSError("no way there")
        yield  # pyright: ignore[reportUnreachable]


@dataclass
class Slow:
    """A database that takes so many milliseconds, one time after the other, to let somebody in."""

    database: Database
    clock: SteppedClock
    takes_ms: list[float]
    is_sqlite: bool = True

    @property
    def url(self) -> URL:
        return self.database.url

    @asynccontextmanager
    async def read(self) -> AsyncGenerator[AsyncConnection]:
        self.clock.advance(self.takes_ms.pop(0) / 1000)
        async with self.database.read() as connection:
            yield connection


@on_sqlite
@pytest.mark.parametrize(
    ("takes_ms", "state", "says"),
    [
        ([250.0], "ok", "It answers in 250.0 ms."),
        ([900.0, 12.0], "ok", "It answers in 12.0 ms."),
        ([900.0, 300.0, 600.0], "degraded", "It answers in 300.0 ms."),
    ],
)
async def test_a_database_is_slow_that_is_slow_time_after_time(
    serving: Serving, takes_ms: list[float], state: str, says: str
) -> None:
    clock = SteppedClock()
    async with serving(clock=clock) as served:
        slow: Any = Slow(served.app.database, clock, takes_ms)
        (seen,) = await store(replace(served.app, database=slow), served.app.house.admin.tenant_id)
    assert (seen.state, says in seen.words, takes_ms) == (state, True, [])


@on_sqlite
async def test_a_full_disk_is_told_with_what_to_do(serving: Serving) -> None:
    def full(app: App) -> App:
        return replace(app, writer=Full())  # pyright: ignore[reportArgumentType]

    async with serving(change=full) as served:
        status = await asked(served, "/status")
        (store,) = of_kind(status, "store")
        assert (status["status"], store["state"]) == ("down", "down")
        assert store["words"].startswith("Nothing can be kept: its disk is full. Make room, and it goes on by itself.")


@on_sqlite
@pytest.mark.parametrize(
    ("database", "says"),
    [(Hanging(), f"within {LOOK_S:g} seconds"), (Broken(), "the log of this server has the details")],
)
async def test_what_cannot_be_looked_at_in_time_says_so(serving: Serving, database: Any, says: str) -> None:
    async with serving(change=lambda app: replace(app, database=database)) as served:
        status = await asked(served, "/status")
    assert status["status"] == "down"
    seen = {each["kind"]: each for each in status["components"]}
    assert (seen["store"]["name"], seen["store"]["state"]) == ("Database", "down")
    assert (seen["model"]["state"], seen["datasource"]["state"]) == ("unknown", "unknown")
    assert all(says in seen[kind]["words"] for kind in ("store", "model", "datasource", "connection"))
    assert (seen["memory"]["state"], seen["disk"]["state"]) == ("ok", "ok")


@on_sqlite
async def test_a_server_that_was_lost_and_a_job_that_failed_degrade_the_house(serving: Serving) -> None:
    async with serving(clock=SteppedClock()) as served:
        app = served.app
        row = dict.fromkeys(("started_at", "renewed_at", "lease_until"), isoformat(app.clock.now()))
        await app.writer.commit(Unit(changes=[insert(nodes).values(id=new_id(), version="0.0.9", **row)]))
        app.node.jobs.kept["pruning"] = Kept(
            30.0, app.clock.now(), is_mine=True, problem="Nothing could be stored just now."
        )
        status = await asked(served, "/status")
    (_, other), (_, pruning) = of_kind(status, "server"), of_kind(status, "job")
    assert status["status"] == "degraded"
    assert (other["name"], other["state"]) == ("Another server", "degraded")
    assert other["words"].startswith("It does not answer any more; what it did is taken over. Version 0.0.9")
    assert (pruning["name"], pruning["state"]) == ("Clearing old events away", "degraded")
    assert "It failed 0 seconds ago" in pruning["words"]


async def test_whether_other_servers_are_heard_is_told_where_there_can_be_others(
    serving: Serving, storage: Storage
) -> None:
    async with serving() as served:
        if storage.url.get_backend_name() == "sqlite":
            assert of_kind(await asked(served, "/status"), "announcements") == []
            return
        async with asyncio.timeout(30):
            while of_kind(status := await asked(served, "/status"), "announcements")[0]["state"] != "ok":
                assert "looks once a second instead" in of_kind(status, "announcements")[0]["words"]


@on_sqlite
async def test_a_datasource_says_whether_it_was_tried_and_what_came_of_it(serving: Serving) -> None:
    async with serving() as served:
        app = served.app
        who = (await served.knows(await served.key())).in_project(app.house.home_project_id)
        settings: dict[str, Any] = {
            "dialect": "postgresql",
            "host": "127.0.0.1",
            "port": 9,
            "database": "x",
            "user": "y",
        }
        await app.data.desk.add(who, NewDatasource(name="shop", kind="sql", settings=settings))
        (shop,) = of_kind(await asked(served, "/status"), "datasource")
        assert (shop["name"], shop["state"], shop["where"]) == ("shop", "unknown", "Home")
        assert shop["words"].startswith("Nobody has used it of late, so it was not tried.")
        await app.executor.run(RequestedCall("call", "database_schema", {}), context_of(who))
        (shop,) = of_kind(status := await asked(served, "/status"), "datasource")
        assert (status["status"], shop["state"]) == ("degraded", "down")
        assert shop["words"].endswith("Settings → Data tries it out.")


def context_of(who: Caller) -> ToolContext:
    return ToolContext(who, "conversation", "turn", "call")


@on_sqlite
async def test_a_plugin_that_could_not_be_loaded_is_told_with_why(serving: Serving, tmp_path: Path) -> None:
    installed(tmp_path, "broken", "1 / 0", parlour_toolkits="broken = broken")
    with on_the_path(tmp_path):
        async with serving() as served:
            status = await asked(served, "/status")
    (broken,) = of_kind(status, "plugin")
    assert (status["status"], broken["state"]) == ("degraded", "down")
    words = "broken 1.0 could not be loaded, so a toolkit is missing: ZeroDivisionError: division by zero."
    assert broken["words"] == words


@on_sqlite
async def test_everybody_sees_what_they_may_do_and_who_else_may(serving: Serving) -> None:
    async with serving() as served:
        admin = await asked(served, "/abilities")
        there = {each["name"]: each for each in admin["abilities"]}
        assert there["control_devices"]["roles"] == ["admin", "moderator", "user"]
        assert there["search_entities"]["roles"] == ["admin", "moderator", "user", "guest"]
        guest = await served.newcomer("ines")
        await served.asks("PATCH", f"/api/v1/users/{guest.id}", await served.key(), {"role": "guest"})
        theirs = await asked(served, "/abilities", await served.key(guest))
        assert theirs["role"] == "guest"
        assert {each["effect"] for each in theirs["abilities"]} == {"read"}
        assert len(theirs["abilities"]) < len(admin["abilities"])


def test_sizes_and_spans_are_told_in_words() -> None:
    assert [sized(count) for count in (0, 1023, 1536, 200 * 1024**2, 3 * 1024**4)] == [
        "0 bytes",
        "1023 bytes",
        "1.5 KB",
        "200 MB",
        "3.0 TB",
    ]
    spans = (timedelta(seconds=1), timedelta(minutes=5), timedelta(hours=1), timedelta(days=3), timedelta(seconds=-4))
    assert [spanned(span) for span in spans] == ["1 second", "5 minutes", "1 hour", "3 days", "0 seconds"]
