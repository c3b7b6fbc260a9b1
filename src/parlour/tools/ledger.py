"""The ledger of effects: each change of the world is entered before it is made, and settled after.

An entry's key says what is done for which question: so an answer that is resumed, retried or given again meets what
was done already. Everything here is a value; entries are read by `store.queries.ledger`.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from pydantic import JsonValue
from sqlalchemy import insert, update

from parlour.errors import Fenced, Moved
from parlour.ids import new_id
from parlour.journal.unit import Change, Guard
from parlour.protocol.content import Effect, Json
from parlour.store.queries.ledger import Entry
from parlour.store.tables import audit, ledger
from parlour.tools.occasion import Occasion
from parlour.tools.tool import Arguments, ToolContext


@dataclass(frozen=True, slots=True)
class Place:
    """Where in the ledger a call belongs, and what stands there already."""

    key: str
    entry: Entry | None

    @property
    def idempotency_key(self) -> str:
        """The same for every try, and another one once what was done has been taken back."""
        if self.entry is None or self.entry.undone_at is None:
            return self.key
        return hashlib.sha256(f"{self.key} {self.entry.undone_at}".encode()).hexdigest()


def key_of(question_id: str, version: int, tool: str, arguments: Arguments, number: int) -> str:
    """The key of the call number `number` of this kind for a question: the same in whichever answer it is made."""
    named = [question_id, version, tool, arguments, number]
    return hashlib.sha256(orjson.dumps(named, option=orjson.OPT_SORT_KEYS)).hexdigest()


def placed(
    entries: Sequence[Entry], occasion: Occasion, context: ToolContext, tool: str, arguments: Arguments, number: int
) -> Place:
    """Where a call belongs that has `number` like it before it in its turn.

    Another call of the same turn is never answered by what this one did, even where a person made the two alike.
    """
    own = {entry.key: entry for entry in entries if entry.turn_id == context.turn_id}
    for entry in own.values():
        if (entry.tool_call_id, entry.tool_name, entry.arguments) == (context.tool_call_id, tool, arguments):
            return Place(entry.key, entry)
    there = {entry.key: entry for entry in entries}
    while True:
        key = key_of(occasion.question_id, occasion.version, tool, arguments, number)
        if key not in own:
            return Place(key, there.get(key))
        number += 1


def has_acted_before(entries: Sequence[Entry], turn_id: str) -> bool:
    """Whether another answer to the same question changed something, or may have. What was taken back counts too."""
    return any(entry.turn_id != turn_id and entry.status != "failed" for entry in entries)


def entered(
    place: Place, occasion: Occasion, context: ToolContext, tool: str, arguments: Arguments, **values: Any
) -> Guard:
    """Enters a call, in the place of what was tried or taken back there. Moved when somebody else was quicker.

    `values` are at least `status`, `deadline` and `started_at`.
    """
    before = place.entry
    row: dict[str, Any] = {
        "tenant_id": context.caller.tenant_id,
        "project_id": context.caller.project_id,
        "conversation_id": context.conversation_id,
        "question_id": occasion.question_id,
        "turn_id": context.turn_id,
        "tool_call_id": context.tool_call_id,
        "run_id": occasion.run_id,
        "user_id": context.caller.user_id,
        "tool_name": tool,
        "arguments": arguments,
        "result": None,
        "tries": 1 if before is None else before.tries + 1,
        "fence": occasion.fence,
        "settled_at": None,
        **values,
    }
    if before is None:
        return Guard(insert(ledger).values(key=place.key, **row), Moved())
    return Guard(update(ledger).where(*_still(before)).values(**row), Moved())


def settled(entry: Entry, status: str, result: JsonValue, at: str) -> Guard:
    """Settles what stands at `entry`. Moved when that changed meanwhile."""
    values = {"status": status, "result": result, "settled_at": at}
    return Guard(update(ledger).where(*_still(entry)).values(**values), Moved())


def settled_by_owner(key: str, occasion: Occasion, turn_id: str, status: str, result: JsonValue, at: str) -> Guard:
    """Settles what was entered under `key` by this very owner of the turn. Fenced when another has it now."""
    mine = (ledger.c.key == key, ledger.c.turn_id == turn_id, ledger.c.fence == occasion.fence)
    values = {"status": status, "result": result, "settled_at": at}
    return Guard(update(ledger).where(*mine, ledger.c.status == "started").values(**values), Fenced())


def undo_key(entry: Entry) -> str:
    """Where the taking back of what was done is entered: another place once it was done anew."""
    return hashlib.sha256(f"undo {entry.key} {entry.tries} {entry.undone_at}".encode()).hexdigest()


def taken_back(entry: Entry, at: str) -> Guard:
    """Marks what was done as taken back. Moved when it is not done any more."""
    return Guard(update(ledger).where(*_still(entry)).values(status="undone", undone_at=at), Moved())


def remembered(context: ToolContext, run_id: str, effect: Effect, details: Json, at: str) -> Change:
    """Remembers in the audit what a tool did, or tried."""
    return insert(audit).values(
        id=new_id(),
        tenant_id=context.caller.tenant_id,
        user_id=context.caller.user_id,
        action="tool_acted",
        resource_type="tool_run",
        resource_id=run_id,
        details={"effect": effect, **details},
        at=at,
    )


def _still(entry: Entry) -> tuple[Any, ...]:
    return (
        ledger.c.key == entry.key,
        ledger.c.status == entry.status,
        ledger.c.tries == entry.tries,
        ledger.c.turn_id == entry.turn_id,
        ledger.c.fence == entry.fence,
    )
