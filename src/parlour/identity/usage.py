"""What was used, for whoever may know: people what they used themselves, owners what their projects did, admins all."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import ColumnElement, or_, select

from parlour.clock import Clock
from parlour.errors import Forbidden, InvalidRequest
from parlour.identity.who import Who
from parlour.protocol.spending import Grouping, Spent, SpentBy, UsageReport
from parlour.store.database import Reads
from parlour.store.queries.spending import added
from parlour.store.queries.usage import names_of, spent_by
from parlour.store.tables import projects, spending

MOST_ROWS = 200
"""More groups than this are shown as one at the end."""
DAYS = 30
LONGEST_DAYS = 3_660


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a report is to be about; what is None is not narrowed."""

    by: Grouping
    since: str | None = None
    until: str | None = None
    """Days as YYYY-MM-DD, both included; the last 30 where none is named."""
    project_id: str | None = None
    user_id: str | None = None
    conversation_id: str | None = None


@dataclass(frozen=True, slots=True)
class Usage:
    """Reports over what is kept."""

    reads: Reads
    clock: Clock

    async def report(self, who: Who, wanted: Wanted) -> UsageReport:
        """What was used, as far as `who` may know. Raises Forbidden for guests, InvalidRequest for no such days."""
        check_no_guest(who)
        since, until = _days(wanted, self.clock.now().date())
        after = (until + timedelta(days=1)).isoformat()
        clauses = [*_seen_by(who), spending.c.at >= since.isoformat(), spending.c.at < after]
        narrowed = {"project_id": wanted.project_id, "user_id": wanted.user_id}
        narrowed["conversation_id"] = wanted.conversation_id
        clauses += [spending.c[name] == value for name, value in narrowed.items() if value is not None]
        async with self.reads.read() as connection:
            found = await spent_by(connection, wanted.by, clauses)
            keys = [key for key, _ in found]
            names = await names_of(connection, wanted.by, keys, who.tenant_id, who.user_id)
        rows = [SpentBy(key=key, name=names.get(key), **dict(spent)) for key, spent in found]
        return UsageReport(
            since=since.isoformat(),
            until=until.isoformat(),
            by=wanted.by,
            total=added([spent for _, spent in found]),
            rows=rows if wanted.by == "day" else _most(rows),
        )


def check_no_guest(who: Who) -> None:
    """Raise Forbidden for a guest."""
    if who.role == "guest":
        raise Forbidden("Guests see no usage.")


def _seen_by(who: Who) -> list[ColumnElement[bool]]:
    """What one may know of: one's own, and whatever was asked in projects of one's own; admins everything."""
    mine: list[ColumnElement[bool]] = [spending.c.tenant_id == who.tenant_id]
    if not who.may("house:manage"):
        owned = select(projects.c.id).where(projects.c.owner_id == who.user_id, projects.c.tenant_id == who.tenant_id)
        mine.append(or_(spending.c.user_id == who.user_id, spending.c.project_id.in_(owned)))
    return mine


def _days(wanted: Wanted, today: date) -> tuple[date, date]:
    try:
        until = date.fromisoformat(wanted.until) if wanted.until else today
        since = date.fromisoformat(wanted.since) if wanted.since else until - timedelta(days=DAYS - 1)
        far = (until - since).days
    except (ValueError, OverflowError) as error:
        raise InvalidRequest("There is no such day.") from error
    if not 0 <= far <= LONGEST_DAYS or until.year > 9_000:
        raise InvalidRequest("A report begins on its last day or up to ten years before it.")
    return since, until


def _most(rows: Sequence[SpentBy]) -> list[SpentBy]:
    """The first of them one by one, and the rest as one."""
    shown, rest = rows[:MOST_ROWS], rows[MOST_ROWS:]
    if not rest:
        return list(shown)
    together = added([Spent(**row.model_dump(exclude={"key", "name"})) for row in rest])
    return [*shown, SpentBy(key="", name=None, **dict(together))]
