"""One contract for every dialect: what a change would do is foreseen without doing it, and then done once."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import JsonValue

from parlour.protocol.datasources import DatasourceChange
from parlour.toolkits.data.sql.changing import to_change
from parlour.toolkits.data.sql.settings import Dialect
from parlour.tools.acting import Foreseen
from parlour.tools.outcomes import BadArguments, Failed, Refused, RequestedCall, ToolProblem
from parlour.tools.plan import Place, planned
from tests.databases import Shop, shop
from tests.toolkits.data.conftest import Furnish, Project

DIALECTS: tuple[Dialect, ...] = ("sqlite", "postgresql", "mysql")

CHANGES = [
    ("INSERT INTO customers VALUES (9, 'New', 'Hull')", "write", "1 row added", "Add 1 row to customers"),
    ("UPDATE orders SET status = 'paid' WHERE status = 'open'", "write", "3 rows changed", "Change 3 rows of orders"),
    ("DELETE FROM orders WHERE status = 'paid'", "destructive", "2 rows deleted", "Delete 2 rows of orders"),
]

NAMED: list[dict[str, JsonValue]] = [{}, {"datasource": None}, {"datasource": "shop"}, {"datasource": "Shop "}]

NOT_RUN: list[tuple[Dialect, str]] = [
    *((each, "GRANT ALL ON customers TO someone") for each in DIALECTS),
    *((each, "DROP DATABASE shop") for each in DIALECTS),
    *((each, "CREATE TRIGGER t AFTER INSERT ON orders EXECUTE FUNCTION f()") for each in DIALECTS),
    ("postgresql", "CREATE FUNCTION f() RETURNS INT LANGUAGE sql AS 'SELECT 1'"),
    ("postgresql", "CREATE EXTENSION dblink"),
    ("postgresql", "ALTER SYSTEM SET work_mem = '1GB'"),
    ("postgresql", "COPY customers FROM '/etc/passwd'"),
    ("postgresql", "CREATE FOREIGN TABLE x (a INT) SERVER s"),
    ("postgresql", "CREATE TABLE x (a INT) TABLESPACE t"),
    ("postgresql", "INSERT INTO customers SELECT 1, pg_read_file('/etc/passwd'), ''"),
    ("postgresql", "UPDATE customers SET name = (SELECT dblink('x', 'y'))"),
    ("mysql", "LOAD DATA INFILE '/etc/passwd' INTO TABLE customers"),
    ("mysql", "CREATE TABLE x (a INT) ENGINE=FEDERATED CONNECTION='mysql://x'"),
    ("mysql", "ALTER TABLE customers ENGINE=MyISAM"),
    ("mysql", "INSERT INTO customers SELECT 1, load_file('/etc/passwd'), ''"),
    ("mysql", "CREATE USER someone"),
    ("sqlite", "ATTACH 'x' AS y"),
    ("sqlite", "VACUUM"),
    ("sqlite", "CREATE VIRTUAL TABLE x USING csv(filename='/etc/passwd')"),
    ("sqlite", "PRAGMA journal_mode = DELETE"),
    ("postgresql", "UPDATE pg_proc SET prosrc = 'pg_read_file' WHERE proname = 'lower'"),
    ("postgresql", "UPDATE pg_catalog.pg_database SET datallowconn = FALSE"),
    ("postgresql", 'DELETE FROM "pg_trigger"'),
    ("postgresql", "WITH gone AS (DELETE FROM pg_policy RETURNING polname) INSERT INTO orders SELECT 1 FROM gone"),
    ("postgresql", "DELETE FROM information_schema.sql_features"),
    ("postgresql", "MERGE INTO pg_class USING orders ON FALSE WHEN MATCHED THEN DELETE"),
    ("postgresql", "ALTER TABLE customers SET TABLESPACE elsewhere"),
    ("mysql", "TRUNCATE TABLE performance_schema.accounts"),
    ("mysql", "UPDATE orders, sys.sys_config SET sys_config.value = 'x'"),
    ("sqlite", "UPDATE sqlite_sequence SET seq = 0"),
    ("sqlite", "DELETE FROM sqlite_stat1"),
]


@pytest.fixture
async def project(furnish: Furnish, shopped: Shop) -> Project:
    """A project that may change its shop."""
    made = await furnish()
    await made.add("shop", shopped.settings, writable=True)
    return made


async def test_a_change_of_a_database_is_made_only_if_the_one_before_it_was(project: Project) -> None:
    calls = [RequestedCall(str(n), "database_change", {"statement": "…", **named}) for n, named in enumerate(NAMED)]
    assert planned(calls, await project.tools()) == (
        Place("1", ("0",), ("0",)),
        Place("2", ("0", "1")),
        Place("3", ("0", "1", "2"), ("2",)),
    )


@pytest.fixture
def another(shopped: Shop, tmp_path: Path) -> Iterator[Shop]:
    """A second shop like the first."""
    with shop(shopped.dialect, tmp_path) as made:
        yield made


async def foresee(project: Project, statement: str) -> Foreseen:
    acting = (await project.tools())["database_change"].acting
    assert acting.foresee is not None
    return await acting.foresee(project.context, statement=statement)


async def change(project: Project, statement: str, **more: Any) -> dict[str, Any]:
    return await project.ask("database_change", statement=statement, **more)


async def rows(shopped: Shop, query: str) -> list[tuple[Any, ...]]:
    return await asyncio.to_thread(shopped.rows, query)


@pytest.mark.parametrize(("statement", "effect", "words", "label"), CHANGES)
async def test_rows_are_counted_without_being_changed_and_then_changed(
    project: Project, shopped: Shop, statement: str, effect: str, words: str, label: str
) -> None:
    everything = "SELECT id, status FROM orders ORDER BY id"
    before = await rows(shopped, everything), await rows(shopped, "SELECT COUNT(*) FROM customers")
    seen = await foresee(project, statement)
    assert (seen.effect, seen.label) == (effect, f"{label} in “shop”")
    assert (await rows(shopped, everything), await rows(shopped, "SELECT COUNT(*) FROM customers")) == before
    assert await foresee(project, statement) == seen
    done = await change(project, statement)
    assert f"{done['row_count']} {'row' if done['row_count'] == 1 else 'rows'}" in words
    assert (await rows(shopped, everything), await rows(shopped, "SELECT COUNT(*) FROM customers")) != before
    said = (await project.tools())["database_change"].wording.sentence({}, done)
    assert said == f"In {done['tables'][0]} of “shop”: {words}."


WITH = [
    (
        "WITH one AS (SELECT 1 AS id) UPDATE customers SET name = 'x' WHERE id IN (SELECT id FROM one)",
        "1 row changed",
        "Change 1 row of customers",
    ),
    (
        "WITH paid AS (SELECT 11 AS id) DELETE FROM orders WHERE id IN (SELECT id FROM paid)",
        "1 row deleted",
        "Delete 1 row of orders",
    ),
]


@pytest.mark.parametrize(("statement", "words", "label"), WITH)
@pytest.mark.parametrize("shopped", ["sqlite", "postgresql"], indirect=True)
async def test_a_change_that_begins_with_what_it_rests_on_is_foreseen_and_done(
    project: Project, statement: str, words: str, label: str
) -> None:
    assert (await foresee(project, statement)).label == f"{label} in “shop”"
    done = await change(project, statement)
    assert (await project.tools())["database_change"].wording.summary({}, done) == words


async def test_tables_are_made_and_dropped_and_the_preview_leaves_nothing(project: Project, shopped: Shop) -> None:
    made = await foresee(project, "CREATE TABLE notes (id INTEGER PRIMARY KEY, words VARCHAR(10))")
    assert made.effect == "write"
    assert ("cannot try this beforehand" in made.preview.note) == (shopped.dialect == "mysql")
    await change(project, "CREATE TABLE notes (id INTEGER PRIMARY KEY, words VARCHAR(10))")
    assert await rows(shopped, "SELECT COUNT(*) FROM notes") == [(0,)]
    dropped = await foresee(project, "DROP TABLE orders")
    (shown,) = dropped.preview.changes
    assert (dropped.effect, shown.what, shown.before, shown.after) == ("destructive", "orders", "5 rows", None)
    assert await rows(shopped, "SELECT COUNT(*) FROM orders") == [(5,)]
    await change(project, "DROP TABLE orders")
    found = await project.ask("database_schema")
    assert [each["table"] for each in found["tables"]] == ["customers", "notes"]


async def test_what_would_fail_is_told_before_anybody_is_asked(project: Project, shopped: Shop) -> None:
    for wrong in ("INSERT INTO customers VALUES (1, 'Twice', 'Leeds')", "UPDATE nowhere SET a = 1"):
        for deed in (foresee(project, wrong), change(project, wrong)):
            with pytest.raises(Failed):
                await deed
    assert await rows(shopped, "SELECT COUNT(*) FROM customers") == [(4,)]


async def test_what_was_foreseen_as_a_write_takes_nothing_away(project: Project, shopped: Shop) -> None:
    tool = (await project.tools())["database_change"]
    context = type(project.context)(project.caller, "c", "t", "call", "key", "write")
    with pytest.raises(Refused, match="takes something away"):
        await tool.function(context, statement="DELETE FROM orders", datasource=None)
    assert await rows(shopped, "SELECT COUNT(*) FROM orders") == [(5,)]


async def test_a_yes_is_to_the_database_that_was_shown_and_to_none_that_takes_its_name(
    furnish: Furnish, shopped: Shop, another: Shop
) -> None:
    project = await furnish()
    made = await project.add("shop", shopped.settings, writable=True)
    statement = "UPDATE orders SET status = 'paid' WHERE status = 'open'"
    seen = await foresee(project, statement)
    database = shopped.settings["database"]
    place = {
        "sqlite": f"sqlite:{database}",
        "postgresql": f"postgresql://postgres@127.0.0.1:{shopped.settings.get('port')}/{database}",
        "mysql": f"mysql://root@127.0.0.1:3306/{database}",
    }[shopped.dialect]
    assert seen.preview.note.endswith(f"\nIt goes to “shop”: {place}.")
    await project.kit.desk.change(project.caller, made, DatasourceChange(settings=another.settings))
    again = await foresee(project, statement)
    assert again.preview.changes == seen.preview.changes
    assert again.preview != seen.preview


async def test_only_what_is_marked_so_may_be_changed(furnish: Furnish, shopped: Shop) -> None:
    project = await furnish()
    await project.add("shop", shopped.settings)
    assert "database_change" not in await project.tools()
    await project.add("stock", shopped.settings, writable=True)
    with pytest.raises(Refused, match="“shop” is not changed through tools"):
        await change(project, "DELETE FROM orders", datasource="shop")
    with pytest.raises(Failed):
        await project.query("SELECT nothing FROM orders", datasource="stock")
    assert await rows(shopped, "SELECT COUNT(*) FROM orders") == [(5,)]


@pytest.mark.parametrize(("dialect", "statement"), NOT_RUN)
def test_what_is_more_than_a_change_of_rows_or_tables_is_not_run(dialect: Dialect, statement: str) -> None:
    with pytest.raises(ToolProblem) as told:
        to_change(statement, dialect)
    assert isinstance(told.value, Refused | BadArguments)


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_change_is_one_statement_that_changes_something(dialect: Dialect) -> None:
    for text in ("SELECT 1", "DELETE FROM orders; DROP TABLE customers", "", "remove everything"):
        with pytest.raises(BadArguments):
            to_change(text, dialect)
    with pytest.raises(BadArguments, match=r"are not returned|understands"):
        to_change("DELETE FROM orders RETURNING id", dialect)


def test_what_takes_away_anywhere_in_a_statement_is_destructive() -> None:
    moved = "WITH gone AS (DELETE FROM orders RETURNING id) INSERT INTO done SELECT id FROM gone"
    assert to_change(moved, "postgresql").effect == "destructive"
    assert to_change("INSERT OR REPLACE INTO customers VALUES (1, 'x', 'y')", "sqlite").effect == "destructive"
    assert to_change("CREATE OR REPLACE VIEW v AS SELECT 1", "postgresql").effect == "destructive"
    assert to_change("CREATE VIEW v AS SELECT 1", "postgresql").effect == "write"
