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
