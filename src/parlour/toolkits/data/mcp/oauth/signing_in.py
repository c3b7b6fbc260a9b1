"""Signing in for a datasource: a browser is sent away with a state, and comes back with a code."""

import hmac
import secrets
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

import httpx2
from mcp.client.auth.oauth2 import PKCEParameters

from parlour.clock import Clock, isoformat
from parlour.errors import InvalidRequest, Moved
from parlour.protocol.content import Json
from parlour.protocol.datasources import DatasourceChange
from parlour.toolkits.data.datasource import Datasource
from parlour.toolkits.data.desk import DatasourceDesk
from parlour.toolkits.data.mcp.listing import WANTS_SIGN_IN
from parlour.toolkits.data.mcp.oauth.asking import asking
from parlour.toolkits.data.mcp.oauth.coming_back import NOT_BEGUN, Back, Standing, datasource_of
from parlour.toolkits.data.mcp.oauth.discovery import place_of
from parlour.toolkits.data.mcp.oauth.entrance import MOST_TRIES, followed
from parlour.toolkits.data.mcp.oauth.sign_in import (
    EVERYBODY,
    FIELD,
    Grant,
    Pending,
    Place,
    Registration,
    SignIns,
    is_personal,
)
from parlour.toolkits.data.mcp.oauth.tokens import entered, exchanged, registered
from parlour.toolkits.data.mcp.settings import McpSettings
from parlour.toolkits.data.mcp.wording import plain
from parlour.toolkits.data.network import Reach
from parlour.tools.caller import Caller
from parlour.tools.outcomes import Failed, ToolProblem

LASTS_S = 600.0
"""So long a browser may be away."""


@dataclass(frozen=True, slots=True)
class SigningIn:
    """Signs in, and out again. Who may is asked before, at the door."""

    desk: DatasourceDesk
    reach: Reach
    clock: Clock

    async def standing(self, datasource: Datasource, user_id: str) -> Standing:
        """How it stands for somebody. Raises NotAvailable where what is kept of it does not open."""
        _, kept = await self.desk.own(datasource).read()
        sign_in = SignIns.of(kept.get(FIELD)).of_whom(whose(datasource, user_id))
        grant, is_own = sign_in.grant, is_personal(datasource.settings)
        if grant is None:
            is_wanted = is_own or bool((datasource.known or {}).get(WANTS_SIGN_IN))
            return Standing(is_signed_in=False, is_personal=is_own, is_wanted=is_wanted, problem=sign_in.problem)
        return Standing(is_signed_in=True, is_personal=is_own, issuer=grant.place.issuer, by=grant.by, at=grant.at)

    async def begin(self, datasource: Datasource, user_id: str, session_id: str, redirect_uri: str) -> str:
        """Where to send the browser. Raises ToolProblem for a server where nobody can sign in, Moved."""
        settings = _settings(datasource)
        own = self.desk.own(datasource)
        before, kept = await own.read()
        all_of_them = SignIns.of(kept.get(FIELD))
        async with asking(self.reach) as client:
            place = await place_of(client, settings.url, _headers(kept))
            known = await _known(client, place, redirect_uri, settings, kept, all_of_them)
        proof = PKCEParameters.generate()
        pending = Pending(
            state=f"{datasource.project_id}.{datasource.id}.{secrets.token_urlsafe(32)}",
            verifier=proof.code_verifier,
            session_id=session_id,
            until=self.clock.now().timestamp() + LASTS_S,
            place=place,
            registration=known,
        )
        mine = whose(datasource, user_id)
        change = {"registration": known, "pending": pending, "problem": None}
        after = all_of_them.with_one(mine, all_of_them.of_whom(mine).model_copy(update=change))
        await own.keep(before, {**kept, FIELD: after.text})
        return _address(pending, proof.code_challenge)

    async def finish(self, who: Caller, name: str, session_id: str, back: Back) -> None:
        """Take what a browser brought back. What went wrong at the other side is kept, to be shown.

        Raises InvalidRequest for one that was not sent away by the same session, or too long ago; NotFound, Moved.
        """
        datasource = await self.desk.one(who.project_id, datasource_of(back.state)[1], who.user_id)
        own, mine = self.desk.own(datasource), whose(datasource, who.user_id)
        before, kept = await own.read()
        all_of_them = SignIns.of(kept.get(FIELD))
        sign_in = all_of_them.of_whom(mine)
        if sign_in.pending is None or not self._belongs(sign_in.pending, session_id, back):
            raise InvalidRequest(NOT_BEGUN)
        # Whatever comes of it, nobody finishes it twice.
        waiting = sign_in.model_copy(update={"pending": None})
        await own.keep(before, {**kept, FIELD: all_of_them.with_one(mine, waiting).text})
        try:
            change = {"grant": await self._granted(sign_in.pending, back, name), "problem": None}
        except ToolProblem as problem:
            change = {"problem": " ".join(filter(None, (problem.message, problem.suggestion)))}
        await self._changed(who, datasource, mine, change)

    async def leave(self, who: Caller, datasource: Datasource) -> None:
        """Forget a sign-in. Raises Moved."""
        await self._changed(who, datasource, whose(datasource, who.user_id), {"grant": None, "problem": None})

    async def _changed(self, who: Caller, datasource: Datasource, mine: str, change: dict[str, Any]) -> None:
        """Keep what has become of somebody's sign-in, though others keep theirs meanwhile. Raises Moved."""
        for tries_left in reversed(range(MOST_TRIES)):
            _, kept = await self.desk.own(datasource).read()
            all_of_them = SignIns.of(kept.get(FIELD))
            after = all_of_them.with_one(mine, all_of_them.of_whom(mine).model_copy(update=change))
            try:
                await self.desk.change(who, datasource.id, DatasourceChange(settings={FIELD: after.text}))
            except Moved:
                if not tries_left:
                    raise
            else:
                return

    def _belongs(self, pending: Pending, session_id: str, back: Back) -> bool:
        is_same = hmac.compare_digest(pending.state.encode(), back.state.encode())
        return is_same and pending.session_id == session_id and self.clock.now().timestamp() <= pending.until

    async def _granted(self, pending: Pending, back: Back, name: str) -> Grant:
        """Raises Failed where the other side said no, or is not who it was."""
        place = pending.place
        if back.issuer != place.issuer and (back.issuer is not None or place.names_itself):
            raise Failed(f"Somebody else than {place.issuer} answered, so what came was not used.")
        if back.error is not None or not back.code:
            why = plain(back.error or "no code came", 60)
            raise Failed(f"{place.issuer} did not sign you in: {why}.", suggestion="Try it again.")
        async with asking(self.reach) as client:
            tokens = await exchanged(client, pending, back.code)
        now = self.clock.now()
        grant = Grant(place=place, registration=pending.registration, access_token="", by=name, at=isoformat(now))
        return followed(grant, tokens, now.timestamp())


