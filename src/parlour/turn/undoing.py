"""Taking back what a tool did in an answer: once, and shown wherever it was said to be done."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from parlour.clock import Clock, isoformat
from parlour.errors import Moved, NotNow
from parlour.identity.access import conversation_for, message_for
from parlour.identity.who import Who
from parlour.journal.retrying import Built
from parlour.journal.unit import Change, Event, Guard, Unit, Writer, event, seq_of
from parlour.protocol.approvals import UndoToolCall
from parlour.protocol.content import Message, ToolCallPart
from parlour.protocol.events import ToolResult
from parlour.store.database import Reads
from parlour.store.queries.ledger import Entry, entry_at
from parlour.store.queries.messages import stored_message
from parlour.store.tables import messages, tool_runs, turns
from parlour.tools.outcomes import ToolProblem
from parlour.tools.tool import ToolContext
from parlour.turn.means import Tools
from parlour.turn.once import Begin, Ids, Once, Said, carry_out

GONE = "This cannot be taken back, or was already."
BUSY = "This answer is still being written. Wait for its end, then take it back."


@dataclass(frozen=True, slots=True)
class Undoing:
    """Takes the wish that something be taken back."""

    reads: Reads
    writer: Writer
    clock: Clock
    tools: Tools

    async def undo(self, who: Who, command: UndoToolCall) -> Said:
        """Take back what a call did.

        Raises MessageNotFound, NotNow for what is not done, was taken back, cannot be or is not allowed, and while its
        answer is being written; IdempotencyConflict.
        """
        once = Once.of(who, command.command_id, command)
        at = isoformat(self.clock.now())
        undone: Unit | None = None
        is_kept = True

        async def take_back() -> None:
            nonlocal undone, is_kept
            if undone is None or is_kept:
                undone, is_kept = await self._taken_back(who, command)

        async def prepare(_: AsyncConnection) -> Begin:
            return take_back

        async def build(connection: AsyncConnection) -> Built[tuple[Ids, None]]:
            message, entry = await _done(connection, who, command)
            shown = await _shown(connection, entry.key)
            unit = _with_word(undone or Unit(), shown)
            ids = {
                "conversation_id": message.conversation_id,
                "message_id": message.id,
                "tool_call_id": command.tool_call_id,
            }
            kept = Unit([*unit.guards, once.kept(ids, at)], [*unit.changes, once.numbered()], unit.events)
            return (ids, None), kept

        said, _ = await carry_out(once, self.reads, self.writer, build, prepare=prepare)
        return said

    async def _taken_back(self, who: Who, command: UndoToolCall) -> tuple[Unit, bool]:
        """What is to be committed, and whether nothing has happened before that is."""
        async with self.reads.read() as connection:
            message, entry = await _done(connection, who, command)
            conversation = await conversation_for(connection, who, message.conversation_id)
        caller = who.in_project(conversation.value.project_id)
        context = ToolContext(caller, message.conversation_id, entry.turn_id, entry.tool_call_id)
        try:
            return await self.tools.undo(entry, context, self.writer.commit)
        except ToolProblem as problem:
            raise NotNow(" ".join(filter(None, (problem.message, problem.suggestion)))) from problem


async def _done(connection: AsyncConnection, who: Who, command: UndoToolCall) -> tuple[Message, Entry]:
    """The answer, and what the ledger says of the call in it that is to be taken back."""
    message = (await message_for(connection, who, command.message_id)).value
    part = next((part for part in message.parts if _is(part, command.tool_call_id)), None)
    if not isinstance(part, ToolCallPart) or part.undo != "offered":
        raise NotNow(GONE)
    query = select(tool_runs.c.ledger_key).where(
        tool_runs.c.message_id == message.id, tool_runs.c.tool_call_id == part.tool_call_id
    )
    key = await connection.scalar(query)
    entry = await entry_at(connection, key) if key else None
    if entry is None or entry.status != "done":
        raise NotNow(GONE)
    return message, entry


async def _shown(connection: AsyncConnection, key: str) -> list[tuple[Message, list[str]]]:
    """The answers that say that it is done: the one that did it, and those that met it."""
    query = select(tool_runs.c.message_id, tool_runs.c.tool_call_id).where(tool_runs.c.ledger_key == key)
    calls: dict[str, list[str]] = {}
    for message_id, tool_call_id in await connection.execute(query):
        calls.setdefault(message_id, []).append(tool_call_id)
    found = [await stored_message(connection, message_id) for message_id in sorted(calls)]
    return [(stored.value, calls[stored.value.id]) for stored in found if stored is not None]


def _with_word(undone: Unit, shown: Sequence[tuple[Message, list[str]]]) -> Unit:
    """What takes it back, and the word of that in every answer which said it was done."""
    guards: list[Guard] = []
    changes: list[Change] = list(undone.changes)
    spoken: list[Event] = list(undone.events)
    for message, calls in shown:
        resting = update(turns).where(turns.c.id == message.turn_id, turns.c.status != "running")
        guards.append(Guard(resting.values(fence=turns.c.fence), NotNow(BUSY)))
        parts = list(message.parts)
        for index, part in enumerate(parts):
            if isinstance(part, ToolCallPart) and part.tool_call_id in calls and part.undo == "offered":
                parts[index] = part.model_copy(update={"undo": "done"})
                spoken.append(event(f"conversation:{message.conversation_id}", _said(message, parts[index])))
        same = update(messages).where(messages.c.id == message.id, messages.c.rev == message.rev)
        guards.append(Guard(same.values(edits=messages.c.edits), Moved()))
        row = {"parts": [part.model_dump(mode="json") for part in parts], "rev": seq_of(len(spoken) - 1)}
        changes.append(update(messages).where(messages.c.id == message.id).values(**row))
    return Unit([*guards, *undone.guards], changes, spoken)


def _said(message: Message, part: object) -> ToolResult:
    assert isinstance(part, ToolCallPart)
    fields = {name: getattr(part, name) for name in ToolResult.model_fields if name in ToolCallPart.model_fields}
    fields.pop("arguments")
    return ToolResult(**fields, message_id=message.id, tool_name=part.name)


def _is(part: object, tool_call_id: str) -> bool:
    return isinstance(part, ToolCallPart) and part.tool_call_id == tool_call_id
