"""Search over REST."""

from urllib.parse import quote

import pytest

from tests.api.conftest import Caller, Knocking


async def said(caller: Caller, content: str) -> dict[str, str]:
    """The ids of a question that was answered with its own words."""
    sent = (await caller("POST", "/chat/messages", {"content": content})).body
    return {"conversation": sent["conversation_id"], "answer": sent["ai_message"]["id"]}


async def test_what_was_said_is_found_with_its_place(knocking: Knocking) -> None:
    ids = await said(knocking.ann, "Where is the tórch? 🔦 The torch!")
    found = await knocking.ann("GET", "/chat/search?q=tor")
    (hit,) = found.body["hits"]
    assert found.status == 200
    assert found.body["has_more"] is False
    assert (hit["conversation_id"], hit["message_id"], hit["role"]) == (ids["conversation"], ids["answer"], "assistant")
    assert (hit["title"], hit["title_marks"], hit["is_archived"]) == ("New chat", [], False)
    assert hit["excerpt"] == "Where is the tórch? 🔦 The torch!"
    assert hit["marks"] == [{"start": 13, "end": 16}, {"start": 27, "end": 30}]
    await knocking.ann("PATCH", f"/chat/conversations/{ids['conversation']}", {"title": "Torches", "is_archived": True})
    (hit,) = (await knocking.ann("GET", "/chat/search?q=torches")).body["hits"]
    assert (hit["message_id"], hit["title_marks"], hit["is_archived"]) == (None, [{"start": 0, "end": 7}], True)


async def test_a_stranger_finds_nothing(knocking: Knocking) -> None:
    ids = await said(knocking.ann, "Where is the torch?")
    for stranger in (knocking.bob, knocking.admin):
        for query in ("torch", "t", ids["conversation"], ids["answer"]):
            assert (await stranger("GET", f"/chat/search?q={query}")).body == {"hits": [], "has_more": False}


async def test_what_is_found_comes_in_pages(knocking: Knocking) -> None:
    talks: list[str] = []
    for n in range(5):
        knocking.lived.clock.advance(1)
        talks.append((await said(knocking.ann, f"torch {n}"))["conversation"])
    pages = [(await knocking.ann("GET", f"/chat/search?q=torch&limit=2&offset={n}")).body for n in (0, 2, 4)]
    assert [hit["conversation_id"] for page in pages for hit in page["hits"]] == talks[::-1]
    assert [page["has_more"] for page in pages] == [True, True, False]


@pytest.mark.parametrize("query", ["q=", "q=%20%09%0A", "", "q=x&limit=0", "q=x&limit=101", "q=x&offset=-1"])
async def test_a_search_that_cannot_be_made_is_refused(knocking: Knocking, query: str) -> None:
    answer = await knocking.ann("GET", f"/chat/search?{query}")
    assert (answer.status, answer.body["error"]["code"]) == (422, "invalid_message")


async def test_a_blank_search_is_told_what_is_missing(knocking: Knocking) -> None:
    answer = await knocking.ann("GET", "/chat/search?q=%20")
    assert answer.body["detail"] == "Say what to look for: at least one word."
    assert (await knocking.ann("GET", f"/chat/search?q={'x' * 201}")).status == 422


@pytest.mark.parametrize("query", ['"', "*", "-", "AND", "'; drop table", "%_", "\x00", "\ud83d", "(((", "a" * 200])
async def test_whatever_is_typed_is_words(knocking: Knocking, query: str) -> None:
    await said(knocking.ann, "Where is the torch?")
    found = await knocking.ann("GET", f"/chat/search?q={quote(query, errors='surrogatepass')}")
    assert (found.status, found.body["hits"]) == (200, [])
