"""Plugins are found by entry point. A broken one is named and left out; one that was asked for has to be there."""

from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from textwrap import dedent

import pytest

from parlour.errors import BadSetting
from parlour.plugins import finding
from parlour.plugins.finding import Plugins, found_plugins
from parlour.tools.caller import Caller
from tests.plugins.packages import installed, on_the_path

ANN = Caller("tenant", "user", "project", frozenset({"tools:read"}))
TIDES = '''
    from parlour.plugins import tool

    @tool(effect="read")
    def next_tide(harbour: str) -> str:
        """When the tide is high next."""
        return f"High water at {harbour} at noon."
'''


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "site"
    folder.mkdir()
    with on_the_path(folder):
        yield folder


async def found(*chosen: str) -> Plugins:
    return await found_plugins(chosen, ["sql"])


def states(plugins: Plugins) -> list[tuple[str, str, str, str]]:
    return [(each.name, each.brings, each.package, each.state) for each in plugins.found]


async def names(plugins: Plugins, plugin: str) -> list[str]:
    return [tool.name for tool in await plugins.toolsets[plugin].tools(ANN)]


async def test_the_tools_of_a_module_are_found(site: Path) -> None:
    installed(site, "tides", TIDES, parlour_toolkits="tides = tides")
    plugins = await found()
    assert states(plugins) == [("tides", "tools", "tides 1.0", "loaded")]
    assert await names(plugins, "tides") == ["next_tide"]


@pytest.mark.parametrize("leads_to", ["tides:next_tide", "tides:several", "tides:made", "tides:Harbour"])
async def test_an_entry_point_may_lead_to_a_tool_to_several_and_to_what_makes_them(site: Path, leads_to: str) -> None:
    more = """
    several = [next_tide]

    def made():
        return iter(several)

    class Harbour:
        name = "harbour"

        async def open(self):
            pass

        async def close(self):
            pass

        async def tools(self, caller):
            return several
"""
    installed(site, "tides", TIDES + more, parlour_toolkits=f"tides = {leads_to}")
    assert await names(await found(), "tides") == ["next_tide"]


async def test_a_module_is_opened_and_closed(site: Path) -> None:
    more = """
    seen = []

    async def open():
        seen.append("open")

    async def close():
        seen.append("closed")
        raise OSError("the line is dead")
"""
    installed(site, "tides", TIDES + more, parlour_toolkits="tides = tides")
    plugins = await found()
    seen = vars(import_module("tides"))["seen"]
    assert seen == ["open"]
    await plugins.close()
    assert seen == ["open", "closed"]


BROKEN = {
    "import nowhere_at_all": "ModuleNotFoundError: No module named 'nowhere_at_all'.",
    "raise SystemExit(3)": "RuntimeError: a tool tried to end the server by SystemExit.",
    "x = 1": "The module broken has no tool: `@tool` makes one of a function.",
    "from parlour.plugins import tool\n@tool\ndef bare():\n    return 1": (
        "TypeError: tool bare has no docstring: nobody could know when to use it."
    ),
    "from parlour.plugins import tool\n@tool\ndef bare(x):\n    'Bare.'": (
        "TypeError: parameter x of tool bare has no type."
    ),
    "from parlour.plugins import tool\n@tool\ndef bare(*x: int):\n    'Bare.'": (
        "TypeError: tool bare takes x, and a model names each argument by itself."
    ),
    "from parlour.plugins import tool\n@tool(permission='harbour:enter')\ndef bare():\n    'Bare.'": (
        "Its tool bare needs “harbour:enter”, which nobody has. There is house:manage, projects:create,"
        " tools:control, tools:destructive, tools:read, tools:write."
    ),
    "from parlour.plugins import tool\n@tool\ndef bare():\n    'Bare.'\nasync def open():\n    1 / 0": (
        "ZeroDivisionError: division by zero."
    ),
}


async def test_words_that_the_built_in_model_cannot_read_are_a_fault_of_the_plugin(site: Path) -> None:
    source = """
    from parlour.plugins import Frame, Language, tool

    @tool(effect="read", language=Language((Frame("odd", 3, ()),), None))
    def odd() -> int:
        "Be odd."
        return 1
    """
    installed(site, "odd", source, parlour_toolkits="odd = odd")
    (odd,) = (await found()).found
    assert (odd.state, odd.problem) == ("failed", "TypeError: 'int' object is not iterable.")


