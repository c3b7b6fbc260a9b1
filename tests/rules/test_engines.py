"""What people wrote stays out of the log: no engine tells the values of a statement that failed."""

import ast

from tests.rules.sources import name, python

MAKERS = {"create_engine", "create_async_engine"}


def test_every_engine_keeps_the_values_of_statements_to_itself() -> None:
    made = [
        (name(path), call)
        for path, tree in python("src")
        for call in ast.walk(tree)
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in MAKERS
    ]
    assert made
    telling = [place for place, call in made if "hide_parameters" not in {word.arg for word in call.keywords}]
    assert telling == []
