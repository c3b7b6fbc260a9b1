"""What a home told is told again for as long as it is true, whoever changes it, on whichever server."""

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from parlour.errors import Moved
from parlour.journal.unit import Writer
from parlour.store.database import Database
from parlour.toolkits.home import HomeToolkit
from parlour.toolkits.home.graph import Home
from parlour.toolkits.home.index import NameIndex
from parlour.toolkits.home.names import read_names
from parlour.toolkits.home.observing import observe
from parlour.toolkits.home.tools import LASTING
from parlour.tools.acts import Ended
from parlour.tools.cache import ToolCache
from parlour.tools.caller import Caller
from parlour.tools.executor import Executor
from parlour.tools.outcomes import Outcome, RequestedCall, ToolProblem
from parlour.tools.tool import ToolContext
from tests.conftest import ManualClock
from tests.toolkits.home.conftest import caller_in
from tests.toolkits.home.test_taking_back import THINGS, calls
from tests.toolkits.home.test_writing import Hand


class Server:
    """One of the servers of a house: its own memory, over the database that all share."""

    def __init__(self, database: Database, writer: Writer, clock: ManualClock, caller: Caller) -> None:
        self.kit = HomeToolkit(database, writer, clock)
        self.caller = caller
        self._telling = Executor([self.kit], clock, cache=ToolCache(clock))
        self._reading = Executor([self.kit], clock)

    async def told(self, tool: str, **arguments: Any) -> Outcome:
        """What is told, which may have been told before."""
        return await self._ran(self._telling, tool, arguments)

    async def read(self, tool: str, **arguments: Any) -> Outcome:
        """What is read from the home, whatever was told."""
        return await self._ran(self._reading, tool, arguments)

    async def _ran(self, executor: Executor, tool: str, arguments: dict[str, Any]) -> Outcome:
        context = ToolContext(self.caller, "conversation", "turn", "call")
        came = await executor.run(RequestedCall("call", tool, arguments), context)
        assert isinstance(came, Ended)
        return came.outcome


@pytest.fixture
def servers(database: Database, writer: Writer, clock: ManualClock, maple: Home) -> tuple[Server, Server]:
    caller = caller_in(maple)
    return Server(database, writer, clock, caller), Server(database, writer, clock, caller)


async def state_of(database: Database, writer: Writer, clock: ManualClock, home: Home, name: str, state: str) -> None:
    """Let a device say how it is, as its driver does."""
    async with database.read() as connection:
        index = NameIndex()
        index.apply(await read_names(connection, home, None))
        seen = {named.id: {"state": state} for named in index.called(name)}
        unit = await observe(connection, home, clock, seen)
    if unit is not None:
        await writer.commit(unit)


async def test_the_way_between_two_things_is_looked_for_once(servers: tuple[Server, Server]) -> None:
    server, _ = servers
    first = await server.told("find_path", from_entity="kettle", to_entity="router")
    again = await server.told("find_path", from_entity="kettle", to_entity="router")
    assert (first.status, first.cached, again.cached) == ("completed", False, True)
    assert (again.result, again.sentence, again.summary) == (first.result, first.sentence, first.summary)


async def test_what_is_added_on_another_server_is_told_here_at_once(
    servers: tuple[Server, Server], writer: Writer
) -> None:
    here, there = servers
    asked = {"from_entity": "kettle", "to_entity": "router"}
    before = await here.told("find_path", **asked)
    hand = Hand(there.kit, writer, there.caller)
    wired = {"from_entity": "kettle", "relationship_type": "depends_on", "to_entity": "router"}
    made = await hand.does("create_relationship", **wired)
    after = await here.told("find_path", **asked)
    assert not after.cached
    assert isinstance(after.result, dict)
    assert isinstance(before.result, dict)
    assert (after.result["length"], before.result["length"] != 1) == (1, True)
    await hand.takes_back("create_relationship", made)
    assert (await here.told("find_path", **asked)).result == before.result


async def test_what_is_gone_is_gone_however_new_the_rest_is(servers: tuple[Server, Server], writer: Writer) -> None:
    server, other = servers
    hand = Hand(other.kit, writer, other.caller)
    made = await hand.does("create_entity", entity_type="device", name="Quince Press", place="study")
    await hand.does("create_entity", entity_type="device", name="Zither", place="study")
    asked = {"from_entity": "Quince Press", "to_entity": "router"}
    assert (await server.told("find_path", **asked)).status == "completed"
    await hand.takes_back("create_entity", made)
    told = await server.told("find_path", **asked)
    assert (told.status, told.code, told.cached) == ("failed", "not_found", False)


