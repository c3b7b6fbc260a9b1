"""A tool whose arguments are described by a JSON Schema that somebody else wrote.

What such a schema says is not trusted either: it names nothing outside of itself, its regular expressions are left to
whoever wrote them, since one of them can keep a server busy for ever, and following its references has an end.
"""

import re
from collections.abc import Awaitable, Callable, Generator
from contextvars import ContextVar
from dataclasses import dataclass, replace
from functools import cache
from importlib import import_module
from itertools import islice
from typing import Any

import orjson
from pydantic import BaseModel, JsonValue, RootModel

from parlour.protocol.content import Effect, Json
from parlour.tools.outcomes import BadArguments, Failed
from parlour.tools.plain_schema import is_plainly_sound
from parlour.tools.threads import awaitable
from parlour.tools.tool import DEFAULT_TIMEOUT_S, Acting, Arguments, Tool, ToolContext, Wording, plain_wording

LARGEST_SCHEMA = 64 * 1024
"""In bytes of JSON: every request to a model carries it."""
MOST_REFERENCES = 10_000
"""So many are followed while the arguments of one call are checked."""
_MOST_FAULTS = 5
_LONGEST_FAULT = 200
_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")

_left: ContextVar[int] = ContextVar("references that may still be followed")


class Given(RootModel[dict[str, JsonValue]]):
    """Arguments as they came: an object of any shape."""


@dataclass(frozen=True, slots=True)
class SchemaTool(Tool):
    """A tool that is made by `schema_tool`."""

    def validated(self, raw: Arguments) -> BaseModel:
        """The arguments as they are. Raises BadArguments that names each misfit."""
        faults = _faults(self.parameters, raw, self.name)
        if faults:
            raise BadArguments(f"The arguments of {self.name} do not fit: {'; '.join(faults)}.")
        return Given(raw)


def schema_tool(
    name: str,
    description: str,
    schema: Json,
    function: Callable[[ToolContext, Arguments], Any],
    *,
    effect: Effect,
    wording: Wording | None = None,
    timeout_s: float = DEFAULT_TIMEOUT_S,
    acting: Acting | None = None,
) -> Tool:
    """Make a tool of a function that takes its context and the arguments as one object.

    It may be a plain function, which is run beside the event loop, or an async one. `foresee` and `read_back` of
    `acting` take the same. What it brings is never trusted: whoever hands over a ready schema is another program.
    Raises ValueError, which says why, for a name or a schema that cannot be used.
    """
    if not is_tool_name(name):
        raise ValueError(f"“{name}” cannot be the name of a tool: letters, digits, _ and - only, 64 at most")
    acting = acting or Acting()
    return SchemaTool(
        name=name,
        description=description,
        parameters=_checked(schema),
        effect=effect,
        permission=f"tools:{effect}",
        function=_of_one(function),
        arguments=Given,
        wording=wording or plain_wording(name),
        timeout_s=timeout_s,
        open_world=True,
        acting=replace(
            acting,
            foresee=_of_one(acting.foresee) if acting.foresee else None,
            read_back=_of_one(acting.read_back) if acting.read_back else None,
        ),
    )


def is_tool_name(name: str) -> bool:
    """Whether every provider of models takes `name` as the name of a tool."""
    return _NAME.fullmatch(name) is not None


def _of_one(function: Callable[..., Any]) -> Callable[..., Awaitable[Any]]:
    """`function`, taking the field of `Given` by its name, as arguments are handed over."""
    run = awaitable(function)

    async def taken(context: ToolContext, root: Arguments) -> Any:
        return await run(context, root)

    return taken


def _checked(schema: Json) -> Json:
    """The schema, as one of an object. Raises ValueError."""
    size = len(orjson.dumps(schema))
    if size > LARGEST_SCHEMA:
        raise ValueError(f"its schema has {size:,} bytes, more than {LARGEST_SCHEMA:,}")
    if schema.get("type", "object") != "object":
        raise ValueError("its schema is not one of an object")
    whole = {**schema, "type": "object", "properties": schema.get("properties", {})}
    if not _stays_inside(whole):
        raise ValueError("its schema refers to another document")
    if is_plainly_sound(whole):
        return whole
    exceptions: Any = import_module("jsonschema.exceptions")
    try:
        _checker(str(whole.get("$schema", ""))).check_schema(whole)
    except exceptions.SchemaError as error:
        raise ValueError(f"its schema is none: {str(error.message)[:_LONGEST_FAULT]}") from error
    return whole


def _stays_inside(value: JsonValue) -> bool:
    """Whether no reference in it leads to another document."""
    if isinstance(value, list):
        return all(_stays_inside(each) for each in value)
    if not isinstance(value, dict):
        return True
    for key in ("$ref", "$dynamicRef", "$recursiveRef"):
        refers = value.get(key)
        if isinstance(refers, str) and not refers.startswith("#"):
            return False
    return all(_stays_inside(each) for each in value.values())


def _faults(schema: Json, raw: Arguments, name: str) -> list[str]:
    """What does not fit, the first few. Raises Failed where that cannot be told."""
    referencing: Any = import_module("referencing")
    endless: tuple[type[Exception], ...] = (RecursionError, referencing.exceptions.Unresolvable, _Endless)
    checker = _checker(str(schema.get("$schema", "")))
    # An empty registry: without one, references to other documents would be fetched.
    check = checker(schema, registry=referencing.Registry())
    token = _left.set(MOST_REFERENCES)
    try:
        return [_told(error) for error in islice(check.iter_errors(raw), _MOST_FAULTS)]
    except endless as error:
        raise Failed(
            f"The arguments of {name} cannot be checked: its schema goes round in circles, or refers to nothing."
        ) from error
    finally:
        _left.reset(token)


def _told(error: Any) -> str:
    where = ".".join(str(each) for each in error.absolute_path) or "arguments"
    return f"{where}: {str(error.message)[:_LONGEST_FAULT]}"


class _Endless(Exception):
    """More references than are followed."""


@cache
def _checker(dialect: str) -> Any:
    """The class that checks by a dialect of JSON Schema, without what is left to the other side."""
    validators: Any = import_module("jsonschema.validators")
    plain = validators.validator_for({"$schema": dialect}, default=validators.Draft202012Validator)
    own: dict[str, Any] = dict.fromkeys(("pattern", "patternProperties", "unevaluatedProperties"), _nothing)
    own |= {key: _counted(plain.VALIDATORS[key]) for key in ("$ref", "$dynamicRef") if key in plain.VALIDATORS}
    return validators.extend(plain, {**own, "additionalProperties": _unless_by_pattern(plain)})


def _nothing(*_: Any) -> tuple[()]:
    """Not looked at here: what a regular expression takes to match has no end."""
    return ()


def _unless_by_pattern(plain: Any) -> Callable[..., Generator[Any]]:
    def additional(check: Any, allowed: Any, instance: Any, schema: Any) -> Generator[Any]:
        if "patternProperties" not in schema:
            yield from plain.VALIDATORS["additionalProperties"](check, allowed, instance, schema)

    return additional


def _counted(follow: Any) -> Callable[..., Generator[Any]]:
    def followed(check: Any, reference: Any, instance: Any, schema: Any) -> Generator[Any]:
        left = _left.get()
        if not left:
            raise _Endless
        _left.set(left - 1)
        yield from follow(check, reference, instance, schema) or ()

    return followed
