"""`@tool`: an ordinary typed, documented function becomes a tool."""

import functools
import inspect
from collections.abc import Callable
from dataclasses import replace
from typing import Any, get_type_hints, overload

from parlour.protocol.content import Effect
from parlour.tools.language import Language
from parlour.tools.threads import AT_ONCE, awaitable
from parlour.tools.tool import DEFAULT_TIMEOUT_S, Acting, Tool, ToolContext, Wording, make_tool

_CONTEXT = "tool_context"
_MANY = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD, inspect.Parameter.POSITIONAL_ONLY)

Function = Callable[..., Any]


@overload
def tool(function: Function, /) -> Tool: ...


@overload
def tool(
    *,
    effect: Effect = "destructive",
    open_world: bool = True,
    permission: str | None = None,
    wording: Wording | None = None,
    timeout_s: float = DEFAULT_TIMEOUT_S,
    at_once: int | None = None,
    acting: Acting | None = None,
    language: Language | None = None,
) -> Callable[[Function], Tool]: ...


def tool(
    function: Function | None = None,
    /,
    *,
    effect: Effect = "destructive",
    open_world: bool = True,
    at_once: int | None = None,
    **rest: Any,
) -> Tool | Callable[[Function], Tool]:
    """Make a tool of a function: its name, its docstring and its typed parameters are what a model is told.

    The function may be a plain one, which is run beside the event loop, or an async one. Where its first parameter is
    a `ToolContext`, it gets that and the model sees nothing of it.

    A tool that does not say what it does to the world is taken for the worst: it may destroy something, so each call
    asks a person first, and what it returns is not to be trusted. `effect="read"` says that it changes nothing,
    `open_world=False` that what it returns was written by nobody else. `permission` is what somebody has to hold
    besides what its effect asks for. Of a plain function that does not say `at_once`, four calls run at a time. `rest`
    is as `make_tool` takes it.

    Raises TypeError at once for a function that has no docstring, or a parameter without a type.
    """

    def declared(function: Function) -> Tool:
        most = at_once if at_once is not None or inspect.iscoroutinefunction(function) else AT_ONCE
        taking = _taking_a_context(function, most or AT_ONCE)
        return replace(make_tool(taking, effect=effect, open_world=open_world, **rest), at_once=most)

    return declared if function is None else declared(function)


def _taking_a_context(function: Function, most: int) -> Callable[..., Any]:
    """`function` as an async one whose first parameter is its context, with `most` threads. Raises TypeError."""
    signature = inspect.signature(function)
    odd = [each.name for each in signature.parameters.values() if each.kind in _MANY]
    if odd:
        raise TypeError(f"tool {function.__name__} takes {', '.join(odd)}, and a model names each argument by itself")
    hints = get_type_hints(function, include_extras=True)
    run, names = awaitable(function, most), list(signature.parameters)
    if names and hints.get(names[0]) is ToolContext:
        taking, given = run, signature.parameters[names[0]]
        parameters = [given, *(signature.parameters[name] for name in names[1:])]
    else:
        taking = _without_context(run)
        own = inspect.Parameter(_CONTEXT, inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=ToolContext)
        parameters = [
            own,
            *(each.replace(kind=inspect.Parameter.KEYWORD_ONLY) for each in signature.parameters.values()),
        ]
        hints = {_CONTEXT: ToolContext, **hints}

    @functools.wraps(function)
    async def declared(*args: Any, **named: Any) -> Any:
        return await taking(*args, **named)

    declared.__signature__ = signature.replace(parameters=parameters)  # pyright: ignore[reportAttributeAccessIssue]
    declared.__annotations__ = hints
    return declared


def _without_context(run: Callable[..., Any]) -> Callable[..., Any]:
    async def taking(_: ToolContext, **named: Any) -> Any:
        return await run(**named)

    return taking
