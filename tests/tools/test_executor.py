"""Every call ends as an outcome: unknown, denied, misfit, slow, broken and good ones."""

import asyncio
import sqlite3
from dataclasses import replace
from typing import Annotated, Any

import pytest
from pydantic import Field
from sqlalchemy.exc import OperationalError
from structlog.testing import capture_logs

from parlour.errors import StorageFailed
from parlour.tools.acts import Ended
from parlour.tools.asking import Asking
from parlour.tools.caller import Caller
from parlour.tools.executor import Executor
from parlour.tools.outcomes import NotThere, Outcome, RequestedCall
from parlour.tools.phrasing import labelled
from parlour.tools.running import Limits
from parlour.tools.tool import Tool, ToolContext, Wording, make_tool
from tests.conftest import ManualClock
from tests.tools.conftest import Shelf


class Bench:
    """A toolset of odd tools, and what they have seen."""

    def __init__(self) -> None:
        self.cancelled: list[str] = []
        self.meeting = asyncio.Event()
        self.asleep = asyncio.Event()
        self.arrived = 0

    async def greet(
        self, context: ToolContext, name: Annotated[str, Field(min_length=1)], times: int = 1
    ) -> dict[str, Any]:
        """Greet somebody."""
        return {"greeting": " ".join([f"Hello {name}"] * times), "user": context.caller.user_id}

    async def meet(self, context: ToolContext) -> str:
        """Come back only when two are here."""
        self.arrived += 1
        if self.arrived == 2:
            self.meeting.set()
        await self.meeting.wait()
        return "met"

    async def lose_heart(self, context: ToolContext) -> str:
        """Be cancelled by somebody else."""
        raise asyncio.CancelledError

    async def sleep_for_ever(self, context: ToolContext) -> str:
        """Never come back."""
        self.asleep.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            self.cancelled.append("sleep_for_ever")
            raise
        return ""

    async def explode(self, context: ToolContext) -> str:
        """Fail by a fault of its own."""
        raise ZeroDivisionError("secret detail")

    async def lose_patience(self, context: ToolContext) -> str:
        """Meet a timeout that is not the executor's."""
        raise TimeoutError("somebody else's")

    async def miss(self, context: ToolContext) -> str:
        """Find nothing."""
        raise NotThere("There is no such room.", suggestion="Ask for another one.")

    async def store(self, context: ToolContext) -> str:
        """Meet a store that is away."""
        raise StorageFailed

    async def shout(self, context: ToolContext, size: int) -> str:
        """Answer at length."""
        return "a" * size

    async def mumble(self, context: ToolContext) -> object:
        """Answer with something that is not JSON."""
        return object()

    async def paint(self, context: ToolContext) -> str:
        """Change the world."""
        raise AssertionError("must not run")

    def tools(self) -> list[Tool]:
        wording = Wording(
            label=lambda a: f"Greeting {a['name']}",
            summary=lambda _, __: "1 greeting",
            sentence=lambda _, result: f"{result['greeting']}!",
        )
        plain = [self.meet, self.explode, self.lose_patience, self.lose_heart, self.miss, self.store]
        return [
            make_tool(self.greet, effect="read", wording=wording),
            make_tool(self.sleep_for_ever, effect="read", timeout_s=0.01),
            make_tool(self.paint, effect="write", permission="tools:read"),
            *(make_tool(function, effect="read") for function in (*plain, self.shout, self.mumble)),
        ]


@pytest.fixture
def bench() -> Bench:
    return Bench()


@pytest.fixture
def executor(bench: Bench, clock: ManualClock) -> Executor:
    return Executor([Shelf("bench", bench.tools())], clock, Limits(result_bytes=1000))


async def run(executor: Executor, context: ToolContext, tool: str, /, **arguments: Any) -> Outcome:
    return ended(await executor.run(RequestedCall("call-1", tool, arguments), context))


def ended(came: Ended | Asking) -> Outcome:
    assert isinstance(came, Ended)
    return came.outcome


async def test_a_good_call_ends_with_result_sentence_and_summary(executor: Executor, context: ToolContext) -> None:
    outcome = await run(executor, context, "greet", name="Ada")
    assert outcome == Outcome(
        tool_call_id="call-1",
        tool="greet",
        status="completed",
        arguments={"name": "Ada", "times": 1},
        result={"greeting": "Hello Ada", "user": "user"},
        sentence="Hello Ada!",
        summary="1 greeting",
    )


async def test_an_unknown_tool_is_not_found(executor: Executor, context: ToolContext) -> None:
    outcome = await run(executor, context, "x")
    assert (outcome.status, outcome.code, outcome.problem) == ("failed", "not_found", "tool 'x' not found")


async def test_a_tool_that_the_caller_may_not_use_is_denied(executor: Executor, context: ToolContext) -> None:
    nobody = Caller("tenant", "user", "project", frozenset())
    outcome = ended(
        await executor.run(RequestedCall("c", "greet", {"name": "Ada"}), ToolContext(nobody, "c", "t", "c"))
    )
    assert (outcome.code, outcome.problem) == ("permission_denied", "access denied for tool 'greet'")
    assert outcome.suggestion
    assert await executor.offered(nobody) == ()


