"""What the house says of itself to those who live in it."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from parlour.toolkits.home.demo.loader import load_demo
from tests.served import Served, Serving
from tests.storage import Storage, Templates, postgres_is_there


@pytest.fixture(params=["sqlite", "postgres"])
def storage(request: pytest.FixtureRequest, templates: Templates) -> Iterator[Storage]:
    """A fresh database of either kind."""
    if request.param == "postgres" and not postgres_is_there():
        pytest.skip("no PostgreSQL")
    with templates.fresh(request.param) as made:
        yield made


async def told(served: Served, secret: str, query: str = "") -> dict[str, Any]:
    status, text = await served.asks("GET", f"/api/v1/system{query}", secret)
    assert status == 200, text
    return json.loads(text)


async def test_a_house_says_that_nothing_is_in_it_and_then_what_is(serving: Serving) -> None:
    async with serving() as served:
        ann = await served.key(await served.newcomer("ann"))
        (home,) = (await told(served, ann))["parts"]
        assert home == {"kind": "home", "name": "Home", "state": "empty", "words": "Nothing is in this house yet."}

        house = served.app.house
        await load_demo(
            served.app.writer, served.app.database, house.tenant_id, house.home_project_id, served.app.clock
        )
        (home,) = (await told(served, ann))["parts"]
        assert (home["name"], home["state"]) == ("Maple House", "connected")
        assert home["words"].startswith("The demo house: ")
        assert " rooms, " in home["words"]


async def test_where_things_are_kept_is_told_to_admins_only(serving: Serving, storage: Storage) -> None:
    async with serving() as served:
        parts = (await told(served, await served.key()))["parts"]
        assert [part["kind"] for part in parts] == ["home", "database"]
        kind = storage.url.get_backend_name()
        assert parts[1]["name"] == {"sqlite": "SQLite", "postgresql": "PostgreSQL"}[kind]
        assert str(storage.url.password or "no password") not in parts[1]["words"]
        ann = await served.newcomer("ann")
        assert [part["kind"] for part in (await told(served, await served.key(ann)))["parts"]] == ["home"]


async def test_everybody_learns_who_can_change_what_is_connected(serving: Serving) -> None:
    async with serving() as served:
        secret = await served.key(await served.newcomer("ann"))
        admin = served.app.house.admin
        assert (await told(served, secret))["admins"] == [admin.full_name or admin.username]


async def test_a_strangers_project_is_answered_as_an_unknown_one(serving: Serving) -> None:
    async with serving() as served:
        status, text = await served.asks("GET", "/api/v1/system?project_id=nonsense", await served.key())
        assert (status, json.loads(text)["error"]["code"]) == (404, "not_found")
