"""The three ways to change a home. Each is thought through first, so that a person sees what it would come to.

Nothing is written here: a tool returns the unit that makes its change, and whoever runs it has that committed.
"""

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Annotated, Any

from pydantic import Field, JsonValue

from parlour.clock import Clock
from parlour.errors import InvalidRequest, NotFound
from parlour.store.database import Reads
from parlour.toolkits.home import creating, relating, updating
from parlour.toolkits.home.changes import HomeChanges, together
from parlour.toolkits.home.creating import Creation
from parlour.toolkits.home.graph import Home
from parlour.toolkits.home.kinds import EntityType, RelationshipType
from parlour.toolkits.home.lookup import Lookup
from parlour.toolkits.home.news import Tell
from parlour.toolkits.home.phrasebook import TOOLS, language_of
from parlour.toolkits.home.planning import Deed, Desk, Wish
from parlour.toolkits.home.relating import Relation
from parlour.toolkits.home.updating import Update
from parlour.toolkits.home.views import View
from parlour.toolkits.home.writing_wording import WRITING_WORDINGS
from parlour.tools.acting import Foreseen
from parlour.tools.kept import Kept
from parlour.tools.language import NameSource
from parlour.tools.outcomes import BadArguments, NotThere
from parlour.tools.tool import Acting, Arguments, Tool, ToolContext, make_tool

SUBJECT = "things in the home"
"""What a rule about such calls is about."""
TOUCHED = {
    "create_entity": ("name", "aliases"),
    "update_entity": ("entity", "name", "aliases"),
    "create_relationship": (),
}
"""By what arguments of a call another knows that it builds on it: a relationship is nothing that has a name."""

Place = Annotated[
    str | None,
    Field(description="Name or id of the room or zone it is in; for an automation, of the room it acts on."),
]
Aliases = Annotated[list[str] | None, Field(description="Other names that people say for it.")]
Content = dict[str, JsonValue] | None
TakeBack = Callable[[Desk, View], Awaitable[Deed]]


class HomeWriting:
    """The writing tools over the home of the caller's project."""

    def __init__(self, database: Reads, lookup: Lookup, clock: Clock, tell: Tell) -> None:
        self._database = database
        self._lookup = lookup
        self._clock = clock
        self._tell = tell

    def tools(self, names: NameSource) -> tuple[Tool, ...]:
        """The three tools, in words too as far as there are words for them."""
        return (
            self._tool(self.create_entity, Creation, creating.take_back, names),
            self._tool(self.update_entity, Update, updating.take_back, names),
            self._tool(self.create_relationship, Relation, relating.take_back, names),
        )

    # --- the tools ---------------------------------------------------------------------------------------------

    async def create_entity(
        self,
        context: ToolContext,
        entity_type: Annotated[EntityType, Field(description="What it is.")],
        name: Annotated[str, Field(description="What it is to be called.")],
        place: Place = None,
        aliases: Aliases = None,
        content: Annotated[
            Content,
            Field(
                description="What is known of it: for a device its device_class (lamp, light, sensor, thermostat, …),"
                " capabilities and properties; for a procedure its steps; for a note its text."
            ),
        ] = None,
    ) -> Kept:
        """Add a new thing to the home: a device, a room, a zone, an automation, a procedure, a manual, a note, …

        Use it when somebody wants something noted as being there. It does not buy, install or switch anything.
        """
        return await self._done(context, Creation(entity_type, name, place, aliases, content))

    async def update_entity(
        self,
        context: ToolContext,
        entity: Annotated[str, Field(description="Name or id of what is to be different.")],
        name: Annotated[str | None, Field(description="Its new name.")] = None,
        aliases: Annotated[list[str] | None, Field(description="Its other names, all of them.")] = None,
        place: Annotated[str | None, Field(description="Name or id of the room or zone to move it to.")] = None,
        content: Annotated[
            Content, Field(description="Properties, laid over those that are known; null takes one away.")
        ] = None,
    ) -> Kept:
        """Change what is known of a thing: its name, its other names, where it is, its properties. Give only what
        is to be different.

        It notes; it does not switch: for that there are tools that control devices.
        """
        return await self._done(context, Update(entity, name, aliases, place, content))

    async def create_relationship(
        self,
        context: ToolContext,
        from_entity: Annotated[str, Field(description="Name or id of the thing that is, does or has something.")],
        relationship_type: Annotated[RelationshipType, Field(description="How the two belong together.")],
        to_entity: Annotated[str, Field(description="Name or id of the other thing.")],
        properties: Annotated[
            Content, Field(description='More about it, such as {"via": "door"} between two rooms.')
        ] = None,
    ) -> Kept:
        """Note how two things of the home belong together: what controls, monitors, documents or leads to what.

        Use update_entity to move a thing to another room.
        """
        return await self._done(context, Relation(from_entity, relationship_type, to_entity, properties))

    # --- how each is run ---------------------------------------------------------------------------------------

    def _tool(
        self, function: Callable[..., Awaitable[Kept]], wish: Callable[..., Wish], back: TakeBack, names: NameSource
    ) -> Tool:
        name = function.__name__

        async def foresee(context: ToolContext, **arguments: Any) -> Foreseen:
            async with self._desk(context) as desk:
                plan = await wish(**arguments).plan(desk)
                return Foreseen(plan.preview, subject=SUBJECT, label=plan.label)

        def touches(arguments: Arguments) -> list[JsonValue]:
            return [arguments.get(each) for each in TOUCHED[name]]

        async def undo(context: ToolContext, arguments: Arguments, result: View) -> Kept:
            del arguments
            async with self._desk(context) as desk:
                return await self._kept(context, desk, await back(desk, result))

        return make_tool(
            function,
            effect="write",
            wording=WRITING_WORDINGS[name],
            acting=Acting(keeps=True, foresee=foresee, undo=undo, touches=touches),
            language=language_of(name, names) if name in TOOLS else None,
        )

    async def _done(self, context: ToolContext, wish: Wish) -> Kept:
        async with self._desk(context) as desk:
            return await self._kept(context, desk, (await wish.plan(desk)).deed)

    async def _kept(self, context: ToolContext, desk: Desk, deed: Deed) -> Kept:
        """The change as a tool returns it, and with it the word of it to whom it concerns: both or neither."""
        new = deed.news
        told = await self._tell(desk.connection, context, new.text, new.about, after=len(deed.unit.events))
        return Kept(deed.result, together(deed.unit, told))

    @asynccontextmanager
    async def _desk(self, context: ToolContext) -> AsyncGenerator[Desk]:
        """One reading of the caller's home. What its changes refuse is a tool's problem."""
        home = Home.of(context.caller)
        changes = HomeChanges(home, self._clock, user_id=context.caller.user_id)
        try:
            async with self._database.read() as connection:
                yield Desk(connection, home, self._lookup, changes)
        except InvalidRequest as error:
            raise BadArguments(error.safe) from error
        except NotFound as error:
            raise NotThere(error.safe) from error
