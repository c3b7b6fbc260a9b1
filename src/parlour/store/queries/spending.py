"""What requests to models used, as it is kept, and what they may use."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, case, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from parlour.protocol.content import Usage
from parlour.protocol.spending import Period, ScopeKind, Spent
from parlour.store.prepared import Row, rows
from parlour.store.queries.choices import TENANT
from parlour.store.tables import budgets, projects, spending, users

NOTHING = Spent(
    requests=0,
    prompt_tokens=0,
    cached_tokens=0,
    completion_tokens=0,
    reasoning_tokens=0,
    total_tokens=0,
    cost=0,
    unpriced_requests=0,
    estimated_requests=0,
    duration_ms=0,
)

SUMS = (
    func.count().label("requests"),
    func.sum(spending.c.prompt_tokens).label("prompt_tokens"),
    func.sum(spending.c.cached_tokens).label("cached_tokens"),
    func.sum(spending.c.completion_tokens).label("completion_tokens"),
    func.sum(spending.c.reasoning_tokens).label("reasoning_tokens"),
    func.sum(spending.c.cost).label("cost"),
    func.sum(case((spending.c.cost.is_(None), 1), else_=0)).label("unpriced_requests"),
    func.sum(case((spending.c.is_estimated, 1), else_=0)).label("estimated_requests"),
    func.sum(spending.c.duration_ms).label("duration_ms"),
)
"""The columns that `spent_from` reads."""

_BUDGETS = (
    select(budgets, projects.c.name.label("project_name"), users.c.full_name, users.c.username)
    .select_from(budgets)
    .outerjoin(projects, projects.c.id == budgets.c.project_id)
    .outerjoin(users, users.c.id == budgets.c.user_id)
    .where(budgets.c.tenant_id == bindparam("tenant_id"))
    .order_by(budgets.c.scope, budgets.c.period)
)
_DRAWN_ON = _BUDGETS.where(
    or_(
        budgets.c.scope == "tenant",
        budgets.c.scope == bindparam("project"),
        budgets.c.scope == bindparam("person"),
        budgets.c.scope == bindparam("provider"),
    )
)
_OF_TURN = select(*SUMS).where(spending.c.turn_id == bindparam("turn_id"))


@dataclass(frozen=True, slots=True)
class Source:
    """Whose question is asked, of which provider, and with whose key: that decides which budgets pay for it."""

    tenant_id: str
    project_id: str
    user_id: str
    provider: str
    payer: str = TENANT


@dataclass(frozen=True, slots=True)
class StoredBudget:
    """A budget as it is kept."""

    id: str
    tenant_id: str
    scope: str
    """`tenant`, `project:<id>`, `user:<id>` or `provider:<name>`."""
    name: str
    """Whose it is, as people call it; "" for the house."""
    period: Period
    max_cost: int | None
    max_tokens: int | None
    max_seconds: int | None
    version: int

    @property
    def kind(self) -> ScopeKind:
        """What sort of thing it is for."""
        return self.scope.partition(":")[0]  # pyright: ignore[reportReturnType] - what the doors let in

    @property
    def of(self) -> str:
        """The id or name of what it is for."""
        return self.scope.partition(":")[2]

    def pays_for(self, source: Source) -> bool:
        """Whether a request from there draws on it."""
        asked = {"project": source.project_id, "user": source.user_id, "provider": source.provider}
        is_its = source.tenant_id == self.tenant_id and asked.get(self.kind, "") == self.of
        return is_its and _is_drawn_on(self.kind, source.payer)


async def budgets_of(connection: AsyncConnection, tenant_id: str) -> list[StoredBudget]:
    """Every budget of a tenant."""
    return [_budget(row) for row in await rows(connection, _BUDGETS, tenant_id=tenant_id)]


async def budgets_drawn_on(
    connection: AsyncConnection, tenant_id: str, project_id: str, user_id: str, provider: str, payer: str = TENANT
) -> list[StoredBudget]:
    """The budgets that a request draws on: those of its tenant, project, user and provider that its payer shares.

    What is asked with keys that people brought themselves takes nothing from the house, so their servers, which may
    report what they like, can use up nobody else's budget.
    """
    found = await rows(
        connection,
        _DRAWN_ON,
        tenant_id=tenant_id,
        project=f"project:{project_id}",
        person=f"user:{user_id}",
        provider=f"provider:{provider}",
    )
    return [budget for budget in map(_budget, found) if _is_drawn_on(budget.kind, payer)]


def _is_drawn_on(kind: ScopeKind, payer: str) -> bool:
    """Whether a budget pays for what is asked with this one's key; `_PAID` says the same of rows."""
    match kind:
        case "tenant" | "provider":
            return payer == TENANT
        case "project":
            return not payer.startswith("user:")
        case "user":
            return True


