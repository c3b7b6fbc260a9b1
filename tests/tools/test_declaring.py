"""`@tool` makes a tool of an ordinary function, and takes one that says nothing for the worst."""

import asyncio
import threading
from typing import Annotated, Any

import pytest
from pydantic import Field

from parlour.tools.caller import Caller
from parlour.tools.declaring import tool
from parlour.tools.executor import Executor
from parlour.tools.outcomes import Outcome, RequestedCall
from parlour.tools.running import Limits
from parlour.tools.threads import AT_ONCE, Threads
from parlour.tools.tool import Tool, ToolContext
from tests.conftest import ManualClock
from tests.tools.conftest import Shelf


@tool(effect="read")
def double(number: Annotated[int, Field(description="What to double")], *, times: int = 2) -> int:
    """Double a number."""
    return number * times


@tool(effect="read", open_world=False)
async def who_asks(context: ToolContext, politely: bool = False) -> str:
    """Say who asks."""
    return f"{'Dear ' if politely else ''}{context.caller.user_id}"


@tool
def sink(ship: str) -> str:
    """Sink a ship."""
    return ship


async def run(tool: Tool, context: ToolContext, limits: Limits | None = None, **arguments: object) -> Outcome:
    executor = Executor([Shelf("shelf", [tool])], ManualClock(), limits)
    ended = await executor.run(RequestedCall("call", tool.name, arguments), context)  # pyright: ignore[reportArgumentType]
    assert hasattr(ended, "outcome")
    return ended.outcome  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType, reportUnknownVariableType]


def test_a_function_becomes_a_tool_by_its_name_its_docstring_and_its_types() -> None:
    assert (double.name, double.description) == ("double", "Double a number.")
    assert double.parameters == {
        "type": "object",
        "additionalProperties": False,
        "required": ["number"],
        "properties": {
            "number": {"type": "integer", "title": "Number", "description": "What to double"},
            "times": {"type": "integer", "title": "Times", "default": 2},
        },
    }


async def test_a_plain_function_is_run_and_an_async_one_gets_its_context(context: ToolContext) -> None:
    assert (await run(double, context, number=4)).result == 8
    assert (await run(who_asks, context, politely=True)).result == "Dear user"
    assert "politely" in who_asks.parameters["properties"]  # pyright: ignore[reportOperatorIssue]
    assert "context" not in who_asks.parameters["properties"]  # pyright: ignore[reportOperatorIssue]


def test_a_tool_that_says_nothing_is_taken_for_the_worst() -> None:
    assert (sink.effect, sink.permission, sink.open_world) == ("destructive", "tools:destructive", True)
    assert (double.effect, double.permission, double.open_world) == ("read", "tools:read", True)
    assert not who_asks.open_world


async def test_what_a_plain_function_raises_is_a_failure_as_any_tools(context: ToolContext) -> None:
    @tool(effect="read")
    def leaves(how: str) -> None:
        """Leave."""
        raise SystemExit(how) if how == "server" else KeyError(how)

    for how in ("server", "key"):
        outcome = await run(leaves, context, how=how)
        assert (outcome.status, outcome.code) == ("failed", "failed")
        assert outcome.problem == "The tool 'leaves' failed because of a fault of its own; nothing was changed."


async def test_a_plain_function_that_never_comes_back_is_left_at_its_time_limit(context: ToolContext) -> None:
    never = threading.Event()

    @tool(effect="read", timeout_s=0.05)
    def waits() -> bool:
        """Wait for ever."""
        return never.wait()

    outcome = await run(waits, context)
    never.set()
    assert (outcome.status, outcome.code) == ("failed", "timed_out")


async def test_a_plain_function_does_not_hold_up_the_others() -> None:
    go_on, threads = threading.Event(), Threads("slow")
    slow = asyncio.create_task(threads.run(go_on.wait))
    await asyncio.sleep(0)
    go_on.set()
    assert await slow


async def test_only_so_many_calls_run_at_a_time_and_what_nobody_waits_for_never_begins() -> None:
    begun: list[int] = []
    has_begun, go_on, threads = threading.Semaphore(0), threading.Event(), Threads("few")

    def work(number: int) -> int:
        begun.append(number)
        has_begun.release()
        go_on.wait()
        return number

    tasks = [asyncio.create_task(threads.run(lambda number=number: work(number))) for number in range(AT_ONCE + 2)]
    for _ in range(AT_ONCE):
        assert await asyncio.to_thread(has_begun.acquire, timeout=30)
    tasks[-1].cancel()
    await asyncio.gather(tasks[-1], return_exceptions=True)
    go_on.set()
    assert await asyncio.gather(*tasks[:-1]) == [*range(AT_ONCE + 1)]
    assert sorted(begun) == [*range(AT_ONCE + 1)]


def test_a_function_that_cannot_be_a_tool_says_why_at_once() -> None:
    def bare() -> None: ...

    def many(*numbers: int) -> None:
        """Take many."""

    def untyped(number) -> None:  # pyright: ignore
        """Take something."""

    cases: list[tuple[Any, str]] = [(bare, "no docstring"), (many, "takes numbers"), (untyped, "number of tool unty")]
    for function, why in cases:
        with pytest.raises(TypeError, match=why):
            tool(function)


async def test_a_caller_who_may_not_is_refused_as_with_any_tool(context: ToolContext) -> None:
    assert "tools:destructive" not in context.caller.permissions
    outcome = await run(sink, context, ship="Argo")
    assert (outcome.status, outcome.code) == ("failed", "permission_denied")
    nobody = Caller("tenant", "user", "project", frozenset())
    assert (await run(double, ToolContext(nobody, "c", "t", "call"), number=1)).code == "permission_denied"
