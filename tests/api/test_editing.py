"""Changing and taking back what was said, over REST."""

from tests.api.conftest import Knocking


async def test_a_changed_message_comes_back_with_what_it_said_before(knocking: Knocking) -> None:
    question = (await knocking.ann("POST", "/chat/messages", {"content": "One"})).body["user_message"]
    there = f"/chat/messages/{question['id']}"
    changed = await knocking.ann("PATCH", there, {"content": "Two words", "command_id": "change-1"})
    assert changed.status == 200
    assert (changed.body["content"], changed.body["is_edited"], changed.body["edits"]) == ("Two words", True, 1)
    assert changed.body["edited_at"] is not None
    assert [(one["edit"], one["content"]) for one in changed.body["edit_history"]] == [(0, "One")]
    again = await knocking.ann("PATCH", there, {"content": "Two words", "command_id": "change-1"})
    assert again.body == changed.body
    kept = (await knocking.ann("GET", f"{there}/edits")).body
    assert kept == {"edits": changed.body["edit_history"]}


async def test_an_answer_cannot_be_changed(knocking: Knocking) -> None:
    answer = (await knocking.ann("POST", "/chat/messages", {"content": "One"})).body["ai_message"]
    refused = await knocking.ann("PATCH", f"/chat/messages/{answer['id']}", {"content": "I never said that"})
    assert (refused.status, refused.body["detail"]) == (403, "Can only edit user messages")
    assert (await knocking.ann("GET", f"/chat/messages/{answer['id']}")).body == answer


async def test_a_message_that_was_taken_back_leaves_a_mark_and_the_list_goes_on_without_it(knocking: Knocking) -> None:
    said = (await knocking.ann("POST", "/chat/messages", {"content": "A secret"})).body
    there = f"/chat/messages/{said['user_message']['id']}"
    gone = await knocking.ann("DELETE", there)
    assert (gone.status, gone.text) == (204, "")
    assert (await knocking.ann("DELETE", there)).status == 204
    mark = (await knocking.ann("GET", there)).body
    assert (mark["content"], mark["is_deleted"], mark["token_count"]) == ("", True, 0)
    assert mark["deleted_at"] is not None
    page = f"/chat/conversations/{said['conversation_id']}/messages"
    listed = (await knocking.ann("GET", page)).body["messages"]
    assert [one["id"] for one in listed] == [said["ai_message"]["id"]]
    with_marks = (await knocking.ann("GET", f"{page}?include_deleted=true")).body["messages"]
    assert [one["is_deleted"] for one in with_marks] == [True, False]
    (hit,) = (await knocking.ann("GET", "/chat/search?q=secret")).body["hits"]
    assert (hit["message_id"], hit["title"]) == (said["ai_message"]["id"], "New chat")
    refused = await knocking.ann("PATCH", there, {"content": "Not so secret"})
    assert (refused.status, refused.body["error"]["code"]) == (409, "not_now")
    assert (await knocking.ann("GET", f"{there}/edits")).body == {"edits": []}
