"""The official MCP client against a served house: tools, approvals, repeats, strangers."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx2
import mcp_types as types
import pytest
from mcp import Client
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.exceptions import MCPError
from sqlalchemy import func, select

from parlour.app import App
from parlour.protocol.commands import DecideToolCall
from parlour.protocol.people import UserChange
from parlour.store.queries.people import Person
from parlour.store.tables import approvals, audit, conversations, ledger, tool_runs
from parlour.toolkits.home.demo.loader import load_demo
from tests.acting import World
from tests.curious import TOLD, Curious
from tests.served import Served, Serving

STUDY = {"entity_type": "room", "name": "Study"}
HOME_TOOLS = {
    "create_entity",
    "create_relationship",
    "find_path",
    "find_similar_entities",
    "get_automations_in_room",
    "get_devices_in_room",
    "get_entity_details",
    "get_procedures_for_device",
    "search_entities",
    "update_entity",
}


class Asker:
    """The person at a client: what they were asked, and what they say."""

    def __init__(self, action: str, *, approve: bool = True) -> None:
        self.asked: list[str] = []
        self._action = action
        self._approve = approve

    async def __call__(self, context: Any, params: Any) -> types.ElicitResult:
        self.asked.append(params.message)
        content: Any = {"approve": self._approve} if self._action == "accept" else None
        return types.ElicitResult(action=self._action, content=content)  # pyright: ignore[reportArgumentType]


@asynccontextmanager
async def client_of(
    served: Served, asker: Asker | None = None, person: Person | None = None, key: str | None = None
) -> AsyncGenerator[Client]:
    """The official client, with a key of somebody; of the admin when nobody is named."""
    secret = key or await served.key(person)
    async with httpx2.AsyncClient(headers={"Authorization": f"Bearer {secret}"}, timeout=60) as http:
        transport = streamable_http_client(f"{served.url}/mcp", http_client=http)
        async with Client(transport, elicitation_callback=asker) as client:
            yield client


async def counted(served: Served, *tables: Any) -> list[int]:
    """How many rows each table has."""
    async with served.app.database.read() as connection:
        return [await connection.scalar(select(func.count()).select_from(table)) or 0 for table in tables]


async def rooms(client: Client) -> str:
    """What is found of studies."""
    found = await client.call_tool("search_entities", {"query": "study"})
    assert not found.is_error, found
    return str(found.structured_content)


async def test_what_was_read_before_says_so_to_programs_and_to_whoever_reads_the_text(serving: Serving) -> None:
    async with serving() as served, client_of(served) as client:
        house = served.app.house
        await load_demo(
            served.app.writer, served.app.database, house.tenant_id, house.home_project_id, served.app.clock
        )
        way = {"from_entity": "kettle", "to_entity": "router"}
        first, again = [await client.call_tool("find_path", way) for _ in range(2)]
        told: list[dict[str, Any]] = [found.structured_content or {} for found in (first, again)]
        assert [each["cached"] for each in told] == [False, True]
        assert told[0]["result"] == told[1]["result"]
        assert ["Remembered from before" in str(found.content) for found in (first, again)] == [False, True]


async def test_every_tool_that_somebody_may_use_is_listed_with_what_it_does(serving: Serving) -> None:
    async with serving() as served, client_of(served) as client:
        listed = {tool.name: tool for tool in (await client.list_tools()).tools}
        assert set(listed) >= HOME_TOOLS
        hints = listed["search_entities"].annotations
        assert hints is not None
        assert (hints.read_only_hint, hints.destructive_hint, hints.open_world_hint) == (True, False, False)
        assert listed["create_entity"].input_schema["required"] == ["entity_type", "name"]
        offered = await served.app.executor.offered(
            (await served.knows(await served.key())).in_project(served.app.house.home_project_id)
        )
        assert set(listed) == {tool.name for tool in offered}


async def test_a_read_is_a_run_that_is_kept(serving: Serving) -> None:
    async with serving() as served, client_of(served) as client:
        assert "Study" not in await rooms(client)
        assert "Study" not in await rooms(client)
        wrong = await client.call_tool("search_entities", {"nonsense": 1})
        assert wrong.is_error
        absent = await client.call_tool("no_such_tool", {})
        assert absent.is_error
        assert await counted(served, conversations, tool_runs, ledger) == [1, 4, 0]
        _, metrics = await served.asks("GET", "/metrics", await served.key())
        told = [line for line in metrics.splitlines() if line.startswith("parlour_tool_calls_total")]
        assert told == [
            'parlour_tool_calls_total{tool="others",status="failed"} 1',
            'parlour_tool_calls_total{tool="search_entities",status="completed"} 2',
            'parlour_tool_calls_total{tool="search_entities",status="failed"} 1',
        ]
        typical = [line for line in metrics.splitlines() if line.startswith("parlour_tool_typical_seconds")]
        assert [line.partition("}")[0] for line in typical] == ['parlour_tool_typical_seconds{tool="search_entities"']


async def test_a_change_is_made_once_after_a_yes(serving: Serving) -> None:
    yes = Asker("accept")
    once: Any = {"parlour/idempotency-key": "study-1"}
    async with serving() as served, client_of(served, yes) as client:
        made = await client.call_tool("create_entity", STUDY, meta=once)
        again = await client.call_tool("create_entity", STUDY, meta=once)
        assert not made.is_error, made
        assert len(yes.asked) == 1
        assert "Study" in yes.asked[0]
        assert (made.structured_content or {})["result"] == (again.structured_content or {})["result"]
        assert (await rooms(client)).count("'name': 'Study'") == 1
        assert await counted(served, ledger) == [1]
        other = await client.call_tool("create_entity", STUDY | {"name": "Attic"}, meta=once)
        assert other.is_error
        async with served.app.database.read() as connection:
            acted = await connection.scalar(select(func.count()).where(audit.c.action == "tool_acted"))
        assert acted == 1


@pytest.mark.parametrize("no", [Asker("decline"), Asker("accept", approve=False)], ids=["decline", "not ticked"])
async def test_a_change_is_not_made_after_a_no(serving: Serving, no: Asker) -> None:
    async with serving() as served, client_of(served, no) as client:
        denied = await client.call_tool("create_entity", STUDY)
        assert denied.is_error
        assert "'name': 'Study'" not in await rooms(client)
        assert await counted(served, ledger) == [0]


@pytest.mark.parametrize("asker", [None, Asker("cancel")], ids=["cannot be asked", "says neither"])
async def test_a_change_that_nobody_decides_on_waits_in_the_inbox(serving: Serving, asker: Asker | None) -> None:
    async with serving() as served, client_of(served, asker) as client:
        waits = await client.call_tool("create_entity", STUDY)
        content: Any = waits.structured_content
        told = content["waiting"]
        assert "Nothing was changed yet" in str(waits.content)
        assert "'name': 'Study'" not in await rooms(client)
        async with served.app.database.read() as connection:
            statuses = list(await connection.scalars(select(approvals.c.status)))
        assert statuses == ["pending"]
        who = await served.knows(await served.key())
        said_yes = DecideToolCall(
            type="decide_tool_call", approval_id=told["approval_id"], decision="approve", command_id="yes"
        )
        decided = await served.app.talk.decide(who, said_yes)
        await served.app.talk.wait_for_turn(decided.approval.turn_id, 10)
        assert (await rooms(client)).count("'name': 'Study'") == 1


class Curiosity:
    """Gives a house tools that want to know more."""

    def __init__(self, folder: Path) -> None:
        self.world = World(folder / "world")

    def __call__(self, app: App) -> App:
        app.executor.registry.add(Curious(self.world))
        return app


async def test_what_a_tool_wants_to_know_is_told_in_the_inbox_and_not_by_a_yes(
    serving: Serving, tmp_path: Path
) -> None:
    curious, yes = Curiosity(tmp_path), Asker("accept")
    async with serving(change=curious) as served, client_of(served, yes) as client:
        waits = await client.call_tool("ship", {"what": "tea"})
        content: Any = waits.structured_content
        assert len(yes.asked) == 1  # whether it may be done, and no more
        assert "answer what it wants to know before it goes on, in the inbox" in str(waits.content)
        key = await served.key()
        path = f"/api/v1/approvals/{content['waiting']['approval_id']}/decision"
        status, _ = await served.asks("POST", path, key, {"decision": "approve"})
        assert status == 422
        status, _ = await served.asks("POST", path, key, {"decision": "approve", "answers": TOLD})
        assert status == 200
        async with served.app.database.read() as connection:
            turn_id = await connection.scalar(select(approvals.c.turn_id)) or ""
        await served.app.talk.wait_for_turn(turn_id, 10)
        assert curious.world.changes == ["2 tea to Ann"]


async def test_what_a_read_wants_to_know_waits_in_the_inbox(serving: Serving, tmp_path: Path) -> None:
    async with serving(change=Curiosity(tmp_path)) as served, client_of(served, Asker("accept")) as client:
        waits = await client.call_tool("look_up", {"what": "tea"})
        assert "answer what it wants to know" in str(waits.content)
        assert "Study" not in await rooms(client)


async def test_a_guest_is_offered_what_guests_may_and_refused_the_rest(serving: Serving) -> None:
    async with serving() as served:
        guest = await served.newcomer("ines")
        await served.app.household.people.change(
            await served.knows(await served.key()), guest.id, UserChange(role="guest")
        )
        async with client_of(served, person=guest) as client:
            listed = {tool.name for tool in (await client.list_tools()).tools}
            assert "search_entities" in listed
            assert "create_entity" not in listed
            refused = await client.call_tool("create_entity", STUDY)
            assert refused.is_error
            assert await counted(served, ledger, approvals) == [0, 0]


async def test_conversations_are_resources_of_whoever_had_them(serving: Serving) -> None:
    async with serving() as served:
        async with client_of(served) as client:
            await rooms(client)
            (talk,) = (await client.list_resources()).resources
            read = await client.read_resource(str(talk.uri))
            assert "search_entities" in str(read.contents)
            assert '"has_more":false' in str(read.contents).replace(" ", "")
        async with client_of(served, person=await served.newcomer("bob")) as bob:
            assert (await bob.list_resources()).resources == []
            for uri in (str(talk.uri), "parlour://conversations/nonsense", "file:///etc/passwd"):
                with pytest.raises(MCPError):
                    await bob.read_resource(uri)


async def test_a_thing_in_the_house_is_a_resource_by_its_name(serving: Serving) -> None:
    async with serving() as served, client_of(served, Asker("accept")) as client:
        (template,) = (await client.list_resource_templates()).resource_templates
        made = await client.call_tool("create_entity", STUDY)
        assert not made.is_error
        read = await client.read_resource(template.uri_template.replace("{name}", "Study"))
        assert '"Study"' in str(read.contents)
        with pytest.raises(MCPError):
            await client.read_resource(template.uri_template.replace("{name}", "Nowhere"))


async def test_calls_side_by_side_are_each_made_and_none_withdraws_one_that_waits(serving: Serving) -> None:
    async with serving() as served, client_of(served) as client:
        waited, *reads = await asyncio.gather(
            client.call_tool("create_entity", STUDY), *(rooms(client) for _ in range(5))
        )
        assert "waiting" in str(waited)
        assert len(reads) == 5
        async with served.app.database.read() as connection:
            assert list(await connection.scalars(select(approvals.c.status))) == ["pending"]


async def test_a_call_or_a_key_that_does_not_fit_is_refused_before_anything_is_made(serving: Serving) -> None:
    async with serving() as served, client_of(served) as client:
        refused = await client.call_tool("search_entities", {"query": "x" * 20_000})
        assert refused.is_error
        for key in ("", "a\x00b", "x" * 200):
            refused = await client.call_tool("search_entities", {"query": "x"}, meta={"parlour/idempotency-key": key})  # pyright: ignore[reportArgumentType]
            assert refused.is_error, key
        assert await counted(served, conversations) == [0]


async def test_a_stream_for_news_is_refused_since_there_are_none(serving: Serving) -> None:
    async with serving() as served:
        status, told = await served.asks("GET", "/mcp", await served.key())
        assert status == 405
        assert "method_not_allowed" in told


async def test_nobody_gets_in_without_a_key_and_nobody_into_a_strangers_project(serving: Serving) -> None:
    async with serving() as served:
        for key in ("nonsense", "pk_nonsense"):
            status, text = await served.asks("POST", "/mcp", key, {"jsonrpc": "2.0", "id": 1, "method": "tools/list"})
            assert (status, "unauthorized" in text) == (401, True)
        status, text = await served.asks("POST", "/mcp?project_id=nonsense", await served.key(), {})
        assert (status, "not_found" in text) == (404, True)
