"""What is in a database: its tables, their columns and keys, short enough for a model to read."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from rapidfuzz import fuzz, process
from sqlalchemy import Connection, inspect
from sqlalchemy.engine import Inspector
from sqlalchemy.engine.interfaces import ReflectedForeignKeyConstraint

from parlour.toolkits.data.sql.settings import Dialect

MOST_TABLES = 40
"""So many are described at once."""
MOST_SCHEMAS = 50
_HIDDEN = ("information_schema", "pg_catalog", "pg_toast")
_SIMILAR = 70.0
"""From 0 to 100: how much a name has to be like what was searched."""


@dataclass(frozen=True, slots=True)
class Table:
    """A table or a view."""

    name: str
    """With its schema where that is not the usual one."""
    kind: str
    columns: tuple[str, ...]
    """Each in words: "customer_id integer → customers.id"."""
    comment: str

    @property
    def words(self) -> str:
        """Everything a search looks at, in lower case."""
        return " ".join((self.name, *self.columns, self.comment)).lower()


def tables_of(connection: Connection, dialect: Dialect) -> list[Table]:
    """Every table and view that may be seen, by name."""
    inspector = inspect(connection)
    usual = inspector.default_schema_name
    schemas: Sequence[str | None] = [None]
    if dialect == "postgresql":
        seen = [name for name in inspector.get_schema_names() if not name.startswith(_HIDDEN)]
        schemas = [None if name == usual else name for name in seen][:MOST_SCHEMAS]
    return sorted((each for schema in schemas for each in _in_schema(inspector, schema)), key=lambda each: each.name)


def _in_schema(inspector: Inspector, schema: str | None) -> list[Table]:
    from sqlalchemy.engine.reflection import ObjectKind

    views = {*inspector.get_view_names(schema)}
    columns = inspector.get_multi_columns(schema, kind=ObjectKind.ANY)
    keys = inspector.get_multi_pk_constraint(schema)
    links = inspector.get_multi_foreign_keys(schema)
    comments = inspector.get_multi_table_comment(schema) if inspector.dialect.supports_comments else {}
    tables: list[Table] = []
    for whole, found in columns.items():
        key = {*(keys.get(whole) or {}).get("constrained_columns", ())}
        led = _leads(links.get(whole, ()))
        described = tuple(_column(each, key, led) for each in found)
        comment = (comments.get(whole) or {}).get("text") or ""
        name = f"{schema}.{whole[1]}" if schema else whole[1]
        tables.append(Table(name, "view" if whole[1] in views else "table", described, comment[:200]))
    return tables


def _leads(links: Sequence[ReflectedForeignKeyConstraint]) -> dict[str, str]:
    """Of each column that refers to another, to which."""
    return {
        here: f"{link['referred_table']}.{there}"
        for link in links
        for here, there in zip(link["constrained_columns"], link["referred_columns"], strict=False)
    }


def _column(found: Any, key: set[str], led: dict[str, str]) -> str:
    words = f"{found['name']} {str(found['type']).lower()}"
    if found["name"] in key:
        words += " key"
    elif not found["nullable"]:
        words += " not null"
    if found["name"] in led:
        words += f" → {led[found['name']]}"
    if found.get("comment"):
        words += f" ({found['comment'][:80]})"
    return words


def searched(tables: Sequence[Table], search: str | None) -> list[Table]:
    """The tables that have something to do with `search`, the likeliest first; all of them without one."""
    words = re.findall(r"\w+", (search or "").lower())
    if not words:
        return [*tables]
    found = [table for table in tables if all(word in table.words for word in words)]
    if not found:
        found = [table for table in tables if any(_is_like(word, table) for word in words)]
    return sorted(found, key=lambda table: (not any(word in table.name.lower() for word in words), table.name))


def _is_like(word: str, table: Table) -> bool:
    names = [table.name.lower(), *(column.partition(" ")[0].lower() for column in table.columns)]
    parts = {part for name in names for part in (name, *re.split(r"[._]", name))}
    return process.extractOne(word, parts, scorer=fuzz.ratio, score_cutoff=_SIMILAR) is not None
