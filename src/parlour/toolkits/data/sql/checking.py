"""What a statement is, and whether it may be run: parsed, looked through, and written anew from what was understood.

A database gets the words that the parser writes, never those that came in: what the two might read differently, such
as comments that only one of them runs, never arrives. The transaction that only reads stands behind all this.
"""

import importlib
import logging
import re
from dataclasses import dataclass
from functools import cache
from typing import Any
from unicodedata import combining, normalize

from parlour.toolkits.data.sql.functions import FAR_REACHING, HARMLESS, PRIVATE, SECRET_SETTINGS
from parlour.toolkits.data.sql.lengthy import check_lengthy
from parlour.toolkits.data.sql.parsing import statements, written_anew
from parlour.toolkits.data.sql.settings import TITLES, Dialect
from parlour.tools.outcomes import BadArguments, Refused

Tree = Any
"""What the parser makes of a statement."""
_PARSED_AS: dict[Dialect, str] = {"sqlite": "sqlite", "postgresql": "postgres", "mysql": "mysql"}
# What is taken is never given back: where the same spaces could be taken in two ways, every word would double the work.
_EXPLAIN = re.compile(
    r"\s*explain\s+(?P<options>(?:\(\s*+(?:(?:analyze|verbose|costs|buffers|timing|summary|format|json|text|yaml|on|off"
    r"|true|false)\b\s*+(?:,\s*+)?)++\)\s*+|query\s+plan\s++|(?:analyze|verbose|extended|partitions"
    r"|format\s*=\s*\w+)\s++)*+)",
    re.IGNORECASE,
)
_SHOWN: dict[Dialect, re.Pattern[str]] = {
    "postgresql": re.compile(r"show\s+(all|time\s+zone|[a-z_][a-z0-9_.]*)", re.IGNORECASE),
    "mysql": re.compile(
        r"(show\s+(((extended\s+)?(full\s+)?(tables|columns|fields)|table\s+status|index(es)?|keys|databases|schemas"
        r"|character\s+set|collation|engines|warnings|errors)(\s+(from|in)\s+[\w.`$]+){0,2}(\s+like\s+'[\w%\s.-]*')?"
        r"|create\s+(table|view|database|schema)\s+[\w.`$]+)|desc(ribe)?\s+[\w.`$]+)",
        re.IGNORECASE,
    ),
    "sqlite": re.compile(
        r"pragma\s+(table_list|(table_info|table_xinfo|index_list|index_info|foreign_key_list)"
        r"\s*\(\s*+[\w\"'`.$ -]+\))",
        re.IGNORECASE,
    ),
}
"""What only tells about the database, by dialect; it is passed on as it is. SHOW of MySQL tells passwords, too."""


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement that may be run."""

    text: str
    """As the database gets it."""
    verb: str
    """What it does, in upper case: SELECT, DELETE."""
    fields: frozenset[str] = frozenset()
    """What it takes from something by a dot, where that may be a function: see `calls`."""


def to_read(text: str, dialect: Dialect, allowed: frozenset[str] = frozenset()) -> Statement:
    """A statement that only reads. `allowed` are functions besides the harmless ones, in lower case.

    Raises BadArguments for what is not one statement, Refused for one that would do more than read.
    """
    if about := _told_about(text, dialect):
        return about
    prefix = _EXPLAIN.match(text)
    tree = parsed(text[prefix.end() :] if prefix else text, dialect)
    _check_reads(tree, dialect)
    text_of_it, fields = checked(tree, dialect, allowed)
    if prefix is None:
        return Statement(text_of_it, "SELECT", fields)
    whole = f"EXPLAIN {' '.join(prefix['options'].split())} {text_of_it}".replace("  ", " ")
    return Statement(whole, "EXPLAIN", fields)


def _told_about(text: str, dialect: Dialect) -> Statement | None:
    plain = text.strip().removesuffix(";").rstrip()
    if not _SHOWN[dialect].fullmatch(plain):
        if dialect == "mysql" and plain[:5].lower().rstrip() == "show":
            raise Refused(
                "That is not shown here.",
                suggestion="SHOW tells of databases, tables, columns and indexes, and how tables and views were made.",
            )
        return None
    words = plain.split()
    if dialect == "postgresql" and ("." in words[1] or words[1].lower() in SECRET_SETTINGS):
        raise Refused("That is not shown here: it may be secret.")
    return Statement(" ".join(words), words[0].upper())


@cache
def types() -> Any:
    """The types of what the parser makes. They take a second to load: whoever asks no database does not wait for it."""
    logging.getLogger("sqlglot").setLevel(logging.ERROR)
    return importlib.import_module("sqlglot.expressions")


def parsed(text: str, dialect: Dialect) -> Tree:
    """The one statement that `text` is. Raises BadArguments for none, for several, and for what is not understood."""
    from sqlglot.errors import SqlglotError

    exp = types()
    try:
        found: list[Tree] = [tree for tree in statements(text, _PARSED_AS[dialect]) if tree is not None]
    except SqlglotError as error:
        raise BadArguments(f"This is no statement that {TITLES[dialect]} understands{_near(error)}.") from error
    except RecursionError as error:
        raise BadArguments("This statement is nested too deeply.", suggestion="Write it more simply.") from error
    if any(isinstance(tree, exp.Condition | exp.Alias) for tree in found):
        raise BadArguments(f"This is no statement that {TITLES[dialect]} understands.")
    if len(found) != 1:
        many = f"{len(found)} statements were sent" if found else "No statement was sent"
        raise BadArguments(f"{many}; it takes exactly one.")
    return found[0]


def _near(error: Any) -> str:
    """Where a parser stopped: " near “outfile” in line 1"."""
    told: list[dict[str, Any]] = getattr(error, "errors", None) or [{}]
    word, line = told[0].get("highlight"), told[0].get("line")
    return f", near “{str(word)[:60]}” in line {line}" if word and line else ""


def _check_reads(tree: Tree, dialect: Dialect) -> None:
    exp = types()
    if not isinstance(tree, exp.Select | exp.SetOperation | exp.Subquery | exp.Values):
        raise _not_reading(verb_of(tree))
    for node in tree.walk():
        if isinstance(node, exp.DML | exp.DDL | exp.Command) and not isinstance(node, exp.Query):
            raise _not_reading(verb_of(node))
        if isinstance(node, exp.Into):
            raise _not_reading("SELECT INTO")
        if isinstance(node, exp.Lock):
            raise Refused("A query locks no rows here.", suggestion="Leave out FOR UPDATE, FOR SHARE and the like.")
        if isinstance(node, exp.PropertyEQ) and dialect == "mysql":
            raise Refused("A query sets no variables here.")


def checked(tree: Tree, dialect: Dialect, allowed: frozenset[str]) -> tuple[str, frozenset[str]]:
    """A statement as the database gets it, and its `Statement.fields`. Raises for what reaches further than the tables.

    What is written is looked through as well: some of what is understood is written in other words.
    """
    _check_reach(tree, dialect, allowed)
    text = written(tree, dialect)
    if "\0" in text:
        raise BadArguments("There is a character in it that no database takes: U+0000.")
    again = parsed(text, dialect)
    _check_reach(again, dialect, allowed)
    return text, _fields(again) if dialect == "postgresql" else frozenset()


def _check_reach(tree: Tree, dialect: Dialect, allowed: frozenset[str]) -> None:
    exp = types()
    for node in tree.walk():
        if isinstance(node, exp.Placeholder) or (isinstance(node, exp.Parameter) and dialect != "mysql"):
            raise BadArguments("There is a placeholder in it, and nothing to put there.")
        if isinstance(node, exp.Hint):
            node.pop()
        elif isinstance(node, exp.Func):
            _check_function(node, dialect, allowed)
            if dialect == "sqlite":
                check_lengthy(node)
        elif isinstance(node, exp.Table):
            _check_table(node, dialect)
        elif isinstance(node, exp.Dot) and dialect == "postgresql":
            _check_dot(node)


def _check_dot(node: Tree) -> None:
    """PostgreSQL reads `(value).name` as name(value) where the value has no such field, and types of values are not
    known here."""
    exp = types()
    if not isinstance(node.expression, exp.Func | exp.Star):
        raise Refused(
            f"Nothing is taken from a value by a dot here, as “.{node.expression.name}” is: that may call a function.",
            suggestion="Name columns of tables, or take all fields by (value).*",
        )


def _fields(tree: Tree) -> frozenset[str]:
    """What stands behind the name of a table and a dot."""
    exp = types()
    columns = (node for node in tree.find_all(exp.Column) if node.table and not isinstance(node.this, exp.Star))
    return frozenset(column.name if column.this.quoted else column.name.lower() for column in columns)


def _check_function(node: Tree, dialect: Dialect, allowed: frozenset[str]) -> None:
    exp = types()
    schema = _schema_of(node)
    if isinstance(node, exp.Anonymous | exp.AnonymousAggFunc | exp.UserDefinedFunction):
        name, is_harmless = node.name.lower(), node.name.lower() in HARMLESS[dialect]
    else:
        name, is_harmless = node.sql_name().lower(), type(node).__name__ not in FAR_REACHING
    if is_harmless and schema in ("", "pg_catalog"):
        return
    whole = f"{schema}.{name}" if schema else name
    if whole not in allowed:
        raise Refused(
            f"The function {whole} is not among those that queries may call here.",
            suggestion="Do without it. An admin can allow it for this datasource.",
        )


def _schema_of(node: Tree) -> str:
    """What a function is qualified with, in lower case; "" where it is not."""
    exp = types()
    outer = node.parent
    if isinstance(outer, exp.Dot) and outer.expression is node:
        return ".".join(part.name.lower() for part in outer.this.find_all(exp.Identifier)) or "?"
    if isinstance(outer, exp.Table) and outer.this is node:
        return outer.db.lower()
    return ""


def _check_table(node: Tree, dialect: Dialect) -> None:
    telling = {node.db, f"{node.db}.{node.name}"} if dialect == "mysql" else {node.name}
    if any(_plain(each) in PRIVATE[dialect] for each in telling):
        raise Refused(f"“{node.name}” holds what is secret about the database, and is not read here.")


def _plain(name: str) -> str:
    """A name without case and marks: to MariaDB “İ” is an “i” in what it calls its own."""
    return "".join(each for each in normalize("NFKD", name.casefold()) if not combining(each))


def written(tree: Tree, dialect: Dialect) -> str:
    """A statement, or a part of one, as the database gets it. Raises BadArguments for what cannot be written."""
    from sqlglot.errors import ErrorLevel, SqlglotError

    try:
        return written_anew(
            tree,
            _PARSED_AS[dialect],
            comments=False,
            normalize_functions=False,
            unsupported_level=ErrorLevel.RAISE,
        )
    except (SqlglotError, RecursionError) as error:
        raise BadArguments(f"This statement cannot be passed on to {TITLES[dialect]} as it was understood.") from error


def verb_of(tree: Tree) -> str:
    """What a statement does: its first word, unless that only leads to it, as WITH does."""
    if isinstance(tree, types().DML):
        return str(tree.key).upper()
    try:
        first = re.search(r"[A-Za-z]+", written_anew(tree, "", comments=False))
    except RecursionError:
        first = None
    return first[0].upper() if first else "STATEMENT"


def _not_reading(verb: str) -> Refused:
    return Refused(
        f"A query only reads, and {verb} does more than that.",
        suggestion="Use SELECT. What is to be changed goes through database_change, where that is offered.",
    )
