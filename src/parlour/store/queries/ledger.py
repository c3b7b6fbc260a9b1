"""The ledger of effects and what need not be asked again, as they are kept."""

from dataclasses import dataclass
from typing import Literal

from pydantic import JsonValue
from sqlalchemy import bindparam, select
from sqlalchemy.ext.asyncio import AsyncConnection

from parlour.protocol.approvals import RuleView
from parlour.protocol.content import Json
from parlour.store.prepared import Row, rows
from parlour.store.tables import ledger, projects, rules

_OF_QUESTION = select(ledger).where(ledger.c.question_id == bindparam("question_id"))
_AT = select(ledger).where(ledger.c.key == bindparam("key"))
_REMEMBERED = select(rules.c.id).where(
    rules.c.user_id == bindparam("user_id"),
    rules.c.project_id == bindparam("project_id"),
    rules.c.tool_name == bindparam("tool_name"),
    rules.c.subject == bindparam("subject"),
)


@dataclass(frozen=True, slots=True)
class Entry:
    """A change of the world: for which call, and how far it has come."""

    key: str
    tenant_id: str
    conversation_id: str
    question_id: str
    turn_id: str
    tool_call_id: str
    run_id: str
    tool_name: str
    arguments: Json
    status: Literal["started", "done", "failed", "unknown", "undone"]
    result: JsonValue
    tries: int
    fence: int
    deadline: str
    undone_at: str | None
    """When what was done here before was last taken back; it may have been done anew since."""


def entry_from(row: Row) -> Entry:
    """A whole row of `ledger`."""
    return Entry(**{name: row[name] for name in Entry.__dataclass_fields__})


async def entries_of(connection: AsyncConnection, question_id: str) -> list[Entry]:
    """Everything that was done for a question, or tried."""
    return [entry_from(row) for row in await rows(connection, _OF_QUESTION, question_id=question_id)]


async def entry_at(connection: AsyncConnection, key: str) -> Entry | None:
    """The entry under this key."""
    found = await rows(connection, _AT, key=key)
    return entry_from(found[0]) if found else None


async def is_remembered(
    connection: AsyncConnection, *, user_id: str, project_id: str, tool_name: str, subject: str
) -> bool:
    """Whether somebody need not be asked about such calls."""
    which = {"user_id": user_id, "project_id": project_id, "tool_name": tool_name, "subject": subject}
    return bool(await rows(connection, _REMEMBERED, **which))


async def rules_of(connection: AsyncConnection, user_id: str) -> list[RuleView]:
    """What somebody need not be asked again, the newest first."""
    query = (
        select(rules, projects.c.name.label("project_name"))
        .join(projects, projects.c.id == rules.c.project_id)
        .where(rules.c.user_id == user_id)
        .order_by(rules.c.created_at.desc(), rules.c.id.desc())
    )
    found = (await connection.execute(query)).mappings()
    return [RuleView(**{name: row[name] for name in RuleView.model_fields}) for row in found]
