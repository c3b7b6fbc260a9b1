"""A file is one concept, a function one thought."""

import ast
from pathlib import Path

import pytest

from tests.rules.sources import files, name, python

SOURCE_LINES = 400
TEST_LINES = 600
FUNCTION_LINES = 40
ARGUMENTS = 8
HISTORY = ("src/parlour/store/migrations/versions/", "src/parlour/toolkits/home/migrations/")
"""A migration is a record: long, flat, never changed again."""
CODE = (".py", ".ts", ".tsx")
GENERATED = "web/src/protocol/"


def is_test(path: Path) -> bool:
    """Whether `path` is a test, beside the source or apart."""
    return name(path).startswith("tests/") or ".test." in path.name


@pytest.mark.parametrize("folder", ["src", "web/src", "gen", "bench", "tests"])
def test_a_file_ends_before_it_is_too_long(folder: str) -> None:
    long: list[str] = []
    for path in files(folder, suffixes=CODE):
        lines = len(path.read_text(encoding="utf-8").splitlines())
        exempt = name(path).startswith((*HISTORY, GENERATED))
        if lines > (TEST_LINES if is_test(path) else SOURCE_LINES) and not exempt:
            long.append(f"{name(path)}: {lines} lines")
    assert not long


def test_a_function_fits_on_a_screen() -> None:
    long: list[str] = []
    for path, tree in python("src", "gen", "bench", "hatch_build.py", "web/node.py"):
        if name(path).startswith(HISTORY):
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and length(node) > FUNCTION_LINES:
                long.append(f"{name(path)}:{node.lineno} {node.name}: {length(node)} lines")
    assert not long


def length(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """The lines after the docstring, without those of the functions inside, which are counted by themselves."""
    body = function.body
    documented = isinstance(body[0], ast.Expr) and isinstance(body[0].value, ast.Constant) and len(body) > 1
    first = body[1] if documented else body[0]
    inside = [node for node in body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    return lines(first, body[-1]) - sum(lines(node, node) for node in inside)


def lines(first: ast.stmt, last: ast.stmt) -> int:
    """How many lines there are from `first`, with its decorators, to the end of `last`."""
    decorators = first.decorator_list if isinstance(first, ast.FunctionDef | ast.AsyncFunctionDef) else []
    start = min([first.lineno, *(decorator.lineno for decorator in decorators)])
    return (last.end_lineno or last.lineno) - start + 1


def test_a_function_takes_few_arguments() -> None:
    many: list[str] = []
    for path, tree in python("src", "gen", "bench"):
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                taken = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
                count = len([a for a in taken if a.arg not in {"self", "cls"}])
                if count > ARGUMENTS:
                    many.append(f"{name(path)}:{node.lineno} {node.name}: {count} arguments")
    assert not many
