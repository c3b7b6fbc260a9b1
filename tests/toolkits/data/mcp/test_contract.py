"""An MCP server is used in the same way over either transport, and whatever it does hurts nobody else."""

from dataclasses import replace
from typing import Any

import pytest

from parlour.ids import new_id
from parlour.toolkits.data.mcp.kind import SOON_S, McpKind
from parlour.toolkits.data.mcp.listing import NOTHING, kept_listing
from parlour.toolkits.data.mcp.offers import Offers, PersonalShelf
from parlour.toolkits.data.mcp.tools import Foreign
from parlour.toolkits.data.network import Reach
from parlour.tools.outcomes import BadArguments, Failed, NotThere, Refused, RequestedCall, Unsure
from parlour.tools.plan import Place, planned
from parlour.tools.tool import Tool, ToolContext
from tests.conftest import ManualClock
from tests.toolkits.data.mcp.conftest import LIMITS, Serving, Use, Using

TRUSTED = {"trusted": True}


async def change(using: Using, tool: Tool, **arguments: Any) -> Any:
    """Make a call that changes something, as the executor does after a yes."""
    context = replace(using.project.context, effect=tool.effect, idempotency_key=new_id())
    values = tool.validated(arguments)
    return await tool.function(context, **{name: getattr(values, name) for name in type(values).model_fields})


def context_of(using: Using) -> ToolContext:
    return using.project.context


async def test_its_tools_are_offered_under_its_name_and_called(serving: Serving, use: Use) -> None:
    using = await use(serving.settings | TRUSTED)
    tool = (await using.project.tools())["test_desk__add"]
    assert tool.description == "Add two numbers."
    assert tool.parameters["required"] == ["a", "b"]
    assert await using.ask("add", a=1, b=2) == {"server": "Test Desk", "data": {"result": 3}}
    assert (
        await using.project.says("test_desk__add", a=1, b=2) == '“Test Desk” answered:\n\n```\n{\n  "result": 3\n}\n```'
    )


async def test_a_change_at_a_server_is_made_only_if_the_one_before_it_was(serving: Serving, use: Use) -> None:
    tools = await (await use(serving.settings | TRUSTED)).project.tools()
    calls = [RequestedCall(name, f"test_desk__{name}", {}) for name in ("note", "add", "wipe")]
    assert planned(calls, tools) == (Place("add", ("note",)), Place("wipe", ("note",), ("note",)))


async def test_the_word_of_a_server_that_is_not_trusted_counts_for_nothing(serving: Serving, use: Use) -> None:
    using = await use(serving.settings)
    tools = await using.project.tools()
    assert {tool.effect for tool in tools.values()} == {"destructive"}
    assert all(tool.is_foreign and tool.open_world and not tool.acting.idempotent for tool in tools.values())
    await using.change(settings=TRUSTED)
    tools = await using.project.tools()
    effects = {name: tools[f"test_desk__{name}"].effect for name in ("add", "note", "wipe")}
    assert effects == {"add": "read", "note": "write", "wipe": "destructive"}
    assert not any(tool.is_foreign for tool in tools.values())
    assert all(tool.open_world for tool in tools.values())


async def test_what_may_change_something_is_offered_only_where_that_is_allowed(serving: Serving, use: Use) -> None:
    using = await use(serving.settings | TRUSTED, writable=False)
    offered = await using.project.tools()
    assert "test_desk__add" in offered
    assert not {"test_desk__note", "test_desk__wipe"} & offered.keys()
    await using.change(settings={"trusted": False})
    assert await using.project.tools() == {}


async def test_patterns_say_which_tools_are_used(serving: Serving, use: Use) -> None:
    using = await use(serving.settings | {"allow": ["a*", "no??", "wipe"], "deny": ["wip*"]})
    assert sorted(await using.project.tools()) == ["test_desk__add", "test_desk__note"]


async def test_arguments_are_checked_before_anything_is_sent(serving: Serving, use: Use) -> None:
    using = await use(serving.settings | TRUSTED)
    with pytest.raises(BadArguments, match="'b' is a required property"):
        await using.ask("add", a=1)
    with pytest.raises(BadArguments, match="not of type 'integer'"):
        await using.ask("add", a="one", b=2)


async def test_whoever_decides_is_told_what_the_server_says_as_its_word(serving: Serving, use: Use) -> None:
    using = await use(serving.settings)
    tool = (await using.project.tools())["test_desk__note"]
    assert tool.acting.foresee is not None
    foreseen = await tool.acting.foresee(context_of(using), root={"text": "x"})
    assert foreseen.preview.note.startswith(
        "The tool note of “Test Desk”, another program. Its server says of it: “Write something down.”."
    )
    assert foreseen.preview.note.rpartition("It goes to “Test Desk”: ")[2] in (
        "program:testing.",
        f"{serving.settings.get('url')}.",
    )
    assert (await change(using, tool, text="milk"))["data"] == {"result": "noted"}
    assert serving.notes() == ["milk"]


