"""Two people, two projects, the same names in both: through every door each finds, changes and takes back their own."""

import sqlite3
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import openai
import orjson
import pytest
from mcp import Client as McpClient
from mcp.client.streamable_http import streamable_http_client

from parlour.ids import new_id
from parlour.models.scripted import Script, ScriptedModel, call, says
from parlour.protocol.content import Message, ToolCallPart
from parlour.protocol.datasources import NewDatasource
from parlour.store.queries.people import Person
from parlour.toolkits.data.files.area import version_of
from tests.flow.test_files import asked
from tests.served import Client, Served, Serving
from tests.storage import Storage

WHO, MOVE, NOTE = "Who is our customer?", "Move the customer to Hull", "Put milk on the list"
QUERY = "SELECT name FROM customers"
SAID: Any = [{"role": "user", "content": WHO}]
LIST = "- tea\n"
EDIT = {"path": "list.md", "old": LIST, "new": "- tea\n- milk\n", "expected": version_of(LIST.encode())}
MODEL = ScriptedModel(
    {
        WHO: Script.of(call("database_query", query=QUERY, datasource="shop"), says("That one.")),
        MOVE: Script.of(call("database_change", statement="UPDATE customers SET city = 'Hull'"), says("Done.")),
        NOTE: Script.of(call("edit_file", **EDIT), says("Done.")),
    }
)


@dataclass(frozen=True, slots=True)
class Owner:
    """Somebody with a project of their own, in which there is a database “shop” and a folder “papers”."""

    person: Person
    key: str
    project_id: str
    customer: str
    database: Path
    list: Path

    def city(self) -> str:
        """Where the only customer lives, as the database itself says."""
        with closing(sqlite3.connect(self.database)) as connection:
            return connection.execute("SELECT city FROM customers").fetchone()[0]

    async def says(self, client: Client, content: str, project_id: str | None = None) -> dict[str, Any]:
        """Say something in one's project, or try to in another; what the server says to that."""
        return await client.asks(
            "send_message", content=content, client_message_id=new_id(), project_id=project_id or self.project_id
        )


@pytest.fixture
def serving(storage: Storage, tmp_path: Path) -> Serving:
    return Serving(storage, tmp_path)


async def settles(served: Served, username: str, customer: str) -> Owner:
    """Somebody new, with a project called “Shop” like everybody's."""
    app = served.app
    person = await served.newcomer(username)
    key = await served.key(person)
    status, told = await served.asks("POST", "/api/v1/projects", key, {"name": "Shop"})
    assert status == 201, told
    project_id = orjson.loads(told)["id"]
    app.settings.datasources.mkdir(exist_ok=True)
    database = app.settings.datasources / f"{username}.db"
    with closing(sqlite3.connect(database)) as connection:
        connection.execute("CREATE TABLE customers (name TEXT, city TEXT)")
        connection.execute("INSERT INTO customers VALUES (?, 'Leeds')", (customer,))
        connection.commit()
    file = app.settings.files / project_id / "list.md"
    file.parent.mkdir(parents=True)
    file.write_text(LIST)
    admin = (await served.knows(await served.key())).in_project(project_id)
    at: Any = {"dialect": "sqlite", "database": database.name}
    await app.data.desk.add(admin, NewDatasource(name="shop", kind="sql", settings=at, writable=True))
    await app.data.desk.add(admin, NewDatasource(name="papers", kind="files", settings={}, writable=True))
    return Owner(person, key, project_id, customer, database, file)


@asynccontextmanager
async def two(serving: Serving) -> AsyncGenerator[tuple[Served, Owner, Owner]]:
    async with serving(MODEL) as served:
        yield served, await settles(served, "ann", "Ackroyd"), await settles(served, "bob", "Brown")


def found(answer: Message) -> str:
    """All that the tools of an answer brought."""
    return str([part.result for part in answer.parts if isinstance(part, ToolCallPart)])


async def test_the_same_question_finds_ones_own_over_the_socket(serving: Serving) -> None:
    async with two(serving) as (served, ann, bob):
        for owner, other in ((ann, bob), (bob, ann), (ann, bob)):
            async with served.connected(owner.person) as client:
                refused = await owner.says(client, WHO, other.project_id)
                unknown = await owner.says(client, WHO, new_id())
                assert (refused["error_code"], refused["error"]) == (unknown["error_code"], unknown["error"])
                told = await owner.says(client, WHO)
                answer = await client.until_answered(await client.follows(told["ids"]["conversation_id"]))
                assert owner.customer in found(answer)
                assert other.customer not in found(answer)


async def test_the_same_question_finds_ones_own_over_rest(serving: Serving) -> None:
    async with two(serving) as (served, ann, bob):
        for owner, other in ((ann, bob), (bob, ann)):
            body = {"content": WHO, "project_id": owner.project_id}
            _, told = await served.asks("POST", "/api/v1/chat/messages", owner.key, body)
            answer = str(orjson.loads(told)["ai_message"]["parts"])
            assert owner.customer in answer
            assert other.customer not in answer
            places = ("/projects/{}/datasources", "/tools?project_id={}", "/tools/runs?project_id={}")
            for place in (*places, "/projects/{}", "/models?project_id={}"):
                refused = await served.asks("GET", f"/api/v1{place.format(other.project_id)}", owner.key)
                unknown = await served.asks("GET", f"/api/v1{place.format(new_id())}", owner.key)
                assert refused[0] == unknown[0] == 404, place
                assert without_request(refused[1]) == without_request(unknown[1])
            status, _ = await served.asks(
                "POST", "/api/v1/chat/messages", owner.key, body | {"project_id": other.project_id}
            )
            assert status == 404
            _, runs = await served.asks("GET", "/api/v1/tools/runs", owner.key)
            for run in orjson.loads(runs)["runs"]:
                assert (await served.asks("GET", f"/api/v1/tools/runs/{run['id']}", owner.key))[0] == 200
                assert (await served.asks("GET", f"/api/v1/tools/runs/{run['id']}", other.key))[0] == 404


