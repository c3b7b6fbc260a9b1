"""Every code that the server can send, found where it is written: errors, problems of models and tools, turns."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from tests.rules.sources import python

CODE = re.compile(r"[a-z]+(_[a-z]+)*")
AGAIN = "begin_again"
"""What begins a step again names the reason, which clients are told."""


@cache
def sent() -> frozenset[str]:
    """Every code: what programs read in an `error_code`, a `code` or a `reason`."""
    found = (code for path, tree in python("src/parlour") if "migrations" not in path.parts for code in codes_in(tree))
    return frozenset(found)


def codes_in(tree: ast.Module) -> Iterator[str]:
    """The codes that one module can send."""
    for node in ast.walk(tree):
        match node:
            case ast.ClassDef():
                yield from _class_code(node)
            case ast.Call():
                yield from _call_code(node)
            case ast.Tuple(elts=[ast.Constant(value=str(code)), ast.Constant(value=str(words))]) if _says(code, words):
                yield code
            case ast.Dict():
                yield from _keys(node)
            case _:
                pass


def _class_code(node: ast.ClassDef) -> Iterator[str]:
    for statement in node.body:
        match statement:
            case ast.Assign(targets=[ast.Name(id="code")], value=ast.Constant(value=str(code))):
                yield code
            case ast.AnnAssign(target=ast.Name(id="code"), value=ast.Constant(value=str(code))):
                yield code
            case _:
                pass


def _call_code(node: ast.Call) -> Iterator[str]:
    for keyword in node.keywords:
        match keyword:
            case ast.keyword(arg="code" | "reason", value=ast.Constant(value=str(code))):
                yield code
            case _:
                pass
    match node:
        case ast.Call(func=ast.Name(id="ModelProblem"), args=[ast.Constant(value=str(code)), *_]):
            yield code
        case ast.Call(func=ast.Attribute(attr="__init__"), args=[ast.Constant(value=str(code)), _, *_]):
            yield code
        case ast.Call(func=ast.Name(id="Ask"), args=[ast.Constant(value=str(code)), *_]):
            yield code
        case ast.Call(func=ast.Name(id="Finish"), args=[_, reason, *_]):
            yield from (str(each.value) for each in ast.walk(reason) if isinstance(each, ast.Constant) and each.value)
        case ast.Call(func=ast.Attribute(attr=attr), args=[_, ast.Constant(value=str(code)), *_]) if attr == AGAIN:
            yield code
        case _:
            pass


def _keys(node: ast.Dict) -> Iterator[str]:
    for key, value in zip(node.keys, node.values, strict=True):
        match key, value:
            case ast.Constant(value=str(code)), ast.Constant(value=str(words)) if _says(code, words):
                yield code
            case _:
                pass


def _says(code: str, words: str) -> bool:
    return "_" in code and CODE.fullmatch(code) is not None and " " in words and words.endswith(".")


def tables(page: Path) -> Iterator[str]:
    """The codes that a page explains: what stands first in the rows of its tables of codes."""
    inside = False
    for line in page.read_text(encoding="utf-8").splitlines():
        inside = line.startswith("| code |") or (inside and line.startswith("|"))
        if inside and (found := re.match(r"\| `([a-z_]+)`", line)):
            yield found[1]
