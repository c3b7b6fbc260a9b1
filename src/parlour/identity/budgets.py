"""What models may use up: for the house, a project, a person or a provider. Admins set it; who it concerns sees it."""

from dataclasses import dataclass

from sqlalchemy import Executable, delete, insert, update
from sqlalchemy.ext.asyncio import AsyncConnection

from parlour.clock import Clock, isoformat
from parlour.errors import Forbidden, InvalidRequest, Moved, NotFound
from parlour.identity.access import project_for
from parlour.identity.allowances import NEARLY, Allowance, begins_anew, begun
from parlour.identity.audit import NOWHERE, audited
from parlour.identity.usage import check_no_guest
from parlour.identity.who import Visit, Who
from parlour.ids import new_id
from parlour.journal.retrying import Built, read_and_commit
from parlour.journal.unit import Guard, Unit, Writer
from parlour.protocol.content import Json
from parlour.protocol.spending import BudgetView, NearlyUsed, NewBudget
from parlour.store.database import Reads
from parlour.store.queries.roll import Roll, roll_of
from parlour.store.queries.spending import NOTHING, StoredBudget, budgets_drawn_on, budgets_of, spent_of
from parlour.store.tables import budgets

_ORDER = ("tenant", "provider", "project", "user")
_SPANS = ("ever", "month", "day", "turn")


@dataclass(frozen=True, slots=True)
class Budgets:
    """What one may do about budgets."""

    reads: Reads
    writer: Writer
    clock: Clock

    async def listed(self, who: Who) -> list[BudgetView]:
        """Every budget for admins; for others their own and those of their projects. Raises Forbidden for guests."""
        check_no_guest(who)
        async with self.reads.read() as connection:
            roll = await roll_of(connection, who.tenant_id)
            seen = [one for one in await budgets_of(connection, who.tenant_id) if _sees(roll, who, one)]
            views = [await self._view(connection, one) for one in seen]
        return sorted(views, key=lambda one: (_ORDER.index(one.kind), one.name, one.scope, _SPANS.index(one.period)))

    async def put(self, who: Who, new: NewBudget, visit: Visit = NOWHERE) -> None:
        """Set a budget, in the place of one of the same scope and period.

        Raises Forbidden for anybody but an admin, NotFound for who is not there, InvalidRequest for no limit at all.
        """
        _check_admin(who)
        limits = {"max_cost": new.max_cost, "max_tokens": new.max_tokens, "max_seconds": new.max_seconds}
        if all(limit is None for limit in limits.values()):
            raise InvalidRequest("A budget limits money, tokens or seconds.")
        kind, _, of = new.scope.partition(":")
        at = isoformat(self.clock.now())
        details: Json = {"period": new.period, **limits}

        async def build(connection: AsyncConnection) -> Built[None]:
            _check_is_there(await roll_of(connection, who.tenant_id), kind, of)
            before = next(
                (one for one in await budgets_of(connection, who.tenant_id) if _is(one, new.scope, new.period)), None
            )
            values = {**limits, "updated_at": at, "version": before.version + 1 if before else 1}
            if before is None:
                place = {"tenant_id": who.tenant_id, "scope": new.scope, "period": new.period, "created_at": at}
                who_for = {f"{kind}_id": of} if kind in ("project", "user") else {}
                change = insert(budgets).values(id=new_id(), **place, **who_for, **values)
            else:
                stands = budgets.c.id == before.id, budgets.c.version == before.version
                change = update(budgets).where(*stands).values(values)
            said = _remembered("budget_set", who, new.scope, at, visit, details)
            return None, Unit(guards=[Guard(change, Moved())], changes=[said])

        await read_and_commit(self.reads, self.writer, build)

    async def remove(self, who: Who, budget_id: str, visit: Visit = NOWHERE) -> None:
        """Limit nothing any more. Raises Forbidden for anybody but an admin, NotFound."""
        _check_admin(who)
        at = isoformat(self.clock.now())
        async with self.reads.read() as connection:
            found = next((one for one in await budgets_of(connection, who.tenant_id) if one.id == budget_id), None)
        if found is None:
            raise NotFound("There is no such budget.")
        gone = Guard(delete(budgets).where(budgets.c.id == found.id), Moved())
        said = _remembered("budget_removed", who, found.scope, at, visit, {"period": found.period})
        await self.writer.commit(Unit(guards=[gone], changes=[said]))

    async def nearly_used(self, who: Who, project_id: str | None) -> list[NearlyUsed]:
        """The budgets that the next question there would draw on and that are used up by 80 %, the scarcest first.

        Whoever may ask there may know; a guest is told nothing. Raises NotFound for a project one is not in.
        """
        async with self.reads.read() as connection:
            project = await project_for(connection, who, project_id)
            if who.role == "guest":
                return []
            drawn_on = await budgets_drawn_on(connection, who.tenant_id, project.id, who.user_id, "")
            lasting = [one for one in drawn_on if one.period != "turn"]
            stand = [await self._allowance(connection, one) for one in lasting]
        scarce = sorted((one for one in stand if one.scarcest.share >= NEARLY), key=lambda one: -one.scarcest.share)
        return [
            NearlyUsed(budget_id=one.budget.id, kind=one.budget.kind, share=one.scarcest.share, text=one.warning)
            for one in scarce
        ]

    async def _allowance(self, connection: AsyncConnection, budget: StoredBudget) -> Allowance:
        now = self.clock.now()
        return Allowance(budget, await spent_of(connection, budget, begun(budget.period, now)), now)

    async def _view(self, connection: AsyncConnection, budget: StoredBudget) -> BudgetView:
        now = self.clock.now()
        is_lasting = budget.period != "turn"
        stands = await self._allowance(connection, budget) if is_lasting else Allowance(budget, NOTHING, now)
        anew = begins_anew(budget.period, now)
        return BudgetView(
            id=budget.id,
            scope=budget.scope,
            kind=budget.kind,
            name=budget.name,
            period=budget.period,
            max_cost=budget.max_cost,
            max_tokens=budget.max_tokens,
            max_seconds=budget.max_seconds,
            used=stands.used if is_lasting else None,
            share=stands.scarcest.share if is_lasting else 0.0,
            begins_anew=isoformat(anew) if anew else None,
        )


def _check_admin(who: Who) -> None:
    if not who.may("house:manage"):
        raise Forbidden("Only an admin sets budgets.")


def _check_is_there(roll: Roll, kind: str, of: str) -> None:
    if kind == "project" and (of not in roll.projects or roll.projects[of].status == "deleted"):
        raise NotFound("Project not found.")
    if kind == "user" and of not in roll.people:
        raise NotFound("There is nobody with this id.")


def _sees(roll: Roll, who: Who, budget: StoredBudget) -> bool:
    if who.may("house:manage"):
        return True
    match budget.kind:
        case "user":
            return budget.of == who.user_id
        case "project":
            return budget.of in roll.projects and roll.projects[budget.of].owner_id == who.user_id
        case "tenant" | "provider":
            return False


def _is(budget: StoredBudget, scope: str, period: str) -> bool:
    return (budget.scope, budget.period) == (scope, period)


def _remembered(action: str, who: Who, scope: str, at: str, visit: Visit, details: Json) -> Executable:
    return audited(
        action,
        tenant_id=who.tenant_id,
        user_id=who.user_id,
        at=at,
        resource=("budget", scope),
        visit=visit,
        details=details,
    )
