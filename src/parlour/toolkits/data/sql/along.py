"""What a change takes along: rows elsewhere that go or change with it, by keys that refer to them and by triggers, and
what depends on a table that is dropped or emptied.

It is found while the change is tried in a transaction that is taken back. MySQL does not count such rows, so of it only
the tables are told in which they may be.
"""

from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, text

from parlour.protocol.content import PreviewChange
from parlour.toolkits.data.sql.changing import Change
from parlour.toolkits.data.sql.settings import Dialect
from parlour.toolkits.data.sql.wording import counted

MOST_TABLES = 20
"""So many other tables are told."""
MOST_NOTICES = 5
NOTICE_CHARS = 1_000

# What it counts may still hold what the connection did in the transactions of the last second.
_TOUCHED = text("""
    SELECT n.nspname, c.relname, c.oid::regclass::text, SUM(s.n_tup_ins), SUM(s.n_tup_upd), SUM(s.n_tup_del)
    FROM pg_stat_xact_user_tables AS s
    JOIN pg_class AS c ON c.oid = COALESCE(pg_partition_root(s.relid::regclass), s.relid)
    JOIN pg_namespace AS n ON n.oid = c.relnamespace
    WHERE s.n_tup_ins + s.n_tup_upd + s.n_tup_del > 0
    GROUP BY 1, 2, 3 ORDER BY 3
""")
_REFERRING = text("""
    SELECT DISTINCT k.table_schema, k.table_name, r.delete_rule
    FROM information_schema.referential_constraints AS r
    JOIN information_schema.key_column_usage AS k
    ON k.constraint_schema = r.constraint_schema AND k.constraint_name = r.constraint_name
    AND k.table_name = r.table_name
    WHERE k.referenced_table_schema = :place AND k.referenced_table_name = :name
    AND r.delete_rule IN ('CASCADE', 'SET NULL', 'SET DEFAULT')
    ORDER BY 1, 2
""")


@dataclass(frozen=True, slots=True)
class Tried:
    """What a change did when it was tried."""

    rows: int | None
    """How many it touched; None where that says nothing, or it could not be tried."""
    along: tuple[PreviewChange, ...] = ()
    """What went along with them."""
    notices: str = ""
    """What the database said of it, in its own words."""
    takes_away: bool = False
    """Whether rows besides its own went, or may have gone."""


def tried(connection: Connection, change: Change, dialect: Dialect, carry_out: Callable[[], int]) -> Tried:
    """Carry a change out in a transaction that is taken back afterwards, and see what went along."""
    match dialect:
        case "sqlite":
            return _on_sqlite(connection, change, carry_out)
        case "postgresql":
            return _on_postgresql(connection, change, carry_out)
        case "mysql":
            return Tried(_told(change, carry_out()), referring(connection, change))


def _told(change: Change, count: int) -> int | None:
    return None if change.of_structure or count < 0 else count


def _on_sqlite(connection: Connection, change: Change, carry_out: Callable[[], int]) -> Tried:
    everything = text("SELECT total_changes()")
    before = int(connection.execute(everything).scalar_one())
    count = carry_out()
    more = int(connection.execute(everything).scalar_one()) - before - count
    if change.of_structure or more <= 0:
        return Tried(_told(change, count))
    shown = PreviewChange(what="Other rows", before=counted(more, "row"), after="changed or gone")
    return Tried(count, (shown,), takes_away=True)


def _on_postgresql(connection: Connection, change: Change, carry_out: Callable[[], int]) -> Tried:
    before = _touched(connection)
    with _notices(connection) as said:
        count = carry_out()
        after = _touched(connection)
    along: list[PreviewChange] = []
    takes_away = False
    for table, now in after.items() if not change.of_structure else ():
        earlier = before.get(table, (0, 0, 0))
        added, changed, gone = (more - less for more, less in zip(now, earlier, strict=True))
        schema, name, called = table
        if not any(own == name.casefold() and place in ("", schema.casefold()) for place, own in change.changes):
            along += _elsewhere(called, added, changed, gone)
            takes_away = takes_away or gone > 0
        elif (others := _of_others(change, count, added, changed, gone)) > 0:
            shown = PreviewChange(what=f"{called}, other rows", before=counted(others, "row"), after="changed or gone")
            along.append(shown)
            takes_away = takes_away or gone > 0
    return Tried(_told(change, count), tuple(along[:MOST_TABLES]), " ".join(said[:MOST_NOTICES]), takes_away)


def _of_others(change: Change, count: int, added: int, changed: int, gone: int) -> int:
    """How many rows of its own table a change touched besides those that it names."""
    moved = min(added, gone) if change.verb == "UPDATE" else 0  # from one part of a table to another
    return added + changed + gone - moved - count


def _elsewhere(table: str, added: int, changed: int, gone: int) -> list[PreviewChange]:
    shown: list[PreviewChange] = []
    if gone > 0:
        shown.append(PreviewChange(what=table, before=counted(gone, "row"), after=None))
    if changed > 0:
        shown.append(PreviewChange(what=table, before=counted(changed, "row"), after="changed"))
    if added > 0:
        shown.append(PreviewChange(what=table, before=None, after=f"{counted(added, 'row')} added"))
    return shown


def _touched(connection: Connection) -> dict[tuple[str, str, str], tuple[int, int, int]]:
    """The rows that were added, changed and deleted, by schema, name, and what the table is called here."""
    found = connection.execute(_TOUCHED)
    return {(row[0], row[1], row[2]): (int(row[3]), int(row[4]), int(row[5])) for row in found}


@contextmanager
def _notices(connection: Connection) -> Generator[list[str]]:
    """What the server says meanwhile; whole once something was asked after it."""
    said: list[str] = []
    driver: Any = connection.connection.driver_connection

    def heard(_: object, message: Any) -> None:
        words = " ".join(filter(None, (message.message, message.detail)))
        said.append(f"{_in_a_line(words)}.")

    driver.add_log_listener(heard)
    try:
        yield said
    finally:
        driver.remove_log_listener(heard)


def _in_a_line(words: str) -> str:
    """A notice in one line, cut where it is long."""
    line = " ".join(words.split()).rstrip(".")
    return line if len(line) <= NOTICE_CHARS else f"{line[:NOTICE_CHARS]}…"


def referring(connection: Connection, change: Change) -> tuple[PreviewChange, ...]:
    """What a MySQL server does besides with rows that refer to those it deletes, in words: it does not count them."""
    if change.verb != "DELETE" and not (change.verb == "INSERT" and change.effect == "destructive"):
        return ()
    here = str(connection.scalar(text("SELECT DATABASE()")) or "")
    left = [(place or here, name) for place, name in sorted(change.changes)]
    seen, shown = set(left), list[PreviewChange]()
    while left and len(shown) < MOST_TABLES:
        place, name = left.pop(0)
        for schema, table, rule in connection.execute(_REFERRING, {"place": place, "name": name}):
            goes = rule == "CASCADE"
            called = table if schema == here else f"{schema}.{table}"
            after = None if goes else "refer to nothing any more"
            shown.append(PreviewChange(what=called, before="rows that refer to these", after=after))
            if goes and (schema, table) not in seen:
                seen.add((schema, table))
                left.append((schema, table))
    return tuple(dict.fromkeys(shown))
