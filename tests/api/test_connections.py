"""Admins join the house to other systems: what they enter is kept, its token is never told."""

from typing import Any

from parlour.ids import new_id
from tests.api.conftest import Knocking

NEW = {"name": "Our house", "base_url": "http://ha.example:8123/", "token": "a-secret-token"}


async def added(knocking: Knocking, **more: Any) -> dict[str, Any]:
    answer = await knocking.admin("POST", "/connections", NEW | more)
    assert answer.status == 201, answer.text
    return answer.body["connections"][-1]


async def test_a_connection_is_shown_without_its_token(knocking: Knocking) -> None:
    made = await added(knocking)
    assert made == {
        "id": made["id"],
        "kind": "home_assistant",
        "name": "Our house",
        "base_url": "http://ha.example:8123",
        "host": "ha.example:8123",
        "project_id": knocking.lived.house.home_project_id,
        "project_name": "Home",
        "is_on": True,
        "state": "connecting",
        "words": "Being connected.",
        "problem": None,
        "server": None,
        "since": "2026-11-20T12:00:00.000Z",
        "imported": None,
        "created_at": "2026-11-20T12:00:00.000Z",
    }
    assert "secret" not in (await knocking.admin("GET", "/connections")).text
    assert knocking.around.nudges == 1


async def test_the_same_address_twice_for_one_home_is_refused(knocking: Knocking) -> None:
    await added(knocking)
    answer = await knocking.admin("POST", "/connections", NEW | {"name": "Again"})
    assert (answer.status, answer.body["error"]["code"]) == (409, "duplicate")


async def test_a_home_one_is_not_in_is_joined_to_nothing(knocking: Knocking) -> None:
    for project in (new_id(), "nonsense"):
        answer = await knocking.admin("POST", "/connections", NEW | {"project_id": project})
        assert (answer.status, answer.body["error"]["code"]) == (404, "not_found")


async def test_what_is_no_plain_address_is_refused(knocking: Knocking) -> None:
    for address in ("ha.example", "ftp://ha.example", "http://me:secret@ha.example", "http://ha.example/?x=1"):
        answer = await knocking.admin("POST", "/connections", NEW | {"base_url": address})
        assert answer.status == 422, address


async def test_it_is_switched_off_and_on_and_called_otherwise(knocking: Knocking) -> None:
    made = await added(knocking)
    off = await knocking.admin("PATCH", f"/connections/{made['id']}", {"is_on": False, "name": "Mine"})
    (shown,) = off.body["connections"]
    assert (shown["is_on"], shown["state"], shown["name"]) == (False, "off", "Mine")
    assert shown["words"] == "Switched off since 2026-11-20 12:00 UTC."
    on = await knocking.admin("PATCH", f"/connections/{made['id']}", {"is_on": True})
    assert on.body["connections"][0]["state"] == "connecting"


async def test_a_token_never_follows_to_another_address(knocking: Knocking) -> None:
    made = await added(knocking)
    elsewhere = {"base_url": "http://other.example"}
    for method, path in (("PATCH", f"/connections/{made['id']}"), ("POST", f"/connections/{made['id']}/check")):
        answer = await knocking.admin(method, path, elsewhere)
        assert (answer.status, answer.body["detail"]) == (
            422,
            "A token never follows to another address. Enter the token for the new address too.",
        )
    moved = await knocking.admin("PATCH", f"/connections/{made['id']}", elsewhere | {"token": "another"})
    assert moved.body["connections"][0]["host"] == "other.example"


async def test_it_is_tried_out_before_and_after_it_is_kept(knocking: Knocking) -> None:
    new = await knocking.admin("POST", "/connections/check", {"base_url": "http://ha.example:8123", "token": "x"})
    assert (new.status, new.body["works"]) == (200, False)
    assert new.body["problem"] == {"code": "unavailable", "message": "Nothing answers at http://ha.example:8123."}
    assert (await knocking.admin("GET", "/connections")).body == {"connections": []}
    assert (await knocking.admin("POST", "/connections/check", {"token": "x"})).status == 422
    made = await added(knocking)
    again = await knocking.admin("POST", f"/connections/{made['id']}/check")
    assert again.body["problem"]["message"] == "Nothing answers at http://ha.example:8123."


async def test_a_forgotten_connection_is_gone(knocking: Knocking) -> None:
    made = await added(knocking)
    gone = await knocking.admin("DELETE", f"/connections/{made['id']}")
    assert gone.body == {"connections": []}
    for method, path in (("DELETE", ""), ("PATCH", ""), ("POST", "/check")):
        answer = await knocking.admin(method, f"/connections/{made['id']}{path}", {})
        assert (answer.status, answer.body["error"]["code"]) == (404, "not_found")
