"""Whatever is in a database, no more of it is held than is told: fields are cut, and say so."""

import asyncio
import sys
from pathlib import Path

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parlour.toolkits.data.sql.mysql_rows import RowCut
from parlour.toolkits.data.sql.postgresql_messages import MessagesCut
from parlour.toolkits.data.sql.settings import SqlLimits
from tests.databases import Shop
from tests.storage import run_on_postgres
from tests.toolkits.data.conftest import Furnish, Project

WIDE = {
    "sqlite": [
        "SELECT HEX(zeroblob(8000000)) AS a, b.id FROM orders AS b CROSS JOIN orders AS c CROSS JOIN orders AS d",
        "SELECT HEX(zeroblob(8000000)) AS a, zeroblob(16000000) AS b",
    ],
    "postgresql": [
        "EXPLAIN VERBOSE SELECT REPEAT('x', 100000000) AS a",
        "EXPLAIN (VERBOSE, FORMAT JSON) SELECT REPEAT('é', 100000) AS a",
        "SELECT REPEAT('x', 100000000) AS a, REPEAT('y', 100000000) AS b",
        "SELECT REPEAT('x', 1000000) AS a FROM GENERATE_SERIES(1, 1000)",
        "SELECT CAST(REPEAT('x', 100000000) AS BYTEA) AS a",
        "SELECT ARRAY_AGG(REPEAT('x', 1000)) AS a FROM GENERATE_SERIES(1, 200000)",
        "SELECT ROW(1, REPEAT('x', 100000000)) AS a",
    ],
    "mysql": [
        "SELECT REPEAT('x', 15000000) AS a FROM orders CROSS JOIN orders AS c CROSS JOIN orders AS d",
        "SELECT REPEAT('é', 7000000) AS a, 1 AS b, NULL AS c, REPEAT('y', 15000000) AS d, REPEAT('z', 15000000) AS e",
    ],
}
TOLD_WIDELY = {
    "sqlite": [
        "SELECT JSON_EXTRACT(HEX(zeroblob(8000000)), '$.a') AS a",
        "SELECT JSON_EXTRACT('{}', HEX(zeroblob(8000000))) AS a",
        "SELECT ABS(-9223372036854775807 - 1) + LENGTH(HEX(zeroblob(8000000))) AS a",
    ],
    "postgresql": [
        "SELECT CAST(REPEAT('x', 100000000) AS INTEGER) AS a",
        "EXPLAIN ANALYZE SELECT CAST(REPEAT('é', 100000) AS INTEGER) AS a",
        "SELECT loud(50000000) AS a",
    ],
    "mysql": [
        "SELECT REPEAT('x', 15000000) AS a UNION SELECT (SELECT name FROM customers) AS a",
    ],
}
"""What fails with words about much."""
LOUD = """
    CREATE FUNCTION loud(n INTEGER) RETURNS INTEGER LANGUAGE plpgsql AS $$
    BEGIN
        RAISE NOTICE '%', REPEAT('n', n);
        RAISE EXCEPTION USING MESSAGE = REPEAT('m', n), DETAIL = REPEAT('d', n), HINT = REPEAT('h', n);
    END $$
"""
MOST_MORE_MB = 150
"""Of memory, beside what it takes to ask at all. Any of these would take more if it were held."""

ASKING = """
import asyncio, resource, sys
from pathlib import Path

import orjson

from parlour.clock import SystemClock
from parlour.toolkits.data.sql.checking import to_read
from parlour.toolkits.data.sql.settings import SqlLimits, SqlSettings
from parlour.toolkits.data.sql.source import SqlSource
from parlour.tools.outcomes import ToolProblem

def most():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024

async def main():
    settings, root, queries = orjson.loads(sys.argv[1])
    allowed = frozenset(["loud"])
    source = SqlSource(SqlSettings(**settings), SqlLimits(seconds=100), Path(root), SystemClock())
    await source.read(to_read("SELECT 1 AS one", settings["dialect"]))
    before, told = most(), []
    for query in queries:
        try:
            answer = await source.read(to_read(query, settings["dialect"], allowed))
            words = " ".join(str(value) for row in answer.rows for value in row.values())
        except ToolProblem as problem:
            words = f"{type(problem).__name__}: {problem.message}"
        told.append([most() - before, len(words), words[:500], words[-40:]])
        await source.read(to_read("SELECT 1 AS one", settings["dialect"]))
    await source.close()
    sys.stdout.write(orjson.dumps(told).decode())

asyncio.run(main())
"""


