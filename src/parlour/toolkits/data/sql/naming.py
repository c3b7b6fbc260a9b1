"""A table that is asked for by its name alone, by whoever writes no SQL: "Order items" for `order_items`."""

import re
from collections.abc import Sequence

from parlour.toolkits.data.sql.schema import Table
from parlour.toolkits.data.sql.settings import Dialect
from parlour.tools.outcomes import NotThere

MOST_NAMED = 20
"""So many tables are told where none is called that."""
_NAME = re.compile(r"[\w.$ -]{1,200}")
_WORD = re.compile(r"[^\W_]+")
_STATEMENT = re.compile(
    r"(select|with|show|desc|describe|explain|pragma|table|values|begin|start|commit|rollback|savepoint|insert|update"
    r"|delete|merge|create|alter|drop|truncate|set|reset|call|do|use|vacuum|analyze|lock|grant|revoke|copy|execute"
    r"|prepare|declare|fetch|attach|detach|replace|load|handler|listen|notify|cluster|reindex|refresh|comment)\b",
    re.IGNORECASE,
)


def is_name(query: str) -> bool:
    """Whether this is no SQL, but what somebody calls a table."""
    plain = query.strip()
    return bool(_NAME.fullmatch(plain) and _WORD.search(plain) and not _STATEMENT.match(plain))


def rows_of(said: str, tables: Sequence[Table], dialect: Dialect) -> str:
    """The query for all rows of the table that is called so. Raises NotThere where none is, or several are."""
    wanted = _words(said)
    found = [each for each in tables if wanted in (_words(each.name), _words(each.name.rpartition(".")[2]))]
    exact = [each for each in found if each.name.casefold() == said.strip().casefold()]
    match exact or found:
        case [table]:
            return f"SELECT * FROM {_quoted(table.name, dialect)}"  # noqa: S608 - quoted, and looked through as any query
        case []:
            there = ", ".join(f"“{each.name}”" for each in tables[:MOST_NAMED])
            raise NotThere(
                f"No table is called “{said.strip()}”.",
                suggestion=f"There are: {there}." if there else "There are no tables.",
            )
        case several:
            raise NotThere(
                f"Several tables are called that: {', '.join(f'“{each.name}”' for each in several[:MOST_NAMED])}.",
                suggestion="Name one of them.",
            )


def _words(text: str) -> tuple[str, ...]:
    """Its words, however they are written together, one thing or several: "Order-items" and "order_item" are one."""
    return tuple(word.casefold().removesuffix("s") for word in _WORD.findall(text))


def _quoted(name: str, dialect: Dialect) -> str:
    mark = "`" if dialect == "mysql" else '"'
    parts = name.split(".") if dialect == "postgresql" else [name]
    return ".".join(mark + part.replace(mark, mark * 2) + mark for part in parts)
