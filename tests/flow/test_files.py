"""Somebody asks about a file of their project, and has it changed: through the whole house, by a model's wire."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
import pytest
from sqlalchemy import select

from parlour.models.base import RequestedCall
from parlour.protocol.content import Approval, Message, ToolCallPart
from parlour.protocol.datasources import NewDatasource
from parlour.store.tables import ledger
from parlour.toolkits.data.files.area import version_of
from tests.flow.test_wires import behind
from tests.providers import Provider
from tests.served import Client, Served, Serving
from tests.storage import Storage
from tests.wires import OPENAI, Said

BEFORE = "# Shopping\n\n- tea\n- bread\n"
AFTER = "# Shopping\n\n- tea\n- bread\n- milk\n"
PATH = "lists/shopping.md"
EDIT = {"path": PATH, "old": "- bread\n", "new": "- bread\n- milk\n", "expected": version_of(BEFORE.encode())}
TELLS = Said(text=("Milk is ", "on the list."))


def calls(id: str, name: str, arguments: dict[str, Any]) -> Said:
    return Said(calls=(RequestedCall(id, name, arguments, orjson.dumps(arguments).decode()),))


READS = calls("call_a", "read_file", {"path": PATH})
EDITS = calls("call_b", "edit_file", EDIT)


@pytest.fixture
def serving(storage: Storage, tmp_path: Path) -> Serving:
    return Serving(storage, tmp_path)


async def furnished(served: Served) -> Path:
    """A list in the files of the home's project, which may be changed; where it lies."""
    app = served.app
    file = app.settings.files / app.house.home_project_id / PATH
    file.parent.mkdir(parents=True)
    file.write_text(BEFORE)
    who = (await served.knows(await served.key())).in_project(app.house.home_project_id)
    await app.data.desk.add(who, NewDatasource(name="papers", kind="files", settings={}, writable=True))
    return file


async def asked(client: Client, topic: str) -> Approval:
    """The change that waits for a word."""
    while not client.state(topic).approvals:
        await client.next()
    return client.state(topic).approvals[-1]


def tool_calls(answer: Message) -> list[ToolCallPart]:
    return [part for part in answer.parts if isinstance(part, ToolCallPart)]


@dataclass(frozen=True, slots=True)
class Wanted:
    """Somebody has asked for milk on their list, and the change of the file waits for their word."""

    loopback: Provider
    served: Served
    client: Client
    topic: str
    file: Path
    approval: Approval

    async def says(self, decision: str) -> Message:
        """Give the word; the answer, once it is complete."""
        word = {"approval_id": self.approval.id, "decision": decision, "command_id": decision}
        await self.client.asks("decide_tool_call", **word)
        return await self.client.until_answered(self.topic)


@asynccontextmanager
async def milk_wanted(serving: Serving) -> AsyncGenerator[Wanted]:
    async with behind(OPENAI) as (loopback, model):
        loopback.choose = OPENAI.served(READS, EDITS, TELLS)
        async with serving(model) as served, served.connected() as client:
            file = await furnished(served)
            ids = await client.says("Put milk on my shopping list")
            topic = await client.follows(ids["conversation_id"])
            approval = await asked(client, topic)
            yield Wanted(loopback, served, client, topic, file, approval)


async def test_a_file_is_read_and_changed_once_after_a_yes_to_the_diff(serving: Serving) -> None:
    async with milk_wanted(serving) as it:
        assert it.approval.preview is not None
        assert (it.approval.reason, it.approval.label) == ("tainted", f"Change “{PATH}” in “papers”")
        shown = it.approval.preview.note.split("\n")
        assert [line for line in shown if line[:2] in ("- ", "+-", "--")] == [f"--- {PATH} now", "+- milk"]
        assert it.file.read_text() == BEFORE
        answer = await it.says("approve")
        assert it.file.read_text() == AFTER
        async with it.served.app.database.read() as connection:
            entries = (await connection.execute(select(ledger.c.tool_name, ledger.c.status))).all()
        told = [
            orjson.loads(each["content"])
            for each in it.loopback.received[-1].json["messages"]
            if each["role"] == "tool"
        ]
    assert [(call.name, call.status, call.undo) for call in tool_calls(answer)] == [
        ("read_file", "completed", None),
        ("edit_file", "completed", "offered"),
    ]
    assert (told[0]["result"]["text"], told[0]["result"]["version"]) == (BEFORE.rstrip(), EDIT["expected"])
    assert told[1]["result"]["version"] == version_of(AFTER.encode())
    assert [tuple(each) for each in entries] == [("edit_file", "done")]


async def test_a_no_leaves_the_file_as_it_is(serving: Serving) -> None:
    async with milk_wanted(serving) as it:
        answer = await it.says("deny")
        assert (tool_calls(answer)[1].status, it.file.read_text()) == ("denied", BEFORE)


async def test_what_changed_after_the_yes_was_asked_for_is_not_overwritten(serving: Serving) -> None:
    async with milk_wanted(serving) as it:
        it.file.write_text("somebody else's list\n")
        answer = await it.says("approve")
        call = tool_calls(answer)[1]
        assert (call.status, it.file.read_text()) == ("failed", "somebody else's list\n")
        assert "is not as it was" in str(call.model_dump())
