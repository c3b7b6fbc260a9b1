"""What a statement would change, and whether it is one that may be run after a person's yes."""

from dataclasses import dataclass
from typing import Literal

from parlour.toolkits.data.sql.checking import Tree, checked, parsed, types, verb_of, written
from parlour.toolkits.data.sql.settings import Dialect
from parlour.tools.outcomes import BadArguments, Refused

_TABLES = frozenset({"TABLE", "INDEX", "VIEW"})
"""What may be made, altered and dropped."""
_PROPERTIES = frozenset({"EngineProperty", "CharacterSetProperty", "CollateProperty", "AutoIncrementProperty"})
"""What may be said of a new table: others name files and servers."""
_OWN_SCHEMAS = frozenset({"pg_catalog", "information_schema", "performance_schema", "mysql", "sys"})
_OWN_TABLES: dict[Dialect, tuple[str, ...]] = {"postgresql": ("pg_",), "mysql": (), "sqlite": ("sqlite_",)}
"""What the names of a database's own tables begin with, where they are found without their schema."""


@dataclass(frozen=True, slots=True)
class Change:
    """One statement that changes something."""

    text: str
    """As the database gets it."""
    verb: str
    """INSERT, UPDATE, DELETE, MERGE, CREATE, ALTER, DROP or TRUNCATE."""
    effect: Literal["write", "destructive"]
    tables: tuple[str, ...]
    """Those it changes, as they are written."""
    of_structure: bool
    """Whether it changes what tables there are, rather than rows in them."""
    changes: frozenset[tuple[str, str]] = frozenset()
    """Its tables in small letters: the database or schema of each, "" for the usual one, and its own name."""
    fields: frozenset[str] = frozenset()
    """As of a `Statement`."""
    names: frozenset[tuple[str, str]] = frozenset()
    """Every table that it names, also where it only reads: its database, "" for the usual one, and its own name."""
    calls_others: bool = False
    """Whether it calls what was allowed besides the harmless functions: nobody knows what that does."""


def to_change(text: str, dialect: Dialect, allowed: frozenset[str] = frozenset()) -> Change:
    """A statement that changes rows or tables, and does nothing else. `allowed` as for `checking.to_read`.

    Raises BadArguments for what is not one statement, Refused for what may not be run here.
    """
    exp = types()
    tree = parsed(text, dialect)
    rows = (exp.Insert, exp.Update, exp.Delete, exp.Merge)
    structure = (exp.Create, exp.Alter, exp.Drop, exp.TruncateTable)
    if isinstance(tree, exp.Query):
        raise BadArguments("This changes nothing.", suggestion="Use database_query for what only reads.")
    if not isinstance(tree, (*rows, *structure)):
        raise Refused(
            f"{verb_of(tree)} is not run here.", suggestion="Only rows, tables, indexes and views are changed."
        )
    if isinstance(tree, structure):
        _check_structure(tree)
    changed = _changed(tree)
    _check_own(changed, dialect)
    for node in tree.walk():
        if isinstance(node, exp.Command | exp.Into | exp.Lock):
            raise Refused(f"This {verb_of(tree)} does more than can be looked through.")
        if node is not tree and isinstance(node, structure):
            raise Refused("One change at a time.")
    if tree.args.get("returning"):
        raise BadArguments("Rows are not returned by a change.", suggestion="Leave out RETURNING, and ask afterwards.")
    text_of_it, fields = checked(tree, dialect, allowed)
    return Change(
        text=text_of_it,
        verb=verb_of(tree),
        effect=_effect(tree),
        tables=tuple(dict.fromkeys(written(_bare(each), dialect) for each in changed)),
        changes=frozenset((each.db.casefold(), each.name.casefold()) for each in changed),
        of_structure=isinstance(tree, structure),
        fields=fields,
        names=frozenset((each.db, each.name) for each in tree.find_all(exp.Table)),
        calls_others=_calls_others(tree, dialect),
    )


def _calls_others(tree: Tree, dialect: Dialect) -> bool:
    try:
        checked(tree, dialect, frozenset())
    except Refused:
        return True
    return False


def _check_structure(tree: Tree) -> None:
    exp = types()
    kind = str(tree.args.get("kind") or "TABLE").upper()
    if kind not in _TABLES:
        raise Refused(f"{verb_of(tree)} {kind} is not run here: only tables, indexes and views are changed.")
    for node in tree.find_all(exp.AlterSet):
        if node.args.get("tablespace"):
            raise Refused("Where a table lies is not changed here.")
    for node in tree.find_all(exp.Property):
        name = type(node).__name__
        if name not in _PROPERTIES or (name == "EngineProperty" and str(node.this).upper() != "INNODB"):
            raise Refused(f"“{node.sql()}” is not said of a table here.")


def _effect(tree: Tree) -> Literal["write", "destructive"]:
    """Destructive is whatever takes something away, wherever it stands in the statement."""
    exp = types()
    taking = (exp.Delete, exp.Drop, exp.TruncateTable, exp.Alter, exp.Merge)
    for node in tree.walk():
        replaces = isinstance(node, exp.Insert) and str(node.args.get("alternative") or "").upper() == "REPLACE"
        if isinstance(node, taking) or replaces or (isinstance(node, exp.Create) and node.args.get("replace")):
            return "destructive"
    return "write"


def _is_of_tables(tree: Tree) -> bool:
    return str(tree.args.get("kind") or "TABLE").upper() == "TABLE"


def _check_own(changed: list[Tree], dialect: Dialect) -> None:
    """Raise Refused for tables that a database goes by itself: who changes those makes functions, rights and more."""
    for table in changed:
        where, name = table.db.lower(), table.name.lower()
        if where in _OWN_SCHEMAS or (not where and name.startswith(_OWN_TABLES[dialect])):
            raise Refused(f"“{table.name}” is the database's own, and is not changed here.")


def _bare(table: Tree) -> Tree:
    return types().Table(this=table.this.copy(), db=table.args.get("db"), catalog=table.args.get("catalog"))


def _changed(tree: Tree) -> list[Tree]:
    """The tables that a statement, or a part of it, changes."""
    exp = types()
    found: list[Tree] = []
    for node in tree.walk():
        if isinstance(node, exp.TruncateTable) or (isinstance(node, exp.Drop) and _is_of_tables(node)):
            found += node.args.get("tables") or node.expressions
        elif isinstance(node, exp.Insert | exp.Update | exp.Delete | exp.Merge | exp.Create | exp.Alter):
            found += _meant(node)
    return found


def _meant(node: Tree) -> list[Tree]:
    """The tables that one change may be about: several, where MySQL changes what is joined."""
    exp = types()
    if isinstance(node, exp.Delete) and node.args.get("tables"):
        called = {each.alias: each for each in node.find_all(exp.Table) if each.alias}
        return [called.get(each.name, each) for each in node.args["tables"]]
    first = node.this.find(exp.Table) if node.this is not None else None
    if first is None or not isinstance(node, exp.Update):
        return [first] if first is not None else []
    return [first, *(each.this for each in first.args.get("joins") or () if isinstance(each.this, exp.Table))]
