"""What may be asked of a database: one statement that only reads, and reaches no further than its tables."""

from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parlour.toolkits.data.sql.changing import to_change
from parlour.toolkits.data.sql.checking import to_read
from parlour.toolkits.data.sql.settings import Dialect
from parlour.tools.outcomes import BadArguments, Refused, ToolProblem

DIALECTS: tuple[Dialect, ...] = ("sqlite", "postgresql", "mysql")

READS: list[tuple[Dialect, str]] = [
    *((each, "SELECT name FROM customers WHERE city = 'Leeds' ORDER BY name LIMIT 5") for each in DIALECTS),
    *((each, "SELECT 1 UNION SELECT 2") for each in DIALECTS),
    *((each, "WITH a AS (SELECT 1 AS x) SELECT MAX(x) FROM a") for each in DIALECTS),
    ("postgresql", "SHOW server_version"),
    ("postgresql", "EXPLAIN (analyze, format json) SELECT 1"),
    ("postgresql", "SELECT JSONB_PATH_QUERY(a, '$.x'), b ->> 'c' FROM t WHERE d ~ 'x'"),
    ("postgresql", "SELECT * FROM GENERATE_SERIES(1, 10)"),
    ("mysql", "SHOW TABLES LIKE 'a%'"),
    *(
        ("mysql", f"SHOW {what}")
        for what in (
            "TABLES",
            "FULL TABLES FROM shop LIKE 'a%'",
            "TABLE STATUS",
            "DATABASES",
            "FULL COLUMNS FROM customers FROM shop",
            "INDEX FROM `shop`.`customers`",
            "KEYS IN customers",
            "CREATE TABLE customers",
            "create view shop.seen",
            "WARNINGS",
        )
    ),
    ("mysql", "DESCRIBE customers"),
    ("mysql", "SELECT DATE_FORMAT(NOW(), '%Y')"),
    ("sqlite", "PRAGMA table_info(customers)"),
    ("sqlite", "EXPLAIN query plan SELECT 1"),
    ("sqlite", "SELECT DATE('now', '-1 day'), JSON_EXTRACT(a, '$.b') FROM t"),
]

CHANGES: list[tuple[Dialect, str]] = [
    *((each, "INSERT INTO customers VALUES (9, 'x', 'y')") for each in DIALECTS),
    *((each, "UPDATE customers SET name = 'x'") for each in DIALECTS),
    *((each, "DELETE FROM customers") for each in DIALECTS),
    *((each, "DROP TABLE customers") for each in DIALECTS),
    *((each, "CREATE TABLE x (a INT)") for each in DIALECTS),
    *((each, "ALTER TABLE customers ADD COLUMN x INT") for each in DIALECTS),
    ("postgresql", "TRUNCATE customers"),
    ("postgresql", "WITH gone AS (DELETE FROM orders RETURNING *) SELECT * FROM gone"),
    ("postgresql", "SELECT * INTO copied FROM customers"),
    ("postgresql", "EXPLAIN ANALYZE DELETE FROM orders"),
    ("postgresql", "COPY customers TO '/tmp/x'"),
    ("postgresql", "COPY (SELECT 1) TO PROGRAM 'id'"),
    ("postgresql", "DO $$ BEGIN END $$"),
    ("postgresql", "CALL something()"),
    ("postgresql", "SET statement_timeout = 0"),
    ("postgresql", "BEGIN"),
    ("postgresql", "VACUUM"),
    ("postgresql", "GRANT ALL ON customers TO public"),
    ("postgresql", "SELECT * FROM customers FOR UPDATE"),
    ("mysql", "SELECT * FROM customers LOCK IN SHARE MODE"),
    ("mysql", "SELECT 1 INTO @a"),
    ("mysql", "SELECT @a := 1"),
    ("mysql", "SET STATEMENT max_statement_time = 0 FOR SELECT 1"),
    ("mysql", "REPLACE INTO customers VALUES (1, 'x', 'y')"),
    ("mysql", "USE mysql"),
    ("mysql", "KILL 1"),
    ("sqlite", "ATTACH '/etc/passwd' AS x"),
    ("sqlite", "PRAGMA writable_schema = 1"),
    ("sqlite", "VACUUM INTO '/tmp/x'"),
]

