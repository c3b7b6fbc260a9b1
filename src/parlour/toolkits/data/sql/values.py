"""What a database hands out, as JSON; and what its columns are called and hold."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, time
from decimal import Decimal
from typing import Any

from pydantic import JsonValue

from parlour.toolkits.data.sql.settings import Dialect

_EXACT = 2**53
"""Whole numbers beyond this are told as text: most programs that read JSON would round them."""

BYTES_SHOWN = 32
"""Of what is no text."""
_POSTGRESQL = {
    16: "boolean", 17: "bytes", 20: "bigint", 21: "smallint", 23: "integer", 25: "text", 26: "oid", 114: "json",
    700: "real", 701: "double precision", 1042: "char", 1043: "varchar", 1082: "date", 1083: "time",
    1114: "timestamp", 1184: "timestamp with time zone", 1186: "interval", 1700: "numeric", 2950: "uuid", 3802: "jsonb",
}  # fmt: skip
"""By the ids of its types, which never change."""
_MYSQL = {
    0: "decimal", 1: "tinyint", 2: "smallint", 3: "int", 4: "float", 5: "double", 7: "timestamp", 8: "bigint",
    9: "mediumint", 10: "date", 11: "time", 12: "datetime", 13: "year", 16: "bit", 245: "json", 246: "decimal",
    247: "enum", 248: "set", 249: "text", 250: "text", 251: "text", 252: "text", 253: "varchar", 254: "char",
}  # fmt: skip
"""By the numbers of its protocol."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column of an answer. `type` is "" where the database does not tell."""

    name: str
    type: str


def columns_of(described: Sequence[tuple[str, Any]], dialect: Dialect) -> list[Column]:
    """The columns of an answer, from names and types of the driver. Names that come twice are numbered: "id_2"."""
    known = {"postgresql": _POSTGRESQL, "mysql": _MYSQL, "sqlite": {}}[dialect]
    names: set[str] = set()
    columns: list[Column] = []
    for first, kind in described:
        name, number = first, 1
        while name in names:
            number += 1
            name = f"{first}_{number}"
        names.add(name)
        columns.append(Column(name, known.get(kind, "")))
    return columns


def as_told(value: Any, longest: int) -> JsonValue:
    """A value as JSON; text that is longer than `longest` characters is cut and says so."""
    match value:
        case None | bool():
            return value
        case int():
            return value if abs(value) < _EXACT else str(value)
        case float():
            return value if math.isfinite(value) else str(value)
        case Decimal():
            return _number(value)
        case str():
            return _cut(value, longest)
        case bytes() | bytearray() | memoryview():
            return _cut_bytes(bytes(value))  # pyright: ignore[reportUnknownArgumentType]
        case date() | time():
            return value.isoformat()
        case list() | tuple():
            return [as_told(inner, longest) for inner in value]  # pyright: ignore[reportUnknownVariableType]
        case dict():
            return {str(key): as_told(inner, longest) for key, inner in value.items()}  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
        case _:
            return _cut(str(value), longest)


def type_told(value: JsonValue) -> str:
    """What kind of value it is, for a database that does not tell."""
    match value:
        case None:
            return ""
        case bool():
            return "boolean"
        case int():
            return "integer"
        case float():
            return "real"
        case str():
            return "text"
        case _:
            return "json"


def _number(value: Decimal) -> JsonValue:
    """A decimal number; as text where a float would not be the same."""
    if not value.is_finite():
        return str(value)
    if value == value.to_integral_value() and abs(value) < _EXACT and value.as_tuple().exponent == 0:
        return int(value)
    return float(value) if Decimal(repr(float(value))) == value else str(value)


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else f"{text[:longest]}… [cut after {longest:,} characters]"


def _cut_bytes(value: bytes) -> str:
    shown = f"0x{value[:BYTES_SHOWN].hex()}"
    return shown if len(value) <= BYTES_SHOWN else f"{shown}… [cut after {BYTES_SHOWN} bytes]"
