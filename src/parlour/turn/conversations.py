"""What may be done to a conversation as a whole: begun, renamed, archived, taken back, deleted.

The first half is pure: a conversation in, the changed one or its unit out. The second half reads, checks whose
it is, and commits.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from unicodedata import category

from sqlalchemy import Executable, Select, Update, bindparam, delete, exists, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from parlour.clock import Clock, isoformat
from parlour.errors import InvalidRequest, Moved
from parlour.identity.access import conversation_for, project_to_begin_in
from parlour.identity.audit import audited
from parlour.identity.who import Who
from parlour.ids import new_id
from parlour.journal.retrying import Built, read_and_commit
from parlour.journal.unit import Event, Filled, Guard, Unit, Writer, event, seq_of
from parlour.protocol.content import Conversation
from parlour.protocol.events import ENDED, ConversationCreated, ConversationDeleted, ConversationUpdated
from parlour.store.database import Reads
from parlour.store.queries.conversations import StoredConversation
from parlour.store.queries.turns import open_turns
from parlour.store.tables import (
    approvals,
    attempts,
    conversations,
    deltas,
    events,
    ledger,
    messages,
    notices,
    projects,
    search_words,
    tool_runs,
    topics,
    turn_steps,
    turns,
)
from parlour.turn import findable

UNTITLED = "New chat"
TITLE_LIMIT = 200

_KEEP = insert(conversations)
_STILL = update(conversations).where(
    conversations.c.id == bindparam("the_id"), conversations.c.version == bindparam("the_version")
)

Stop = Callable[[str], Awaitable[object]]
"""Ends the turn with this id, and returns once it has ended."""


# --- values --------------------------------------------------------------------------------------------------------


def empty(who: Who, *, conversation_id: str, project_id: str, title: str | None, at: str) -> Conversation:
    """A conversation nothing was said in yet. Without a title it has one that a made one may replace."""
    return Conversation(
        id=conversation_id,
        project_id=project_id,
        owner_id=who.user_id,
        title=checked_title(title) if title is not None else UNTITLED,
        title_is_own=title is not None,
        created_at=at,
        updated_at=at,
        last_activity_at=at,
        message_count=0,
        total_tokens=0,
        is_archived=False,
    )


def checked_title(title: str) -> str:
    """The title on one line without outer blanks. Raises InvalidRequest when none is left, or it is too long."""
    title = one_line(title)
    if not title or len(title) > TITLE_LIMIT:
        raise InvalidRequest(f"A title has 1 to {TITLE_LIMIT} characters.")
    return title


def one_line(text: str) -> str:
    """The words of `text` with one blank between them, and nothing that cannot be shown."""
    return " ".join("".join(c for c in text if c.isspace() or category(c) != "Cc").split())


def renamed(conversation: Conversation, title: str, at: str) -> Conversation:
    """With the title a person chose."""
    return conversation.model_copy(update={"title": checked_title(title), "title_is_own": True, "updated_at": at})


def archived(conversation: Conversation, at: str) -> Conversation:
    """Out of the list. What is archived already stays as it is."""
    if conversation.is_archived:
        return conversation
    return conversation.model_copy(update={"is_archived": True, "archived_at": at, "updated_at": at})


def unarchived(conversation: Conversation, at: str) -> Conversation:
    """Back in the list. What is there already stays as it is."""
    if not conversation.is_archived:
        return conversation
    return conversation.model_copy(update={"is_archived": False, "archived_at": None, "updated_at": at})


# --- units ---------------------------------------------------------------------------------------------------------


def row_of(conversation: Conversation, tenant_id: str) -> Filled:
    """The change that keeps a new conversation."""
    row = conversation.model_dump(mode="json", exclude={"is_archived"})
    return Filled(_KEEP, {**row, "tenant_id": tenant_id, "version": 1})


def begun(conversation: Conversation, tenant_id: str) -> Unit:
    """Begins a conversation with nothing said in it."""
    said = ConversationCreated(conversation=conversation)
    at_project = update(projects).where(projects.c.id == conversation.project_id)
    return Unit(
        changes=[
            row_of(conversation, tenant_id),
            findable.by_title(conversation),
            at_project.values(last_chat_at=conversation.created_at),
        ],
        events=[event(topic, said) for topic in topics_of(conversation)],
    )


def updated(before: StoredConversation, after: Conversation) -> Unit:
    """Puts `after` in the place of `before`; Moved when `before` no longer stands."""
    said = ConversationUpdated(conversation=after)
    return Unit(
        guards=[conversation_becomes(before, after)],
        changes=findable.by_new_title(before.value, after),
        events=[event(topic, said) for topic in topics_of(after)],
    )


def conversation_becomes(before: StoredConversation, after: Conversation) -> Guard:
    """Puts `after` in the place of `before`; Moved when `before` no longer stands."""
    row = after.model_dump(mode="json", exclude={"is_archived", "id"})
    which = {"the_id": after.id, "the_version": before.version}
    return Guard(Filled(_STILL, row | which | {"version": before.version + 1}), Moved())


def deleted(before: StoredConversation, who: Who, at: str) -> Unit:
    """Takes a conversation away with everything in it; Moved when it changed, or a turn is open.

    What was said of it on its own topic and its owner's goes too: their floors rise to this deletion, so that a
    client with an older cursor gets a snapshot. That its commands were once carried out stays known.
    """
    mine = before.value.id
    no_open_turn = ~exists().where(turns.c.conversation_id == mine, turns.c.status.not_in(ENDED))
    own_topic, owner_topic = topics_of(before.value)
    said = ConversationDeleted(conversation_id=mine)
    inside = [
        delete(attempts).where(attempts.c.message_id.in_(_ids_in(mine))),
        delete(approvals).where(approvals.c.conversation_id == mine),
        delete(ledger).where(ledger.c.conversation_id == mine),
        delete(tool_runs).where(tool_runs.c.conversation_id == mine),
        delete(turn_steps).where(turn_steps.c.turn_id.in_(select(turns.c.id).where(turns.c.conversation_id == mine))),
        delete(turns).where(turns.c.conversation_id == mine),
        delete(notices).where(notices.c.conversation_id == mine),
        delete(search_words).where(search_words.c.conversation_id == mine),
        delete(messages).where(messages.c.conversation_id == mine),
        delete(deltas).where(deltas.c.topic == own_topic),
        delete(conversations).where(conversations.c.id == mine),
    ]
    remembered = audited(
        "conversation_deleted",
        tenant_id=before.tenant_id,
        user_id=who.user_id,
        at=at,
        resource=("conversation", mine),
    )
    spoken: list[Event] = [event(topic, said) for topic in (own_topic, owner_topic)]
    return Unit(
        guards=[Guard(_still(before).where(no_open_turn).values(version=before.version + 1), Moved())],
        changes=[*inside, *forgotten(own_topic, 0), *forgotten(owner_topic, 1), remembered],
        events=spoken,
    )


def topics_of(conversation: Conversation) -> tuple[str, str]:
    """Where changes of a conversation are said: its own topic, and its owner's."""
    return f"conversation:{conversation.id}", f"user:{conversation.owner_id}"