async def test_what_is_offered_to_one_alone_is_not_remembered_for_everybody(serving: Serving, use: Use) -> None:
    using = await use(serving.settings)
    (kept,) = await using.project.kit.desk.kept(using.project.caller.project_id)
    offers = Offers()
    shelf = PersonalShelf(using.project.kit, offers, using.project.caller.user_id)
    foreign = Foreign(shelf, kept, kept_listing(kept.known).tools[0], LIMITS, is_trusted=False)
    personal = replace(kept, settings={**kept.settings, "personal": True})
    with pytest.raises(NotThere, match="has no tool"):
        await foreign.check(personal, NOTHING)
    assert offers.known(personal, using.project.caller.user_id) == NOTHING.as_json()
    assert await using.project.kit.desk.kept(using.project.caller.project_id) == [kept]
    with pytest.raises(NotThere, match="has no tool"):
        await foreign.check(kept, NOTHING)
    (now,) = await using.project.kit.desk.kept(using.project.caller.project_id)
    assert kept_listing(now.known) == NOTHING


async def test_another_project_sees_nothing_of_it(serving: Serving, use: Use) -> None:
    using = await use(serving.settings | TRUSTED)
    stranger = using.project.stranger()
    assert await stranger.tools() == {}
    tool = (await using.project.tools())["test_desk__add"]
    with pytest.raises(NotThere):
        await tool.function(stranger.context, root={"a": 1, "b": 2})


async def test_a_tool_that_went_wrong_is_said_to_have_gone_wrong(serving: Serving, use: Use) -> None:
    using = await use(serving.settings | TRUSTED)
    with pytest.raises(Failed, match="“Test Desk” says that this went wrong: Error executing tool fail") as told:
        await using.ask("fail")
    assert len(told.value.message) < 1_200
    assert "\x00" not in told.value.message


async def test_what_is_no_text_is_described(serving: Serving, use: Use) -> None:
    using = await use(serving.settings | TRUSTED)
    assert await using.ask("picture") == {
        "server": "Test Desk",
        "text": "Look:",
        "pieces": [
            {"kind": "image", "media_type": "image/png", "bytes": 300},
            {"kind": "link", "name": "more", "uri": "https://example.org/more"},
            {"kind": "resource", "uri": "file:///a.txt", "text": "of a file\ufffd"},
        ],
    }


async def test_a_large_result_is_cut_and_one_beyond_all_measure_is_not_read(serving: Serving, use: Use) -> None:
    using = await use(serving.settings | TRUSTED)
    cut = await using.ask("large", size=50_000)
    assert cut["cut"] is True
    assert 0 < len(cut["text"].encode()) <= LIMITS.result_bytes
    with pytest.raises(Failed, match="lost"):
        await using.ask("large", size=LIMITS.message_bytes)
    assert await using.ask("add", a=1, b=1) == {"server": "Test Desk", "data": {"result": 2}}


async def test_a_tool_that_hangs_is_ended_and_stands_in_nobodys_way(serving: Serving, use: Use) -> None:
    using = await use(serving.settings | TRUSTED | {"timeout_s": 5.0})
    with pytest.raises(Failed, match="did not answer in time"):
        await using.ask("hang")
    assert await using.ask("add", a=1, b=1) == {"server": "Test Desk", "data": {"result": 2}}


async def test_whether_a_change_was_made_by_a_server_that_died_is_not_known(serving: Serving, use: Use) -> None:
    using = await use(serving.settings)
    tool = (await using.project.tools())["test_desk__die"]
    with pytest.raises(Unsure, match="lost"):
        await change(using, tool, text="last words")
    assert serving.notes() == ["last words"]


async def test_a_tool_that_has_become_another_is_not_called(serving: Serving, use: Use) -> None:
    using = await use(serving.settings | TRUSTED)
    approved = (await using.project.tools())["test_desk__note"]
    await using.ask("lie")
    with pytest.raises(Refused, match="says something else of its tool note than when it was offered"):
        await change(using, approved, text="secret")
    assert serving.notes() == []
    now = (await using.project.tools())["test_desk__note"]
    assert now.description == "Write something down, and send it everywhere."
    foresee, before = now.acting.foresee, approved.acting.foresee
    assert foresee is None
    assert before is not None


async def test_a_tool_that_comes_later_is_offered_as_soon_as_the_server_says_so(
    serving: Serving, use: Use, clock: ManualClock
) -> None:
    using = await use(serving.settings | TRUSTED)
    clock.advance(2 * SOON_S)
    await using.ask("grow")
    await using.offered("more")
    assert (await using.ask("more"))["data"] == {"result": "more"}


async def test_a_new_house_knows_the_tools_before_the_server_has_answered(serving: Serving, use: Use) -> None:
    using = await use(serving.settings | TRUSTED)
    kept = await using.project.kit.desk.one(using.project.caller.project_id, using.id)
    assert kept.known is not None
    serving.kill()
    clock = ManualClock()
    fresh = await using.again(McpKind({}, Reach(), clock))
    assert len(await fresh.project.tools()) == 19
