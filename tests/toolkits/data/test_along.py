"""What a change takes along, by keys that refer to its rows and by triggers, is shown before anybody says yes."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from parlour.protocol.content import PreviewChange
from parlour.toolkits.data.sql.settings import Dialect
from parlour.tools.acting import Foreseen
from tests.databases import Shop, shop
from tests.storage import run_on_postgres
from tests.toolkits.data.conftest import Furnish, Project

NOTES = (
    "CREATE TABLE notes (id INTEGER PRIMARY KEY, order_id INTEGER,"
    " FOREIGN KEY (order_id) REFERENCES orders (id) ON DELETE CASCADE)",
    "CREATE TABLE marks (id INTEGER PRIMARY KEY, note_id INTEGER,"
    " FOREIGN KEY (note_id) REFERENCES notes (id) ON DELETE SET NULL)",
    "INSERT INTO notes VALUES (1, 10), (2, 10), (3, 11)",
    "INSERT INTO marks VALUES (1, 1), (2, 3), (3, 3)",
)


@pytest.fixture
def noted(shopped_as: Dialect, tmp_path: Path) -> Iterator[Shop]:
    """A shop with notes on its orders, which go with them, and marks on the notes, which stay."""
    with shop(shopped_as, tmp_path, *NOTES) as made:
        yield made


@pytest.fixture
async def project(furnish: Furnish, noted: Shop) -> Project:
    made = await furnish()
    await made.add("shop", noted.settings, writable=True)
    return made


async def foresee(project: Project, statement: str) -> Foreseen:
    acting = (await project.tools())["database_change"].acting
    assert acting.foresee is not None
    return await acting.foresee(project.context, statement=statement)


def row(what: str, before: str | None, after: str | None) -> PreviewChange:
    return PreviewChange(what=what, before=before, after=after)


ALONG: dict[Dialect, list[PreviewChange]] = {
    "sqlite": [row("Other rows", "3 rows", "changed or gone")],
    "postgresql": [row("marks", "1 row", "changed"), row("notes", "2 rows", None)],
    "mysql": [
        row("notes", "rows that refer to these", None),
        row("marks", "rows that refer to these", "refer to nothing any more"),
    ],
}


@pytest.mark.parametrize("shopped_as", ALONG)
async def test_rows_that_go_with_those_that_are_deleted_are_shown_and_nothing_is_done(
    project: Project, noted: Shop, shopped_as: Dialect
) -> None:
    seen = await foresee(project, "DELETE FROM orders WHERE id = 10")
    assert seen.preview.changes == [row("orders", "1 row", None), *ALONG[shopped_as]]
    assert await foresee(project, "DELETE FROM orders WHERE id = 10") == seen
    counts = "SELECT (SELECT COUNT(*) FROM orders), (SELECT COUNT(*) FROM notes), COUNT(note_id) FROM marks"
    assert await asyncio.to_thread(noted.rows, counts) == [(5, 3, 3)]
    await project.ask("database_change", statement="DELETE FROM orders WHERE id = 10")
    assert await asyncio.to_thread(noted.rows, counts) == [(4, 1, 2)]
    if shopped_as != "mysql":
        again = await foresee(project, "DELETE FROM orders WHERE id = 12")
        assert again.preview.changes == [row("orders", "1 row", None)], "nothing refers to it"


@pytest.mark.parametrize("shopped_as", ALONG)
async def test_a_change_that_takes_nothing_along_shows_its_own_rows_alone(project: Project) -> None:
    added = await foresee(project, "INSERT INTO notes VALUES (4, 12), (5, 12)")
    assert added.preview.changes == [row("notes", None, "2 rows added")]
    changed = await foresee(project, "UPDATE orders SET status = 'paid' WHERE status = 'open'")
    assert changed.preview.changes == [row("orders", "3 rows", "changed")]
    assert changed.effect == "write"


@pytest.mark.parametrize("shopped_as", ["postgresql"])
async def test_a_trigger_that_deletes_makes_a_change_one_that_takes_away(project: Project, noted: Shop) -> None:
    trigger = (
        "CREATE FUNCTION tidy() RETURNS trigger LANGUAGE plpgsql AS"
        " 'BEGIN DELETE FROM notes WHERE order_id = NEW.id; RETURN NEW; END'",
        "CREATE TRIGGER tidy AFTER UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION tidy()",
    )
    await asyncio.to_thread(lambda: run_on_postgres(*trigger, database=noted.settings["database"]))
    seen = await foresee(project, "UPDATE orders SET status = 'paid' WHERE id = 11")
    assert seen.preview.changes == [
        row("orders", "1 row", "changed"),
        row("marks", "2 rows", "changed"),
        row("notes", "1 row", None),
    ]
    assert seen.effect == "destructive"


async def test_a_trigger_of_sqlite_may_have_deleted_the_rows_that_it_touched(project: Project, noted: Shop) -> None:
    tidy = "CREATE TRIGGER tidy AFTER UPDATE ON orders BEGIN DELETE FROM notes WHERE order_id = NEW.id; END"
    await asyncio.to_thread(noted.rows, tidy)
    seen = await foresee(project, "UPDATE orders SET status = 'paid' WHERE id = 11")
    assert seen.preview.changes == [row("orders", "1 row", "changed"), row("Other rows", "3 rows", "changed or gone")]
    assert seen.effect == "destructive"


@pytest.mark.parametrize("shopped_as", ["postgresql"])
async def test_other_rows_of_the_same_table_are_told_apart_and_its_parts_are_the_table(
    project: Project, noted: Shop
) -> None:
    made = (
        "CREATE TABLE branches (id INTEGER PRIMARY KEY, parent INTEGER REFERENCES branches ON DELETE CASCADE)",
        "INSERT INTO branches VALUES (1, NULL), (2, 1), (3, 2)",
        "CREATE TABLE days (day INTEGER) PARTITION BY RANGE (day)",
        "CREATE TABLE early PARTITION OF days FOR VALUES FROM (0) TO (10)",
        "CREATE TABLE late PARTITION OF days FOR VALUES FROM (10) TO (20)",
        "INSERT INTO days VALUES (5), (6)",
    )
    await asyncio.to_thread(lambda: run_on_postgres(*made, database=noted.settings["database"]))
    felled = await foresee(project, "DELETE FROM branches WHERE id = 1")
    assert felled.preview.changes == [
        row("branches", "1 row", None),
        row("branches, other rows", "2 rows", "changed or gone"),
    ]
    moved = await foresee(project, "UPDATE days SET day = day + 5 WHERE day = 6")
    assert moved.preview.changes == [row("days", "1 row", "changed")]


@pytest.mark.parametrize("shopped_as", ["postgresql"])
async def test_what_depends_on_a_table_that_is_dropped_or_emptied_is_told_in_the_words_of_the_database(
    project: Project,
) -> None:
    await project.ask("database_change", statement="CREATE VIEW open_orders AS SELECT * FROM orders")
    dropped = await foresee(project, "DROP TABLE orders CASCADE")
    assert dropped.preview.changes == [row("orders", "5 rows", None)]
    assert "open_orders" in dropped.preview.note
    assert "notes" in dropped.preview.note
    emptied = await foresee(project, "TRUNCATE TABLE customers CASCADE")
    assert emptied.preview.changes == [row("customers", "4 rows", "no rows")]
    assert all(f'"{each}"' in emptied.preview.note for each in ("orders", "notes", "marks"))


@pytest.mark.parametrize("shopped_as", ["postgresql", "mysql"])
async def test_the_rows_of_every_table_that_is_dropped_are_counted(project: Project) -> None:
    seen = await foresee(project, "DROP TABLE marks, notes")
    assert seen.preview.changes == [row("marks", "3 rows", None), row("notes", "3 rows", None)]


async def test_dropping_an_index_does_not_read_as_dropping_the_database(project: Project) -> None:
    await project.ask("database_change", statement="CREATE INDEX by_order ON notes (order_id)")
    seen = await foresee(project, "DROP INDEX by_order")
    assert seen.preview.changes == [row("The database", "as it is", "without what is dropped")]
    assert seen.label == "DROP INDEX by_order in “shop”"


@pytest.fixture
def shopped_as() -> Dialect:
    """The database where nobody names another."""
    return "sqlite"
