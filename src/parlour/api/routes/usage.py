"""What was used of models, and what may be."""

from typing import Annotated

from fastapi import APIRouter, Query, Request

from parlour.api.auth import Asking, visit_of
from parlour.api.doors import Doors
from parlour.identity.usage import Wanted
from parlour.protocol.spending import BudgetList, Day, Grouping, NearlyUsedList, NewBudget, UsageReport


def usage_routes(doors: Doors) -> APIRouter:
    """`/usage`."""
    routes = APIRouter(prefix="/usage", tags=["usage"])

    @routes.get("")
    async def report(
        who: Asking,
        by: Grouping = "day",
        since: Annotated[Day | None, Query()] = None,
        until: Annotated[Day | None, Query()] = None,
        project_id: str | None = None,
        user_id: str | None = None,
        conversation_id: str | None = None,
    ) -> UsageReport:
        """What requests to models used in a period, the last 30 days unless others are named; days begin at midnight
        UTC. One sees what one used oneself and what was asked in projects of one's own; an admin sees everything,
        a guest nothing."""
        return await doors.household.usage.report(who, Wanted(by, since, until, project_id, user_id, conversation_id))

    @routes.get("/nearly-used")
    async def nearly_used(who: Asking, project_id: str | None = None) -> NearlyUsedList:
        """The budgets that one's next question in a project would draw on and that are used up by 80 % or more."""
        return NearlyUsedList(budgets=await doors.household.budgets.nearly_used(who, project_id))

    return routes


def budget_routes(doors: Doors) -> APIRouter:
    """`/budgets`."""
    routes = APIRouter(prefix="/budgets", tags=["usage"])

    @routes.get("")
    async def listing(who: Asking) -> BudgetList:
        """Budgets and how much of each is used: all for admins, for others their own and those of their projects."""
        return BudgetList(budgets=await doors.household.budgets.listed(who))

    @routes.put("")
    async def put(who: Asking, body: NewBudget, request: Request) -> BudgetList:
        """Set a budget, in the place of one of the same scope and period. Admins only."""
        await doors.household.budgets.put(who, body, visit_of(request))
        return BudgetList(budgets=await doors.household.budgets.listed(who))

    @routes.delete("/{budget_id}", status_code=204)
    async def remove(who: Asking, budget_id: str, request: Request) -> None:
        """Remove a budget: what it limited is not limited by it any more. Admins only."""
        await doors.household.budgets.remove(who, budget_id, visit_of(request))

    return routes
