"""The people of the house, for its admins; and what was done here."""

from typing import Annotated

from fastapi import APIRouter, Query, Request

from parlour.api.auth import Asking, visit_of
from parlour.api.doors import Doors
from parlour.api.views import user_view
from parlour.identity.credentials import Issued
from parlour.identity.people import check_manages
from parlour.protocol.people import (
    AuditPage,
    AuditQuery,
    LinkMade,
    NewUser,
    UserChange,
    UserList,
    UserMade,
    UserView,
)
from parlour.store.queries.audit import audit_page


def user_routes(doors: Doors) -> APIRouter:
    """`/users`. Admins only."""
    routes = APIRouter(prefix="/users", tags=["people"])

    def link_to(made: Issued) -> LinkMade:
        return LinkMade(link=f"{doors.address}/link?token={made.secret}", expires_at=made.expires_at or "")

    @routes.get("")
    async def listing(who: Asking) -> UserList:
        """Everybody who has an account, by name. Admins only."""
        return UserList(users=[user_view(one) for one in await doors.household.people.everybody(who)])

    @routes.post("", status_code=201)
    async def add(who: Asking, body: NewUser, request: Request) -> UserMade:
        """Make an account, and a one-time link to hand to its person. Admins only."""
        made = await doors.household.people.add(who, body, visit_of(request))
        link = await doors.household.people.link(who, made.id, visit_of(request))
        return UserMade(**dict(user_view(made)), link=link_to(link))

    @routes.get("/{user_id}")
    async def one(who: Asking, user_id: str) -> UserView:
        """Somebody who has an account. Admins only."""
        return user_view(await doors.household.people.one(who, user_id))

    @routes.patch("/{user_id}")
    async def change(who: Asking, user_id: str, body: UserChange, request: Request) -> UserView:
        """Change somebody's name, address or role, or deactivate them, at once and everywhere. Admins only."""
        return user_view(await doors.household.people.change(who, user_id, body, visit_of(request)))

    @routes.delete("/{user_id}", status_code=204)
    async def remove(who: Asking, user_id: str, request: Request) -> None:
        """Remove somebody with every conversation of theirs. They are signed out everywhere first. Admins only."""
        await doors.household.people.change(who, user_id, UserChange(is_active=False), visit_of(request))
        await doors.leaving.take_along(who, user_id)
        await doors.household.people.remove(who, user_id, visit_of(request))

    @routes.post("/{user_id}/link", status_code=201)
    async def link(who: Asking, user_id: str, request: Request) -> LinkMade:
        """A one-time link that signs somebody in, to hand to them. Admins only."""
        return link_to(await doors.household.people.link(who, user_id, visit_of(request)))

    return routes


def audit_routes(doors: Doors) -> APIRouter:
    """`/audit`. Admins only."""
    routes = APIRouter(prefix="/audit", tags=["people"])

    @routes.get("")
    async def page(who: Asking, wanted: Annotated[AuditQuery, Query()]) -> AuditPage:
        """What was done that is worth remembering, the newest first. Nothing changes it. Admins only."""
        check_manages(who)
        async with doors.reads.read() as connection:
            return await audit_page(connection, who.tenant_id, wanted)

    return routes