async def _known(
    client: httpx2.AsyncClient,
    place: Place,
    redirect_uri: str,
    settings: McpSettings,
    kept: Json,
    before: SignIns,
) -> Registration:
    """This house as it is known there: as an admin entered it, as it was registered before, or registered now."""
    if settings.client_id:
        if before.issuer_of(settings.client_id) not in (None, place.issuer):
            raise Failed(
                f"It names {place.issuer} for signing in, and named another when client_id was used first.",
                suggestion="If that is right, remove the server and add it anew.",
            )
        secret = kept.get("client_secret")
        return entered(place, redirect_uri, settings.client_id, str(secret) if secret else None)
    return before.registration(place.issuer, redirect_uri) or await registered(client, place, redirect_uri)


def whose(datasource: Datasource, user_id: str) -> str:
    """Whose the sign-in is that somebody uses there."""
    return user_id if is_personal(datasource.settings) else EVERYBODY


def _settings(datasource: Datasource) -> McpSettings:
    settings = McpSettings.model_validate(datasource.settings)
    if not settings.url:
        raise Failed("A program is not signed in to; what it needs goes into its variables.")
    return settings


def _headers(kept: Json) -> dict[str, str]:
    headers = kept.get("headers")
    return {name: str(value) for name, value in headers.items()} if isinstance(headers, dict) else {}


def _address(pending: Pending, challenge: str) -> str:
    asked = {
        "response_type": "code",
        "client_id": pending.registration.client_id,
        "redirect_uri": pending.registration.redirect_uri,
        "state": pending.state,
        "code_challenge": challenge,
        "code_challenge_method": "S256",
        "resource": pending.place.resource,
    }
    if pending.place.scope:
        asked["scope"] = pending.place.scope
        if "offline_access" in pending.place.scope.split():
            asked["prompt"] = "consent"
    endpoint = pending.place.authorization_endpoint
    return f"{endpoint}{'&' if urlsplit(endpoint).query else '?'}{urlencode(asked)}"
