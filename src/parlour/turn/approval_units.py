"""What is written of changes that wait for a person, once they are decided or no longer asked. Values only."""

from collections.abc import Sequence
from typing import Any, Literal

from sqlalchemy import update

from parlour.errors import Moved
from parlour.journal.unit import Event, Guard, Unit, event
from parlour.protocol.content import Approval, Json
from parlour.protocol.events import ApprovalDecided
from parlour.store.queries.approvals import StoredApproval
from parlour.store.tables import approvals


def withdrawn(waiting: Sequence[StoredApproval], status: Literal["expired", "superseded"], at: str) -> Unit:
    """Asks no longer: it counts as denied. Moved when one of them was decided meanwhile."""
    guards: list[Guard] = []
    said: list[Event] = []
    for each in waiting:
        guards.append(_becomes(each, status=status, decided_at=at))
        said += heard(each, each.value.model_copy(update={"status": status, "decided_at": at}))
    return Unit(guards=guards, events=said)


def decided(
    asked: StoredApproval, after: Approval, arguments: Json | None, digest: str, answers: Json | None = None
) -> Unit:
    """Keeps somebody's word: `after`, and the arguments they put in the place of those they were asked about, or
    their `answers` to what the tool wanted to know.

    Moved when it was decided meanwhile, or its time was over.
    """
    values = {
        "status": after.status,
        "decided_by": after.decided_by,
        "decided_by_name": after.decided_by_name,
        "decided_at": after.decided_at,
        "digest": digest,
    }
    if arguments is not None:
        values |= {"decided_arguments": arguments}
    if answers is not None:
        values |= {"answers": answers}
    return Unit(guards=[_becomes(asked, **values)], events=heard(asked, after))


def heard(asked: StoredApproval, after: Approval) -> list[Event]:
    """Says wherever it was asked what came of it."""
    said = ApprovalDecided(approval=after)
    return [event(topic, said) for topic in asked.topics]


def joined(unit: Unit, more: Unit) -> Unit:
    """Both as one. Statements of `more` may name no event."""
    return Unit([*unit.guards, *more.guards], [*unit.changes, *more.changes], [*unit.events, *more.events], unit.id)


def _becomes(asked: StoredApproval, **values: Any) -> Guard:
    still = update(approvals).where(approvals.c.id == asked.value.id, approvals.c.status == "pending")
    if "decided_by" in values:
        still = still.where(approvals.c.expires_at > values["decided_at"])
    return Guard(still.values(**values), Moved())