# --- deeds ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Conversations:
    """Carries out what somebody wants done to a conversation of theirs."""

    reads: Reads
    writer: Writer
    clock: Clock

    async def begin(self, who: Who, *, project_id: str | None = None, title: str | None = None) -> Conversation:
        """Begin one with nothing said in it, in a project of theirs; the shared one when none is named.

        Raises NotFound for a project that is not theirs, InvalidRequest for a title that cannot be one.
        """
        async with self.reads.read() as connection:
            project = await project_to_begin_in(connection, who, project_id)
        at = isoformat(self.clock.now())
        new = empty(who, conversation_id=new_id(), project_id=project.id, title=title, at=at)
        await self.writer.commit(begun(new, who.tenant_id))
        return new

    async def change(
        self, who: Who, conversation_id: str, *, title: str | None = None, archive: bool | None = None
    ) -> Conversation:
        """Rename it, archive it or bring it back; what is None stays. Nothing is said when nothing changes.

        Raises ConversationNotFound, InvalidRequest for a title that cannot be one.
        """
        at = isoformat(self.clock.now())

        async def build(connection: AsyncConnection) -> Built[Conversation]:
            before = await conversation_for(connection, who, conversation_id)
            after = before.value
            if title is not None and (checked_title(title), True) != (after.title, after.title_is_own):
                after = renamed(after, title, at)
            if archive is not None:
                after = archived(after, at) if archive else unarchived(after, at)
            return after, None if after == before.value else updated(before, after)

        after, _ = await read_and_commit(self.reads, self.writer, build)
        return after

    async def delete(self, who: Who, conversation_id: str, stop: Stop) -> None:
        """Take it away with everything in it, after ending every turn that is open in it.

        Raises ConversationNotFound.
        """
        at = isoformat(self.clock.now())

        async def nothing_runs() -> None:
            async with self.reads.read() as connection:
                await conversation_for(connection, who, conversation_id)
                unfinished = await open_turns(connection, conversation_id)
            for turn in reversed(unfinished):
                await stop(turn.id)

        async def build(connection: AsyncConnection) -> Built[None]:
            before = await conversation_for(connection, who, conversation_id)
            return None, deleted(before, who, at)

        await read_and_commit(self.reads, self.writer, build, prepare=nothing_runs)


def _still(before: StoredConversation) -> Update:
    return update(conversations).where(conversations.c.id == before.value.id, conversations.c.version == before.version)


def _ids_in(conversation_id: str) -> Select[str]:
    return select(messages.c.id).where(messages.c.conversation_id == conversation_id)


def forgotten(topic: str, index: int) -> list[Executable]:
    """What was said on `topic` before the unit's event number `index` goes, and its floor rises to just there."""
    newest_delta = select(func.coalesce(func.max(deltas.c.id), topics.c.mark)).scalar_subquery()
    return [
        delete(events).where(events.c.topic == topic, events.c.seq < seq_of(index)),
        update(topics).where(topics.c.id == topic).values(floor=seq_of(index) - 1, mark=newest_delta),
    ]
