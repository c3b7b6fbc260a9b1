"""Somebody uses an MCP server that they added for themselves alone: nobody else sees it, calls it or changes it."""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
import pytest

from parlour.models.scripted import Script, ScriptedModel, call, says
from parlour.protocol.content import ToolCallPart
from parlour.store.queries.people import Person
from parlour.toolkits.data.desk import MOST_OWN
from tests.flow.test_wires import ON_SQLITE
from tests.served import Served, Serving
from tests.storage import Storage
from tests.toolkits.data.mcp.conftest import over_http, until

LOOPBACK = "127.0.0.0/8"
ASKED = "How often?"
ONCE = {"server": "notes", "data": {"result": 1}}
NOT_THEIRS = ({(404, "not_found")}, {(403, "forbidden")})
MODEL = ScriptedModel({ASKED: Script.of(call("notes__times_asked", what="notes"), says("So often."))})


@pytest.fixture
def serving(storage: Storage, tmp_path: Path) -> Serving:
    return Serving(storage, tmp_path / "data")


@pytest.fixture
async def theirs(tmp_path: Path) -> AsyncIterator[tuple["Desk", "Desk"]]:
    """Two servers that are alike."""
    async with at(tmp_path / "first") as first, at(tmp_path / "second") as second:
        yield first, second


@dataclass(frozen=True, slots=True)
class Desk:
    """An MCP server, and what was written down at it."""

    folder: Path
    url: str

    def asked(self) -> int:
        """How often its tool was called."""
        notes = self.folder / "notes"
        return len(notes.read_text().splitlines()) if notes.exists() else 0


@asynccontextmanager
async def at(folder: Path) -> AsyncGenerator[Desk]:
    folder.mkdir()
    async with over_http(folder) as port:
        yield Desk(folder, f"http://127.0.0.1:{port}/mcp")


@dataclass(frozen=True, slots=True)
class Somebody:
    """Somebody at the doors of the shared project's datasources."""

    served: Served
    person: Person
    key: str

    async def asks(self, method: str, path: str = "", body: Any = None) -> tuple[int, Any]:
        """The status, and what the door said."""
        door = f"/api/v1/projects/{self.served.app.house.home_project_id}/datasources{path}"
        status, text = await self.served.asks(method, door, self.key, body)
        return status, orjson.loads(text) if text else None

    async def adds(self, url: str, name: str = "notes", **more: Any) -> str:
        """Add a server for oneself, and wait until its tools are offered; its id."""
        new = {"name": name, "kind": "mcp", "is_mine": True, "settings": {"url": url, "trusted": True}} | more
        status, told = await self.asks("POST", "", new)
        assert status == 201, told
        caller = (await self.served.knows(self.key)).in_project(self.served.app.house.home_project_id)

        async def is_offered() -> bool:
            return f"{name}__add" in {tool.name for tool in await self.served.app.data.tools(caller)}

        await until(is_offered)
        return told["id"]

    async def there(self) -> list[str]:
        """The ids of what they are told of."""
        status, told = await self.asks("GET")
        assert status == 200
        return [each["id"] for each in told["datasources"]]

    async def calls(self) -> ToolCallPart:
        """What comes of the tool when they ask."""
        async with self.served.connected(self.person) as client:
            ids = await client.says(ASKED)
            answer = await client.until_answered(await client.follows(ids["conversation_id"]))
        return next(part for part in answer.parts if isinstance(part, ToolCallPart))


async def comes(served: Served, username: str, role: str = "user") -> Somebody:
    person = await served.newcomer(username)
    await served.asks("PATCH", f"/api/v1/users/{person.id}", await served.key(), {"role": role})
    return Somebody(served, person, await served.key(person))


async def admin_of(served: Served) -> Somebody:
    return Somebody(served, served.app.house.admin, await served.key())


async def test_two_people_have_a_server_of_the_same_name_and_each_calls_their_own(
    serving: Serving, theirs: tuple[Desk, Desk]
) -> None:
    first, second = theirs
    async with serving(MODEL, mcp_own_servers=LOOPBACK) as served:
        ann, ben, cat = await comes(served, "ann"), await comes(served, "ben"), await comes(served, "cat")
        of_ann, of_ben = await ann.adds(first.url), await ben.adds(second.url)
        assert (await ann.there(), await ben.there(), await cat.there()) == ([of_ann], [of_ben], [])
        assert ((await ann.calls()).result, first.asked(), second.asked()) == (ONCE, 1, 0)
        assert ((await ben.calls()).result, first.asked(), second.asked()) == (ONCE, 1, 1)
        refused = await cat.calls()
        assert refused.error is not None
        assert (refused.status, refused.error.code) == ("failed", "not_found")