async def test_what_would_change_something_does_not_run_where_nobody_keeps_a_ledger(
    executor: Executor, context: ToolContext, reader: Caller
) -> None:
    outcome = await run(executor, context, "paint")
    assert outcome.code == "permission_denied"
    assert "nothing can be changed from here" in str(outcome.problem)


@pytest.mark.parametrize(
    ("arguments", "names"), [({}, "name"), ({"name": ""}, "name"), ({"name": "A", "times": "many"}, "times")]
)
async def test_arguments_that_do_not_fit_are_named(
    executor: Executor, context: ToolContext, arguments: dict[str, Any], names: str
) -> None:
    outcome = ended(await executor.run(RequestedCall("c", "greet", arguments), context))
    assert outcome.code == "invalid_arguments"
    assert str(outcome.problem).startswith("invalid parameters for tool 'greet'")
    assert names in str(outcome.problem)
    assert outcome.arguments == arguments


async def test_an_argument_that_the_tool_does_not_know_is_refused(executor: Executor, context: ToolContext) -> None:
    assert (await run(executor, context, "greet", name="Ada", louder=True)).code == "invalid_arguments"


async def test_arguments_that_are_no_object_are_refused(executor: Executor, context: ToolContext) -> None:
    outcome = ended(await executor.run(RequestedCall("c", "greet", None, raw='{"name": '), context))
    assert outcome.code == "invalid_arguments"
    assert outcome.arguments == {}


@pytest.mark.parametrize("tool", ["miss", "sleep_for_ever", "greet"])
async def test_whatever_comes_from_outside_is_not_to_be_trusted_a_failure_too(
    context: ToolContext, bench: Bench, clock: ManualClock, tool: str
) -> None:
    far = [replace(each, open_world=True) for each in bench.tools() if each.name == tool]
    arguments = {"name": "Ada"} if tool == "greet" else {}
    outcome = await run(Executor([Shelf("bench", far)], clock), context, tool, **arguments)
    assert outcome.tainted
    near = await run(Executor([Shelf("bench", bench.tools())], clock), context, "miss")
    assert (near.status, near.tainted) == ("failed", False)


async def quoting(context: ToolContext, outcome: Outcome) -> bool:
    """Somebody else is called Bob."""
    return "Bob" in str(outcome.result or outcome.problem)


async def at_a_loss(context: ToolContext, outcome: Outcome) -> bool:
    """Nobody knows who wrote it."""
    raise OSError


async def test_what_a_tool_tells_in_the_words_of_others_is_not_to_be_trusted(
    context: ToolContext, bench: Bench, clock: ManualClock
) -> None:
    quotes = [replace(each, hearsay=quoting) for each in bench.tools()]
    executor = Executor([Shelf("bench", quotes)], clock)
    assert (await run(executor, context, "greet", name="Bob")).tainted
    assert not (await run(executor, context, "greet", name="Ada")).tainted
    assert not (await run(executor, context, "miss")).tainted


async def test_where_nobody_knows_who_wrote_it_it_is_trusted_as_little(
    context: ToolContext, bench: Bench, clock: ManualClock
) -> None:
    lost = [replace(each, hearsay=at_a_loss) for each in bench.tools()]
    with capture_logs() as logged:
        assert (await run(Executor([Shelf("bench", lost)], clock), context, "greet", name="Ada")).tainted
    assert [each["log_level"] for each in logged] == ["error"]


async def test_calls_run_side_by_side(executor: Executor, context: ToolContext) -> None:
    async with asyncio.timeout(30):
        outcomes = await asyncio.gather(*(run(executor, context, "meet") for _ in range(2)))
    assert [o.result for o in outcomes] == ["met", "met"]


@pytest.mark.parametrize(("declared", "limit", "most"), [(None, 32, 32), (3, 32, 3), (50, 32, 32), (None, 5, 5)])
async def test_so_many_calls_of_a_tool_run_at_a_time(
    context: ToolContext, clock: ManualClock, declared: int | None, limit: int, most: int
) -> None:
    at_once: list[int] = []
    running, last = 0, asyncio.Event()

    async def look(context: ToolContext, number: int) -> int:
        """Look something up."""
        nonlocal running
        running += 1
        at_once.append(running)
        if len(at_once) == most:
            last.set()
        await last.wait()
        running -= 1
        return number

    tool = replace(make_tool(look, effect="read"), at_once=declared)
    executor = Executor([Shelf("bench", [tool])], clock, Limits(at_once=limit))
    async with asyncio.timeout(30):
        outcomes = await asyncio.gather(*(run(executor, context, "look", number=n) for n in range(200)))
    assert [outcome.result for outcome in outcomes] == [*range(200)]
    assert max(at_once) == most


def test_a_tool_that_could_never_run_is_refused() -> None:
    with pytest.raises(TypeError, match="could never run"):
        replace(make_tool(Bench().greet, effect="read"), at_once=0)


