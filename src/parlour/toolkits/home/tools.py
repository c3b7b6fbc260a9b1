"""The nine ways to ask a home, beside the three to change it.

Names or ids go in; plain JSON with names, ids, types and states comes out.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated

from pydantic import Field

from parlour.clock import Clock
from parlour.journal.unit import Writer
from parlour.store.database import Reads
from parlour.toolkits.home import answers
from parlour.toolkits.home.details import About, details
from parlour.toolkits.home.graph import Home
from parlour.toolkits.home.hearsay import HomeHearsay
from parlour.toolkits.home.inventory import Inventory, inventory
from parlour.toolkits.home.kinds import PLACES, EntityType
from parlour.toolkits.home.lookup import Lookup
from parlour.toolkits.home.names import HomeNames, graph_version
from parlour.toolkits.home.news import Tell, nobody
from parlour.toolkits.home.phrasebook import language_of
from parlour.toolkits.home.rooms import Wanted
from parlour.toolkits.home.views import View
from parlour.toolkits.home.wording import WORDINGS
from parlour.toolkits.home.writing import HomeWriting
from parlour.tools.caching import Basis, Caching
from parlour.tools.caller import Caller
from parlour.tools.outcomes import BadArguments
from parlour.tools.tool import Tool, ToolContext, make_tool

Place = Annotated[str, Field(description="Name or id of a room, or of a zone such as a floor or the garden.")]
Device = Annotated[str, Field(description="Name or id of a device.")]
Thing = Annotated[str, Field(description="Name or id of anything in the home.")]
LASTING = frozenset({"find_path", "get_procedures_for_device"})
"""What tells nothing of how devices are at the moment: so it is the same for as long as the graph is."""


class HomeToolkit:
    """A toolset over the home of the caller's project."""

    def __init__(
        self, database: Reads, writer: Writer, clock: Clock, tell: Tell = nobody, brief: Reads | None = None
    ) -> None:
        """`tell` lets those know of a change who asked about what it is of; `brief` is for reads that take no time."""
        self._database = database
        self._brief = brief or database
        self._writer = writer
        self._clock = clock
        self._lookup = Lookup()
        names = HomeNames(database)
        hearsay = HomeHearsay(database, self._lookup)
        asking = tuple(
            replace(
                make_tool(
                    function,
                    effect="read",
                    wording=WORDINGS[function.__name__],
                    language=language_of(function.__name__, names),
                ),
                caching=Caching(self._basis) if function.__name__ in LASTING else None,
                hearsay=hearsay,
            )
            for function in (
                self.get_devices_in_room,
                self.find_device_controls,
                self.get_room_connections,
                self.search_entities,
                self.find_path,
                self.get_entity_details,
                self.find_similar_entities,
                self.get_procedures_for_device,
                self.get_automations_in_room,
            )
        )
        writing = HomeWriting(database, self._lookup, clock, tell).tools(names)
        self._tools = (*asking, *(replace(tool, hearsay=hearsay) for tool in writing))

    @property
    def name(self) -> str:
        """Names the toolset."""
        return "home"

    async def open(self) -> None:
        """Nothing to get ready: indexes are built when they are first needed."""

    async def close(self) -> None:
        """Forget the indexes."""
        self._lookup.forget()

    async def tools(self, caller: Caller) -> Sequence[Tool]:
        """The twelve tools, the same for everybody; what they see is the caller's own."""
        del caller
        return self._tools

    @property
    def lookup(self) -> Lookup:
        """Finds things by what people call them, for other toolkits over the same homes."""
        return self._lookup

    async def inventory(self, caller: Caller) -> Inventory:
        """What the home of the caller's project holds."""
        async with self._database.read() as connection:
            return await inventory(connection, Home.of(caller))

    async def _basis(self, context: ToolContext, **_: object) -> Basis:
        home = Home.of(context.caller)
        async with self._brief.read() as connection:
            return Basis(f"home {home.project_id}", await graph_version(connection, home), is_whole=True)

    # --- the tools ---------------------------------------------------------------------------------------------

    async def get_devices_in_room(
        self,
        context: ToolContext,
        room: Annotated[
            str | None, Field(description="Name or id of a room or zone; leave it out for the whole home.")
        ] = None,
        device_class: Annotated[
            str | None,
            Field(description="Only this class: light, sensor, heating, appliance, thermostat, door, window, …"),
        ] = None,
        state: Annotated[
            str | None, Field(description="Only those in this state: on, off, open, closed, locked, running, …")
        ] = None,
    ) -> View:
        """List the devices in a room, a zone (such as a floor or the garden) or the whole home, with their states.

        Use it for what is in a room and for what is on, off, open or running there. Doors and windows are listed
        when device_class asks for them.
        """
        home = Home.of(context.caller)
        async with self._database.read() as connection:
            place = await self._lookup.find(connection, home, room, PLACES, what="room or zone") if room else None
            return await answers.devices(connection, home, place, Wanted(device_class, state))

    async def find_device_controls(self, context: ToolContext, device: Device) -> View:
        """Tell what a device can do, what it controls, and what controls it: devices, automations, scenes, apps."""
        home = Home.of(context.caller)
        async with self._database.read() as connection:
            thing = await self._lookup.find(connection, home, device, ("device",), what="device")
            return await answers.controls(connection, home, thing)

    async def get_room_connections(self, context: ToolContext, room: Place) -> View:
        """Tell which rooms a room or zone leads to and through which doors, and which windows it has."""
        home = Home.of(context.caller)
        async with self._database.read() as connection:
            place = await self._lookup.find(connection, home, room, ("room", "zone"), what="room or zone")
            return await answers.connections(connection, home, place)

    async def search_entities(
        self,
        context: ToolContext,
        query: Annotated[str, Field(min_length=1, max_length=300, description="What to look for, in a few words.")],
        entity_types: Annotated[list[EntityType] | None, Field(description="Only these types of things.")] = None,
        limit: Annotated[int, Field(ge=1, le=50, description="At most so many results.")] = 10,
        threshold: Annotated[float, Field(ge=0, le=1, description="Leave out what fits less well than this.")] = 0.5,
    ) -> View:
        """Search names, other names and contents (manuals, notes, procedures, properties) of everything in the home.

        Misspelt words are understood. Use it when it is not known what something is called.
        """
        if not query.strip():
            raise BadArguments("There is nothing to search for: the query is empty.")
        home = Home.of(context.caller)
        async with self._database.read() as connection:
            index = await self._lookup.index(connection, home)
            return await answers.found(connection, home, index, query, entity_types or (), limit, threshold)

    async def find_path(
        self,
        context: ToolContext,
        from_entity: Thing,
        to_entity: Thing,
        max_depth: Annotated[int, Field(ge=1, le=20, description="At most so many steps.")] = 10,
    ) -> View:
        """Find how two things of the home are connected: the shortest chain of relationships between them."""
        home = Home.of(context.caller)
        async with self._database.read() as connection:
            start = await self._lookup.find(connection, home, from_entity)
            end = await self._lookup.find(connection, home, to_entity)
            return await answers.path(connection, home, start, end, max_depth)

    async def get_entity_details(
        self,
        context: ToolContext,
        entity: Thing,
        about: Annotated[
            About,
            Field(description="Only this: its state now, its place, its properties, its connections, or its rooms."),
        ] = "everything",
    ) -> View:
        """Tell everything that is known of one thing: its properties, where it is, its relationships, its versions.

        Say what it is about when only that was asked: "state" for whether it is on, open or how warm it is there.
        """
        home = Home.of(context.caller)
        async with self._database.read() as connection:
            thing = await self._lookup.find(connection, home, entity)
            return await details(connection, home, thing, about)

    async def find_similar_entities(
        self,
        context: ToolContext,
        entity: Thing,
        threshold: Annotated[float, Field(ge=0, le=1, description="Leave out what is less alike than this.")] = 0.5,
        limit: Annotated[int, Field(ge=1, le=50, description="At most so many results.")] = 10,
    ) -> View:
        """Find things like a given one: of the same type and class, with like abilities, names and properties."""
        home = Home.of(context.caller)
        async with self._database.read() as connection:
            index = await self._lookup.index(connection, home)
            thing = await self._lookup.find(connection, home, entity)
            return await answers.similar(connection, home, index, thing, threshold, limit)

    async def get_procedures_for_device(
        self,
        context: ToolContext,
        device: Annotated[str, Field(description="Name or id of a device, or of one of its procedures or manuals.")],
        task: Annotated[
            str | None,
            Field(max_length=100, description="Only the procedures for this task, in a word of their names: descale."),
        ] = None,
    ) -> View:
        """Tell how to do something with a device: its procedures step by step, its manuals and its notes."""
        home = Home.of(context.caller)
        async with self._database.read() as connection:
            thing = await self._lookup.find(
                connection, home, device, ("device", "procedure", "manual", "note"), what="device or procedure"
            )
            return await answers.procedures(connection, home, thing, task)

    async def get_automations_in_room(self, context: ToolContext, room: Place) -> View:
        """List the automations, scenes and schedules that act on a room or zone, or are set off by what is in it."""
        home = Home.of(context.caller)
        async with self._database.read() as connection:
            place = await self._lookup.find(connection, home, room, PLACES, what="room or zone")
            return await answers.automations(connection, home, place)