async def test_it_is_unknown_to_everybody_else_and_to_admins_too(serving: Serving, theirs: tuple[Desk, Desk]) -> None:
    async with serving(MODEL, mcp_own_servers=LOOPBACK) as served:
        ann = await comes(served, "ann")
        mine = await ann.adds(theirs[0].url)
        for other in (await admin_of(served), await comes(served, "mod", "moderator")):
            assert await other.there() == []
            assert (await other.asks("GET", f"/{mine}"))[0] == 404
            assert (await other.asks("GET", f"/{mine}/sign-in"))[0] == 404
            for method, path in (("PATCH", ""), ("DELETE", ""), ("POST", "/check")):
                body = {"name": "mine now"} if method == "PATCH" else None
                refused = [await other.asks(method, f"/{one}{path}", body) for one in (mine, ann.person.id)]
                assert {(status, told["error"]["code"]) for status, told in refused} in NOT_THEIRS
        assert await ann.there() == [mine]


@ON_SQLITE
async def test_whose_it_is_sees_changes_tries_and_removes_it(serving: Serving, theirs: tuple[Desk, Desk]) -> None:
    async with serving(MODEL, mcp_own_servers=LOOPBACK) as served:
        ann = await comes(served, "ann")
        mine = await ann.adds(theirs[0].url)
        _, shown = await ann.asks("GET", f"/{mine}")
        assert (shown["is_mine"], shown["address"]) == (True, theirs[0].url)
        assert (await ann.asks("PATCH", f"/{mine}", {"description": "Mine"}))[1]["description"] == "Mine"
        tried = (await ann.asks("POST", f"/{mine}/check"))[1]
        assert tried["works"], tried
        again = {"name": "notes", "kind": "mcp", "is_mine": True, "settings": {"url": theirs[1].url}}
        assert (await ann.asks("POST", "", again))[0] == 409
        assert (await ann.asks("DELETE", f"/{mine}"))[0] == 204
        assert await ann.there() == []


@ON_SQLITE
async def test_what_is_everybodys_keeps_the_name_of_its_tools(serving: Serving, theirs: tuple[Desk, Desk]) -> None:
    first, second = theirs
    async with serving(MODEL, mcp_own_servers=LOOPBACK, datasource_private_networks=LOOPBACK) as served:
        ann, admin = await comes(served, "ann"), await admin_of(served)
        await ann.adds(first.url)
        await admin.adds(second.url, is_mine=False)
        assert (await ann.calls()).result == ONCE
        assert (first.asked(), second.asked()) == (0, 1)
        _, told = await ann.asks("GET")
        assert [each["is_mine"] for each in told["datasources"]] == [False, True]


@ON_SQLITE
async def test_a_person_gets_no_further_than_the_house_lets_people(serving: Serving, tmp_path: Path) -> None:
    servers = tmp_path / "servers.json"
    servers.write_text(orjson.dumps({"mcpServers": {"shell": {"command": "sh"}}}).decode())
    inside: dict[str, Any] = {"mcp_servers_file": str(servers), "datasource_private_networks": LOOPBACK}
    at_home: dict[str, Any] = {
        "name": "notes",
        "kind": "mcp",
        "is_mine": True,
        "settings": {"url": "http://127.0.0.1:9"},
    }
    async with serving(MODEL, mcp_own_servers="open", **inside) as served:
        ann, ines = await comes(served, "ann"), await comes(served, "ines", "guest")
        tried = await ann.asks("POST", "/check", {key: at_home[key] for key in ("kind", "is_mine", "settings")})
        assert "inside of a network" in tried[1]["problem"]["message"]
        program = await ann.asks("POST", "", at_home | {"settings": {"program": "shell"}})
        assert (program[0], "No program “shell” is listed" in program[1]["error"]["message"]) == (422, True)
        files = await ann.asks("POST", "", at_home | {"kind": "files", "settings": {}})
        assert (files[0], "for themselves alone" in files[1]["error"]["message"]) == (422, True)
        assert (await ann.asks("POST", "", at_home | {"is_mine": False}))[0] == 403
        assert (await ines.asks("POST", "", at_home))[0] == 403
        kinds = [[kind["name"] for kind in (await one.asks("GET"))[1]["own_kinds"]] for one in (ann, ines)]
        assert kinds == [["mcp"], []]


@ON_SQLITE
async def test_a_house_that_allows_none_says_so(serving: Serving) -> None:
    new = {"name": "notes", "kind": "mcp", "is_mine": True, "settings": {"url": "https://mcp.example.com/mcp"}}
    async with serving(MODEL) as served:
        for one in (await comes(served, "ann"), await admin_of(served)):
            assert (await one.asks("GET"))[1]["own_kinds"] == []
            status, told = await one.asks("POST", "", new)
            assert (status, "In this house nobody has" in told["error"]["message"]) == (422, True)


@ON_SQLITE
async def test_nobody_has_more_than_there_may_be(serving: Serving) -> None:
    new: dict[str, Any] = {"kind": "mcp", "is_mine": True, "settings": {"url": "http://127.0.0.1:9/mcp"}}
    async with serving(MODEL, mcp_own_servers=LOOPBACK) as served:
        ann = await comes(served, "ann")
        for number in range(MOST_OWN):
            assert (await ann.asks("POST", "", new | {"name": f"notes {number}"}))[0] == 201
        status, told = await ann.asks("POST", "", new | {"name": "one more"})
        assert (status, "as many as there may be" in told["error"]["message"]) == (422, True)
