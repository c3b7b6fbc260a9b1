"""What tools did, told by REST: one's own, the newest first, a page at a time."""

from parlour.ids import new_id
from tests.api.conftest import Knocking


async def said(knocking: Knocking, **body: str) -> dict[str, dict[str, str]]:
    """An answer with one run of a tool."""
    return (await knocking.ann("POST", "/chat/messages", {"content": "Hello", **body})).body


async def test_runs_are_told_the_newest_first_with_where_they_belong(knocking: Knocking) -> None:
    first, second = await said(knocking), await said(knocking)
    page = (await knocking.ann("GET", "/tools/runs")).body
    assert [run["message_id"] for run in page["runs"]] == [second["ai_message"]["id"], first["ai_message"]["id"]]
    assert page["has_more"] is False
    run = page["runs"][0]
    whole = (await knocking.ann("GET", f"/tools/runs/{run['id']}")).body
    talk = (await knocking.ann("GET", f"/chat/conversations/{run['conversation_id']}")).body
    assert (run["conversation_title"], run["project_id"]) == (talk["title"], talk["project_id"])
    assert (run["name"], run["arguments"], run["status"]) == ("list_devices", {"area": "kitchen"}, "completed")
    assert {name: run[name] for name in ("started_at", "duration_ms", "cached")} == {
        name: whole[name] for name in ("started_at", "duration_ms", "cached")
    }
    assert "result" not in run


async def test_pages_follow_each_other_without_a_gap(knocking: Knocking) -> None:
    for _ in range(5):
        await said(knocking)
    everything = [run["id"] for run in (await knocking.ann("GET", "/tools/runs")).body["runs"]]
    seen: list[str] = []
    has_more = True
    while has_more:
        before = f"&before={seen[-1]}" if seen else ""
        page = (await knocking.ann("GET", f"/tools/runs?limit=2{before}")).body
        seen += [run["id"] for run in page["runs"]]
        has_more = page["has_more"]
    assert seen == everything
    assert len(seen) == 5


async def test_one_conversation_tells_its_own_runs_alone(knocking: Knocking) -> None:
    mine, _ = await said(knocking), await said(knocking)
    conversation = mine["ai_message"]["conversation_id"]
    (run,) = (await knocking.ann("GET", f"/tools/runs?conversation_id={conversation}")).body["runs"]
    assert run["message_id"] == mine["ai_message"]["id"]


async def test_nobody_is_told_what_others_had_done(knocking: Knocking) -> None:
    mine = await said(knocking)
    assert (await knocking.bob("GET", "/tools/runs")).body == {"runs": [], "has_more": False}
    conversation = mine["ai_message"]["conversation_id"]
    assert (await knocking.bob("GET", f"/tools/runs?conversation_id={conversation}")).status == 404
    run = (await knocking.ann("GET", "/tools/runs")).body["runs"][0]["id"]
    await knocking.bob("POST", "/chat/messages", {"content": "Hello"})
    assert (await knocking.bob("GET", f"/tools/runs?before={run}")).body["runs"] == []


async def test_what_is_no_run_is_before_nothing(knocking: Knocking) -> None:
    await said(knocking)
    assert (await knocking.ann("GET", f"/tools/runs?before={new_id()}")).body["runs"] == []
    assert (await knocking.ann("GET", "/tools/runs?limit=0")).status == 422
