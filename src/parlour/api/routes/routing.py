"""Whom a question goes to, and how each model does. Admins only."""

from fastapi import APIRouter

from parlour.api.auth import Asking
from parlour.api.doors import Doors
from parlour.clock import isoformat
from parlour.identity.consent import check_admin
from parlour.identity.routing import set_routing
from parlour.identity.who import Who
from parlour.models.intents.model import NAME as BUILT_IN
from parlour.models.lineup import ROUTES, Watched
from parlour.protocol.content import Problem
from parlour.protocol.routing import InstanceList, InstanceView, Routing, RoutingView
from parlour.store.queries.choices import choices


def routing_routes(doors: Doors) -> APIRouter:
    """`/models/routing` and `/models/instances`."""
    routes = APIRouter(prefix="/models", tags=["models"])

    async def shown_to(who: Who) -> RoutingView:
        async with doors.reads.read() as connection:
            decided = (await choices(connection, who.tenant_id)).routing
        if decided is None:
            return RoutingView(routing=doors.models.shipped_routing, source="environment")
        return RoutingView(routing=decided, source="app")

    async def keep(who: Who, routing: Routing | None) -> RoutingView:
        known = {one.id for one in await doors.models.offered(who) if one.provider not in (BUILT_IN, ROUTES)}
        await set_routing(doors.writer, doors.clock, who, routing, known)
        return await shown_to(who)

    @routes.get("/routing")
    async def in_force(who: Asking) -> RoutingView:
        """The tiers, who answers in their place, and how those who can answer take turns. Admins only."""
        check_admin(who)
        return await shown_to(who)

    @routes.put("/routing")
    async def decide(who: Asking, body: Routing) -> RoutingView:
        """Say whom questions go to, from the next message on; what is left out is empty. Admins only."""
        check_admin(who)
        return await keep(who, body)

    @routes.delete("/routing")
    async def leave(who: Asking) -> RoutingView:
        """Go back to what the settings of the server say. Admins only."""
        check_admin(who)
        return await keep(who, None)

    @routes.get("/instances")
    async def instances(who: Asking) -> InstanceList:
        """How every model does that may be asked, at this server: every server counts for itself. Admins only."""
        check_admin(who)
        return InstanceList(instances=[instance_view(one) for one in await doors.models.watched(who)])

    return routes


def instance_view(watched: Watched) -> InstanceView:
    """A model as it does."""
    it = watched.instance
    problem, at, until = it.last_problem, it.last_problem_at, it.breaker.rests_until
    return InstanceView(
        model=it.name,
        host=watched.host,
        places=list(watched.places),
        state=it.condition,
        breaker=it.breaker.state,
        score=round(it.score, 4),
        capability=it.bounds.capability,
        connections=it.connections,
        max_connections=it.bounds.max_connections,
        average_seconds=None if it.average_seconds is None else round(it.average_seconds, 3),
        success_rate=round(it.success_rate, 4),
        error_rate=round(it.error_rate, 4),
        calls=it.calls,
        errors=it.errors,
        failures_in_a_row=it.breaker.failures,
        rests_until=isoformat(until) if until else None,
        last_error=Problem(code=problem.code, message=problem.safe) if problem else None,
        last_error_at=isoformat(at) if at else None,
        since=isoformat(it.since),
    )
