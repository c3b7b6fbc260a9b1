"""Changes that wait for a person, as they are kept, read back as values of the wire."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, bindparam, exists, select
from sqlalchemy.ext.asyncio import AsyncConnection

from parlour.protocol.content import Approval, Json
from parlour.store.prepared import Row, rows
from parlour.store.queries.people import joined_by
from parlour.store.tables import approvals, tool_runs, turns

_ON_THE_WIRE = tuple(Approval.model_fields)
_ONE = select(approvals).where(approvals.c.id == bindparam("approval_id"))
_OF_TURN = select(approvals).where(approvals.c.turn_id == bindparam("turn_id")).order_by(approvals.c.number)
_PENDING = select(approvals).where(approvals.c.status == "pending")


@dataclass(frozen=True, slots=True)
class StoredApproval:
    """An approval beside what only the server needs of its row."""

    value: Approval
    tenant_id: str
    user_id: str
    """Who asked for the change, and so who may decide."""
    run_id: str
    number: int
    subject: str
    digest: str
    decided_arguments: Json | None
    state: str | None = None
    """What the tool wants back together with the answers."""
    answers: Json | None = None
    """What the tool was told."""

    @property
    def topics(self) -> tuple[str, str]:
        """Where it is heard: in its conversation, and in the inbox of whoever may decide."""
        return f"conversation:{self.value.conversation_id}", f"user:{self.user_id}"


def approval_from(row: Row) -> Approval:
    """The wire's value of a whole row of `approvals`."""
    return Approval.model_validate({name: row[name] for name in _ON_THE_WIRE})


def stored_approval_from(row: Row) -> StoredApproval:
    """A whole row of `approvals`."""
    fields = {name: row[name] for name in StoredApproval.__dataclass_fields__ if name != "value"}
    return StoredApproval(approval_from(row), **fields)


async def stored_approval(connection: AsyncConnection, approval_id: str) -> StoredApproval | None:
    """The approval with this id, whoever it belongs to; None where there is none."""
    found = await rows(connection, _ONE, approval_id=approval_id)
    return stored_approval_from(found[0]) if found else None


async def approvals_of_turn(connection: AsyncConnection, turn_id: str) -> list[StoredApproval]:
    """Everything that was asked in a turn; of each call what was asked first comes first."""
    return [stored_approval_from(row) for row in await rows(connection, _OF_TURN, turn_id=turn_id)]


async def pending_in(connection: AsyncConnection, conversation_id: str) -> list[StoredApproval]:
    """What waits for a person in a conversation, in the order it was asked."""
    query = _PENDING.where(approvals.c.conversation_id == conversation_id).order_by(approvals.c.position)
    return await _stored(connection, query)


async def inbox_of(connection: AsyncConnection, user_id: str) -> list[Approval]:
    """What waits for somebody's word in projects they are in, in the order it was asked."""
    mine = _PENDING.where(approvals.c.user_id == user_id, approvals.c.project_id.in_(joined_by(user_id)))
    query = mine.order_by(approvals.c.inbox_position)
    return [each.value for each in await _stored(connection, query)]


async def pending_of(connection: AsyncConnection, user_id: str, project_id: str) -> list[Approval]:
    """What waits for somebody's word in one project, whether or not they are in it, in the order it was asked."""
    mine = _PENDING.where(approvals.c.user_id == user_id, approvals.c.project_id == project_id)
    return [each.value for each in await _stored(connection, mine.order_by(approvals.c.inbox_position))]


async def overdue(connection: AsyncConnection, at: str, limit: int) -> list[StoredApproval]:
    """What was not decided in time."""
    query = _PENDING.where(approvals.c.expires_at <= at).order_by(approvals.c.expires_at).limit(limit)
    return await _stored(connection, query)


async def turns_to_go_on(connection: AsyncConnection) -> set[str]:
    """The turns that wait although something in them was decided that is not carried out yet."""
    decided = exists().where(
        approvals.c.turn_id == turns.c.id,
        approvals.c.status != "pending",
        tool_runs.c.id == approvals.c.run_id,
        tool_runs.c.status == "waiting",
        ~_asked_anew(),
    )
    return set(await connection.scalars(select(turns.c.id).where(turns.c.status == "waiting", decided)))


def _asked_anew() -> Any:
    later = approvals.alias()
    return exists().where(later.c.run_id == approvals.c.run_id, later.c.number > approvals.c.number)


async def _stored(connection: AsyncConnection, query: Select[Any]) -> list[StoredApproval]:
    return [stored_approval_from(row) for row in (await connection.execute(query)).mappings()]
