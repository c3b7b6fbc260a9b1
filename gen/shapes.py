"""A class of the wire as a piece of a page: its docstring, and a table of its fields."""

import ast
import inspect
from itertools import pairwise

from pydantic.fields import FieldInfo

from gen.wording import Link, worded
from parlour.protocol.content import Value


def section(shape: type[Value], title: str, link: Link, *, hide: frozenset[str] = frozenset()) -> str:
    """One class: heading, docstring, fields."""
    return f"#### {title}\n\n{inspect.getdoc(shape)}\n\n{table(shape, link, hide=hide)}"


def table(shape: type[Value], link: Link, *, hide: frozenset[str] = frozenset(), sent: bool = False) -> str:
    """The fields of a class. Of what is `sent` by a client some may be left out; a server sends all."""
    said = field_docs(shape)
    types = shape.model_json_schema()["properties"]
    rows = ["| field | type | |", "|---|---|---|"]
    for name, field in shape.model_fields.items():
        if name not in hide:
            words = (said.get(name, ""), left_out(field) if sent else "")
            rows.append(f"| `{name}` | {worded(types[name], link)} | {' '.join(filter(None, words))} |")
    return "\n".join(rows) + "\n" if len(rows) > 2 else "No fields of its own.\n"


def left_out(field: FieldInfo) -> str:
    """What it means that a client leaves a field out."""
    if field.is_required():
        return ""
    default = field.get_default(call_default_factory=False)
    if default is None or field.default_factory is not None:
        return "May be left out."
    if default == "":
        return "Empty when left out."
    return f"`{str(default).lower() if isinstance(default, bool) else default}` when left out."


def field_docs(shape: type[Value]) -> dict[str, str]:
    """The docstrings below the fields of a class and its bases."""
    found: dict[str, str] = {}
    for owner in reversed(shape.__mro__):
        if not issubclass(owner, Value):
            continue
        body = ast.parse(inspect.getsource(owner)).body[0]
        statements = body.body if isinstance(body, ast.ClassDef) else []
        for before, after in pairwise(statements):
            if isinstance(before, ast.AnnAssign) and isinstance(after, ast.Expr):
                found[ast.unparse(before.target)] = " ".join(str(ast.literal_eval(after.value)).split())
    return found
