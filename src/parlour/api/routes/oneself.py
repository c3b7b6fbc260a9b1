"""One's own account: name, address, password, and where one is signed in."""

from fastapi import APIRouter, Request, Response

from parlour.api.auth import Asking, clear_session, visit_of
from parlour.api.doors import Doors
from parlour.api.routes.auth import me_of
from parlour.api.views import session_view
from parlour.protocol.people import MyChange, NewPassword, SessionList
from parlour.protocol.rest import Me


def own_routes(doors: Doors) -> APIRouter:
    """What everybody may do to their own account, under `/auth`."""
    routes = APIRouter(prefix="/auth", tags=["who"])

    @routes.patch("/me")
    async def change_me(who: Asking, body: MyChange, request: Request) -> Me:
        """Change one's own name or address; what is left out stays."""
        await doors.household.oneself.change(who, body, visit_of(request))
        return await me_of(doors, who)

    @routes.post("/password", status_code=204)
    async def set_password(who: Asking, body: NewPassword, request: Request) -> None:
        """Set a password, or change it, for which the present one is needed. Every other session of one's own ends."""
        await doors.household.oneself.set_password(who, body.password, body.current_password, visit_of(request))

    @routes.get("/sessions")
    async def sessions(who: Asking) -> SessionList:
        """Where one is signed in, the last used first."""
        return SessionList(sessions=[session_view(each, who) for each in await doors.household.oneself.sessions(who)])

    @routes.delete("/sessions/{session_id}", status_code=204)
    async def end_session(who: Asking, session_id: str, request: Request) -> None:
        """Sign out somewhere, at once."""
        await doors.household.oneself.end_session(who, session_id, visit_of(request))

    @routes.post("/logout-everywhere", status_code=204)
    async def sign_out_everywhere(who: Asking, request: Request, response: Response) -> None:
        """End every session of one's own, this one too. Tokens that one made for programs stay."""
        await doors.household.oneself.end_sessions(who, visit_of(request))
        clear_session(response)

    return routes