REACHES: list[tuple[Dialect, str]] = [
    ("postgresql", "SELECT pg_read_file('/etc/passwd')"),
    ("postgresql", "SELECT \"pg_read_file\"('/etc/passwd')"),
    ("postgresql", "SELECT pg_catalog.pg_sleep(100)"),
    ("postgresql", "SELECT (SELECT pg_sleep(100))"),
    ("postgresql", "SELECT * FROM pg_ls_dir('/')"),
    ("postgresql", "SELECT * FROM ROWS FROM (pg_ls_dir('/')) AS t"),
    ("postgresql", "SELECT lo_import('/etc/passwd')"),
    ("postgresql", "SELECT * FROM dblink('host=elsewhere', 'SELECT 1') AS t (a INT)"),
    ("postgresql", "SELECT query_to_xml('DELETE FROM orders', true, true, '')"),
    ("postgresql", "SELECT set_config('statement_timeout', '0', false)"),
    ("postgresql", "SELECT nextval('s')"),
    ("postgresql", "SELECT other.lower('x')"),
    ("postgresql", "SELECT * FROM other.lower('x')"),
    ("postgresql", "SELECT * FROM pg_shadow"),
    ("postgresql", "SELECT * FROM pg_catalog.pg_authid"),
    ("mysql", "SELECT load_file('/etc/passwd')"),
    ("mysql", "SELECT sleep(100)"),
    ("mysql", "SELECT benchmark(1000000000, md5('x'))"),
    ("mysql", "SELECT get_lock('x', 100)"),
    ("mysql", "SELECT * FROM mysql.user"),
    ("mysql", "SELECT /*+ SET_VAR(max_execution_time = 0) */ 1"),
    ("sqlite", "SELECT load_extension('x')"),
    ("sqlite", "SELECT readfile('/etc/passwd')"),
    ("sqlite", "SELECT writefile('/tmp/x', 'y')"),
    ("sqlite", "SELECT fts3_tokenizer('x')"),
    ("postgresql", "SELECT * FROM information_schema.user_mapping_options"),
    ("postgresql", "SELECT option_value FROM information_schema._pg_user_mappings"),
    ("postgresql", "SELECT * FROM information_schema.foreign_server_options"),
    ("postgresql", "SELECT setconfig FROM pg_db_role_setting"),
    ("postgresql", "SELECT rolconfig FROM pg_catalog.pg_roles"),
    ("postgresql", "SELECT setting FROM pg_settings WHERE name = 'primary_conninfo'"),
    ("postgresql", "SELECT query FROM pg_stat_activity"),
    ("mysql", "SELECT sql_text FROM performance_schema.events_statements_history"),
    ("mysql", "SELECT * FROM sys.processlist"),
    ("mysql", "SELECT info FROM INFORMATION_SCHEMA.PROCESSLIST"),
    ("mysql", "SELECT info FROM information_schema.processl\u0130st"),
    ("mysql", "SELECT info FROM `\u0130nformation_schema`.`PROCESSLIST`"),
    ("mysql", "SELECT trx_query FROM information_schema.INNODB_TRX"),
    ("sqlite", "SELECT data FROM sqlite_dbpage"),
]

TOLD = (
    "GRANTS", "GRANTS FOR root", "GRANTS FOR CURRENT_USER", "CREATE USER", "CREATE USER root", "PROCESSLIST",
    "FULL PROCESSLIST", "VARIABLES", "GLOBAL VARIABLES LIKE '%'", "MASTER STATUS", "SLAVE HOSTS", "BINLOG EVENTS",
    "CREATE FUNCTION f", "CREATE TRIGGER t", "ENGINE innodb STATUS", "PLUGINS", "PRIVILEGES", "TABLES WHERE 1",
)  # fmt: skip
"""Things that SHOW of MySQL and MariaDB tells, passwords among them."""

