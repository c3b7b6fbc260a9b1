"""Messages, tools and models over REST."""

import pytest

from parlour.journal.unit import Delta
from parlour.protocol.events import StreamChunk
from tests.api.conftest import Knocking


async def test_a_message_is_said_and_answered(knocking: Knocking) -> None:
    sent = await knocking.ann("POST", "/chat/messages", {"content": "Hello there"})
    assert sent.status == 200
    question, answer = sent.body["user_message"], sent.body["ai_message"]
    assert (question["content"], question["is_user"], question["message_type"]) == ("Hello there", True, "user_input")
    assert (answer["content"], answer["is_user"], answer["message_type"]) == (
        "Hello there",
        False,
        "assistant_response",
    )
    assert (answer["model_used"], answer["token_count"], answer["is_edited"], answer["is_deleted"]) == (
        "scripted",
        2,
        False,
        False,
    )
    assert (answer["tool_calls"], answer["tool_name"], answer["tool_success"]) == ([], None, None)
    assert sent.body["turn"]["status"] == "completed"
    assert (await knocking.ann("GET", f"/chat/messages/{answer['id']}")).body == answer
    assert (await knocking.ann("GET", f"/chat/messages/{answer['id']}/attempts")).body == {"attempts": []}


async def test_an_answer_that_takes_longer_is_202_and_can_be_stopped(knocking: Knocking) -> None:
    knocking.talk.holding = True
    sent = await knocking.ann("POST", "/chat/messages", {"content": "Hello", "wait": 0})
    assert (sent.status, sent.body["turn"]["status"]) == (202, "running")
    stopped = await knocking.ann("POST", f"/chat/turns/{sent.body['turn']['id']}/stop")
    assert (stopped.status, stopped.body["status"]) == (200, "stopped")


async def test_an_answer_that_is_being_written_is_read_as_far_as_it_has_come(knocking: Knocking) -> None:
    knocking.talk.holding = True
    sent = (await knocking.ann("POST", "/chat/messages", {"content": "Hello", "wait": 0})).body
    message_id, talk = sent["ai_message"]["id"], sent["conversation_id"]
    assert (sent["ai_message"]["status"], sent["ai_message"]["content"]) == ("running", "")
    offset = 0
    for index, words in enumerate(("Good ", "evening")):
        chunk = StreamChunk(
            message_id=message_id, attempt=1, part=0, kind="text", chunk=words, chunk_index=index, offset=offset
        )
        offset += len(words)
        await knocking.lived.writer.commit(
            Delta(f"conversation:{talk}", sent["turn"]["id"], 1, chunk.model_dump_json().encode())
        )
    alone = (await knocking.ann("GET", f"/chat/messages/{message_id}")).body
    in_page = (await knocking.ann("GET", f"/chat/conversations/{talk}/messages")).body["messages"][-1]
    with_all = (await knocking.ann("GET", f"/chat/conversations/{talk}")).body["messages"][-1]
    assert (alone["status"], alone["content"]) == ("running", "Good evening")
    assert alone == in_page == with_all


async def test_the_same_message_counts_once(knocking: Knocking) -> None:
    body = {"content": "Hello", "client_message_id": "m1"}
    first, second = [(await knocking.ann("POST", "/chat/messages", body)).body for _ in range(2)]
    assert (first["duplicate"], second["duplicate"]) == (False, True)
    assert first["user_message"] == second["user_message"]


async def test_another_answer_can_be_asked_for(knocking: Knocking) -> None:
    sent = (await knocking.ann("POST", "/chat/messages", {"content": "Hello"})).body
    path = f"/chat/messages/{sent['ai_message']['id']}/regenerate"
    again = await knocking.ann("POST", path, {"command_id": "again-1"})
    assert (again.status, again.body["conversation_id"]) == (200, sent["conversation_id"])
    asked = knocking.talk.asked[-1]
    assert asked.type == "regenerate"
    assert (asked.message_id, asked.command_id) == (sent["ai_message"]["id"], "again-1")


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"content": None},
        {"content": 1},
        {"content": "hi", "wait": 121},
        {"content": "hi", "wait": -1},
        {"content": "hi", "client_message_id": ""},
        {"content": "hi", "client_message_id": "x" * 201},
        {"content": "hi", "client_message_id": "a\x00b"},
        {"content": "hi", "surprise": True},
        {"content": " \n "},
        {"content": "\ud800"},
        [],
        "hello",
    ],
)
async def test_a_message_that_does_not_fit_is_refused(knocking: Knocking, body: object) -> None:
    answer = await knocking.ann("POST", "/chat/messages", body)
    assert (answer.status, answer.body["error"]["code"]) == (422, "invalid_message")
    assert set(answer.body) == {"detail", "error"}
    assert set(answer.body["error"]) == {"code", "message", "request_id"}


async def test_the_tools_of_a_project_are_those_one_may_use(knocking: Knocking) -> None:
    tools = (await knocking.ann("GET", "/tools")).body["tools"]
    assert [(t["name"], t["effect"], t["permission"]) for t in tools] == [
        ("list_devices", "read", "tools:read"),
        ("open_door", "control", "tools:control"),
    ]
    assert tools[0]["parameters"]["properties"]["area"]["type"] == "string"


async def test_the_runs_of_tools_can_be_read(knocking: Knocking) -> None:
    sent = (await knocking.ann("POST", "/chat/messages", {"content": "Hello"})).body
    (run,) = (await knocking.ann("GET", f"/chat/messages/{sent['ai_message']['id']}/tool-runs")).body["runs"]
    assert (run["name"], run["arguments"], run["result"], run["status"]) == (
        "list_devices",
        {"area": "kitchen"},
        [1, 2],
        "completed",
    )
    assert (await knocking.ann("GET", f"/tools/runs/{run['id']}")).body == run


async def test_an_admin_alone_says_which_provider_is_asked(knocking: Knocking) -> None:
    before = (await knocking.ann("GET", "/models")).body["models"]
    assert [(m["id"], m["is_allowed"]) for m in before] == [("built-in", True), ("openai/gpt-4o-mini", False)]
    refused = await knocking.ann("POST", "/models/allowed", {"provider": "openai"})
    assert (refused.status, refused.body["error"]["code"]) == (403, "forbidden")
    assert (await knocking.admin("POST", "/models/allowed", {"provider": "nobody"})).status == 404
    allowed = (await knocking.admin("POST", "/models/allowed", {"provider": "openai"})).body["models"]
    assert [m["is_allowed"] for m in allowed] == [True, True]


async def test_questions_are_suggested(knocking: Knocking) -> None:
    assert (await knocking.ann("GET", "/suggestions")).body == {"questions": ["What's in the kitchen?"]}
