"""The plugins of this server: what other packages bring by entry point, loaded at start, each with what became of it.

A broken one costs only what it brings: it is named in the log and to admins, and the server starts without it. One that
whoever runs the server has asked for by name has to be there and to load, or the server does not start.
"""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from importlib.metadata import EntryPoint, entry_points
from typing import Any, Literal

import structlog

from parlour.errors import BadSetting
from parlour.plugins.bringing import BadPlugin, kind_of, toolset_of
from parlour.toolkits.data.kinds import Kind
from parlour.tools.threads import Threads
from parlour.tools.toolset import Toolset

TOOLKITS = "parlour.toolkits"
"""The group of entry points that bring tools."""
DATASOURCES = "parlour.datasources"
"""The group of entry points that bring a kind of datasource."""
NONE = ("none",)
"""Asks for no plugin at all."""
LOAD_S = 30.0
"""So long may a plugin take to be loaded, and again to open."""

Brings = Literal["tools", "datasource"]

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Plugin:
    """One entry point of another package, and what became of it."""

    name: str
    brings: Brings
    package: str
    """The package that has it, with its version: "tides 1.0"."""
    state: Literal["loaded", "failed", "off"]
    """Off: it is installed, and not among those that were asked for."""
    problem: str = ""
    """Why it could not be loaded, for whoever runs the server."""


@dataclass(frozen=True, slots=True)
class Plugins:
    """What was found, and what it brings."""

    found: list[Plugin] = field(default_factory=list[Plugin])
    toolsets: dict[str, Toolset] = field(default_factory=dict[str, Toolset])
    """Open, by the names of their plugins."""
    kinds: dict[str, Kind] = field(default_factory=dict[str, Kind])
    """By the names of their plugins."""

    async def close(self) -> None:
        """Let every toolset go. One that cannot is named in the log."""
        for name, toolset in self.toolsets.items():
            (fault,) = await asyncio.gather(_in_time(toolset.close()), return_exceptions=True)
            if fault is not None:
                log.error("a plugin could not be closed", plugin=name, exc_info=fault)


async def found_plugins(
    chosen: Sequence[str], shipped: Iterable[str], entries: Callable[..., Iterable[EntryPoint]] = entry_points
) -> Plugins:
    """Load and open the plugins that were `chosen` by name; all that are installed when none is named.

    `shipped` are the names of the kinds of datasources that are there already. Raises BadSetting when one that was
    named is not there or cannot be loaded.
    """
    plugins = Plugins()
    taken = set(shipped)
    groups: tuple[tuple[Brings, str], ...] = (("tools", TOOLKITS), ("datasource", DATASOURCES))
    for brings, group in groups:
        for entry in sorted(await asyncio.to_thread(entries, group=group), key=lambda each: each.name):
            await _take(plugins, brings, entry, chosen, taken)
    if chosen and tuple(chosen) != NONE:
        try:
            _check_chosen(plugins, chosen)
        except BadSetting:
            await plugins.close()
            raise
    return plugins


async def _take(plugins: Plugins, brings: Brings, entry: EntryPoint, chosen: Sequence[str], taken: set[str]) -> None:
    """Load one, and note what became of it."""
    package = f"{entry.dist.name} {entry.dist.version}" if entry.dist else "unknown"
    if chosen and entry.name not in chosen:
        plugins.found.append(Plugin(entry.name, brings, package, "off"))
        return
    bring = _brought_tools if brings == "tools" else _brought_kind
    (fault,) = await asyncio.gather(bring(plugins, entry, taken), return_exceptions=True)
    if isinstance(fault, asyncio.CancelledError) and _is_cancelled():
        raise fault
    if fault is None:
        plugins.found.append(Plugin(entry.name, brings, package, "loaded"))
        log.info("a plugin was loaded", plugin=entry.name, package=package, brings=brings)
        return
    problem = _said(fault)
    plugins.found.append(Plugin(entry.name, brings, package, "failed", problem))
    log.error("a plugin could not be loaded", plugin=entry.name, package=package, problem=problem, exc_info=fault)


async def _brought_tools(plugins: Plugins, entry: EntryPoint, taken: set[str]) -> None:
    if entry.name in plugins.toolsets:
        raise BadPlugin("Another package has a plugin of this name: remove one of them.")
    made = await _loaded(entry, lambda there: toolset_of(entry.name, there))
    await _in_time(made.open())
    plugins.toolsets[entry.name] = made


async def _brought_kind(plugins: Plugins, entry: EntryPoint, taken: set[str]) -> None:
    if entry.name in plugins.kinds:
        raise BadPlugin("Another package has a plugin of this name: remove one of them.")
    made = await _loaded(entry, kind_of)
    if made.name in taken:
        raise BadPlugin(f"There is a kind of datasource called “{made.name}” already.")
    taken.add(made.name)
    plugins.kinds[entry.name] = made


async def _loaded(entry: EntryPoint, shaped: Callable[[object], Any]) -> Any:
    """What an entry point leads to, as it is used: in a thread, since imports may take long."""
    return await _in_time(Threads(f"plugin-{entry.name}", 1).run(lambda: shaped(entry.load())))


async def _in_time(work: Any) -> Any:
    async with asyncio.timeout(LOAD_S):
        return await work


def _check_chosen(plugins: Plugins, chosen: Sequence[str]) -> None:
    for name in chosen:
        mine = [each for each in plugins.found if each.name == name]
        if not mine:
            raise BadSetting(f"PARLOUR_PLUGINS names {name}, and no package that is installed has a plugin {name}.")
        for each in mine:
            if each.state == "failed":
                raise BadSetting(f"PARLOUR_PLUGINS names {name}, which could not be loaded: {each.problem}")


def _said(fault: BaseException) -> str:
    """Why it failed, on one line."""
    if isinstance(fault, TimeoutError):
        return f"It was not ready within {LOAD_S:g} seconds."
    words = " ".join(str(fault).split())[:300]
    return words if isinstance(fault, BadPlugin) else f"{type(fault).__name__}: {words}".rstrip(": ") + "."


def _is_cancelled() -> bool:
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0
