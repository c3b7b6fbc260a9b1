"""Invitations: made by admins, answered by whoever got one."""

from fastapi import APIRouter, Request, Response

from parlour.api.auth import Asking, check_page, set_session, visit_of
from parlour.api.doors import Doors
from parlour.api.routes.auth import me_of
from parlour.protocol.people import (
    InvitationAnswer,
    InvitationList,
    InvitationMade,
    InvitationOpened,
    InvitationSecret,
    NewInvitation,
)
from parlour.protocol.rest import Me


def invited_routes(doors: Doors) -> APIRouter:
    """The doors of `/invitations` that are open to everybody who has a secret."""
    routes = APIRouter(prefix="/invitations", tags=["people"])

    @routes.post("/open")
    async def opened(body: InvitationSecret) -> InvitationOpened:
        """What an invitation promises. Nothing is used up by looking; no log sees the secret, which is in the body."""
        return await doors.household.invitations.opened(body.secret)

    @routes.post("/accept")
    async def accept(body: InvitationAnswer, request: Request, response: Response) -> Me:
        """Make an account by an invitation, which is used up, and sign it in."""
        check_page(request, doors.origins)
        who, session = await doors.household.invitations.accept(body, visit_of(request))
        set_session(response, request, session.secret)
        return await me_of(doors, who)

    return routes


def invitation_routes(doors: Doors) -> APIRouter:
    """`/invitations`. Admins only."""
    routes = APIRouter(prefix="/invitations", tags=["people"])

    @routes.get("")
    async def listing(who: Asking) -> InvitationList:
        """Every invitation, the newest first. Admins only."""
        return InvitationList(invitations=await doors.household.invitations.listed(who))

    @routes.post("", status_code=201)
    async def make(who: Asking, body: NewInvitation, request: Request) -> InvitationMade:
        """Make an invitation, whose link is shown this once and holds for seven days. Admins only."""
        made, secret = await doors.household.invitations.make(who, body, visit_of(request))
        return InvitationMade(**dict(made), link=f"{doors.address}/invitation#{secret}")

    @routes.delete("/{invitation_id}", status_code=204)
    async def revoke(who: Asking, invitation_id: str, request: Request) -> None:
        """Take an open invitation back. Admins only."""
        await doors.household.invitations.revoke(who, invitation_id, visit_of(request))

    return routes
