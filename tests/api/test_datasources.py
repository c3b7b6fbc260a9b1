"""Admins give projects their datasources: what they enter is kept, and what is secret of it is told to nobody."""

from pathlib import Path
from typing import Any

import pytest

from parlour.ids import new_id
from tests.api.conftest import Knocking
from tests.databases import shop

NEW: dict[str, Any] = {
    "name": "shop",
    "kind": "sql",
    "description": "What was sold",
    "settings": {"dialect": "postgresql", "host": "127.0.0.1", "port": 9, "database": "shop", "password": "hush-hush"},
}


def at(knocking: Knocking) -> str:
    return f"/projects/{knocking.lived.house.home_project_id}/datasources"


async def added(knocking: Knocking, **more: Any) -> dict[str, Any]:
    answer = await knocking.admin("POST", at(knocking), NEW | more)
    assert answer.status == 201, answer.text
    return answer.body


async def test_a_datasource_is_shown_without_its_secrets(knocking: Knocking) -> None:
    made = await added(knocking)
    assert made == {
        "id": made["id"],
        "project_id": knocking.lived.house.home_project_id,
        "name": "shop",
        "kind": "sql",
        "kind_title": "SQL database",
        "is_mine": False,
        "description": "What was sold",
        "writable": False,
        "address": "postgresql://@127.0.0.1:9/shop",
        "settings": {
            "dialect": "postgresql",
            "database": "shop",
            "host": "127.0.0.1",
            "port": 9,
            "user": "",
            "tls": False,
            "functions": [],
        },
        "secrets": ["password"],
        "problem": None,
        "created_at": "2026-11-20T12:00:00.000Z",
        "updated_at": "2026-11-20T12:00:00.000Z",
        "rev": 1,
    }
    listed = await knocking.admin("GET", at(knocking))
    assert listed.body["datasources"] == [made]
    (kind,) = listed.body["kinds"]
    assert (kind["name"], "password" in kind["settings"]["properties"]) == ("sql", True)
    assert "hush-hush" not in listed.text


async def test_a_member_sees_that_it_is_there_and_not_where(knocking: Knocking) -> None:
    made = await added(knocking)
    listed = await knocking.ann("GET", at(knocking))
    (shown,) = listed.body["datasources"]
    assert (shown["name"], shown["address"], shown["settings"], shown["secrets"]) == ("shop", None, None, None)
    assert listed.body["kinds"] == []
    assert (await knocking.ann("GET", f"{at(knocking)}/{made['id']}")).body == shown


async def test_only_admins_change_anything(knocking: Knocking) -> None:
    made = await added(knocking)
    for method, path, body in (
        ("POST", "", NEW | {"name": "other"}),
        ("POST", "/check", {"kind": "sql", "settings": NEW["settings"]}),
        ("PATCH", f"/{made['id']}", {"writable": True}),
        ("DELETE", f"/{made['id']}", None),
        ("POST", f"/{made['id']}/check", None),
    ):
        answer = await knocking.ann(method, at(knocking) + path, body)
        assert (answer.status, answer.body["error"]["code"]) == (403, "forbidden")


async def test_it_is_changed_and_forgotten(knocking: Knocking) -> None:
    made = await added(knocking)
    path = f"{at(knocking)}/{made['id']}"
    changed = await knocking.admin("PATCH", path, {"name": "store", "writable": True, "settings": {"functions": ["f"]}})
    assert (changed.body["name"], changed.body["writable"], changed.body["rev"]) == ("store", True, 2)
    moved = await knocking.admin("PATCH", path, {"settings": {"host": "evil.example"}})
    assert (moved.status, moved.body["detail"]) == (
        422,
        "Secrets never follow to another address. Enter anew: password.",
    )
    assert (await knocking.admin("DELETE", path)).status == 204
    for method, tail in (("GET", ""), ("PATCH", ""), ("DELETE", ""), ("POST", "/check")):
        answer = await knocking.admin(method, path + tail, {} if method != "GET" else None)
        assert (answer.status, answer.body["error"]["code"]) == (404, "not_found")


async def test_in_a_project_that_is_not_there_nothing_is(knocking: Knocking) -> None:
    for project in (new_id(), "nonsense"):
        for method, body in (("GET", None), ("POST", NEW)):
            answer = await knocking.admin(method, f"/projects/{project}/datasources", body)
            assert (answer.status, answer.body["error"]["code"]) == (404, "not_found")


async def test_what_does_not_fit_is_refused_without_being_repeated(knocking: Knocking) -> None:
    wrong = NEW | {"settings": {"dialect": "postgresql", "password": "hush-hush"}}
    answer = await knocking.admin("POST", at(knocking), wrong)
    assert answer.status == 422
    assert "database: Field required" in answer.body["detail"]
    assert "hush-hush" not in answer.text


async def test_it_is_tried_out_before_and_after_it_is_kept(knocking: Knocking, tmp_path: Path) -> None:
    away = await knocking.admin("POST", f"{at(knocking)}/check", {"kind": "sql", "settings": NEW["settings"]})
    assert (away.body["works"], away.body["words"]) == (False, None)
    assert away.body["problem"]["message"].startswith("PostgreSQL at 127.0.0.1:9 does not answer.")
    made = await added(knocking)
    again = await knocking.admin("POST", f"{at(knocking)}/{made['id']}/check")
    assert again.body["problem"] == away.body["problem"]
    with shop("sqlite", tmp_path) as there:
        found = await knocking.admin("POST", f"{at(knocking)}/check", {"kind": "sql", "settings": there.settings})
    assert found.body["works"], found.text
    assert found.body["words"].startswith("SQLite 3.")
    assert found.body["words"].endswith(" answers. 2 tables can be read.")


@pytest.mark.parametrize("body", [{}, {"kind": "sql"}, {"settings": {}}])
async def test_nothing_to_try_is_said(knocking: Knocking, body: dict[str, Any]) -> None:
    assert (await knocking.admin("POST", f"{at(knocking)}/check", body)).status == 422
