"""Writes the wire as TypeScript: one file for each module of `parlour.protocol` that holds types.

It reads the source, not the running classes, so that names, order, headings and docstrings arrive as written:
a class becomes an interface, an alias a type, a discriminated union a union.
"""

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

SOURCE = Path("src/parlour/protocol")
TARGET = Path("web/src/protocol")
SHARED = ("content", "state", "events", "commands", "frame", "text")
APART = (
    "rest",
    "providers",
    "effective",
    "search",
    "seen",
    "house",
    "system",
    "approvals",
    "people",
    "edits",
    "connections",
    "datasources",
    "routing",
    "spending",
)
"""Modules that are imported by their own path: names in them also mean something else on the socket."""
MODULES = (*SHARED, *APART)

OPTIONAL = frozenset(
    {
        "commands",
        "rest",
        "providers",
        "effective",
        "approvals",
        "people",
        "edits",
        "connections",
        "datasources",
        "routing",
        "spending",
    }
)
"""Modules of what clients write: there a field with a default may be left out. A server sends every field."""

PLAIN = {"str": "string", "int": "number", "float": "number", "bool": "boolean", "None": "null", "object": "unknown"}
BUILT_IN = frozenset({"JsonValue"})
NOTE = "// Written by `python -m gen` from {source}. Do not edit.\n"
JSON_VALUE = (
    "/** Any JSON value. */\n"
    "export type JsonValue = null | boolean | number | string | JsonValue[] | { [key: string]: JsonValue };\n"
)


@dataclass(frozen=True)
class Unit:
    """One Python module on its way to TypeScript."""

    name: str
    tree: ast.Module

    def defined(self) -> set[str]:
        """The names of types that this module defines."""
        names = {node.name for node in self.tree.body if isinstance(node, ast.ClassDef)}
        return names | {alias for alias, _ in aliases(self.tree)}


def files() -> dict[Path, str]:
    """Every TypeScript file: path below the checkout, and content."""
    units = [Unit(name, ast.parse((SOURCE / f"{name}.py").read_text("utf-8"))) for name in MODULES]
    shared = {defined: unit.name for unit in units if unit.name not in APART for defined in unit.defined()}
    shared |= {"JsonValue": "content"}
    apart = {defined: unit.name for unit in units if unit.name in APART for defined in unit.defined()}
    written = {
        TARGET / f"{unit.name}.ts": module(unit, apart | shared if unit.name in APART else shared) for unit in units
    }
    written[TARGET / "index.ts"] = (
        NOTE.format(source=str(SOURCE))
        + "\n"
        + "".join(f'export * from "./{name}";\n' for name in MODULES if name not in APART)
    )
    return written


def module(unit: Unit, homes: dict[str, str]) -> str:
    """The TypeScript of one module."""
    blocks = [block for node, doc in documented(unit.tree.body) if (block := declaration(unit, node, doc))]
    if unit.name == "content":
        blocks.insert(0, JSON_VALUE)
    if unit.name == "frame":
        blocks.append(
            "/** An event as it comes over the wire: its own fields beside the envelope. */\n"
            "export type DurableFrame = DurableEvent & Envelope;\n"
        )
    if unit.name == "events":
        blocks.append(type_list(unit, "DurableEvent", "DURABLE_TYPES"))
        blocks.append(type_list(unit, "MomentFrame", "MOMENT_TYPES"))
    body = "\n".join(blocks)
    top = NOTE.format(source=f"{SOURCE}/{unit.name}.py")
    said = ast.get_docstring(unit.tree)
    return "\n".join(part for part in (top + comment(said), imports(unit, body, homes), body) if part)


def imports(unit: Unit, body: str, homes: dict[str, str]) -> str:
    """The import lines that `body` needs."""
    words = set("".join(character if character.isalnum() or character == "_" else " " for character in body).split())
    needed: dict[str, list[str]] = {}
    for name in sorted(words & set(homes) - unit.defined(), key=lambda name: (name.lower(), name)):
        if homes[name] != unit.name:
            needed.setdefault(homes[name], []).append(name)
    return "".join(f'import type {{ {", ".join(names)} }} from "./{home}";\n' for home, names in sorted(needed.items()))


def documented(body: Sequence[ast.stmt]) -> Iterator[tuple[ast.stmt, str | None]]:
    """Each statement with the docstring that follows it."""
    for index, node in enumerate(body):
        after = body[index + 1] if index + 1 < len(body) else None
        doc = None
        if isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant) and isinstance(after.value.value, str):
            doc = after.value.value
        yield node, doc


def declaration(unit: Unit, node: ast.stmt, doc: str | None) -> str | None:
    """The TypeScript of one class, alias or constant; None for anything else."""
    if isinstance(node, ast.ClassDef):
        hidden = node.name in {"Value", "Command", "DurableFrame"}
        return None if hidden else interface(node, optional=unit.name in OPTIONAL)
    named = dict(aliases(ast.Module(body=[node], type_ignores=[])))
    for name, value in named.items():
        return f"{comment(doc)}export type {name} ={union(value)};\n"
    return constant(node, doc)


