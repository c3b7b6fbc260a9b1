"""In which order the calls of one answer are made."""

from pydantic import JsonValue

from parlour.tools.outcomes import Outcome, RequestedCall
from parlour.tools.plan import Place, estimated_s, not_tried, planned
from parlour.tools.tool import Acting, Arguments, Tool, ToolContext, make_tool


async def look(context: ToolContext, place: str) -> list[str]:
    """Look at a place."""
    del context, place
    return []


async def add(context: ToolContext, name: str, place: str = "") -> str:
    """Add a thing to a place."""
    del context, place
    return name


async def switch(context: ToolContext, devices: list[str], action: str) -> str:
    """Switch devices."""
    del context, devices
    return action


async def post(context: ToolContext, url: str) -> str:
    """Send something elsewhere."""
    del context
    return url


async def change(context: ToolContext, what: str, where: str | None = None) -> str:
    """Change something in a database."""
    del context, where
    return what


def database(arguments: Arguments) -> list[JsonValue]:
    return [f"database {arguments.get('where') or ''}"]


TOOLS: dict[str, Tool] = {
    "look": make_tool(look, effect="read"),
    "add": make_tool(add, effect="write", acting=Acting(touches=lambda call: [call.get("name")])),
    "switch": make_tool(switch, effect="control", acting=Acting(touches=lambda call: [call.get("devices")])),
    "change": make_tool(change, effect="write", acting=Acting(touches=database, touches_more=True)),
    "post": make_tool(post, effect="destructive"),
}


def call(number: int, tool: str, /, **arguments: JsonValue) -> RequestedCall:
    return RequestedCall(str(number), tool, arguments)


def test_what_is_looked_up_waits_for_nothing_but_the_changes_before_it() -> None:
    calls = [
        call(1, "look", place="Kitchen"),
        call(2, "look", place="Hall"),
        call(3, "add", name="Lamp", place="Hall"),
        call(4, "look", place="Hall"),
        call(5, "look", place="Kitchen"),
    ]
    assert planned(calls, TOOLS) == (Place("4", ("3",)), Place("5", ("3",)))


def test_changes_of_different_things_are_made_side_by_side() -> None:
    calls = [
        call(1, "add", name="Left Lamp", place="Study"),
        call(2, "add", name="Right Lamp", place="Study"),
        call(3, "switch", devices=["Desk Lamp"], action="turn_on"),
        call(4, "switch", devices=["Floor Lamp"], action="turn_on"),
    ]
    assert planned(calls, TOOLS) == ()


def test_a_change_needs_the_one_before_it_that_makes_what_it_names() -> None:
    calls = [call(1, "add", name="Pantry"), call(2, "add", name="Shelf"), call(3, "add", name="Jar", place="pantry ")]
    assert planned(calls, TOOLS) == (Place("3", ("1",), ("1",)),)


def test_one_device_is_told_one_thing_after_the_other() -> None:
    calls = [
        call(1, "switch", devices=["Garage Opener", "Hall Light"], action="unlock"),
        call(2, "switch", devices=["garage  opener"], action="open"),
    ]
    assert planned(calls, TOOLS) == (Place("2", ("1",), ("1",)),)


def test_a_change_that_does_not_say_what_it_touches_comes_after_all_and_before_all_and_needs_none() -> None:
    calls = [
        call(1, "switch", devices=["Hall Light"], action="turn_on"),
        call(2, "post", url="a"),
        call(3, "post", url="b"),
        call(4, "switch", devices=["Desk Lamp"], action="turn_on"),
    ]
    assert planned(calls, TOOLS) == (Place("2", ("1",)), Place("3", ("1", "2")), Place("4", ("2", "3")))


def test_a_change_of_a_whole_needs_the_one_before_it_of_the_same_and_waits_for_all_others() -> None:
    calls = [
        call(1, "switch", devices=["Hall Light"], action="turn_on"),
        call(2, "change", what="a", where="Shop"),
        call(3, "change", what="b", where="shop"),
        call(4, "change", what="c", where="office"),
        call(5, "change", what="d"),
        call(6, "change", what="e"),
        call(7, "switch", devices=["Desk Lamp"], action="turn_on"),
    ]
    assert planned(calls, TOOLS) == (
        Place("2", ("1",)),
        Place("3", ("1", "2"), ("2",)),
        Place("4", ("1", "2", "3")),
        Place("5", ("1", "2", "3", "4")),
        Place("6", ("1", "2", "3", "4", "5"), ("5",)),
        Place("7", ("2", "3", "4", "5", "6")),
    )


def test_calls_that_nobody_can_make_hold_up_nobody() -> None:
    calls = [
        call(1, "fly", to="the moon"),
        RequestedCall("2", "add", None, raw="{"),
        call(3, "add"),
        call(4, "look", place="Hall"),
    ]
    assert planned(calls, TOOLS) == (Place("4", ("3",)),)


TAKES = {"look": 2.0, "add": 5.0, "switch": 0.5}.get


def test_what_is_done_side_by_side_takes_as_long_as_the_longest() -> None:
    calls = [call(1, "look", place="Kitchen"), call(2, "add", name="Lamp"), call(3, "switch", devices=["Fan"])]
    assert planned(calls, TOOLS) == ()
    assert estimated_s(calls, (), TAKES) == 5.0


def test_what_waits_for_each_other_takes_as_long_as_all_of_it_together() -> None:
    calls = [
        call(1, "look", place="Kitchen"),
        call(2, "add", name="Pantry"),
        call(3, "add", name="Jar", place="Pantry"),
        call(4, "switch", devices=["Fan"]),
        call(5, "look", place="Pantry"),
    ]
    plan = planned(calls, TOOLS)
    assert plan == (Place("3", ("2",), ("2",)), Place("5", ("2", "3", "4")))
    assert estimated_s(calls, plan, TAKES) == 5.0 + 5.0 + 2.0


def test_of_calls_of_which_one_is_not_known_nobody_says_how_long_they_take() -> None:
    calls = [call(1, "look", place="Kitchen"), call(2, "post", url="a")]
    assert estimated_s(calls, planned(calls, TOOLS), TAKES) is None
    assert estimated_s([], (), TAKES) is None


def test_what_builds_on_something_that_was_refused_says_so() -> None:
    refused = Outcome("1", "add", "denied", {}, code="denied", problem="You said no, so nothing was changed.")
    outcome = not_tried(call(2, "add", name="Jar", place="Pantry"), refused)
    assert outcome.status == "failed"
    assert outcome.code == "not_tried"
    assert outcome.problem is not None
    assert outcome.problem.endswith("was not done. You said no, so nothing was changed.")
    assert outcome.arguments == {"name": "Jar", "place": "Pantry"}
