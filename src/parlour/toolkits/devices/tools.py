"""The one tool that devices are controlled with."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated, Any, Literal

from pydantic import Field

from parlour.clock import Clock
from parlour.errors import Moved
from parlour.journal.unit import Writer
from parlour.store.database import Reads
from parlour.toolkits.devices.abilities import abilities_of
from parlour.toolkits.devices.performing import Patience, Performed, Performer
from parlour.toolkits.devices.phrasebook import language_of
from parlour.toolkits.devices.planning import Task, Wish, kind_of, plan, undoing
from parlour.toolkits.devices.results import View, foreseen, is_grave, reading_of, result_view
from parlour.toolkits.devices.targets import Finds, Source, Target, Targets
from parlour.toolkits.devices.wording import WORDING, order
from parlour.toolkits.home.graph import Home
from parlour.toolkits.home.hearsay import HomeHearsay
from parlour.toolkits.home.names import HomeNames
from parlour.toolkits.home.observing import observe
from parlour.tools.acting import Foreseen, Found
from parlour.tools.caller import Caller
from parlour.tools.outcomes import Failed
from parlour.tools.tool import Acting, Arguments, Tool, ToolContext, make_tool

Action = Literal[
    "turn_on",
    "turn_off",
    "toggle",
    "open",
    "close",
    "stop",
    "lock",
    "unlock",
    "start",
    "pause",
    "return",
    "activate",
    "set_brightness",
    "set_temperature",
    "set_volume",
    "set_position",
    "set_color",
    "set_mode",
]
Devices = Annotated[
    list[str],
    Field(min_length=1, max_length=50, description="Names or ids of devices, scenes, scripts or automations."),
]
Amount = Annotated[
    float | str | None,
    Field(
        description="Percent for set_brightness, set_volume and set_position (how far a cover is open, how fast a fan "
        "turns), °C for set_temperature, a colour such as red or #ff8800, or the name of a mode."
    ),
]
Relative = Annotated[bool, Field(description="The value is added to how it is now: -10 is ten less than now.")]

_NEVER_SEEN = ("toggle", "activate", "stop")
"""What cannot be told from how a device is afterwards."""
_TRIES = 3


class DevicesToolkit:
    """A toolset that tells the devices of the caller's home what to do, through the drivers that have them."""

    def __init__(
        self,
        finds: Finds,
        database: Reads,
        writer: Writer,
        clock: Clock,
        sources: Sequence[Source],
        patience: Patience | None = None,
    ) -> None:
        self._database = database
        self._writer = writer
        self._clock = clock
        self._performer = Performer(clock, patience)
        self._targets = Targets(finds, database, sources, self._performer)
        acting = Acting(
            foresee=self._foresee,
            read_back=self._read_back,
            undo=self._undo,
            foresee_undo=self._foresee_undo,
            touches=lambda call: [call.get("devices")],
        )
        tool = make_tool(
            self.control_devices,
            effect="control",
            wording=WORDING,
            acting=acting,
            language=language_of(HomeNames(database), abilities_of),
        )
        self._tool = replace(tool, hearsay=HomeHearsay(database, finds))

    @property
    def name(self) -> str:
        """Names the toolset."""
        return "devices"

    async def open(self) -> None:
        """Nothing to get ready."""

    async def close(self) -> None:
        """Nothing to let go of."""

    async def tools(self, caller: Caller) -> Sequence[Tool]:
        """The tool, the same for everybody; what it reaches is the caller's own."""
        del caller
        return (self._tool,)

    async def control_devices(
        self, context: ToolContext, devices: Devices, action: Action, value: Amount = None, relative: Relative = False
    ) -> View:
        """Control devices: switch, dim, open, close, lock, start, stop, set a temperature, start a scene.

        It looks afterwards how each device is, and says what it found. Name every device that is meant; ask for the
        devices of a room first when it is not known what they are called.
        """
        home = Home.of(context.caller)
        told = await self._told(home, devices, Wish(action, value, relative))
        if context.effect not in (None, "destructive") and is_grave(told):
            raise Failed("That changed just now, so nothing was done.", suggestion="Ask again.")
        outcomes = await asyncio.gather(*(self._perform(target, [task], context) for target, task in told))
        return await self._said(home, action, outcomes)

    async def _foresee(
        self,
        context: ToolContext,
        devices: list[str],
        action: Action,
        value: float | str | None = None,
        relative: bool = False,
    ) -> Foreseen:
        """What would be otherwise. Raises what the call itself would."""
        told = await self._told(Home.of(context.caller), devices, Wish(action, value, relative))
        asked: Arguments = {"action": action, "value": value, "relative": relative}
        return replace(foreseen(told), label=order(asked, [target.thing.name for target, _ in told]))

    async def _read_back(
        self,
        context: ToolContext,
        devices: list[str],
        action: Action,
        value: float | str | None = None,
        relative: bool = False,
    ) -> Found:
        """Whether all devices are as they should be. Where one is not, only for a harmless one that says enough."""
        if relative or action in _NEVER_SEEN:
            return Found(None)
        told = await self._told(Home.of(context.caller), devices, Wish(action, value))
        if any(target.problem for target, _ in told):
            return Found(None)
        if all(task.is_met_by(target.reading) for target, task in told):
            seen = [(target, Performed(task, "done", target.reading)) for target, task in told]
            return Found(True, result_view(action, seen))
        return Found(False if len(told) == 1 and told[0][0].is_harmless else None)

    async def _undo(self, context: ToolContext, arguments: Arguments, result: Any) -> View:
        """Bring back how it was whatever was changed, or may have been."""
        del arguments
        home = Home.of(context.caller)
        ways = await self._ways_back(home, result)
        if not ways:
            raise Failed("There is nothing to take back: everything is as it was before, or nobody knows how that was.")
        if context.effect not in (None, "destructive") and is_grave(_steps(ways)):
            raise Failed("That changed just now, so nothing was done.", suggestion="Try again.")
        outcomes = await asyncio.gather(*(self._perform(target, way, context) for target, way in ways))
        return await self._said(home, "undo", outcomes)

    async def _foresee_undo(self, context: ToolContext, arguments: Arguments, result: Any) -> Foreseen:
        """What bringing back how it was would change, and how grave that is."""
        del arguments
        steps = _steps(await self._ways_back(Home.of(context.caller), result))
        orders = [
            order({"action": task.command.action, "value": task.command.value}, [target.thing.name])
            for target, task in steps
        ]
        return replace(foreseen(steps), label="; ".join(orders))

    async def _ways_back(self, home: Home, result: Any) -> list[tuple[Target, list[Task]]]:
        """What each device that was changed, or may have been, would be told; none that is as it was."""
        before = {row["id"]: row["before"] for row in result["devices"] if row["outcome"] in ("done", "unconfirmed")}
        targets = await self._targets.named(home, list(before)) if before else []
        ways = [(target, _way_back(target, before[target.thing.id])) for target in targets]
        return [(target, way) for target, way in ways if way]

    async def _told(self, home: Home, devices: Sequence[str], wish: Wish) -> list[tuple[Target, Task]]:
        return [
            (target, plan(target.thing, target.device, wish, target.reading))
            for target in await self._targets.named(home, devices)
        ]

    async def _perform(self, target: Target, way: Sequence[Task], context: ToolContext) -> tuple[Target, Performed]:
        if target.problem:
            return target, Performed(way[0], "failed", None, target.problem)
        if not target.is_harmless and len(way) == 1 and way[0].is_needless:
            return target, Performed(way[0], "already", way[0].before)
        key = f"{context.idempotency_key}:{target.thing.id}" if context.idempotency_key else ""
        return target, await self._performer.perform(target.driver, way, key)

    async def _said(self, home: Home, action: str, outcomes: Sequence[tuple[Target, Performed]]) -> View:
        """The result, once the home knows what was found. Raises Failed when nothing at all was done."""
        seen = {
            target.thing.id: {"state": each.after.state, **each.after.values}
            for target, each in outcomes
            if each.after is not None and each.after.is_there
        }
        await self._keep(home, seen)
        result = result_view(action, outcomes)
        if all(each.how == "failed" for _, each in outcomes):
            raise Failed(WORDING.sentence({}, result), is_tainted=any(each.problem for _, each in outcomes))
        return result

    async def _keep(self, home: Home, seen: dict[str, Any]) -> None:
        """Have the home say what was found. Where others keep changing it, whoever keeps it in step says it again."""
        for _ in range(_TRIES):
            async with self._database.read() as connection:
                unit = await observe(connection, home, self._clock, seen, is_told=True)
            if unit is None:
                return
            try:
                await self._writer.commit(unit)
            except Moved:
                continue
            return


def _steps(ways: Sequence[tuple[Target, Sequence[Task]]]) -> list[tuple[Target, Task]]:
    return [(target, task) for target, way in ways for task in way]


def _way_back(target: Target, before: View) -> list[Task]:
    """What brings a device back to how it was; nothing when it is so, or when there is no way."""
    family, now = kind_of(target.thing), target.reading
    way: list[Task] = []
    for action, value in undoing(family, reading_of(before), now) if family else ():
        way.append(plan(target.thing, target.device, Wish(action, value), now))
        now = way[-1].wanted
    return way
