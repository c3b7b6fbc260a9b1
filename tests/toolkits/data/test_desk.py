"""Datasources are kept, changed and opened; what is secret about them is sealed for one address."""

import asyncio
import json
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

import pytest
from pydantic import BaseModel, ConfigDict, SecretStr
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from parlour.errors import Duplicate, InvalidRequest, NotAvailable, NotFound
from parlour.journal.unit import Unit, Writer
from parlour.protocol.content import Json
from parlour.protocol.datasources import DatasourceChange, NewDatasource
from parlour.store.database import Database, Reads
from parlour.store.tables import audit
from parlour.toolkits.data import DataToolkit, SecretPlace
from parlour.toolkits.data.datasource import Datasource
from parlour.toolkits.data.kinds import Shelf, by_name
from parlour.toolkits.data.tables import DROP_SECRETS
from parlour.tools.tool import Tool, ToolContext, make_tool
from tests.conftest import ManualClock
from tests.toolkits.data.conftest import Furnish, Project

SHOP = {"dialect": "postgresql", "host": "db", "database": "shop", "user": "reader", "password": "hush"}


async def password(project: Project, datasource_id: str) -> str:
    """The password, as it is sealed for where it may go."""
    desk = project.kit.desk
    kept = await desk.one(project.caller.project_id, datasource_id)
    place = SecretPlace(kept.tenant_id, kept.id, kept.address)
    return json.loads(await desk.seals.opened(kept.sealed_secrets or "", place))["password"]


async def test_a_secret_is_sealed_and_kept_apart(furnish: Furnish) -> None:
    project = await furnish()
    made = await project.add("shop", SHOP)
    kept = await project.kit.desk.one(project.caller.project_id, made)
    assert "password" not in kept.settings
    assert "hush" not in str(kept.settings)
    assert (kept.secret_names, kept.address) == (("password",), "postgresql://reader@db:5432/shop")
    assert await password(project, made) == "hush"


async def test_two_of_one_name_are_refused_in_one_project(furnish: Furnish) -> None:
    project, other = await furnish(), await furnish()
    await project.add("shop", SHOP)
    await other.add("shop", SHOP)
    with pytest.raises(Duplicate, match="“shop” already"):
        await project.add("shop", SHOP)


async def test_settings_that_do_not_fit_are_named_and_not_repeated(furnish: Furnish) -> None:
    project = await furnish()
    for wrong in ({"port": "hush"}, {"host": ""}, {"nonsense": "hush"}, {"database": ""}):
        with pytest.raises(InvalidRequest, match="do not fit") as told:
            await project.add("shop", SHOP | wrong)
        assert "hush" not in told.value.safe
    with pytest.raises(InvalidRequest, match="knows no kind of datasource “nosql”; it knows sql"):
        await project.add("shop", SHOP, kind="nosql")


async def test_a_secret_stays_and_never_follows_to_another_address(furnish: Furnish) -> None:
    project = await furnish()
    made = await project.add("shop", SHOP)
    desk, who = project.kit.desk, project.caller
    await desk.change(who, made, DatasourceChange(settings={"functions": ["app.margin"]}, writable=True))
    assert await password(project, made) == "hush"
    elsewheres: list[Json] = [{"host": "evil"}, {"port": 5433}, {"tls": True}, {"user": "root"}]
    for elsewhere in elsewheres:
        with pytest.raises(InvalidRequest, match=r"Secrets never follow to another address\. Enter anew: password"):
            await desk.change(who, made, DatasourceChange(settings=elsewhere))
    await desk.change(who, made, DatasourceChange(settings={"host": "other", "password": "new"}))
    assert await password(project, made) == "new"
    await desk.change(who, made, DatasourceChange(settings={"password": None}))
    kept = await desk.one(who.project_id, made)
    assert (kept.secret_names, kept.sealed_secrets, kept.rev, kept.writable) == ((), None, 4, True)


async def test_another_projects_datasource_is_not_there(furnish: Furnish) -> None:
    project, other = await furnish(), await furnish()
    made = await project.add("shop", SHOP)
    for deed in (
        other.kit.desk.one(other.caller.project_id, made),
        other.kit.desk.change(other.caller, made, DatasourceChange(name="mine")),
        other.kit.desk.remove(other.caller, made),
    ):
        with pytest.raises(NotFound):
            await deed


async def test_every_change_is_remembered_without_secrets(furnish: Furnish, database: Database) -> None:
    project = await furnish()
    made = await project.add("shop", SHOP)
    await project.kit.desk.change(project.caller, made, DatasourceChange(settings={"password": "newer"}))
    await project.kit.desk.remove(project.caller, made)
    async with database.read() as connection:
        found = (await connection.execute(select(audit).order_by(audit.c.id))).all()
    assert [row.action for row in found] == ["datasource_added", "datasource_changed", "datasource_removed"]
    assert {row.resource_id for row in found} == {made}
    assert not any(secret in str(row.details) for row in found for secret in ("hush", "newer"))


