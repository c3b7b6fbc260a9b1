"""A tool: an ordinary typed, documented function, with what the world must know before running it."""

import inspect
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, get_type_hints

from pydantic import BaseModel, ConfigDict, Field, JsonValue, ValidationError, create_model

from parlour.protocol.content import Effect
from parlour.tools.acting import Foreseen, Found
from parlour.tools.caller import Caller
from parlour.tools.language import Language
from parlour.tools.outcomes import BadArguments

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


Foresee = Callable[..., Awaitable[Foreseen]]
"""Given the context and the arguments as the function takes them: what the call would change."""
ReadBack = Callable[..., Awaitable[Found]]
"""Given the same, whenever nobody knows whether a call was carried out: what can be seen of it."""
Touches = Callable[[Arguments], list[JsonValue]]
"""Given the arguments of a call: the names of what it would make or change, as far as they stand there."""
UndoIt = Callable[[ToolContext, Arguments, Any], Awaitable[Any]]
"""Given the context of whoever takes it back, and the arguments and the result of a call that was carried out. What it
returns is a result in JSON, or the `Kept` of a tool that keeps."""


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
    touches: Touches | None = None
    """Without it a call may touch anything, and other changes of the same answer wait for it and it for them."""


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


@dataclass(frozen=True, slots=True)
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
    acting: Acting = field(default=Acting(), compare=False)
    language: Language | None = field(default=None, compare=False)

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
    return Tool(
        name=name,
        description=description,
        parameters=schema,
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


def plain_wording(name: str) -> Wording:
    """The wording of a tool that brought none: its name, and its result as it is."""
    spoken = name.replace("_", " ")
    return Wording(
        label=lambda _: spoken.capitalize(),
        summary=lambda _, result: f"{len(result)} results" if isinstance(result, list) else "done",  # pyright: ignore[reportUnknownArgumentType]
        sentence=lambda _, result: f"{spoken.capitalize()}: {result}",
    )