DOTTED = [
    "SELECT ('/etc/passwd'::text).pg_read_file",
    "SELECT ((SELECT '/etc/passwd'::text)).pg_read_file",
    "SELECT (ARRAY['/'])[1].pg_ls_dir",
    "SELECT paths[1].pg_ls_dir FROM t",
    'SELECT (2::float8)."pg_sleep"',
    "SELECT (c).slow FROM customers AS c",
    "SELECT 1 FROM t WHERE (pid).pg_terminate_backend",
    "SELECT MAX(x -> x.pg_read_file) FROM t AS x",
    "SELECT STRUCT_EXTRACT('/etc/passwd'::text, 'pg_read_file')",
]
"""PostgreSQL calls functions by a dot."""

NO_STATEMENT: list[tuple[Dialect, str]] = [
    *((each, "SELECT 1; DROP TABLE customers") for each in DIALECTS),
    *((each, "SELECT 1; SELECT 2") for each in DIALECTS),
    *((each, text) for each in DIALECTS for text in ("", " ; ", "-- nothing", "selec", "What is in it?")),
    *((each, "SELECT " + "(" * 2_000 + "1" + ")" * 2_000) for each in DIALECTS),
    ("postgresql", "SELECT $1"),
    ("sqlite", "SELECT ?"),
    ("mysql", "SELECT 1 INTO OUTFILE '/tmp/x'"),
    ("mysql", "LOAD DATA INFILE '/etc/passwd' INTO TABLE customers"),
]


@pytest.mark.parametrize(("dialect", "query"), READS)
def test_what_reads_is_passed_on_as_it_was_understood(dialect: Dialect, query: str) -> None:
    assert to_read(query, dialect).text == query
    assert to_read(f"  {query} ; ", dialect).text == query


@pytest.mark.parametrize(("dialect", "query"), CHANGES)
def test_what_does_more_than_read_is_refused(dialect: Dialect, query: str) -> None:
    with pytest.raises(Refused, match=r"only reads|locks no rows|sets no variables"):
        to_read(query, dialect)


@pytest.mark.parametrize(("dialect", "query"), REACHES)
def test_what_reaches_beyond_the_tables_is_refused(dialect: Dialect, query: str) -> None:
    with pytest.raises(Refused, match=r"is not among those|is not read here"):
        to_read(query, dialect)


@pytest.mark.parametrize("what", TOLD)
def test_only_what_is_in_a_database_is_shown(what: str) -> None:
    for text in (f"SHOW {what}", f"show\n{what.lower()};"):
        with pytest.raises(Refused, match="is not shown here"):
            to_read(text, "mysql")


@pytest.mark.parametrize("name", ["ALL", "app.settings.jwt_secret", "primary_conninfo", "Archive_Command"])
def test_settings_that_may_be_secret_are_not_shown(name: str) -> None:
    with pytest.raises(Refused, match="is not shown here"):
        to_read(f"SHOW {name}", "postgresql")


@pytest.mark.parametrize(
    ("dialect", "query"),
    [
        ("sqlite", "SELECT 'a\0b'"),
        ("postgresql", "SELECT 'a\0b'"),
        ("postgresql", 'SELECT 1 AS "a\0b"'),
        ("mysql", r"SELECT 1 AS 'a\0b'"),
    ],
)
def test_nothing_arrives_with_a_zero_in_it(dialect: Dialect, query: str) -> None:
    with pytest.raises((BadArguments, Refused)):
        to_read(query, dialect)