async def test_a_secret_whose_key_is_lost_is_entered_anew(furnish: Furnish, writer: Writer) -> None:
    project = await furnish()
    made = await project.add("shop", SHOP)
    await writer.commit(Unit(changes=DROP_SECRETS))
    with pytest.raises(NotAvailable, match=r"was dropped\. An admin can enter it anew"):
        await project.query("SELECT 1")
    await project.kit.desk.change(project.caller, made, DatasourceChange(settings={"password": "again"}))
    assert await password(project, made) == "again"


# --- kinds of others -----------------------------------------------------------------------------------------------


class Notes(BaseModel):
    """What it takes to read somebody's notes."""

    model_config = ConfigDict(extra="forbid")
    owner: str
    token: SecretStr


class NoteBook:
    """Open notes."""

    def __init__(self, settings: Notes) -> None:
        self.settings = settings

    async def close(self) -> None:
        return None


class NotesKind:
    """A kind of datasource as another package brings it: one class."""

    name = "notes"
    title = "Notes"
    settings = Notes

    def address(self, settings: Notes) -> str:
        return "https://notes.example"

    async def connect(self, settings: Notes, *, project_id: str, writable: bool) -> NoteBook:
        return NoteBook(settings)

    async def trial(self, source: NoteBook) -> str:
        return f"The notes of {source.settings.owner}."

    def tools(self, shelf: Shelf, there: Sequence[Datasource]) -> Sequence[Tool]:
        async def read_notes(context: ToolContext) -> str:
            """What somebody noted."""
            chosen = await shelf.choose(context.caller, "notes", None, "notebook")
            async with shelf.lend(chosen) as book:
                return f"{book.settings.owner} {book.settings.token.get_secret_value()}"

        return [make_tool(read_notes, effect="read", open_world=True)]


async def test_another_kind_is_one_class(furnish: Furnish) -> None:
    project = await furnish(kinds=[NotesKind()])
    await project.add("notes", {"owner": "Ann", "token": "hush"}, kind="notes")
    assert await project.tools() != {}
    assert await project.ask("read_notes") == "Ann hush"
    assert (
        await project.kit.desk.tried(project.caller.project_id, "notes", {"owner": "Bob", "token": "x"})
        == "The notes of Bob."
    )


def test_no_kind_takes_the_place_of_another() -> None:
    assert list(by_name([NotesKind()])) == ["notes"]
    with pytest.raises(ValueError, match="Two kinds of datasources are called “notes”"):
        by_name([NotesKind(), NotesKind()])


async def test_a_new_datasource_is_tried_before_it_is_kept(furnish: Furnish) -> None:
    project = await furnish(kinds=[NotesKind()])
    made = await project.add("notes", {"owner": "Ann", "token": "hush"}, kind="notes")
    kept = await project.kit.desk.one(project.caller.project_id, made)
    assert await project.kit.desk.tried_again(kept, {"owner": "Eve"}) == "The notes of Eve."
    with pytest.raises(InvalidRequest, match="token"):
        await project.kit.desk.tried(project.caller.project_id, "notes", {"owner": "Bob"})
    assert NewDatasource(name="x", kind="notes", settings={}).writable is False


@dataclass(frozen=True)
class Slowly:
    """Reads that come back only when they may."""

    reads: Reads
    has_read: asyncio.Event
    may_come_back: asyncio.Event

    @asynccontextmanager
    async def read(self) -> AsyncGenerator[AsyncConnection]:
        async with self.reads.read() as connection:
            yield connection
        self.has_read.set()
        await self.may_come_back.wait()


async def test_what_changed_while_it_was_read_is_not_known_as_it_was(furnish: Furnish, clock: ManualClock) -> None:
    project = await furnish(kinds=[NotesKind()])
    slowly = Slowly(project.kit.desk.reads, asyncio.Event(), asyncio.Event())
    kit = DataToolkit(replace(project.kit.desk, reads=slowly), project.kit.desk.kinds, clock, 300.0)
    asking = asyncio.create_task(kit.tools(project.caller))
    await slowly.has_read.wait()
    await project.add("notes", {"owner": "Ann", "token": "hush"}, kind="notes")
    slowly.may_come_back.set()
    kit.changed(project.caller, "notes")
    assert list(await asking) == []
    assert [tool.name for tool in await kit.tools(project.caller)] == ["read_notes"]
    await kit.close()
