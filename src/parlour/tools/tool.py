"""A tool: an ordinary typed, documented function, with what the world must know before running it."""

import inspect
from collections.abc import Awaitable, Callable
from copy import deepcopy
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Any, get_type_hints

import orjson
from pydantic import BaseModel, ConfigDict, Field, JsonValue, ValidationError, create_model

from parlour.protocol.content import Effect
from parlour.tools.acting import Foreseen, Found
from parlour.tools.asking import Input
from parlour.tools.caching import Caching
from parlour.tools.caller import Caller
from parlour.tools.language import Language
from parlour.tools.outcomes import BadArguments, Outcome

Arguments = dict[str, JsonValue]

DEFAULT_TIMEOUT_S = 30.0


@dataclass(frozen=True, slots=True)
class ToolContext:
    """What a running tool knows besides its arguments."""

    caller: Caller
    conversation_id: str
    turn_id: str
    tool_call_id: str
    idempotency_key: str = ""
    """The same for every attempt at one effect, for another side that honours such keys; "" for a mere read."""
    effect: Effect | None = None
    """As what it was foreseen and may run, for a tool that looks again; None for a mere read."""
    is_fresh: bool = False
    """Whether nothing will do that was read before."""
    input: Input | None = None
    """What a person told, where the tool had raised NeedsInput for this very call."""


Foresee = Callable[..., Awaitable[Foreseen]]
"""Given the context and the arguments as the function takes them: what the call would change."""
ReadBack = Callable[..., Awaitable[Found]]
"""Given the same, whenever nobody knows whether a call was carried out: what can be seen of it."""
Touches = Callable[[Arguments], list[JsonValue]]
"""Given the arguments of a call: the names of what it would make or change, as far as they stand there."""
ForeseeUndo = Callable[[ToolContext, Arguments, Any], Awaitable[Foreseen]]
"""Given the same as `UndoIt`: what taking it back would change, and how grave that is."""
UndoIt = Callable[[ToolContext, Arguments, Any], Awaitable[Any]]
"""Given the context of whoever takes it back, and the arguments and the result of a call that was carried out. What it
returns is a result in JSON, or the `Kept` of a tool that keeps."""
Hearsay = Callable[[ToolContext, Outcome], Awaitable[bool]]
"""Given the context and what came of a call: whether it holds free text that somebody else than the caller wrote."""


@dataclass(frozen=True, slots=True)
class Acting:
    """What a tool that changes something can say of it besides."""

    keeps: bool = False
    """Its function changes nothing itself and returns a `Kept`: what is committed together with the word that it is
    done. So does its `undo`."""
    idempotent: bool = False
    """Running it again with the same arguments changes nothing more."""
    foresee: Foresee | None = None
    read_back: ReadBack | None = None
    undo: UndoIt | None = None
    foresee_undo: ForeseeUndo | None = None
    """Where taking back may be graver than the tool: then it is no matter of one press. It is not offered for a call
    that asks every time. Without it taking back is what the tool says of itself."""
    touches: Touches | None = None
    """Without it a call may touch anything, and other changes of the same answer wait for it and it for them."""
    touches_more: bool = False
    """Besides what it says it may touch anything, such as all that lies in a database: it waits like one that says
    nothing, and is made only if those before it were that touch the same."""


@dataclass(frozen=True, slots=True)
class Wording:
    """How a call and its result are said in words."""

    label: Callable[[Arguments], str]
    """The call: "Looking at the kitchen"."""
    summary: Callable[[Arguments, Any], str]
    """The result in a few words: "9 devices"."""
    sentence: Callable[[Arguments, Any], str]
    """The result as a complete answer, in Markdown."""
    done: Callable[[Arguments, Any], str] | None = None
    """What the call did, by the names in its result: "Looked at the kitchen"."""


