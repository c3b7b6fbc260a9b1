"""What a server's tools are called here, what of a listing is used, and which programs are listed."""

import json
from pathlib import Path

import pytest

from parlour.errors import BadSetting
from parlour.toolkits.data.mcp.commands import listed_commands
from parlour.toolkits.data.mcp.listing import Definition, kept_listing, listing_of, wanted
from parlour.toolkits.data.mcp.naming import LONGEST, prefixes, tool_names
from parlour.toolkits.data.mcp.settings import McpLimits, McpSettings


def tool(name: str, **more: object) -> Definition:
    return Definition(name, "does something", {"type": "object"}, **more)  # pyright: ignore[reportArgumentType]


def test_a_server_gives_its_tools_its_name() -> None:
    assert prefixes({"1": "GitHub", "2": "Our  Files!", "3": "名前", "4": "_"}) == {
        "1": "github",
        "2": "our_files",
        "3": "mcp",
        "4": "mcp_4b227777",
    }


def test_no_server_can_take_a_name_of_another() -> None:
    found = prefixes({"2": "a__b", "1": "A", "3": "a"})
    assert (found["1"], found["2"]) == ("a", "a_b")
    assert found["3"].startswith("a_")
    names = [*tool_names("a", ["b__c", "_c"]).values(), *tool_names("a_b", ["c"]).values()]
    assert len(set(names)) == 3


def test_names_are_such_as_every_model_takes() -> None:
    theirs = ["search", "admin.tools/list", "admin_tools_list", "x" * 100, "x" * 99 + "y", "ü"]
    ours = tool_names("github", theirs)
    assert ours["search"] == "github__search"
    assert ours["admin.tools/list"] == "github__admin_tools_list"
    assert len(set(ours.values())) == len(theirs)
    assert all(len(name) <= LONGEST and name.isascii() for name in ours.values())
    assert tool_names("github", theirs) == ours


def test_of_a_listing_only_what_is_sound_is_used() -> None:
    limits = McpLimits(tools=3, schema_bytes=100)
    huge = Definition("huge", "", {"type": "object", "description": "x" * 200})
    found = listing_of([tool("a"), tool("a"), tool(""), huge, tool("b"), tool("c"), tool("d")], limits)
    assert ([each.name for each in found.tools], found.left_out) == (["a", "b", "c"], 4)
    assert kept_listing(json.loads(json.dumps(found.as_json()))) == found


def test_every_change_of_a_tool_makes_it_another() -> None:
    digests = {
        each.digest
        for each in (
            tool("a"),
            tool("b"),
            tool("a", read_only=True),
            tool("a", destructive=False),
            tool("a", idempotent=True),
            Definition("a", "does more", {"type": "object"}),
            Definition("a", "does something", {"type": "object", "properties": {"x": {}}}),
        )
    }
    assert len(digests) == 7


def test_what_is_denied_is_denied_whatever_is_allowed() -> None:
    listing = listing_of([tool("read_file"), tool("read_secret"), tool("write_file")], McpLimits())
    settings = McpSettings(url="http://a", allow=["read_*"], deny=["*secret*"])
    assert [each.name for each in wanted(listing, settings)] == ["read_file"]


def test_the_file_of_desktop_clients_is_understood(tmp_path: Path) -> None:
    file = tmp_path / "servers.json"
    given = {"command": "npx", "args": ["-y", "it"], "env": {"A": "b"}, "cwd": "/srv", "takes": ["TOKEN"]}
    file.write_text(json.dumps({"mcpServers": {"it": given}, "theme": "dark"}))
    command = listed_commands(str(file))["it"]
    assert (command.words, command.environment, command.folder) == (("npx", "-y", "it"), {"A": "b"}, "/srv")
    assert command.takes == {"TOKEN"}
    assert listed_commands("") == {}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("{", "is no JSON"),
        ("{}", "mcpServers: Field required"),
        ('{"mcpServers": {"a": {"url": "http://a", "command": "b"}}}', r"mcpServers\.a\.url"),
        ('{"mcpServers": {"a": {"command": ""}}}', r"mcpServers\.a\.command"),
        ('{"mcpServers": {"a": {"command": "b", "takes": ["A B"]}}}', "takes"),
    ],
)
def test_a_file_that_cannot_be_understood_stops_the_start(tmp_path: Path, text: str, says: str) -> None:
    file = tmp_path / "servers.json"
    file.write_text(text)
    with pytest.raises(BadSetting, match=f"MCP_SERVERS_FILE: .*{says}"):
        listed_commands(str(file))
    with pytest.raises(BadSetting, match="cannot be read"):
        listed_commands(str(tmp_path / "nothing"))
