"""Conversations over REST."""

import pytest

from tests.api.conftest import Knocking


async def test_a_conversation_is_begun_read_renamed_archived_and_deleted(knocking: Knocking) -> None:
    begun = await knocking.ann("POST", "/chat/conversations", {"title": "Lamps"})
    assert begun.status == 201
    assert begun.body["websocket_url"] == "/api/v1/chat/ws"
    assert begun.body["project_id"] == knocking.lived.house.home_project_id
    assert begun.body["exchange"] is None
    path = f"/chat/conversations/{begun.body['id']}"

    read = (await knocking.ann("GET", path)).body
    assert (read["title"], read["messages"], read["has_more"]) == ("Lamps", [], False)
    renamed = (await knocking.ann("PATCH", path, {"title": "Fans"})).body
    assert (renamed["title"], renamed["is_archived"]) == ("Fans", False)
    away = (await knocking.ann("PATCH", path, {"is_archived": True})).body
    assert (away["title"], away["is_archived"]) == ("Fans", True)
    assert (await knocking.ann("GET", "/chat/conversations")).body["total"] == 0
    assert (await knocking.ann("GET", "/chat/conversations?include_archived=true")).body["total"] == 1
    assert (await knocking.ann("GET", "/chat/conversations?archived_only=true")).body["total"] == 1

    gone = await knocking.ann("DELETE", path)
    assert (gone.status, gone.text) == (204, "")
    assert (await knocking.ann("GET", path)).body["error"]["code"] == "thread_not_found"
    assert (await knocking.ann("DELETE", path)).status == 404


async def test_a_conversation_can_begin_with_a_message_which_is_answered(knocking: Knocking) -> None:
    body = {"title": "Kitchen", "initial_message": "What is there?", "client_message_id": "m1"}
    begun = (await knocking.ann("POST", "/chat/conversations", body)).body
    assert (begun["title"], begun["title_is_own"]) == ("Kitchen", True)
    assert begun["exchange"]["user_message"]["content"] == "What is there?"
    assert begun["exchange"]["ai_message"]["content"] == "What is there?"
    again = (await knocking.ann("POST", "/chat/conversations", body)).body
    assert (again["id"], again["exchange"]["duplicate"]) == (begun["id"], True)


async def test_the_list_is_paged_in_either_style(knocking: Knocking) -> None:
    for n in range(5):
        knocking.lived.clock.advance(1)
        await knocking.ann("POST", "/chat/conversations", {"title": f"Talk {n}"})
    by_offset = (await knocking.ann("GET", "/chat/conversations?limit=2&offset=2")).body
    by_page = (await knocking.ann("GET", "/chat/conversations?page=2&per_page=2")).body
    assert by_offset == by_page
    assert [c["title"] for c in by_page["conversations"]] == ["Talk 2", "Talk 1"]
    assert (by_page["total"], by_page["has_more"]) == (5, True)
    oldest = (await knocking.ann("GET", "/chat/conversations?sort=created&order=asc&limit=1")).body
    assert oldest["conversations"][0]["title"] == "Talk 0"


@pytest.mark.parametrize(
    "query",
    ["limit=0", "limit=101", "offset=-1", "page=0", "per_page=101", "sort=colour", "order=up", "limit=x", "wat=1"],
)
async def test_a_list_that_cannot_be_given_is_refused(knocking: Knocking, query: str) -> None:
    answer = await knocking.ann("GET", f"/chat/conversations?{query}")
    assert (answer.status, answer.body["error"]["code"]) == (422, "invalid_message")
    assert query.partition("=")[0] in answer.body["detail"]


async def test_messages_are_paged(knocking: Knocking) -> None:
    first = (await knocking.ann("POST", "/chat/messages", {"content": "one"})).body
    talk = first["conversation_id"]
    for word in ("two", "three"):
        await knocking.ann("POST", "/chat/messages", {"content": word, "conversation_id": talk})
    path = f"/chat/conversations/{talk}/messages"
    newest = (await knocking.ann("GET", f"{path}?limit=2")).body
    assert ([m["content"] for m in newest["messages"]], newest["has_more"]) == (["three", "three"], True)
    assert newest["total_tokens"] == 2
    before = (await knocking.ann("GET", f"{path}?limit=3&before={newest['messages'][0]['id']}")).body
    assert [m["content"] for m in before["messages"]] == ["one", "two", "two"]
    after = (await knocking.ann("GET", f"{path}?after={first['ai_message']['id']}")).body
    assert ([m["content"] for m in after["messages"]], after["has_more"]) == (["two", "two", "three", "three"], False)
    lost = await knocking.ann("GET", f"{path}?before=nonsense")
    assert (lost.status, lost.body["error"]["code"]) == (400, "unknown_cursor")
    for limit in (0, 201):
        assert (await knocking.ann("GET", f"{path}?limit={limit}")).status == 422


async def test_deleting_stops_what_runs_first(knocking: Knocking) -> None:
    knocking.talk.holding = True
    said = (await knocking.ann("POST", "/chat/messages", {"content": "hello", "wait": 0})).body
    assert (await knocking.ann("DELETE", f"/chat/conversations/{said['conversation_id']}")).status == 204