async def test_that_a_device_says_how_it_is_ends_nothing_that_does_not_tell_it(
    servers: tuple[Server, Server], database: Database, writer: Writer, clock: ManualClock, maple: Home
) -> None:
    server, _ = servers
    asked = {"from_entity": "kettle", "to_entity": "router"}
    await server.told("find_path", **asked)
    await state_of(database, writer, clock, maple, "kettle", "boiling")
    assert (await server.told("find_path", **asked)).cached


async def test_nothing_is_kept_of_how_devices_are(
    servers: tuple[Server, Server], database: Database, writer: Writer, clock: ManualClock, maple: Home
) -> None:
    server, _ = servers
    tools = {tool.name: tool for tool in await server.kit.tools(server.caller)}
    assert {name for name, tool in tools.items() if tool.caching is not None} == LASTING
    await server.told("get_entity_details", entity="kettle")
    await state_of(database, writer, clock, maple, "kettle", "boiling")
    told = await server.told("get_entity_details", entity="kettle")
    assert (told.cached, "boiling" in str(told.result)) == (False, True)


@pytest.mark.parametrize("tool", sorted(LASTING))
async def test_what_is_kept_tells_nothing_of_how_devices_are(
    servers: tuple[Server, Server],
    database: Database,
    writer: Writer,
    clock: ManualClock,
    maple: Home,
    tool: str,
) -> None:
    server, _ = servers
    asked = {"from_entity": "coffee machine", "to_entity": "oven"} if tool == "find_path" else {"device": "oven"}
    before = await server.read(tool, **asked)
    for name in ("oven", "coffee machine"):
        await state_of(database, writer, clock, maple, name, "on fire")
    after = await server.read(tool, **asked)
    assert (after.status, after.result) == ("completed", before.result)


async def test_somebody_in_another_home_is_told_of_their_own(
    servers: tuple[Server, Server], database: Database, writer: Writer, clock: ManualClock
) -> None:
    asked = {"from_entity": "kettle", "to_entity": "router"}
    assert (await servers[0].told("find_path", **asked)).status == "completed"
    elsewhere = Caller("tenant", servers[0].caller.user_id, "project", servers[0].caller.permissions)
    servers[0].caller = elsewhere
    told = await servers[0].told("find_path", **asked)
    assert (told.status, told.code, told.result) == ("failed", "not_found", None)


reads = st.one_of(
    st.tuples(
        st.just("find_path"),
        st.fixed_dictionaries({"from_entity": st.sampled_from(THINGS), "to_entity": st.sampled_from(THINGS)}),
    ),
    st.tuples(st.just("get_procedures_for_device"), st.fixed_dictionaries({"device": st.sampled_from(THINGS)})),
)
says = st.tuples(
    st.just("says"),
    st.fixed_dictionaries({"name": st.sampled_from(THINGS), "state": st.sampled_from(("on", "off", "odd"))}),
)
takes_back = st.tuples(st.just("takes back"), st.fixed_dictionaries({"which": st.integers(0, 9)}))
steps = st.tuples(st.integers(0, 1), st.one_of(reads, reads, reads, calls, says, takes_back))


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(wished=st.lists(steps, min_size=4, max_size=25))
async def test_nobody_is_ever_told_what_is_not_so(
    wished: list[tuple[int, tuple[str, dict[str, Any]]]],
    servers: tuple[Server, Server],
    database: Database,
    writer: Writer,
    clock: ManualClock,
    maple: Home,
) -> None:
    done: list[tuple[str, dict[str, Any]]] = []
    for which, (what, arguments) in wished:
        server = servers[which]
        hand = Hand(server.kit, writer, server.caller)
        if what in LASTING:
            for each in servers:
                told, so = await each.told(what, **arguments), await each.read(what, **arguments)
                assert (told.status, told.result, told.problem) == (so.status, so.result, so.problem)
        elif what == "says":
            await state_of(database, writer, clock, maple, arguments["name"], arguments["state"])
        elif what == "takes back":
            with suppress(ToolProblem, Moved):
                await hand.takes_back(*done.pop(arguments["which"] % len(done))) if done else None
        else:
            with suppress(ToolProblem):
                done.append((what, await hand.does(what, **arguments)))
