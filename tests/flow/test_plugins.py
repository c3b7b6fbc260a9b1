"""The plugins of the how-to page, each as a package of its own, and a model that uses them through the whole house."""

from collections.abc import Iterator
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import orjson
import pytest

from parlour import plugins
from parlour.models.base import RequestedCall
from parlour.protocol.content import Message, TextPart, ToolCallPart
from parlour.protocol.datasources import NewDatasource
from tests.docs.blocks import blocks
from tests.flow.test_wires import behind
from tests.plugins.packages import installed, on_the_path
from tests.rules.skips import missing
from tests.rules.sources import ROOT
from tests.served import Served, Serving
from tests.storage import Storage
from tests.wires import OPENAI, Said

PAGE = ROOT / "docs/how-to/plugins.md"
TELLS = Said(text=("There ", "you are."))
ON_SQLITE = pytest.mark.parametrize("storage", ["sqlite"], indirect=True)


@pytest.fixture
def serving(storage: Storage, tmp_path: Path) -> Serving:
    return Serving(storage, tmp_path)


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "site"
    folder.mkdir()
    with on_the_path(folder):
        yield folder


def shown(file: str) -> str:
    """A file as the page shows it."""
    return next(block.body for block in blocks(PAGE) if block.file.rpartition("/")[2] == file)


def calls(name: str, **arguments: Any) -> Said:
    return Said(calls=(RequestedCall("call_a", name, arguments, orjson.dumps(arguments).decode()),))


def needs(package: str) -> None:
    if find_spec(package) is None:
        missing(package)


async def answered(served: Served, question: str, status: str = "completed") -> Message:
    async with served.connected() as client:
        ids = await client.says(question)
        return await client.until_answered(await client.follows(ids["conversation_id"]), status)


def call_of(answer: Message) -> ToolCallPart:
    return next(part for part in answer.parts if isinstance(part, ToolCallPart))


async def offered(served: Served, person: str = "") -> dict[str, dict[str, Any]]:
    key = await served.key(await served.newcomer(person) if person else None)
    status, text = await served.asks("GET", "/api/v1/tools", key)
    assert status == 200, text
    return {tool["name"]: tool for tool in orjson.loads(text)["tools"]}


async def test_a_model_uses_a_tool_that_a_package_brought(serving: Serving, site: Path) -> None:
    installed(site, "tides", shown("tides.py"), parlour_toolkits="tides = tides")
    async with behind(OPENAI) as (loopback, model):
        loopback.choose = OPENAI.served(calls("high_water", harbour="dover"), TELLS)
        async with serving(model) as served:
            answer = await answered(served, "When is high water at Dover?")
            tools = await offered(served, "ann")
        told = loopback.received[-1].json["messages"]
    call = call_of(answer)
    assert (call.name, call.status, call.summary) == ("high_water", "completed", "11:37")
    assert call.result == {"harbour": "Dover", "at": "11:37"}
    assert [part.text for part in answer.parts if isinstance(part, TextPart)] == ["There you are."]
    assert [orjson.loads(each["content"])["result"]["at"] for each in told if each["role"] == "tool"] == ["11:37"]
    assert (tools["high_water"]["effect"], tools["high_water"]["permission"]) == ("read", "tools:read")


RECIPES = (
    ("langchain_tools", "count_words", {"text": "a house by the sea", "shortest": 3}, 3, "langchain_core"),
    ("smolagents_tools", "spell_backwards", {"word": "tide"}, "edit", "smolagents"),
)


@ON_SQLITE
@pytest.mark.parametrize(("module", "name", "arguments", "result", "package"), RECIPES, ids=lambda each: str(each)[:20])
async def test_the_tools_of_other_frameworks_are_used_as_ours(
    serving: Serving, site: Path, module: str, name: str, arguments: dict[str, Any], result: Any, package: str
) -> None:
    needs(package)
    installed(site, module, shown(f"{module}.py"), parlour_toolkits=f"{module} = {module}")
    async with behind(OPENAI) as (loopback, model):
        loopback.choose = OPENAI.served(calls(name, **arguments), TELLS)
        async with serving(model) as served:
            answer = await answered(served, "Please do.")
            tool = (await offered(served))[name]
    assert (call_of(answer).status, call_of(answer).result) == ("completed", result)
    assert set(tool["parameters"]["properties"]) == set(arguments)
    assert tool["effect"] == "read"
    assert tool["description"].rstrip(".") in {"Count the words of a text", "Spell a word backwards"}


@ON_SQLITE
async def test_what_a_tool_of_langchain_says_when_it_cannot_reaches_the_model(serving: Serving, site: Path) -> None:
    needs("langchain_core")
    installed(site, "counting", shown("langchain_tools.py"), parlour_toolkits="counting = counting")
    async with behind(OPENAI) as (loopback, model):
        loopback.choose = OPENAI.served(calls("count_words", text=""), TELLS)
        async with serving(model) as served:
            call = call_of(await answered(served, "Please do."))
    assert call.status == "failed"
    assert call.error is not None
    assert call.error.message == "There is no text."


