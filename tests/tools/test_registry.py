"""The registry keeps toolsets apart by name, and says who is in whose way."""

import pytest

from parlour.tools.caller import Caller
from parlour.tools.registry import NameClash, Registry
from parlour.tools.tool import Tool, ToolContext, make_tool
from tests.tools.conftest import Shelf


def tool_called(name: str) -> Tool:
    async def run(context: ToolContext) -> str:
        """Do something."""
        return name

    run.__name__ = name
    return make_tool(run, effect="read")


def test_a_toolset_can_be_added_found_listed_and_removed() -> None:
    home = Shelf("home")
    registry = Registry(home)
    assert registry.get("home") is home
    assert list(registry) == [home]
    assert registry.remove("home") is home
    assert registry.remove("home") is None
    assert list(registry) == []


def test_two_toolsets_of_one_name_are_both_named_with_the_remedy() -> None:
    with pytest.raises(NameClash, match=r"“home”: .*Shelf and .*Shelf\. Give one of them another name"):
        Registry(Shelf("home"), Shelf("home"))


async def test_tools_come_in_the_order_of_their_toolsets(reader: Caller) -> None:
    registry = Registry(Shelf("b", [tool_called("z"), tool_called("y")]), Shelf("a", [tool_called("x")]))
    assert list(await registry.tools(reader)) == ["z", "y", "x"]


async def test_two_tools_of_one_name_name_both_owners_and_the_remedy(reader: Caller) -> None:
    registry = Registry(Shelf("home", [tool_called("search")]), Shelf("files", [tool_called("search")]))
    with pytest.raises(NameClash, match=r"“search”: home and files\. Rename the tool"):
        await registry.tools(reader)


# --- guests ---------------------------------------------------------------------------------------------------------


class Rude(Shelf):
    """A toolset of somebody else that cannot say what it offers."""

    async def tools(self, caller: Caller) -> list[Tool]:
        raise OSError("the line is dead")


async def test_a_guest_gives_way_and_is_told_of(reader: Caller) -> None:
    registry = Registry(Shelf("home", [tool_called("search")]))
    registry.invite("tides", Shelf("own name", [tool_called("search"), tool_called("next_tide")]))
    registry.invite("waves", Shelf("own name", [tool_called("next_tide")]))
    assert list(await registry.tools(reader)) == ["search", "next_tide"]
    assert registry.troubles == {
        "tides": "Its tool search is left out, because home has one of that name.",
        "waves": "Its tool next_tide is left out, because tides has one of that name.",
    }


async def test_a_guest_that_fails_costs_only_its_own_tools(reader: Caller) -> None:
    registry = Registry(Shelf("home", [tool_called("search")]))
    registry.invite("rude", Rude("rude"))
    registry.invite("odd", Shelf("odd", ["a text", tool_called("no name"), tool_called("fine")]))  # pyright: ignore[reportArgumentType]
    assert list(await registry.tools(reader)) == ["search", "fine"]
    assert registry.troubles == {
        "rude": "It could not say what it offers: OSError.",
        "odd": "Something that it offers is no tool but a str. “no name” cannot be the name of a tool: letters, digits,"
        " _ and - only, 64 at most.",
    }


async def test_the_trouble_of_a_guest_is_over_when_it_is(reader: Caller) -> None:
    registry, guest = Registry(), Shelf("odd", [tool_called("no name")])
    registry.invite("odd", guest)
    await registry.tools(reader)
    guest.held = [tool_called("a_name")]
    assert list(await registry.tools(reader)) == ["a_name"]
    assert registry.troubles == {}