@pytest.mark.parametrize("query", DOTTED)
def test_nothing_is_taken_from_a_value_by_a_dot_where_that_calls_functions(query: str) -> None:
    with pytest.raises(Refused, match="by a dot"):
        to_read(query, "postgresql")
    with pytest.raises(Refused, match="by a dot"):
        to_change(f"INSERT INTO customers {query}", "postgresql")


def test_what_stands_behind_a_dot_is_kept_for_the_database_to_tell_whether_it_is_a_function() -> None:
    query = 'SELECT c.name, c.*, (c).*, app.c."City", "C".Id FROM customers AS c WHERE c.slow > 1'
    assert to_read(query, "postgresql").fields == {"name", "City", "id", "slow"}
    assert to_read("SELECT STRUCT_EXTRACT(c, 'slow') FROM customers AS c", "postgresql").fields == {"slow"}
    assert to_change("UPDATE customers AS c SET name = c.slow", "postgresql").fields == {"slow"}


@pytest.mark.parametrize(("dialect", "text"), NO_STATEMENT)
def test_what_is_not_one_statement_is_no_statement(dialect: Dialect, text: str) -> None:
    with pytest.raises((BadArguments, Refused)) as told:
        to_read(text, dialect)
    assert told.value.message


DOUBLING = [
    ("ARRAY[", "]"),
    ("1::INT[", "]"),
    ("{'a': ", "}"),
    ("DECIMAL(", ")"),
    ("TIMESTAMP(", ")"),
    ("CHAR(", ")"),
    ("ENUM(", ")"),
    ("DATE(ARRAY[", "])"),
]
"""What the parser reads in two ways, so that each that stands inside another doubles the work."""


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize(("begin", "end"), DOUBLING)
def test_what_would_take_for_ever_to_understand_is_given_up(dialect: Dialect, begin: str, end: str) -> None:
    with pytest.raises((BadArguments, Refused)):
        to_read(f"SELECT {begin * 30}1{end * 30}", dialect)


def test_what_would_take_for_ever_is_said_to_be_nested_too_deeply() -> None:
    for deep in (f"SELECT {'TIMESTAMP(' * 30}1{')' * 30}", f"DELETE FROM t WHERE a = {'CHAR(' * 30}1{')' * 30}"):
        with pytest.raises(BadArguments, match="nested too deeply"):
            (to_read if deep.startswith("SELECT") else to_change)(deep, "mysql")


@pytest.mark.parametrize(
    ("dialect", "begin", "end"),
    [("sqlite", "INSTR(", ", 'b', 2)"), ("postgresql", "STRPOS(", ", 'b', 2)"), ("mysql", "SAFE_DIVIDE(1, ", ")")],
)
def test_what_would_be_written_without_an_end_is_given_up(dialect: Dialect, begin: str, end: str) -> None:
    call = f"{begin * 25}a{end * 25}"
    with pytest.raises(BadArguments, match="cannot be passed on"):
        to_read(f"SELECT {call} FROM t", dialect)
    with pytest.raises(BadArguments, match="cannot be passed on"):
        to_change(f"CREATE TABLE x AS SELECT {call} FROM t", dialect)


def test_words_that_explain_are_read_once_whatever_follows() -> None:
    for spaced in ("analyze  ", "analyze , ", "verbose\n\n"):
        with pytest.raises((BadArguments, Refused)):
            to_read(f"EXPLAIN ({spaced * 100}x SELECT 1", "postgresql")
        assert to_read(f"EXPLAIN ({spaced * 3}) SELECT 1", "postgresql").verb == "EXPLAIN"
    with pytest.raises((BadArguments, Refused)):
        to_read(f"PRAGMA table_info({' ' * 19_000};x", "sqlite")


def test_what_people_put_inside_of_each_other_is_understood() -> None:
    query = "SELECT ARRAY[ARRAY[ARRAY[ARRAY[1, 2], ARRAY[3]]]], CAST(ROUND(ABS(SUM(a)), 2) AS DECIMAL(10, 2)) FROM t"
    assert to_read(query, "postgresql").text == query
    assert to_read("SELECT JSON(DATE(TIME(JSON(CHAR(DATE(DATE(a))))))) FROM t", "sqlite").text
    long = f"SELECT {', '.join(f'CAST(a AS DECIMAL(10, {number}))' for number in range(500))} FROM t"
    assert to_read(long, "mysql").text == long