def without_request(told: str) -> dict[str, Any]:
    """A refusal without what is of the one request."""
    refusal = orjson.loads(told)
    del refusal["error"]["request_id"]
    return refusal


async def test_the_same_call_finds_ones_own_over_mcp(serving: Serving) -> None:
    async with two(serving) as (served, ann, bob):
        for owner, other in ((ann, bob), (bob, ann), (ann, bob)):
            async with over_mcp(served, owner, owner.project_id) as client:
                brought = await client.call_tool("database_query", {"query": QUERY, "datasource": "shop"})
                assert owner.customer in str(brought.structured_content)
                assert other.customer not in str(brought.structured_content)
                (talk,) = (await client.list_resources()).resources
                read = str((await client.read_resource(str(talk.uri))).contents)
                assert owner.customer in read
                assert other.customer not in read
            answers = [
                await served.asks("POST", f"/mcp?project_id={place}", owner.key, {"jsonrpc": "2.0", "id": 1})
                for place in (other.project_id, new_id())
            ]
            assert [status for status, _ in answers] == [404, 404]
            assert without_request(answers[0][1]) == without_request(answers[1][1])


@asynccontextmanager
async def over_mcp(served: Served, owner: Owner, project_id: str) -> AsyncGenerator[McpClient]:
    """The official client in a project."""
    async with httpx2.AsyncClient(headers={"Authorization": f"Bearer {owner.key}"}, timeout=60) as http:
        transport = streamable_http_client(f"{served.url}/mcp?project_id={project_id}", http_client=http)
        async with McpClient(transport) as client:
            yield client


async def test_the_same_question_finds_ones_own_over_the_wire_of_openai(serving: Serving) -> None:
    async with two(serving) as (served, ann, bob):
        for owner, other in ((ann, bob), (bob, ann), (ann, bob)):
            async with openai.AsyncOpenAI(base_url=f"{served.url}/v1", api_key=owner.key, max_retries=0) as client:
                answer = await client.chat.completions.create(
                    model="default", messages=SAID, metadata={"project_id": owner.project_id}
                )
                ours = (answer.model_extra or {})["parlour"]
                kept = f"/api/v1/chat/messages/{ours['message_id']}"
                _, told = await served.asks("GET", kept, owner.key)
                assert owner.customer in told
                assert other.customer not in told
                assert (await served.asks("GET", kept, other.key))[0] == 404
                for place in (other.project_id, new_id()):
                    with pytest.raises(openai.NotFoundError):
                        await client.chat.completions.create(
                            model="default", messages=SAID, metadata={"project_id": place}
                        )
                with pytest.raises(openai.NotFoundError):
                    await client.with_options(api_key=other.key).chat.completions.create(
                        model="default", messages=SAID, metadata={"conversation_id": ours["conversation_id"]}
                    )


async def test_a_change_is_decided_by_whose_it_is_and_made_in_their_own(serving: Serving) -> None:
    async with two(serving) as (served, ann, bob):
        async with served.connected(ann.person) as client, served.connected(bob.person) as stranger:
            told = await ann.says(client, MOVE)
            topic = await client.follows(told["ids"]["conversation_id"])
            approval = await asked(client, topic)
            word = {"decision": "approve", "command_id": new_id()}
            refused = await stranger.asks("decide_tool_call", approval_id=approval.id, **word)
            unknown = await stranger.asks("decide_tool_call", approval_id=new_id(), **word)
            assert (refused["error_code"], refused["error"]) == (unknown["error_code"], unknown["error"])
            place = "/api/v1/approvals/{}/decision"
            answers = [
                await served.asks("POST", place.format(one), bob.key, {"decision": "approve"})
                for one in (approval.id, new_id())
            ]
            assert [status for status, _ in answers] == [404, 404]
            assert (ann.city(), bob.city()) == ("Leeds", "Leeds")
            assert (await client.asks("decide_tool_call", approval_id=approval.id, **word))["type"] == "ack"
            await client.until_answered(topic)
        assert (ann.city(), bob.city()) == ("Hull", "Leeds")


async def test_what_was_done_is_taken_back_by_whose_it_is(serving: Serving) -> None:
    async with two(serving) as (served, ann, bob):
        async with served.connected(ann.person) as client:
            told = await ann.says(client, NOTE)
            topic = await client.follows(told["ids"]["conversation_id"])
            approval = await asked(client, topic)
            await client.asks("decide_tool_call", approval_id=approval.id, decision="approve", command_id=new_id())
            answer = await client.until_answered(topic)
            (done,) = [part for part in answer.parts if isinstance(part, ToolCallPart)]
            assert (ann.list.read_text(), bob.list.read_text()) == (EDIT["new"], LIST)
            door = f"/api/v1/chat/messages/{{}}/tool-calls/{done.tool_call_id}/undo"
            refused = await served.asks("POST", door.format(answer.id), bob.key, {})
            unknown = await served.asks("POST", door.format(new_id()), bob.key, {})
            assert refused[0] == 404
            assert without_request(refused[1]) == without_request(unknown[1])
            assert ann.list.read_text() == EDIT["new"]
            assert (await served.asks("POST", door.format(answer.id), ann.key, {}))[0] == 200
        assert (ann.list.read_text(), bob.list.read_text()) == (LIST, LIST)