_PAID: dict[ScopeKind, list[ColumnElement[bool]]] = {
    "tenant": [spending.c.payer == TENANT],
    "provider": [spending.c.payer == TENANT],
    "project": [spending.c.payer.not_like("user:%")],
    "user": [],
}


async def spent_by_turn(connection: AsyncConnection, turn_id: str) -> Spent:
    """What the settled requests of a turn used."""
    (row,) = await rows(connection, _OF_TURN, turn_id=turn_id)
    return spent_from(row)


async def spent_of(connection: AsyncConnection, budget: StoredBudget, since: str, until: str | None = None) -> Spent:
    """What was used of a budget since a moment, and before another where one is named."""
    wanted = [spending.c.at >= since, *_paid_by(budget)]
    if until is not None:
        wanted.append(spending.c.at < until)
    return await total_spent(connection, *wanted)


async def spent_in_turn(connection: AsyncConnection, budget: StoredBudget, turn_id: str) -> Spent:
    """What the settled requests of one turn used of a budget: another may pay for the others."""
    return await total_spent(connection, spending.c.turn_id == turn_id, *_paid_by(budget))


def _paid_by(budget: StoredBudget) -> list[ColumnElement[bool]]:
    """What the rows have in common that draw on a budget; `StoredBudget.pays_for` says the same of a request."""
    wanted = [spending.c.tenant_id == budget.tenant_id, *_PAID[budget.kind]]
    match budget.kind:
        case "project":
            wanted.append(spending.c.project_id == budget.of)
        case "user":
            wanted.append(spending.c.user_id == budget.of)
        case "provider":
            wanted.append(spending.c.provider == budget.of)
        case "tenant":
            pass
    return wanted


async def total_spent(connection: AsyncConnection, *wanted: ColumnElement[bool]) -> Spent:
    """What all requests used that fit every clause of `wanted`."""
    found = await connection.execute(select(*SUMS).where(and_(*wanted)))
    return spent_from(found.mappings().one())


def spent_from(row: Row) -> Spent:
    """A row of `SUMS`."""
    sums = {name: int(row[name] or 0) for name in Spent.model_fields if name != "total_tokens"}
    return Spent(**sums, total_tokens=sums["prompt_tokens"] + sums["completion_tokens"])


def added(spent: Sequence[Spent]) -> Spent:
    """All of it together."""
    return Spent(**{name: sum(getattr(one, name) for one in spent) for name in Spent.model_fields})


def usage_of(spent: Spent) -> Usage | None:
    """The same as the usage of an answer; None where nobody was asked. A cost where any price was known."""
    if spent.requests == 0:
        return None
    return Usage(
        prompt_tokens=spent.prompt_tokens,
        completion_tokens=spent.completion_tokens,
        total_tokens=spent.total_tokens,
        cached_tokens=spent.cached_tokens,
        reasoning_tokens=spent.reasoning_tokens,
        cost=None if spent.unpriced_requests == spent.requests else spent.cost,
        estimated=spent.estimated_requests > 0,
    )


def _budget(row: Row) -> StoredBudget:
    kept: dict[str, Any] = {name: row[name] for name in StoredBudget.__dataclass_fields__ if name != "name"}
    kind, _, of = row["scope"].partition(":")
    names = {"project": row["project_name"], "user": row["full_name"] or row["username"], "provider": of}
    return StoredBudget(**kept, name=names.get(kind) or "")
