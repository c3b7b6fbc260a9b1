"""Signing in and out, and what proves to programs who one is."""

from fastapi import APIRouter, Request, Response

from parlour.api.auth import Asking, check_page, clear_session, set_session, visit_of
from parlour.api.doors import Doors
from parlour.api.views import me_view, token_view
from parlour.errors import Unauthenticated
from parlour.identity.who import Who
from parlour.protocol.people import AccessTokens, LogIn, Refresh
from parlour.protocol.rest import Me, NewToken, SignIn, Ticket, TokenList, TokenMade
from parlour.store.queries.people import account_of, person


def sign_in_routes(doors: Doors) -> APIRouter:
    """The doors of `/auth` that are open to everybody."""
    routes = APIRouter(prefix="/auth", tags=["who"])

    @routes.post("/link")
    async def sign_in(body: SignIn, request: Request, response: Response) -> Me:
        """Use a one-time link up for a session, which the browser gets as a cookie."""
        check_page(request, doors.origins)
        who, session = await doors.gate.sign_in(body.link, visit_of(request))
        set_session(response, request, session.secret)
        return await me_of(doors, who)

    @routes.post("/login")
    async def log_in(body: LogIn, request: Request, response: Response) -> Me:
        """Sign in with a name or an address and a password; the browser gets its session as a cookie."""
        check_page(request, doors.origins)
        who, session = await doors.household.sign_ins.browser(body.username, body.password, visit_of(request))
        set_session(response, request, session.secret)
        return await me_of(doors, who)

    @routes.post("/token")
    async def log_in_program(body: LogIn, request: Request) -> AccessTokens:
        """Sign a program in with a name or an address and a password: a short-lived token, and one to go on with."""
        return await doors.household.sign_ins.program(body.username, body.password, visit_of(request))

    @routes.post("/refresh")
    async def refresh(body: Refresh, request: Request) -> AccessTokens:
        """The next tokens for a refresh token, which is used up. If it was used before, its session ends."""
        return await doors.household.sign_ins.refresh(body.refresh_token, visit_of(request))

    return routes


def auth_routes(doors: Doors) -> APIRouter:
    """`/auth`, for who is signed in."""
    routes = APIRouter(prefix="/auth", tags=["who"])

    @routes.get("/me")
    async def me(who: Asking) -> Me:
        """Who is asking, what they may do, and their projects."""
        return await me_of(doors, who)

    @routes.post("/logout", status_code=204)
    async def sign_out(who: Asking, request: Request, response: Response) -> None:
        """End the session or token this came with."""
        await doors.gate.sign_out(who, visit_of(request))
        clear_session(response)

    @routes.post("/ws-ticket", status_code=201)
    async def ws_ticket(who: Asking) -> Ticket:
        """A ticket that opens one socket within a minute, for clients that can set no header there."""
        made = await doors.gate.make_ticket(who)
        return Ticket(ticket=made.secret, expires_at=made.expires_at or "")

    @routes.get("/tokens")
    async def tokens(who: Asking) -> TokenList:
        """One's own tokens, without their secrets."""
        return TokenList(tokens=[token_view(key) for key in await doors.gate.api_keys(who)])

    @routes.post("/tokens", status_code=201)
    async def make_token(who: Asking, body: NewToken, request: Request) -> TokenMade:
        """A new token for a program. Its secret is shown this once."""
        made = await doors.gate.make_own_key(who, body.name, body.days, visit_of(request))
        return TokenMade(
            id=made.id,
            name=made.name,
            created_at=made.created_at,
            expires_at=made.expires_at,
            last_used_at=None,
            token=made.secret,
        )

    @routes.delete("/tokens/{token_id}", status_code=204)
    async def revoke_token(who: Asking, token_id: str, request: Request) -> None:
        """End one of one's own tokens at once."""
        await doors.gate.revoke_api_key(who, token_id, visit_of(request))

    return routes


async def me_of(doors: Doors, who: Who) -> Me:
    """Who is asking, as they stand now."""
    async with doors.reads.read() as connection:
        asking = await person(connection, who.user_id)
        account = await account_of(connection, who.user_id)
    if asking is None or account is None:
        raise Unauthenticated
    return me_view(asking, account)