async def test_a_tool_that_takes_too_long_is_ended_and_said_so(
    executor: Executor, context: ToolContext, bench: Bench
) -> None:
    outcome = await run(executor, context, "sleep_for_ever")
    assert (outcome.status, outcome.code) == ("failed", "timed_out")
    assert "0.01 seconds" in str(outcome.problem)
    assert bench.cancelled == ["sleep_for_ever"]


async def test_cancelling_a_call_cancels_its_tool(context: ToolContext, bench: Bench, clock: ManualClock) -> None:
    executor = Executor([Shelf("bench", [make_tool(bench.sleep_for_ever, effect="read")])], clock)
    task = asyncio.create_task(executor.run(RequestedCall("c", "sleep_for_ever", {}), context))
    async with asyncio.timeout(30):
        await bench.asleep.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert bench.cancelled == ["sleep_for_ever"]


async def test_a_fault_of_the_tool_is_logged_and_its_detail_kept_from_people(
    executor: Executor, context: ToolContext
) -> None:
    with capture_logs() as logs:
        outcome = await run(executor, context, "explode")
    assert (outcome.status, outcome.code) == ("failed", "failed")
    assert "secret" not in f"{outcome.problem}{outcome.suggestion}{outcome.sentence}"
    assert [entry["tool"] for entry in logs if entry["log_level"] == "error"] == ["explode"]


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (OperationalError("SELECT secret", {}, Exception("secret")), "database_error"),
        (sqlite3.OperationalError("secret: database is locked"), "database_error"),
        (ConnectionError("secret host"), "unreachable"),
        (ConnectionResetError("secret host"), "unreachable"),
    ],
)
async def test_what_a_tool_works_with_may_be_away_and_that_is_no_fault_of_its_own(
    context: ToolContext, clock: ManualClock, error: Exception, code: str
) -> None:
    async def look(context: ToolContext) -> str:
        """Look something up."""
        raise error

    executor = Executor([Shelf("bench", [make_tool(look, effect="read")])], clock)
    with capture_logs() as logs:
        outcome = await run(executor, context, "look")
    assert (outcome.status, outcome.code, outcome.result) == ("failed", code, None)
    assert "just now" in str(outcome.problem)
    assert "Try again" in str(outcome.suggestion)
    assert "secret" not in f"{outcome.problem}{outcome.suggestion}{outcome.sentence}"
    assert [entry["log_level"] for entry in logs] == ["warning"]


async def test_a_timeout_inside_a_tool_is_a_fault_and_not_our_deadline(
    executor: Executor, context: ToolContext
) -> None:
    with capture_logs():
        assert (await run(executor, context, "lose_patience")).code == "failed"


async def test_a_cancellation_inside_a_tool_is_a_fault_and_not_ours(executor: Executor, context: ToolContext) -> None:
    with capture_logs():
        assert (await run(executor, context, "lose_heart")).code == "failed"


async def test_what_a_tool_says_of_itself_is_passed_on(executor: Executor, context: ToolContext) -> None:
    outcome = await run(executor, context, "miss")
    assert (outcome.code, outcome.problem, outcome.suggestion) == (
        "not_found",
        "There is no such room.",
        "Ask for another one.",
    )
    assert outcome.result is None
    assert outcome.sentence == "There is no such room. Ask for another one."


async def test_a_part_that_is_away_says_its_safe_sentence(executor: Executor, context: ToolContext) -> None:
    with capture_logs():
        outcome = await run(executor, context, "store")
    assert outcome.problem == "Nothing could be stored just now; please try again."


async def test_a_result_that_is_too_large_fails_and_says_what_to_do(executor: Executor, context: ToolContext) -> None:
    assert (await run(executor, context, "shout", size=900)).status == "completed"
    outcome = await run(executor, context, "shout", size=2000)
    assert (outcome.status, outcome.code) == ("failed", "result_too_large")
    assert outcome.suggestion


async def test_a_result_that_is_no_json_is_a_fault(executor: Executor, context: ToolContext) -> None:
    with capture_logs() as logs:
        assert (await run(executor, context, "mumble")).status == "failed"
    assert logs


async def test_a_result_stands_even_if_its_words_fail(context: ToolContext, bench: Bench, clock: ManualClock) -> None:
    def fail(*_: object) -> str:
        raise KeyError("words")

    tool = make_tool(bench.greet, effect="read", wording=Wording(fail, fail, fail))
    executor = Executor([Shelf("bench", [tool])], clock)
    call = RequestedCall("c", "greet", {"name": "Ada"})
    with capture_logs() as logs:
        assert labelled(tool, call.name, call.arguments) == "Greet"
        outcome = ended(await executor.run(call, context))
    assert outcome.status == "completed"
    assert outcome.result == {"greeting": "Hello Ada", "user": "user"}
    assert outcome.sentence
    assert len(logs) == 2


async def test_a_call_is_labelled_in_words(executor: Executor, reader: Caller) -> None:
    greet = next(each for each in await executor.offered(reader) if each.name == "greet")
    assert labelled(greet, "greet", {"name": "Ada"}) == "Greeting Ada"
    assert labelled(greet, "greet", None) == "Greet"
    assert labelled(None, "no_such_tool", {}) == "No such tool"
