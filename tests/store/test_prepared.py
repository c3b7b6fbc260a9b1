"""Statements that are made once give and take the same values as SQLAlchemy's own way."""

from contextlib import suppress

import pytest
from sqlalchemy import bindparam, insert, select
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.exc import DBAPIError

from parlour.journal.unit import Filled, Unit, Writer
from parlour.store.brief import brief_database
from parlour.store.prepared import prepared, rows
from parlour.store.tables import commands, users
from tests.storage import Storage

_KEEP = insert(commands)
_KEPT = select(commands).where(commands.c.user_id == bindparam("user_id")).order_by(commands.c.command_id)
_SEVERAL = select(users).where(users.c.id.in_(["a", "b"]))


def command(command_id: str, ids: object) -> Filled:
    row = {"user_id": "ann", "kind": "k", "digest": "d", "seq": 1, "at": "t"}
    return Filled(_KEEP, {**row, "command_id": command_id, "ids": ids})


VALUES = [{"a": ["ä", 1.5, None, True]}, None, "\ud83d", 7, [2**70], {}]


async def test_what_is_written_straight_to_the_driver_is_read_back_by_either_way(
    writer: Writer, storage: Storage
) -> None:
    await writer.commit(Unit(changes=[command(str(n), value) for n, value in enumerate(VALUES)]))
    database = brief_database(storage.url)
    async with database.read() as connection:
        straight = [dict(row) for row in await rows(connection, _KEPT, user_id="ann")]
        around = [dict(row) for row in (await connection.execute(_KEPT, {"user_id": "ann"})).mappings()]
    await database.close()
    assert [row["ids"] for row in straight] == VALUES
    assert straight == around


async def test_reads_that_fail_give_their_connection_back(storage: Storage) -> None:
    database = brief_database(storage.url)
    for _ in range(20):
        with suppress(LookupError):
            async with database.read() as connection:
                assert await rows(connection, _KEPT, user_id="ann") == []
                raise LookupError
    async with database.read() as connection:
        assert await rows(connection, _KEPT, user_id="ann") == []
    await database.close()


async def test_nothing_can_be_written_through_a_connection_of_brief_reads(storage: Storage) -> None:
    database = brief_database(storage.url)
    async with database.read() as connection:
        with pytest.raises(DBAPIError, match=r"read-?only"):
            await connection.execute(insert(commands), command("1", {}).parameters())
    async with database.read() as connection:
        assert await rows(connection, _KEPT, user_id="ann") == []
    await database.close()


def test_a_statement_whose_words_depend_on_a_list_cannot_be_prepared() -> None:
    with pytest.raises(TypeError, match="list"):
        prepared(_SEVERAL, (), SQLiteDialect_pysqlite)
