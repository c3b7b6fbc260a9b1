"""What this house is joined to, for admins: set up, tried out, changed, forgotten. A token goes in and never out."""

import asyncio

from fastapi import APIRouter

from parlour.api.addresses import plain_address
from parlour.api.auth import Asking
from parlour.api.doors import Doors, TriedOut
from parlour.errors import InvalidRequest
from parlour.identity.connections import check_may_join
from parlour.identity.who import Who
from parlour.models.offers import host_of
from parlour.protocol.connections import (
    ConnectionChange,
    ConnectionList,
    ConnectionTrial,
    ConnectionTried,
    ConnectionView,
    Imported,
    NewConnection,
)
from parlour.protocol.content import Problem
from parlour.store.queries.connections import StoredConnection


def connection_routes(doors: Doors) -> APIRouter:
    """`/connections`."""
    routes = APIRouter(prefix="/connections", tags=["connections"])

    async def shown_to(who: Who) -> ConnectionList:
        return ConnectionList(connections=[_view(row) for row in await doors.connections.kept(who)])

    @routes.get("")
    async def listed(who: Asking) -> ConnectionList:
        """Every system that this house is joined to, and how each stands. Admins only."""
        return await shown_to(who)

    @routes.post("", status_code=201)
    async def add(who: Asking, body: NewConnection) -> ConnectionList:
        """Join the house to another system. Its things are taken over behind. Admins only."""
        await doors.connections.add(who, body.model_copy(update={"base_url": plain_address(body.base_url)}))
        doors.outside.nudge()
        return await shown_to(who)

    @routes.post("/check")
    async def try_new(who: Asking, body: ConnectionTrial) -> ConnectionTried:
        """Try an address and a token out before they are kept: what answers, and what it has. Admins only."""
        check_may_join(who)
        if body.base_url is None or body.token is None:
            raise InvalidRequest("Enter an address and a token to try.")
        return await _tried(doors, plain_address(body.base_url), body.token)

    @routes.patch("/{connection_id}")
    async def change(who: Asking, connection_id: str, body: ConnectionChange) -> ConnectionList:
        """Change a connection, or switch it off and on; a new address needs its token anew. Admins only."""
        address = None if body.base_url is None else plain_address(body.base_url)
        await doors.connections.change(who, connection_id, body.model_copy(update={"base_url": address}))
        doors.outside.nudge()
        return await shown_to(who)

    @routes.delete("/{connection_id}")
    async def remove(who: Asking, connection_id: str) -> ConnectionList:
        """Forget a connection, with its token. What was taken over stays, and is not kept in step. Admins only."""
        await doors.connections.remove(who, connection_id)
        doors.outside.nudge()
        return await shown_to(who)

    @routes.post("/{connection_id}/check")
    async def try_kept(who: Asking, connection_id: str, body: ConnectionTrial | None = None) -> ConnectionTried:
        """Try a connection out as it is kept, or with what is to be changed. Admins only."""
        return await _tried_again(doors, await doors.connections.one(who, connection_id), body or ConnectionTrial())

    return routes


async def _tried_again(doors: Doors, row: StoredConnection, trial: ConnectionTrial) -> ConnectionTried:
    """A kept token goes to its own address only."""
    base_url = plain_address(trial.base_url) if trial.base_url else row.base_url
    if trial.token is not None:
        return await _tried(doors, base_url, trial.token)
    if base_url != row.base_url:
        raise InvalidRequest("A token never follows to another address. Enter the token for the new address too.")
    return await _tried(doors, base_url, await asyncio.to_thread(doors.connections.opened, row))


async def _tried(doors: Doors, base_url: str, token: str) -> ConnectionTried:
    started = doors.clock.monotonic()
    found = await doors.outside.tried(base_url, token)
    return ConnectionTried(
        works=not found.problem,
        problem=_problem(found) if found.problem else None,
        server=found.server,
        found=found.found,
        duration_ms=round((doors.clock.monotonic() - started) * 1000),
    )


def _problem(found: TriedOut) -> Problem:
    return Problem(code="unauthorized" if found.is_refused else "unavailable", message=found.problem)


def _view(row: StoredConnection) -> ConnectionView:
    imported = Imported.model_validate(row.imported) if row.imported else None
    return ConnectionView(
        id=row.id,
        kind=row.kind,
        name=row.name,
        base_url=row.base_url,
        host=host_of(row.base_url),
        project_id=row.project_id,
        project_name=row.project_name,
        is_on=row.is_on,
        state=row.state,
        words=_standing_words(row),
        problem=_standing_problem(row),
        server=row.server,
        since=row.since,
        imported=imported,
        created_at=row.created_at,
    )


def _standing_problem(row: StoredConnection) -> Problem | None:
    code = "unauthorized" if row.state == "refused" else "unavailable"
    return Problem(code=code, message=row.problem) if row.problem else None


def _standing_words(row: StoredConnection) -> str:
    """How a connection stands, as a sentence."""
    since = f" since {row.since[:16].replace('T', ' ')} UTC" if row.since else ""
    match row.state:
        case "off":
            return f"Switched off{since}."
        case "connecting":
            return "Being connected."
        case "connected":
            figures = Imported.model_validate(row.imported) if row.imported else None
            what = f" {figures.rooms} rooms and {figures.devices} devices are kept in step." if figures else ""
            return f"Connected{since}.{what}"
        case "away":
            return f"Away{since}; it is tried again and again. {row.problem or ''}".strip()
        case "refused":
            return row.problem or "It refuses the token."