def test_comments_that_only_a_database_would_run_never_arrive() -> None:
    assert to_read("SELECT /*!50000 sleep(5), */ 1 -- and more\n", "mysql").text == "SELECT 1"
    assert to_read("SELECT 1 # and more", "mysql").text == "SELECT 1"


LONG = "HEX(ZEROBLOB(8000000))"
LENGTHY = [
    f"INSTR({LONG}, {LONG})",
    f"STRPOS(name, {LONG})",
    f"INSTR(name, SUBSTR({LONG}, 1, 100000))",
    f"INSTR(name, SUBSTR({LONG}, 2))",
    f"REPLACE(name, {LONG}, '')",
    f"TRIM({LONG}, city)",
    f"LTRIM({LONG}, '{'x' * 101}')",
    f"RTRIM(name, {LONG} || 'x')",
    f"UNHEX({LONG}, city)",
    f"JSON_PATCH(name, {LONG})",
]


@pytest.mark.parametrize("call", LENGTHY)
def test_what_no_time_limit_of_sqlite_would_end_is_refused(call: str) -> None:
    for query in (f"SELECT {call} FROM customers", f"WITH x AS (SELECT {call} AS y FROM customers) SELECT y FROM x"):
        with pytest.raises(Refused, match="nothing would end that"):
            to_read(query, "sqlite")
    with pytest.raises(Refused, match="nothing would end that"):
        to_change(f"UPDATE customers SET name = {call}", "sqlite")


def test_short_texts_are_looked_for_in_whatever_there_is() -> None:
    query = (
        "SELECT INSTR(name, 'x'), REPLACE(name, 'x', city), TRIM(name), LTRIM(name, ' ,'), REPLACE(name, NULL, ''),"
        " INSTR(name, SUBSTRING(city, 1, 100)), JSON_PATCH(name, '{}'), UNHEX(name) FROM customers"
    )
    assert to_read(query, "sqlite").text == query
    assert to_read("SELECT STRPOS(name, city) FROM customers", "postgresql").text


def test_a_function_is_called_that_an_admin_allowed() -> None:
    query = "SELECT app.margin(total) FROM orders"
    assert to_read(query, "postgresql", frozenset({"app.margin"})).text == query
    with pytest.raises(Refused, match=r"app\.margin"):
        to_read(query, "postgresql", frozenset({"margin", "other.margin"}))


WORDS_OF_SQL = (
    "SELECT FROM WHERE DELETE INSERT UPDATE DROP INTO OUTFILE pg_sleep load_file ( ) ; ' \" ` , . * 1 'x' -- /* */ "
    "/*! # $$ \\ @a := UNION WITH AS (SELECT customers ATTACH PRAGMA COPY SET CALL EXECUTE EXPLAIN SHOW"
)
WORDS = st.sampled_from(WORDS_OF_SQL.split())


@settings(max_examples=50)
@given(st.lists(WORDS, max_size=14), st.sampled_from(DIALECTS))
def test_whatever_is_put_together_is_refused_or_reads_and_stays_so(words: list[str], dialect: Dialect) -> None:
    try:
        statement = to_read(" ".join(words), dialect)
    except ToolProblem:
        return
    assert to_read(statement.text, dialect).text == statement.text
    assert ";" not in statement.text.replace("';'", "").replace('";"', "")


@settings(max_examples=30)
@given(st.text(), st.sampled_from(DIALECTS))
def test_whatever_is_typed_is_refused_or_reads(text: str, dialect: Dialect) -> None:
    with suppress(ToolProblem):
        assert to_read(text, dialect).text