async def test_an_open_of_files_is_not_taken_for_the_opening_of_the_plugin(site: Path) -> None:
    installed(site, "tides", f"from io import open\n{dedent(TIDES)}", parlour_toolkits="tides = tides")
    assert states(await found()) == [("tides", "tools", "tides 1.0", "loaded")]


@pytest.mark.parametrize("source", BROKEN)
async def test_a_broken_plugin_is_named_with_what_is_wrong_and_the_others_are_there(site: Path, source: str) -> None:
    installed(site, "broken", source, parlour_toolkits="broken = broken")
    installed(site, "tides", TIDES, parlour_toolkits="tides = tides")
    plugins = await found()
    assert [(each.name, each.state, each.problem) for each in plugins.found] == [
        ("broken", "failed", BROKEN[source]),
        ("tides", "loaded", ""),
    ]
    assert [*plugins.toolsets] == ["tides"]


async def test_a_plugin_that_is_never_ready_is_left_out(site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(finding, "LOAD_S", 0.05)
    installed(site, "stuck", "import threading\nthreading.Event().wait()", parlour_toolkits="stuck = stuck")
    plugins = await found()
    assert [(each.state, each.problem) for each in plugins.found] == [
        ("failed", "It was not ready within 0.05 seconds.")
    ]


async def test_an_entry_point_that_leads_to_something_else_says_what_it_should_lead_to(site: Path) -> None:
    installed(site, "odd", "number = 3", parlour_toolkits="odd = odd:number")
    (odd,) = (await found()).found
    assert odd.problem.startswith("It leads to a int, and not to a module with tools, a tool, or a function")


async def test_only_the_plugins_that_are_named_are_loaded(site: Path) -> None:
    installed(site, "tides", TIDES, parlour_toolkits="tides = tides")
    installed(site, "buses", TIDES, parlour_toolkits="buses = buses")
    plugins = await found("tides")
    assert states(plugins) == [("buses", "tools", "buses 1.0", "off"), ("tides", "tools", "tides 1.0", "loaded")]
    assert {each.state for each in (await found("none")).found} == {"off"}


async def test_a_plugin_that_was_named_has_to_be_there_and_to_load(site: Path) -> None:
    installed(site, "broken", "raise ValueError('not today')", parlour_toolkits="broken = broken")
    with pytest.raises(BadSetting, match="PARLOUR_PLUGINS names tides, and no package that is installed"):
        await found("tides")
    with pytest.raises(BadSetting, match="names broken, which could not be loaded: ValueError: not today"):
        await found("broken")


async def test_two_plugins_of_one_name_do_not_hide_each_other(site: Path) -> None:
    installed(site, "tides", TIDES, parlour_toolkits="tides = tides")
    installed(site, "waves", TIDES, parlour_toolkits="tides = waves")
    plugins = await found()
    assert [each.state for each in plugins.found] == ["loaded", "failed"]
    assert plugins.found[1].problem == "Another package has a plugin of this name: remove one of them."


async def test_a_kind_of_datasource_is_found_and_takes_nobodys_place(site: Path) -> None:
    kind = """
    from pydantic import BaseModel

    class Notes:
        title = "Notes"
        settings = BaseModel

        def __init__(self, name="notes"):
            self.name = name

        def address(self, settings): ...
        async def connect(self, settings, *, project_id, writable): ...
        async def trial(self, source): ...
        def tools(self, shelf, there): ...

    def sql():
        return Notes("sql")

    def nothing():
        return 3
"""
    lines = "notes = notes:Notes\nother = notes:sql\npages = notes:nothing"
    installed(site, "notes", kind, parlour_datasources=lines)
    plugins = await found()
    assert [kind.name for kind in plugins.kinds.values()] == ["notes"]
    assert [(each.name, each.state, each.problem) for each in plugins.found] == [
        ("notes", "loaded", ""),
        ("other", "failed", "There is a kind of datasource called “sql” already."),
        ("pages", "failed", "It leads to a int, and not to what makes a kind of datasource."),
    ]
