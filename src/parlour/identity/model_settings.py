"""What is decided about who answers, and how: for oneself, a conversation, a project, and the whole house."""

from dataclasses import dataclass

from sqlalchemy import insert, update
from sqlalchemy.ext.asyncio import AsyncConnection

from parlour.clock import Clock, isoformat
from parlour.errors import Forbidden, InvalidRequest, Moved
from parlour.identity.access import conversation_for
from parlour.identity.audit import NOWHERE, audited
from parlour.identity.consent import default_becomes
from parlour.identity.projects import Projects
from parlour.identity.scopes import HOUSE, Whose
from parlour.identity.who import Visit, Who
from parlour.journal.unit import Guard, Unit, Writer, event
from parlour.protocol.effective import ModelSettings, ModelSettingsView, NewModelSettings
from parlour.protocol.events import ModelSettingsChanged
from parlour.store.database import Reads
from parlour.store.queries.choices import StoredSettings, choices
from parlour.store.tables import model_settings


@dataclass(frozen=True, slots=True)
class ModelDesk:
    """Where people say who is to answer, and how, for whatever is theirs to decide."""

    reads: Reads
    writer: Writer
    clock: Clock

    async def kept(self, who: Who, whose: Whose) -> ModelSettingsView:
        """What was decided for a scope.

        Raises NotFound for a project that they do not see, ConversationNotFound for a conversation that is not theirs.
        """
        may_change = await self._may_change(who, whose)
        async with self.reads.read() as connection:
            found = await _stored(connection, who, whose)
        return ModelSettingsView(settings=found.settings, version=found.version, may_change=may_change)

    async def put(self, who: Who, whose: Whose, new: NewModelSettings, visit: Visit = NOWHERE) -> ModelSettingsView:
        """Decide for a scope, in the place of everything that was decided there before.

        Raises Forbidden for what is not theirs to decide, InvalidRequest for what only another kind of scope decides,
        Moved when somebody else was quicker, and what `kept` raises.
        """
        if not await self._may_change(who, whose):
            raise Forbidden("Only its owner or an admin decides who answers in a project.")
        _check_kind(whose, new.settings)
        async with self.reads.read() as connection:
            before = await _stored(connection, who, whose)
        if before.version != new.version:
            raise Moved
        if before.settings == new.settings:
            return ModelSettingsView(settings=new.settings, version=new.version, may_change=True)
        await self.writer.commit(_becomes(who, whose, new, isoformat(self.clock.now()), visit))
        return ModelSettingsView(settings=new.settings, version=new.version + 1, may_change=True)

    async def _may_change(self, who: Who, whose: Whose) -> bool:
        """Whether they decide there. Raises what `kept` raises where they may not even look."""
        if whose.kind == "project":
            return (await Projects(self.reads, self.writer, self.clock).one(who, whose.id)).may_manage
        if whose.kind == "conversation":
            async with self.reads.read() as connection:
                await conversation_for(connection, who, whose.id)
        return whose != HOUSE or who.may("house:manage")


async def _stored(connection: AsyncConnection, who: Who, whose: Whose) -> StoredSettings:
    found = await choices(
        connection,
        who.tenant_id,
        project_id=whose.id_of("project"),
        user_id=whose.id_of("user"),
        conversation_id=whose.id_of("conversation"),
    )
    return found.of(whose.kind)


def _check_kind(whose: Whose, settings: ModelSettings) -> None:
    if settings.favourites and whose.kind != "user":
        raise InvalidRequest("Only people have favourites.")
    if settings.own_keys and whose != HOUSE:
        raise InvalidRequest("Whether people may bring keys of their own is decided for the whole house.")


def _becomes(who: Who, whose: Whose, new: NewModelSettings, at: str, visit: Visit) -> Unit:
    said = new.settings.model_dump(mode="json", exclude_none=True, exclude_defaults=True)
    kept = {name: value for name, value in said.items() if whose != HOUSE or name != "model"}
    row = {"values": kept, "updated_at": at, "version": new.version + 1}
    mine = {"tenant_id": who.tenant_id, "scope": whose.scope}
    if new.version == 0:
        guard = Guard(insert(model_settings).values(**mine, **whose.columns, **row), Moved())
    else:
        there = [model_settings.c[name] == value for name, value in mine.items()]
        unchanged = model_settings.c.version == new.version
        guard = Guard(update(model_settings).where(*there, unchanged).values(**row), Moved())
    remembered = audited(
        "model_settings_changed",
        tenant_id=who.tenant_id,
        user_id=who.user_id,
        at=at,
        resource=(whose.kind, whose.id or who.tenant_id),
        visit=visit,
        details=said,
    )
    default = default_becomes(who.tenant_id, new.settings.model, at) if whose == HOUSE else []
    told = [event(topic, ModelSettingsChanged(version=new.version + 1)) for topic in _topics_of(whose)]
    return Unit(guards=[guard], changes=[*default, remembered], events=told)


def _topics_of(whose: Whose) -> list[str]:
    """Where it is told: to whoever follows the conversation, and to the person in their other windows."""
    return [whose.scope] if whose.kind in ("conversation", "user") else []
