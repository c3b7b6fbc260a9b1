"""Queries of PostgreSQL that bring no more of a field than is told: its driver would hold all of it."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection

from parlour.toolkits.data.sql.values import BYTES_SHOWN

_SHORT = frozenset({16, 18, 20, 21, 23, 26, 650, 700, 701, 774, 790, 829, 869, 1082, 1083, 1114, 1184, 1186, 1266, 2278,
                    2950})  # fmt: skip
"""Types, by their ids, that are never long."""
_BYTES = 17
_NUMERIC = 1700
_RECORD = 2249
_AS_JSON = frozenset({"array", "composite"})


@dataclass(frozen=True, slots=True)
class Field:
    """A column of a query, as PostgreSQL describes it."""

    name: str
    type_id: int
    kind: str
    """scalar, array, composite, range."""

    def read(self, value: Any, longest: int) -> Any:
        """A value as it was before it was made text. What was cut stays text."""
        if not isinstance(value, str) or len(value) > longest:
            return value
        return _READ[self._form](value) if self._form in _READ else value

    def written(self, column: str, longest: int) -> str:
        """An expression for at most `longest` characters of it, and for one more where it is longer."""
        match self._form:
            case "short":
                return column
            case "bytes":
                return f"pg_catalog.substring({column}, 1, {BYTES_SHOWN + 1})"
            case "json":
                return f"pg_catalog.left(pg_catalog.to_json({column})::text, {longest + 1})"
            case _:
                return f"pg_catalog.left({column}::text, {longest + 1})"

    @property
    def _form(self) -> str:
        if self.type_id in _SHORT:
            return "short"
        known = {_BYTES: "bytes", _NUMERIC: "numeric", _RECORD: "json"}.get(self.type_id)
        return known or ("json" if self.kind in _AS_JSON else "text")


def _from_json(text: str) -> Any:
    return json.loads(text, parse_float=Decimal)


_READ: dict[str, Callable[[str], Any]] = {"json": _from_json, "numeric": Decimal}


def fields_of(connection: Connection, query: str) -> list[Field]:
    """What a query would bring, without running it."""

    async def described(driver: Any) -> Any:
        return (await driver.prepare(query)).get_attributes()

    raw: Any = connection.connection.dbapi_connection
    return [Field(each.name, each.type.oid, each.type.kind) for each in raw.run_async(described)]


def narrowed(query: str, fields: Sequence[Field], longest: int) -> str:
    """The query with every field cut to `longest` characters and one more.

    `OFFSET 0` keeps the planner from working out a field as often as it is named.
    """
    columns = [f"c{number}" for number in range(len(fields))]
    written = [each.written(column, longest) for each, column in zip(fields, columns, strict=True)]
    if written == columns:
        return query
    names = ('"' + each.name.replace('"', '""') + '"' for each in fields)
    told = ", ".join(f"{expression} AS {name}" for expression, name in zip(written, names, strict=True))
    return f"SELECT {told} FROM (SELECT * FROM ({query}) AS whole OFFSET 0) AS narrow ({', '.join(columns)})"  # noqa: S608
