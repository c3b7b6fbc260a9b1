"""One contract for every dialect: what a query brings, where it is cut, and what it cannot do."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from parlour.errors import InvalidRequest
from parlour.toolkits.data.sql.changing import Change, to_change
from parlour.toolkits.data.sql.checking import Statement
from parlour.toolkits.data.sql.settings import SqlLimits
from parlour.toolkits.data.sql.source import SqlSource
from parlour.tools.outcomes import BadArguments, Failed, NotThere, ToolProblem
from parlour.tools.running import TimedOut
from tests.databases import Shop, shop
from tests.toolkits.data.conftest import LIMITS, Furnish, Project

OPEN_IN_LEEDS = """
    SELECT c.name, COUNT(*) AS orders, SUM(o.total) AS total
    FROM customers AS c JOIN orders AS o ON o.customer_id = c.id
    WHERE c.city = 'Leeds' AND o.status = 'open' GROUP BY c.name ORDER BY c.name
"""
MANY = {
    "sqlite": "WITH RECURSIVE n (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n LIMIT 1000000) SELECT x FROM n",
    "postgresql": "SELECT x FROM GENERATE_SERIES(1, 1000000) AS x",
    "mysql": "WITH RECURSIVE n (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < 1000) "
    "SELECT a.x FROM n AS a CROSS JOIN n AS b",
}
FOR_EVER = {
    "sqlite": "WITH RECURSIVE n (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT COUNT(*) FROM n",
    "postgresql": "SELECT COUNT(*) FROM GENERATE_SERIES(1, 1000000000) AS x",
    "mysql": "SELECT COUNT(*) FROM information_schema.columns AS a CROSS JOIN information_schema.columns AS b "
    "CROSS JOIN information_schema.columns AS c",
}


async def opened(project: Project) -> SqlSource:
    """The source of the only datasource, as tools have it."""
    (kept,) = await project.kit.desk.kept(project.caller.project_id)
    async with project.kit.lend(kept) as source:
        return source


async def test_a_query_brings_its_columns_and_rows(project: Project) -> None:
    found = await project.query(OPEN_IN_LEEDS)
    assert found["rows"] == [
        {"name": "Brown & Sons", "orders": 1, "total": 12.5},
        {"name": "Dales | Tea", "orders": 1, "total": 99.99},
    ]
    assert list(found["columns"]) == ["name", "orders", "total"]
    assert (found["datasource"], found["row_count"], found["cut"]) == ("shop", 2, False)
    assert found["query"].startswith("SELECT c.name, COUNT(*) AS orders")


async def test_a_table_is_read_by_what_people_call_it(project: Project) -> None:
    found = await project.query("Customer")
    assert [row["name"] for row in found["rows"]] == ["Brown & Sons", "Ackroyd", "Dales | Tea", "Moor Bikes"]
    assert found["query"].casefold().replace("`", '"') == 'select * from "customers"'
    with pytest.raises(NotThere, match="No table is called “the weather”") as missing:
        await project.query("the weather")
    assert "“customers”, “orders”" in str(missing.value.suggestion)


async def test_what_was_found_is_said_as_a_table_that_stays_one(project: Project) -> None:
    said = await project.says("database_query", query="SELECT name, city FROM customers WHERE id = 3")
    assert said == "“shop” has 1 row for that:\n\n| name | city |\n| --- | --- |\n| Dales \\| Tea | Leeds |"
    nothing = await project.says("database_query", query="SELECT name FROM customers WHERE id = 77")
    assert nothing == "“shop” has nothing for that."


async def test_columns_of_one_name_stay_apart(project: Project) -> None:
    found = await project.query("SELECT 1 AS a, 2 AS a, NULL AS b")
    assert found["rows"] == [{"a": 1, "a_2": 2, "b": None}]


async def test_more_rows_than_are_read_are_cut_and_it_says_so(project: Project, shopped: Shop) -> None:
    found = await project.query(MANY[shopped.dialect])
    assert (found["row_count"], found["cut"]) == (100, True)
    said = (await project.tools())["database_query"].wording.sentence({}, found)
    assert said.startswith("“shop” has more for that than is read at once; it was cut at 100 rows")
    assert (await project.query("SELECT 1 AS one"))["rows"] == [{"one": 1}]


async def test_rows_that_are_too_large_together_are_cut(furnish: Furnish, shopped: Shop) -> None:
    project = await furnish(SqlLimits(rows=100, result_bytes=1_000, cell_chars=50, seconds=30))
    await project.add("shop", shopped.settings)
    found = await project.query(
        "SELECT REPEAT_ME.name FROM customers AS REPEAT_ME CROSS JOIN orders CROSS JOIN orders AS x"
    )
    assert found["cut"]
    assert 5 < found["row_count"] < 50


async def test_a_query_that_runs_for_ever_is_ended(furnish: Furnish, shopped: Shop) -> None:
    project = await furnish(replace(LIMITS, seconds=5.0))
    await project.add("shop", shopped.settings)
    with pytest.raises(TimedOut, match="was asked for 5 seconds and was not done; it was ended"):
        await project.query(FOR_EVER[shopped.dialect])
    assert (await project.query("SELECT 1 AS one"))["rows"] == [{"one": 1}]


@pytest.mark.parametrize("shopped", ["sqlite"], indirect=True)
async def test_a_pattern_that_sqlite_would_compare_for_ever_is_refused(project: Project) -> None:
    assert (await project.query("SELECT name LIKE '%moor%' AS it FROM customers WHERE id = 4"))["rows"] == [{"it": 1}]
    for likeness in ("LIKE '%' || HEX(ZEROBLOB(200))", "GLOB '*' || HEX(ZEROBLOB(200))"):
        with pytest.raises(Failed, match="pattern too complex"):
            await project.query(f"SELECT name {likeness} FROM customers")


async def test_who_stops_waiting_leaves_the_others_alone(project: Project, shopped: Shop) -> None:
    slow = asyncio.create_task(project.query(FOR_EVER[shopped.dialect]))
    assert (await project.query("SELECT 1 AS one"))["rows"] == [{"one": 1}]
    slow.cancel()
    with pytest.raises(asyncio.CancelledError):
        await slow
    assert (await project.query("SELECT 2 AS two"))["rows"] == [{"two": 2}]


async def test_who_stops_waiting_for_a_preview_leaves_nothing_at_work(furnish: Furnish, tmp_path: Path) -> None:
    with shop("sqlite", tmp_path) as there:
        # Whoever waited for its time to be over would be here for an hour.
        project = await furnish(replace(LIMITS, seconds=3600.0))
        await project.add("shop", there.settings, writable=True)
        source = await opened(project)
        text = f"UPDATE customers SET city = ({FOR_EVER['sqlite']})"
        slow = asyncio.create_task(source.foresee(Change(text, "UPDATE", "write", ("customers",), of_structure=False)))
        assert (await project.query("SELECT 1 AS one"))["rows"] == [{"one": 1}]
        slow.cancel()
        with pytest.raises(asyncio.CancelledError):
            await slow
        # Nobody holds the file any more.
        assert await source.change(to_change("UPDATE customers SET city = 'Hull' WHERE id = 4", "sqlite")) == 1


async def test_what_is_wrong_with_a_query_is_told(project: Project) -> None:
    with pytest.raises(Failed, match="nowhere"):
        await project.query("SELECT * FROM nowhere")
    with pytest.raises(Failed, match="nothing"):
        await project.query("SELECT nothing FROM customers")


async def test_what_slips_through_the_words_is_stopped_by_the_database(project: Project, shopped: Shop) -> None:
    source = await opened(project)
    for text in ("INSERT INTO customers VALUES (9, 'x', 'y')", "DELETE FROM orders", "CREATE TABLE x (a INT)",
                 "DROP TABLE orders"):  # fmt: skip
        with pytest.raises(Failed):
            await source.read(Statement(text, "SELECT"))
    assert await asyncio.to_thread(shopped.rows, "SELECT COUNT(*) FROM customers") == [(4,)]
    assert await asyncio.to_thread(shopped.rows, "SELECT COUNT(*) FROM orders") == [(5,)]


async def test_text_is_what_it_was(project: Project) -> None:
    source = await opened(project)

    @settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
    @given(st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), max_size=30))
    def literals(text: str) -> None:
        texts.append(text)

    texts: list[str] = ["'", "\\", "\\'", "\\\\", "a'; DROP TABLE orders; --", "%s %(a)s :b ?", "$1", "/*", "\n"]
    await asyncio.to_thread(literals)
    for text in texts:
        quoted = text.replace("'", "''")
        if source.settings.dialect == "mysql":
            quoted = quoted.replace("\\", "\\\\")
        found = await project.query(f"SELECT '{quoted}' AS text")
        assert found["rows"] == [{"text": text}], repr(text)


async def test_the_schema_tells_tables_columns_and_keys(project: Project) -> None:
    found = await project.ask("database_schema")
    tables = {each["table"]: each["columns"] for each in found["tables"]}
    assert sorted(tables) == ["customers", "orders"]
    assert tables["customers"][0].split()[0::2] == ["id", "key"]
    assert tables["customers"][1] == "name varchar(100) not null"
    assert tables["orders"][1].endswith("not null → customers.id")


async def test_the_schema_is_searched(project: Project) -> None:
    for search, expected in (("city", ["customers"]), ("order status", ["orders"]), ("custmers", ["customers"])):
        found = await project.ask("database_schema", search=search)
        assert expected[0] == found["tables"][0]["table"], search
    assert (await project.ask("database_schema", search="zebra"))["tables"] == []


async def test_what_comes_from_a_database_is_not_trusted(project: Project) -> None:
    tools = await project.tools()
    assert {name: (tool.effect, tool.open_world) for name, tool in tools.items()} == {
        "database_query": ("read", True),
        "database_schema": ("read", True),
    }


async def test_the_only_database_need_not_be_named_and_of_several_one_must_be(project: Project, shopped: Shop) -> None:
    second = await project.add("stock", shopped.settings)
    with pytest.raises(BadArguments, match="several: “shop”, “stock”"):
        await project.query("SELECT 1 AS one")
    for named in ("stock", "Stock", second):
        assert (await project.query("SELECT 1 AS one", datasource=named))["datasource"] == "stock"


async def test_to_a_stranger_it_is_not_there(project: Project, shopped: Shop) -> None:
    (kept,) = await project.kit.desk.kept(project.caller.project_id)
    other = project.stranger()
    assert await other.tools() == {}
    query = (await project.tools())["database_query"]
    answers: list[str] = []
    for named in (kept.id, kept.name, "0" * 36, None):
        with pytest.raises(NotThere) as told:
            await query.function(other.context, query="SELECT 1", datasource=named)
        answers.append(told.value.message)
    assert set(answers) == {"This project has no database."}


async def test_nobody_there_is_said_plainly(furnish: Furnish) -> None:
    project = await furnish()
    for dialect, name in (("postgresql", "PostgreSQL"), ("mysql", "MySQL")):
        settings_ = {
            "dialect": dialect,
            "database": "x",
            "host": "127.0.0.1",
            "port": 9,
            "user": "u",
            "password": "hush",
        }
        await project.add(dialect, settings_)
        with pytest.raises(Failed, match=f"{name} at 127.0.0.1:9 does not answer") as told:
            await project.query("SELECT 1", datasource=dialect)
        assert "hush" not in str(told.value.__dict__)
    assert project.kit.pools.count == 0


async def test_a_file_outside_of_its_folder_is_none(furnish: Furnish, tmp_path: Path) -> None:
    project = await furnish()
    (tmp_path / "link.db").symlink_to("/etc/hostname")
    with pytest.raises(InvalidRequest):
        await project.add("null", {"dialect": "sqlite", "database": "a\x00b"})
    for name in ("../x.db", "/etc/passwd", "nothing.db", ".", "link.db", "\u2025/x.db"):
        await project.add(name, {"dialect": "sqlite", "database": name})
        with pytest.raises(ToolProblem, match="is no file in the folder for datasources"):
            await project.query("SELECT 1", datasource=name)
