"""What it saw, over REST."""

from typing import Any

from sqlalchemy import update

from parlour.ids import new_id
from parlour.journal.unit import Unit
from parlour.store.tables import turn_steps
from tests.api.conftest import Knocking


async def kept(knocking: Knocking, turn_id: str, seen: object) -> None:
    """Let the only step of a turn have kept `seen`."""
    body: dict[str, Any] = {
        "text": "Hello",
        "calls": [],
        "reasoning": "",
        "reason": "stop",
        "model": "a/b",
        "usage": None,
        "seen": seen,
    }
    there = update(turn_steps).where(turn_steps.c.turn_id == turn_id).values(body=body)
    await knocking.lived.writer.commit(Unit(changes=[there]))


async def test_what_an_answer_saw_is_told_with_the_tools_that_ran(knocking: Knocking) -> None:
    sent = (await knocking.ann("POST", "/chat/messages", {"content": "Hello"})).body
    question, answer = sent["user_message"]["id"], sent["ai_message"]["id"]
    piece = {"kind": "question", "tokens": 2, "message_id": question, "shortened": True}
    await kept(knocking, sent["turn"]["id"], {"tokens": 2, "limit": 100, "cut": ["this"], "pieces": [piece]})
    found = await knocking.ann("GET", f"/chat/messages/{answer}/context")
    assert (found.status, found.body["message_id"]) == (200, answer)
    (request,) = found.body["requests"]
    assert request.pop("at").endswith("Z")
    assert request == {
        "step": 1,
        "model": "a/b",
        "pieces": [
            {"kind": "question", "message_id": question, "text": "Hello", "tokens": 2, "is_shortened": True},
        ],
        "cut": ["this"],
        "tokens": 2,
        "limit": 100,
        "usage": None,
    }
    runs = (await knocking.ann("GET", f"/chat/messages/{answer}/tool-runs")).body["runs"]
    assert found.body["runs"] == runs != []


async def test_a_report_of_an_older_version_tells_its_size_and_no_pieces(knocking: Knocking) -> None:
    sent = (await knocking.ann("POST", "/chat/messages", {"content": "Hello"})).body
    path = f"/chat/messages/{sent['ai_message']['id']}/context"
    await kept(knocking, sent["turn"]["id"], {"tokens": 12, "messages": 3, "cut": ["much"]})
    (request,) = (await knocking.ann("GET", path)).body["requests"]
    assert (request["pieces"], request["tokens"], request["cut"]) == ([], 12, ["much"])
    await kept(knocking, sent["turn"]["id"], None)
    (request,) = (await knocking.ann("GET", path)).body["requests"]
    assert (request["pieces"], request["tokens"], request["cut"]) == ([], 0, [])


async def test_nothing_was_seen_for_a_question(knocking: Knocking) -> None:
    sent = (await knocking.ann("POST", "/chat/messages", {"content": "Hello"})).body
    question = sent["user_message"]["id"]
    found = (await knocking.ann("GET", f"/chat/messages/{question}/context")).body
    assert found == {"message_id": question, "requests": [], "runs": []}


async def test_a_report_that_names_a_message_of_somebody_else_shows_nothing_of_it(knocking: Knocking) -> None:
    hers = (await knocking.ann("POST", "/chat/messages", {"content": "My secret"})).body
    his = (await knocking.bob("POST", "/chat/messages", {"content": "Hello"})).body
    pieces = [{"kind": "question", "tokens": 2, "message_id": hers["user_message"]["id"]}]
    await kept(knocking, his["turn"]["id"], {"tokens": 2, "pieces": pieces})
    (request,) = (await knocking.bob("GET", f"/chat/messages/{his['ai_message']['id']}/context")).body["requests"]
    assert [piece["text"] for piece in request["pieces"]] == [None]


async def test_a_strangers_answer_is_none(knocking: Knocking) -> None:
    sent = (await knocking.ann("POST", "/chat/messages", {"content": "Hello"})).body
    for identifier in (sent["ai_message"]["id"], sent["user_message"]["id"], new_id(), "nonsense"):
        for stranger in (knocking.bob, knocking.admin):
            answer = await stranger("GET", f"/chat/messages/{identifier}/context")
            assert (answer.status, answer.body["error"]["code"]) == (404, "message_not_found")
