"""What an MCP server told is told again where an admin wants that, and both it and they say that it only reads."""

from typing import Any

import pytest

from parlour.tools.acts import Ended
from parlour.tools.cache import ToolCache
from parlour.tools.executor import Executor
from parlour.tools.outcomes import Outcome, RequestedCall
from parlour.tools.tool import ToolContext
from tests.conftest import ManualClock
from tests.toolkits.data.mcp.conftest import Serving, Use, Using

KEPT = {"trusted": True, "cache_s": 60}


async def told(using: Using, executor: Executor, tool: str, **arguments: Any) -> Outcome:
    context = ToolContext(using.project.caller, "conversation", "turn", "call")
    came = await executor.run(RequestedCall("call", f"test_desk__{tool}", arguments), context)
    assert isinstance(came, Ended)
    return came.outcome


def executor_of(using: Using, clock: ManualClock) -> Executor:
    return Executor([using.project.kit], clock, cache=ToolCache(clock))


async def test_it_is_asked_once_for_as_long_as_an_admin_says(serving: Serving, use: Use, clock: ManualClock) -> None:
    using = await use(serving.settings | KEPT, writable=False, offers="times_asked")
    executor = executor_of(using, clock)
    first = await told(using, executor, "times_asked", what="tea")
    again = await told(using, executor, "times_asked", what="tea")
    assert (first.status, first.cached, again.cached) == ("completed", False, True)
    assert again.result == first.result
    assert again.tainted
    assert not (await told(using, executor, "times_asked", what="coffee")).cached
    clock.advance(60)
    assert not (await told(using, executor, "times_asked", what="tea")).cached
    assert serving.notes() == ["asked tea", "asked coffee", "asked tea"]


async def test_a_tool_that_does_not_say_that_it_may_be_run_again_is_asked_each_time(
    serving: Serving, use: Use, clock: ManualClock
) -> None:
    using = await use(serving.settings | KEPT, writable=False)
    executor = executor_of(using, clock)
    assert [(await told(using, executor, "add", a=1, b=2)).cached for _ in range(2)] == [False, False]


@pytest.mark.parametrize(
    ("settings", "writable"),
    [({"trusted": True}, False), ({"trusted": True, "cache_s": 60}, True)],
    ids=["unless it is wanted", "where it may be changed"],
)
async def test_nothing_is_kept(
    serving: Serving, use: Use, clock: ManualClock, settings: dict[str, Any], *, writable: bool
) -> None:
    using = await use(serving.settings | settings, writable=writable, offers="times_asked")
    executor = executor_of(using, clock)
    assert [(await told(using, executor, "times_asked", what="tea")).cached for _ in range(2)] == [False, False]


async def test_the_word_of_a_server_that_is_not_trusted_keeps_nothing(serving: Serving, use: Use) -> None:
    using = await use(serving.settings | {"cache_s": 60}, offers="times_asked")
    tools = await using.project.tools()
    assert [name for name, tool in tools.items() if tool.caching is not None] == []