@ON_SQLITE
async def test_a_tool_that_says_nothing_asks_before_it_runs(serving: Serving, site: Path) -> None:
    source = """
        from parlour.plugins import tool

        rung = []

        @tool
        def ring(bell: str) -> str:
            "Ring a bell."
            rung.append(bell)
            return bell
    """
    installed(site, "bells", source, parlour_toolkits="bells = bells")
    async with behind(OPENAI) as (loopback, model):
        loopback.choose = OPENAI.served(calls("ring", bell="door"), TELLS)
        async with serving(model) as served, served.connected() as client:
            topic = await client.follows((await client.says("Ring the bell."))["conversation_id"])
            asked = await client.until_asked(topic)
            rung = vars(import_module("bells"))["rung"]
            assert rung == []
            assert (asked.tool_name, asked.effect, asked.remember) == ("ring", "destructive", None)
            await client.asks("decide_tool_call", approval_id=asked.id, decision="approve", command_id="yes")
            call = call_of(await client.until_answered(topic))
    assert (call.status, call.result, rung) == ("completed", "door", ["door"])


@ON_SQLITE
async def test_a_broken_plugin_does_not_keep_the_house_from_answering(serving: Serving, site: Path) -> None:
    installed(site, "broken", "1 / 0", parlour_toolkits="broken = broken", parlour_datasources="worse = broken:Kind")
    installed(site, "tides", shown("tides.py"), parlour_toolkits="tides = tides")
    async with behind(OPENAI) as (loopback, model):
        loopback.choose = OPENAI.served(calls("high_water", harbour="Atlantis"), TELLS)
        async with serving(model) as served:
            call = call_of(await answered(served, "When is high water?"))
            assert [(each.name, each.state) for each in served.app.plugins.found] == [
                ("broken", "failed"),
                ("tides", "loaded"),
                ("worse", "failed"),
            ]
    assert call.error is not None
    assert call.error.message == "No tide table has Atlantis. There are tables for Whitby and Dover."


@ON_SQLITE
async def test_a_project_is_given_a_datasource_of_a_kind_that_a_package_brought(serving: Serving, site: Path) -> None:
    installed(site, "almanac", shown("almanac.py"), parlour_datasources="almanac = almanac:AlmanacKind")
    async with behind(OPENAI) as (loopback, model):
        loopback.choose = OPENAI.served(calls("look_up_almanac"), TELLS)
        async with serving(model) as served:
            app = served.app
            who = (await served.knows(await served.key())).in_project(app.house.home_project_id)
            settings: dict[str, Any] = {"harbour": "Whitby", "key": "hush"}
            await app.data.desk.add(who, NewDatasource(name="tables", kind="almanac", settings=settings))
            call = call_of(await answered(served, "Which harbour is the almanac of?"))
            (kept,) = await app.data.desk.kept(app.house.home_project_id)
    assert (call.status, call.result) == ("completed", "Whitby")
    assert (kept.settings, kept.secret_names) == ({"harbour": "Whitby"}, ("key",))


@ON_SQLITE
@pytest.mark.parametrize(
    ("breaks", "says"),
    [
        ('raise RuntimeError("not today")', "It could not say what it offers: RuntimeError."),
        ("return [replace(tools[0], name='search_entities')]", "search_entities is left out"),
    ],
    ids=["raises", "takes a name of the house"],
)
async def test_a_kind_that_breaks_when_its_tools_are_asked_for_costs_only_those(
    serving: Serving, site: Path, breaks: str, says: str
) -> None:
    broken = f"""
{shown("almanac.py")}
from dataclasses import replace

class Breaking(AlmanacKind):
    def tools(self, shelf, there):
        tools = super().tools(shelf, there)
        {breaks}
"""
    installed(site, "almanac", broken, parlour_datasources="almanac = almanac:Breaking")
    async with behind(OPENAI) as (loopback, model):
        loopback.choose = OPENAI.served(calls("search_entities", query="lamp"), TELLS)
        async with serving(model) as served:
            app = served.app
            who = (await served.knows(await served.key())).in_project(app.house.home_project_id)
            settings: dict[str, Any] = {"harbour": "Whitby", "key": "hush"}
            await app.data.desk.add(who, NewDatasource(name="tables", kind="almanac", settings=settings))
            call = call_of(await answered(served, "Where are the lamps?"))
            _, told = await served.asks("GET", "/api/v1/system/status", await served.key())
    assert call.status == "completed"
    (plugin,) = [each for each in orjson.loads(told)["components"] if each["kind"] == "plugin"]
    assert (plugin["name"], plugin["state"]) == ("almanac", "degraded")
    assert says in plugin["words"]


def test_the_page_lists_what_a_plugin_may_import_and_nothing_else() -> None:
    section = PAGE.read_text("utf-8").partition("## What stays")[2]
    listed = {
        name.strip("`, ") for line in section.splitlines() if "|" in line for name in line.split("|")[2].split(",")
    }
    assert {name for name in listed if name.strip("- ") and name != "names"} == set(plugins.__all__)
