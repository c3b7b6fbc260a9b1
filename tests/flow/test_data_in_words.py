"""With no key and no network, files and a database are asked in ordinary words, through the whole house."""

from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest

from parlour.protocol.content import Message, TextPart, ToolCallPart
from parlour.protocol.datasources import NewDatasource
from tests.databases import shop
from tests.served import Client, Serving
from tests.storage import Storage


@pytest.fixture
async def client(storage: Storage, tmp_path: Path) -> AsyncIterator[Client]:
    """Somebody whose project has a shop's database and a list among its papers; only the built-in model answers."""
    with shop("sqlite", tmp_path) as there:
        async with Serving(storage, tmp_path / "data")(datasource_folder=str(there.root)) as served:
            app = served.app
            who = (await served.knows(await served.key())).in_project(app.house.home_project_id)
            file = app.settings.files / app.house.home_project_id / "lists/shopping.md"
            file.parent.mkdir(parents=True)
            file.write_text("- tea\n- bread\n")
            await app.data.desk.add(who, NewDatasource(name="papers", kind="files", settings={}))
            await app.data.desk.add(who, NewDatasource(name="shop", kind="sql", settings=there.settings))
            async with served.connected() as client:
                yield client


async def answers(client: Client, questions: Sequence[str]) -> list[Message]:
    """What is answered, each question in a conversation of its own."""
    found: list[Message] = []
    for question in questions:
        ids = await client.says(question)
        found.append(await client.until_answered(await client.follows(ids["conversation_id"])))
    return found


def words(message: Message) -> str:
    return "".join(part.text for part in message.parts if isinstance(part, TextPart))


async def test_files_are_listed_read_and_searched(client: Client) -> None:
    listed, read, searched = await answers(
        client, ["Which files are in lists?", "Read the file shopping", "Which file mentions bread?"]
    )
    assert "lists/shopping.md (14 bytes)" in words(listed)
    assert "- tea\n- bread" in words(read)
    assert "**lists/shopping.md**\n  - 2: - bread" in words(searched)
    assert {message.model for message in (listed, read, searched)} == {"built-in"}


async def test_a_database_tells_its_tables_and_what_is_in_one_of_them(client: Client) -> None:
    schema, rows, nothing = await answers(
        client, ["Which tables does the database have?", "Show me the table Customers", "Show the table invoices"]
    )
    assert "**customers**: id integer key" in words(schema)
    assert "| Dales \\| Tea | Leeds |" in words(rows)
    (call,) = [part for part in rows.parts if isinstance(part, ToolCallPart)]
    assert isinstance(call.result, dict)
    assert call.result["query"] == 'SELECT * FROM "customers"'
    assert "No table is called “invoices”." in words(nothing)


async def test_what_they_can_be_asked_is_shown_where_nothing_was_understood(client: Client) -> None:
    (declined,) = await answers(client, ["Tell me a joke about penguins"])
    assert "Which files are there?" in words(declined)