@dataclass(frozen=True)
class Tool:
    """One thing that can be done, ready to be offered to a model and run."""

    name: str
    description: str
    parameters: dict[str, JsonValue]
    """JSON Schema of the arguments, an object."""
    effect: Effect
    permission: str
    function: Callable[..., Awaitable[Any]]
    arguments: type[BaseModel]
    wording: Wording
    timeout_s: float = DEFAULT_TIMEOUT_S
    open_world: bool = False
    """It touches what lies outside of this house; what comes from there is not to be trusted."""
    at_once: int | None = None
    """So many calls of it run at a time at one server; None for as many as of any tool. The others wait."""
    is_foreign: bool = False
    """What is said of it here was written by others who are not trusted: a model that reads it may be led astray."""
    hearsay: Hearsay | None = field(default=None, compare=False)
    """Tells that of one result or another; None for a tool of which all is to be trusted, or with `open_world` none."""
    acting: Acting = field(default=Acting(), compare=False)
    caching: Caching | None = field(default=None, compare=False)
    """That what it tells may be told again; None for a tool of which nothing is kept."""
    language: Language | None = field(default=None, compare=False)

    def __post_init__(self) -> None:
        if self.caching is not None and self.effect != "read":
            raise TypeError(f"tool {self.name} changes something: nothing of it can be told instead of doing it")
        if self.at_once is not None and self.at_once < 1:
            raise TypeError(f"tool {self.name} could never run: at_once has to be 1 or more")

    @cached_property
    def told(self) -> str:
        """What a model is told of it, as JSON. Its size is asked for with every question, and so it is written once."""
        told = {"name": self.name, "description": self.description, "parameters": self.parameters}
        return orjson.dumps(told).decode()

    def validated(self, raw: Arguments) -> BaseModel:
        """The arguments in canonical form, defaults filled in. Raises BadArguments that names each misfit."""
        try:
            return self.arguments.model_validate(raw)
        except ValidationError as error:
            faults = "; ".join(f"{'.'.join(map(str, e['loc'])) or 'arguments'}: {e['msg']}" for e in error.errors())
            raise BadArguments(f"The arguments of {self.name} do not fit: {faults}.") from error


def make_tool(
    function: Callable[..., Awaitable[Any]],
    *,
    effect: Effect,
    permission: str | None = None,
    wording: Wording | None = None,
    timeout_s: float = DEFAULT_TIMEOUT_S,
    open_world: bool = False,
    acting: Acting | None = None,
    language: Language | None = None,
) -> Tool:
    """Make a tool of an async function whose first parameter is its ToolContext.

    Name, description and schema come from the function: every further parameter needs a type, and may be
    `Annotated[…, Field(description=…)]`. Raises TypeError at once where that is missing, so that a bad tool
    fails the start and not a turn.
    """
    name = function.__name__
    description = inspect.getdoc(function)
    if not description:
        raise TypeError(f"tool {name} has no docstring: nobody could know when to use it")
    if not inspect.iscoroutinefunction(function):
        raise TypeError(f"tool {name} must be an async function")
    arguments, schema = _arguments_of(getattr(function, "__func__", function))
    return Tool(
        name=name,
        description=description,
        parameters=deepcopy(schema),
        effect=effect,
        permission=permission or f"tools:{effect}",
        function=function,
        arguments=arguments,
        wording=wording or plain_wording(name),
        timeout_s=timeout_s,
        open_world=open_world,
        acting=acting or Acting(),
        language=language,
    )


@lru_cache
def _arguments_of(function: Callable[..., Awaitable[Any]]) -> tuple[type[BaseModel], dict[str, JsonValue]]:
    """What `function` is called with, as a model and its JSON Schema; made once for a method, whoever's it is."""
    name = function.__name__
    hints = get_type_hints(function, include_extras=True)
    parameters = [p for p in inspect.signature(function).parameters.values() if p.name != "self"]
    if not parameters or hints.get(parameters[0].name) is not ToolContext:
        raise TypeError(f"the first parameter of tool {name} must be its ToolContext")
    fields: dict[str, Any] = {}
    for parameter in parameters[1:]:
        if parameter.name not in hints:
            raise TypeError(f"parameter {parameter.name} of tool {name} has no type")
        default = ... if parameter.default is inspect.Parameter.empty else parameter.default
        fields[parameter.name] = (hints[parameter.name], Field(default=default))
    arguments = create_model(f"{name}_arguments", __config__=ConfigDict(extra="forbid"), **fields)
    schema = arguments.model_json_schema()
    schema.pop("title", None)
    return arguments, schema


def plain_wording(name: str) -> Wording:
    """The wording of a tool that brought none: its name, and its result as it is."""
    spoken = name.replace("_", " ")
    return Wording(
        label=lambda _: spoken.capitalize(),
        summary=lambda _, result: f"{len(result)} results" if isinstance(result, list) else "done",  # pyright: ignore[reportUnknownArgumentType]
        sentence=lambda _, result: f"{spoken.capitalize()}: {result}",
    )
