"""Whatever is read, changed and waited for in whatever order: what is told is what is so, or was within its time."""

from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parlour.tools.acts import Ended
from parlour.tools.cache import ToolCache
from parlour.tools.caching import Basis, Caching
from parlour.tools.caller import Caller
from parlour.tools.executor import Executor
from parlour.tools.outcomes import Outcome, RequestedCall
from parlour.tools.tool import ToolContext, make_tool
from tests.conftest import ManualClock
from tests.tools.conftest import Shelf

SECONDS = 100.0
PEOPLE = tuple(
    Caller("tenant", user, project, rights)
    for user in ("ann", "bob")
    for project in ("here", "there")
    for rights in (frozenset({"tools:read"}), frozenset({"tools:read", "tools:write"}))
)

reads = st.tuples(st.just("read"), st.integers(0, len(PEOPLE) - 1), st.integers(0, 3), st.booleans())
writes = st.tuples(st.just("write"), st.sampled_from(("here", "there")), st.integers(0, 3), st.booleans())
waits = st.tuples(st.just("wait"), st.floats(0, 150), st.none(), st.none())


class Houses:
    """Rooms of two projects, with what was in each of them when. Each tells people what is in theirs."""

    def __init__(self, clock: ManualClock, *, is_whole: bool) -> None:
        self.clock = clock
        self.is_whole = is_whole
        self.versions = {"here": 0, "there": 0}
        self.was: dict[tuple[str, int], list[tuple[float, int]]] = {}

    async def basis(self, context: ToolContext, room: int) -> Basis:
        del room
        project = context.caller.project_id
        version = str(self.versions[project]) if self.is_whole else "always"
        return Basis(project, version, SECONDS, self.is_whole)

    async def look(self, context: ToolContext, room: int) -> dict[str, Any]:
        """Tell what is in a room."""
        caller = context.caller
        found = self.now(caller.project_id, room)
        return {"found": found, "in": caller.project_id, "to": caller.user_id, "as": sorted(caller.permissions)}

    def now(self, project: str, room: int) -> int:
        return self.was.get((project, room), [(0.0, 0)])[-1][1]

    def write(self, project: str, room: int) -> None:
        self.versions[project] += 1
        before = self.was.setdefault((project, room), [(0.0, 0)])
        before.append((self.clock.monotonic(), self.versions[project]))

    def at(self, project: str, room: int, moment: float) -> set[int]:
        """What was there within a thousandth of a second of a moment: several where it was changed just then."""
        was = [*self.was.get((project, room), [(0.0, 0)]), (float("inf"), -1)]
        near = ((since - 0.001, value, until + 0.001) for (since, value), (until, _) in pairwise(was))
        return {value for since, value, until in near if since <= moment <= until}


def check(houses: Houses, outcome: Outcome, caller: Caller, room: int, *, is_fresh: bool) -> None:
    result: Any = outcome.result
    assert result["in"] == caller.project_id
    assert result["to"] == caller.user_id
    assert result["as"] == sorted(caller.permissions)
    if is_fresh or houses.is_whole or not outcome.cached:
        assert result["found"] == houses.now(caller.project_id, room)
    else:
        assert outcome.age_s is not None
        assert outcome.age_s < SECONDS
        read_at = houses.clock.monotonic() - outcome.age_s
        assert result["found"] in houses.at(caller.project_id, room, read_at)


@pytest.mark.parametrize("is_whole", [True, False])
@settings(max_examples=150)
@given(steps=st.lists(st.one_of(reads, reads, writes, waits), max_size=40), room_for=st.integers(1, 6))
async def test_nobody_is_told_what_is_not_theirs_not_so_or_too_old(
    *, is_whole: bool, steps: list[tuple[str, Any, Any, Any]], room_for: int
) -> None:
    clock = ManualClock()
    houses, cache = Houses(clock, is_whole=is_whole), ToolCache(clock, most_entries=room_for)
    tool = replace(make_tool(houses.look, effect="read"), caching=Caching(houses.basis))
    executor = Executor([Shelf("houses", [tool])], clock, cache=cache)
    for what, first, room, is_fresh in steps:
        if what == "wait":
            clock.advance(first)
        elif what == "write":
            houses.write(first, room)
        else:
            caller = PEOPLE[int(first)]
            context = ToolContext(caller, "conversation", "turn", "call", is_fresh=is_fresh)
            came = await executor.run(RequestedCall("call", "look", {"room": room}), context)
            assert isinstance(came, Ended)
            check(houses, came.outcome, caller, room, is_fresh=is_fresh)
        assert len(cache) <= room_for
        assert (cache.size > 0) == (len(cache) > 0)
