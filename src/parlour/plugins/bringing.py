"""What an entry point may lead to, and what is made of it."""

from collections.abc import Awaitable, Callable, Iterable
from inspect import iscoroutinefunction
from types import ModuleType

from parlour.models.intents.frames import grammar_of
from parlour.models.intents.lexicon import english
from parlour.protocol.roles import PERMISSIONS
from parlour.toolkits.data.kinds import Kind
from parlour.tools.schema_tool import is_tool_name
from parlour.tools.tool import Tool
from parlour.tools.toolset import FixedTools, Toolset, nothing_to_do

_FORMS = "a module with tools, a tool, or a function without parameters that makes tools or a toolset"


class BadPlugin(Exception):
    """A plugin brings something that cannot be used. The message says what, for whoever wrote or installed it."""


def toolset_of(name: str, there: object) -> Toolset:
    """The toolset of a plugin: its own, or one of the tools that it brings. Raises BadPlugin for anything else."""
    if isinstance(there, ModuleType):
        return _of_module(name, there)
    made: object = there() if callable(there) and not isinstance(there, Tool) else there
    if isinstance(made, Toolset) and not isinstance(made, type):
        return made
    if isinstance(made, Tool):
        return FixedTools(name, _checked([made]))
    if isinstance(made, Iterable) and not isinstance(made, str | bytes):
        return FixedTools(name, _checked(made))  # pyright: ignore[reportUnknownArgumentType]
    raise BadPlugin(f"It leads to a {type(made).__name__}, and not to {_FORMS}.")


def kind_of(there: object) -> Kind:
    """The kind of datasource that a plugin brings. Raises BadPlugin for anything else."""
    made: object = there() if callable(there) else there
    if not isinstance(made, Kind):
        raise BadPlugin(f"It leads to a {type(made).__name__}, and not to what makes a kind of datasource.")
    return made


def _of_module(name: str, module: ModuleType) -> Toolset:
    tools = [each for each in vars(module).values() if isinstance(each, Tool)]
    if not tools:
        raise BadPlugin(f"The module {module.__name__} has no tool: `@tool` makes one of a function.")
    return FixedTools(name, _checked(tools), _own(module, "open"), _own(module, "close"))


def _own(module: ModuleType, name: str) -> Callable[[], Awaitable[None]]:
    """The async function of a module under this name; many have another `open`, of files."""
    found = vars(module).get(name)
    return found if iscoroutinefunction(found) else nothing_to_do


def _checked(brought: Iterable[object]) -> tuple[Tool, ...]:
    """The tools, each of which can be offered to somebody. Raises BadPlugin."""
    tools: dict[str, Tool] = {}
    for tool in brought:
        if not isinstance(tool, Tool):
            raise BadPlugin(f"It brings a {type(tool).__name__} among its tools: `@tool` makes a tool of a function.")
        if not is_tool_name(tool.name):
            raise BadPlugin(f"“{tool.name}” cannot be the name of a tool: letters, digits, _ and - only, 64 at most.")
        if tool.name in tools:
            raise BadPlugin(f"It brings two tools called {tool.name}.")
        if tool.permission not in PERMISSIONS["admin"]:
            known = ", ".join(sorted(PERMISSIONS["admin"]))
            raise BadPlugin(f"Its tool {tool.name} needs “{tool.permission}”, which nobody has. There is {known}.")
        tools[tool.name] = tool
    if not tools:
        raise BadPlugin("It brings no tools.")
    # All tools share one grammar, so words that do not fit in would keep the built-in model from answering anything.
    grammar_of(tools.values(), english())
    return tuple(tools.values())