async def asked(shopped: Shop, root: Path, queries: list[str]) -> list[tuple[int, int, str, str]]:
    """What a process of its own was told: how much more memory it had, how long the words were, and their ends."""
    told = orjson.dumps([shopped.settings, str(root), queries]).decode()
    asking = await asyncio.create_subprocess_exec(
        sys.executable, "-c", ASKING, told, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    out, faults = await asking.communicate()
    assert asking.returncode == 0, faults.decode()
    return orjson.loads(out.splitlines()[-1])


async def test_what_is_wide_is_never_held_whole(shopped: Shop, tmp_path: Path) -> None:
    for more, _, _, last in await asked(shopped, tmp_path, WIDE[shopped.dialect]):
        assert more < MOST_MORE_MB
        assert "… [cut after " in last


async def test_what_fails_is_never_told_at_length(shopped: Shop, tmp_path: Path) -> None:
    if shopped.dialect == "postgresql":
        await asyncio.to_thread(run_on_postgres, LOUD, database=shopped.settings["database"])
    for more, count, words, _ in await asked(shopped, tmp_path, TOLD_WIDELY[shopped.dialect]):
        assert words.startswith("Failed: ")
        assert more < MOST_MORE_MB
        assert count < 1_000


async def test_what_is_cut_says_so_and_the_rest_is_as_it_was(furnish: Furnish, shopped: Shop) -> None:
    project = await furnish(SqlLimits(cell_chars=10, seconds=30))
    await project.add("shop", shopped.settings)
    (row,) = (
        await project.query(
            "SELECT 'twelve chars' AS a, 'ten  chars' AS b, 12345678901 AS c, NULL AS d, total, 'é€😀é€😀é€😀é€😀' AS e"
            " FROM orders WHERE id = 10"
        )
    )["rows"]
    assert row == {
        "a": "twelve cha… [cut after 10 characters]",
        "b": "ten  chars",
        "c": 12345678901,
        "d": None,
        "total": 12.5,
        "e": "é€😀é€😀é€😀é… [cut after 10 characters]",
    }


async def test_more_columns_share_what_a_row_may_hold(project: Project, shopped: Shop) -> None:
    text = {"sqlite": "HEX(zeroblob(2500))"}.get(shopped.dialect, "REPEAT('0', 5000)")
    (row,) = (await project.query(f"SELECT {', '.join(f'{text} AS c{number}' for number in range(640))}"))["rows"]
    assert set(row.values()) == {"0" * 500 + "… [cut after 500 characters]"}


KINDS = """
    SELECT ARRAY[1, NULL, 3] AS a, ARRAY['x', 'y'] AS b, ROW(1, 'x') AS c, '{"k": [1.50]}'::jsonb AS d,
    1.10::numeric AS e, 'NaN'::numeric AS f, 12345678901234567890::numeric AS g, '2026-11-20'::date AS h,
    '10.0.0.1'::inet AS i, '[1,3)'::int4range AS j, '\\x0102'::bytea AS k, TRUE AS l, 0.5::float8 AS m,
    ARRAY['2026-11-20'::date] AS n, 'x'::char(3) AS o, 1 AS "two ""words"" here", 2 AS e
"""


@pytest.mark.parametrize("shopped", ["postgresql"], indirect=True)
async def test_postgresql_tells_every_type_as_what_it_is(project: Project) -> None:
    found = await project.query(KINDS)
    ordered = await project.query("SELECT name FROM customers ORDER BY name DESC LIMIT 2")
    assert found["rows"] == [
        {
            "a": [1, None, 3], "b": ["x", "y"], "c": {"f1": 1, "f2": "x"}, "d": '{"k": [1.50]}', "e": 1.1,
            "f": "NaN", "g": "12345678901234567890", "h": "2026-11-20", "i": "10.0.0.1", "j": "[1,3)", "k": "0x0102",
            "l": True, "m": 0.5, "n": ["2026-11-20"], "o": "x", 'two "words" here': 1, "e_2": 2,
        }
    ]  # fmt: skip
    assert found["columns"]["d"] == "jsonb"
    assert found["columns"]["e"] == "numeric"
    assert [row["name"] for row in ordered["rows"]] == ["Moor Bikes", "Dales | Tea"]


FIELDS = st.lists(st.none() | st.text(max_size=400) | st.integers(0, 70_000).map("é".__mul__), max_size=6)


def packed(fields: list[bytes | None]) -> bytes:
    """A row in the protocol of MySQL."""
    out = bytearray()
    for field in fields:
        if field is None:
            out += b"\xfb"
        elif len(field) < 251:
            out += bytes([len(field)]) + field
        elif len(field) < 1 << 16:
            out += b"\xfc" + len(field).to_bytes(2, "little") + field
        else:
            out += b"\xfd" + len(field).to_bytes(3, "little") + field
    return bytes(out)


@pytest.mark.parametrize("at_once", [1, 7, 65_536])
@given(fields=FIELDS)
def test_a_row_of_mysql_is_cut_wherever_it_comes_in_pieces(at_once: int, fields: list[str | None]) -> None:
    longest = 300
    row = packed([None if each is None else each.encode() for each in fields])
    cutter = RowCut(longest)
    cut = b"".join(cutter.cut(row[at : at + at_once]) for at in range(0, len(row), at_once))
    expected = [None if each is None else each.encode()[:longest].decode(errors="ignore").encode() for each in fields]
    assert cut == packed(expected)


WORDS = st.lists(st.text(st.characters(exclude_characters="\0"), max_size=20) | st.integers(1, 5_000).map("é".__mul__))
ROW = st.lists(st.none() | st.text(max_size=400) | st.integers(0, 200_000).map("é".__mul__), min_size=1, max_size=4)


def message(kind: bytes, body: bytes) -> bytes:
    return kind + (len(body) + 4).to_bytes(4) + body


def row_message(fields: list[bytes | None]) -> bytes:
    """A row in the protocol of PostgreSQL."""
    told = (b"\xff" * 4 if each is None else len(each).to_bytes(4) + each for each in fields)
    return message(b"D", len(fields).to_bytes(2) + b"".join(told))


def cut_at(text: str, longest: int) -> bytes:
    return text.encode()[:longest].decode(errors="ignore").encode()


@pytest.mark.parametrize("at_once", [977, 65_536])
@settings(max_examples=20)
@given(words=WORDS, fields=ROW, kind=st.sampled_from([b"E", b"N"]))
def test_messages_of_postgresql_are_cut_wherever_they_come_in_pieces(
    at_once: int, words: list[str], fields: list[str | None], kind: bytes
) -> None:
    around = [message(b"Z", b"I"), message(b"2", b""), message(b"S", b"a\0" + b"b" * 300_000 + b"\0")]
    fault = message(kind, b"".join(b"M" + each.encode() + b"\0" for each in words) + b"\0")
    row = row_message([None if each is None else each.encode() for each in fields])
    sent = b"".join([around[0], fault, around[1], row, around[2], fault])
    messages = MessagesCut(100)
    cut = b"".join(messages.cut(sent[at : at + at_once]) for at in range(0, len(sent), at_once))
    said = b"".join(b"M" + cut_at(each, 3_999) + b"\0" for each in words[:30])
    fault = message(kind, said + b"\0") if len(fault) - 5 > 4_000 else fault
    longest = 404 if len(row) - 5 > 256 * 1024 else len(row)
    row = row_message([None if each is None else cut_at(each, longest) for each in fields])
    assert cut == b"".join([around[0], fault, around[1], row, around[2], fault])
