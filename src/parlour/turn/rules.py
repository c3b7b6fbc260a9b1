"""What somebody need not be asked again: remembered with a yes, and forgotten whenever they like."""

from dataclasses import dataclass

from sqlalchemy import delete, insert

from parlour.clock import Clock, isoformat
from parlour.errors import Moved, NotFound
from parlour.identity.audit import audited
from parlour.identity.who import Who
from parlour.ids import new_id
from parlour.journal.unit import Change, Guard, Unit, Writer
from parlour.store.database import Reads
from parlour.store.queries.approvals import StoredApproval
from parlour.store.queries.ledger import rules_of
from parlour.store.tables import rules


def remembered(who: Who, asked: StoredApproval, at: str) -> list[Change]:
    """Remembers that `who` need not be asked about such calls, in the place of an older such rule."""
    mine = {
        "user_id": who.user_id,
        "project_id": asked.value.project_id,
        "tool_name": asked.value.tool_name,
        "subject": asked.subject,
    }
    rule_id = new_id()
    row = mine | {"id": rule_id, "tenant_id": who.tenant_id, "words": asked.value.remember, "created_at": at}
    return [
        delete(rules).where(*(rules.c[name] == value for name, value in mine.items())),
        insert(rules).values(row),
        audited(
            "rule_remembered",
            tenant_id=who.tenant_id,
            user_id=who.user_id,
            at=at,
            resource=("rule", rule_id),
            details={"tool": asked.value.tool_name, "words": asked.value.remember},
        ),
    ]


@dataclass(frozen=True, slots=True)
class Rules:
    """One's own rules."""

    reads: Reads
    writer: Writer
    clock: Clock

    async def forget(self, who: Who, rule_id: str) -> None:
        """Be asked again from now on. Raises NotFound for what is no rule of theirs."""
        async with self.reads.read() as connection:
            if all(rule.id != rule_id for rule in await rules_of(connection, who.user_id)):
                raise NotFound
        at = isoformat(self.clock.now())
        gone = delete(rules).where(rules.c.id == rule_id, rules.c.user_id == who.user_id)
        told = audited(
            "rule_forgotten", tenant_id=who.tenant_id, user_id=who.user_id, at=at, resource=("rule", rule_id)
        )
        await self.writer.commit(Unit([Guard(gone, Moved())], [told]))