def aliases(tree: ast.Module) -> Iterator[tuple[str, ast.expr]]:
    """The type aliases of a module: a name in CapWords, and what it stands for."""
    for node in tree.body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            name = node.targets[0].id
            if name[0].isupper() and not name.isupper():
                yield name, node.value


def interface(node: ast.ClassDef, *, optional: bool) -> str:
    """A class as an interface."""
    bases = [base.id for base in node.bases if isinstance(base, ast.Name) and base.id not in {"Value", "Command"}]
    extends = f" extends {', '.join(bases)}" if bases else ""
    lines = [f"{comment(ast.get_docstring(node))}export interface {node.name}{extends} {{"]
    if any(isinstance(base, ast.Name) and base.id == "Command" for base in node.bases):
        lines += ["  /** Comes back as `reply_to`. */", "  id?: string | null;"]
    for statement, doc in documented(node.body):
        if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
            mark = "?" if optional and statement.value is not None else ""
            lines.append(f"{comment(doc, '  ')}  {statement.target.id}{mark}: {typed(statement.annotation)};")
    return "\n".join([*lines, "}\n"])


def constant(node: ast.stmt, doc: str | None) -> str | None:
    """A public constant: a number, or a frozenset of words."""
    if isinstance(node, ast.Assign):
        target, value, kind = node.targets[0], node.value, "string"
    elif isinstance(node, ast.AnnAssign) and isinstance(node.annotation, ast.Subscript):
        target, value, kind = node.target, node.value, typed(node.annotation.slice)
    else:
        return None
    if not isinstance(target, ast.Name) or target.id.startswith("_"):
        return None
    if isinstance(value, ast.Constant):
        return f"{comment(doc)}export const {target.id} = {value.value!r};\n"
    if isinstance(value, ast.Call) and isinstance(value.args[0], ast.Set):
        words = ", ".join(typed_literal(item) for item in value.args[0].elts)
        return f"{comment(doc)}export const {target.id}: ReadonlySet<{kind}> = new Set([{words}]);\n"
    return None


def type_list(unit: Unit, union_name: str, name: str) -> str:
    """A constant that lists the `type` of every member of a union."""
    members = typed(dict(aliases(unit.tree))[union_name]).split(" | ")
    classes = {node.name: node for node in unit.tree.body if isinstance(node, ast.ClassDef)}
    lines = "".join(f'  "{type_of(classes[member])}",\n' for member in members)
    said = f"/** The `type` of every {union_name}. */\n"
    return f'{said}export const {name} = [\n{lines}] as const satisfies readonly {union_name}["type"][];\n'


def type_of(node: ast.ClassDef) -> str:
    """The value of a class's `type`."""
    for statement in node.body:
        if isinstance(statement, ast.AnnAssign) and ast.unparse(statement.target) == "type":
            return typed(statement.annotation).strip('"')
    raise LookupError(f"{node.name} has no type")


def union(value: ast.expr) -> str:
    """The right side of a type alias; long unions stand one member a line."""
    text = typed(value)
    members = text.split(" | ")
    if len(text) <= 100 or len(members) == 1:
        return f" {text}"
    return "".join(f"\n  | {member}" for member in members)


def typed(node: ast.expr) -> str:
    """A Python annotation as a TypeScript type."""
    match node:
        case ast.Name(id=name):
            return PLAIN.get(name, name)
        case ast.Constant(value=None):
            return "null"
        case ast.BinOp(left=left, op=ast.BitOr(), right=right):
            return f"{typed(left)} | {typed(right)}"
        case ast.Subscript(value=ast.Name(id=outer), slice=inner):
            return generic(outer, inner)
        case _:
            raise TypeError(f"no TypeScript for {ast.unparse(node)}")


def generic(outer: str, inner: ast.expr) -> str:
    """`list[X]`, `dict[str, X]`, `Literal[…]` or `Annotated[X, …]` as TypeScript."""
    items = list(inner.elts) if isinstance(inner, ast.Tuple) else [inner]
    if outer == "Annotated":
        return typed(items[0])
    if outer == "Literal":
        return " | ".join(typed_literal(item) for item in items)
    if outer == "list":
        item = typed(items[0])
        return f"({item})[]" if " " in item else f"{item}[]"
    if outer == "dict":
        return f"Record<{typed(items[0])}, {typed(items[1])}>"
    raise TypeError(f"no TypeScript for {outer}[…]")


def typed_literal(node: ast.expr) -> str:
    """A word in double quotes."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return f'"{node.value}"'
    raise TypeError(f"no TypeScript for {ast.unparse(node)}")


def comment(text: str | None, indent: str = "") -> str:
    """A docstring as a JSDoc comment."""
    if not text:
        return ""
    lines = [line.strip() for line in text.strip().splitlines()]
    if len(lines) == 1:
        return f"{indent}/** {lines[0]} */\n"
    inner = "".join(f"{indent} * {line}".rstrip() + "\n" for line in lines)
    return f"{indent}/**\n{inner}{indent} */\n"
