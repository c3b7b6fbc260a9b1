"""How requests to an MCP server get in: with the token of a sign-in, which is renewed before and when it has ended."""

import asyncio
from collections.abc import AsyncGenerator
from typing import Any

import httpx2
import structlog
from mcp.client.auth.utils import extract_field_from_www_auth
from mcp.shared.auth import OAuthToken

from parlour.clock import Clock
from parlour.errors import Conflict
from parlour.protocol.content import Json
from parlour.toolkits.data.datasource import Datasource
from parlour.toolkits.data.kinds import Own
from parlour.toolkits.data.mcp.oauth.asking import asking
from parlour.toolkits.data.mcp.oauth.sign_in import FIELD, WHAT_TO_DO, Grant, SignIn, SignIns
from parlour.toolkits.data.mcp.oauth.tokens import Ended, renewed
from parlour.toolkits.data.network import Reach
from parlour.tools.outcomes import Failed, ToolProblem

AHEAD_S = 30.0
"""A token that ends this soon is renewed first."""
MOST_TRIES = 5
"""To keep other tokens, while others keep theirs."""
WAIT_S = 0.3
"""Between two looks at what others keep."""

log = structlog.get_logger(__name__)


class SignInWanted(Failed):
    """The server lets nobody in who has not signed in."""


class Entrance(httpx2.Auth):
    """The way in of one connection. `own` is where other secrets are kept; without it no token is renewed."""

    def __init__(self, address: str, whose: str, kept: SignIns, reach: Reach, clock: Clock) -> None:
        self.own: Own | None = None
        self.problem: ToolProblem | None = None
        """Why it was not let in last; None where it was."""
        self._address = address
        self._whose = whose
        self._grant = kept.of_whom(whose).grant
        self._reach = reach
        self._clock = clock
        self._renewing: asyncio.Task[Grant | None] | None = None

    async def async_auth_flow(self, request: httpx2.Request) -> AsyncGenerator[httpx2.Request, httpx2.Response]:
        """As of any. Raises SignInWanted, and Failed where no other token can be had just now."""
        self.problem = None
        try:
            token = await self._token()
            self._add(request, token)
            response = yield request
            if response.status_code == 401:
                self._add(request, await self._another(token))
                response = yield request
            self._check(response)
        except ToolProblem as problem:
            self.problem = problem
            raise

    @property
    def refusal(self) -> ToolProblem | None:
        """Why it was not let in last, to be raised once more."""
        problem = self.problem
        return problem and type(problem)(problem.message, suggestion=problem.suggestion)

    def secrets(self) -> tuple[str, ...]:
        """All that must not be shown of the sign-in as it is now."""
        grant = self._grant
        given = (grant.access_token, grant.refresh_token, grant.registration.client_secret) if grant else ()
        return tuple(each for each in given if each)

    def _add(self, request: httpx2.Request, token: str | None) -> None:
        if token is not None:
            request.headers["authorization"] = f"Bearer {token}"

    def _check(self, response: httpx2.Response) -> None:
        if response.status_code == 401:
            raise SignInWanted("It wants somebody to sign in.", suggestion=WHAT_TO_DO)
        if response.status_code == 403 and extract_field_from_www_auth(response, "error") == "insufficient_scope":
            raise SignInWanted("It wants more than it was signed in for.", suggestion=WHAT_TO_DO)

    async def _token(self) -> str | None:
        """The token as it is now, renewed where it is about to end."""
        grant = self._grant
        if grant is not None and grant.until is not None and grant.until - AHEAD_S <= self._now():
            grant = await self._renew()
        return grant.access_token if grant else None

    async def _another(self, refused: str | None) -> str:
        """A token besides the one that was refused. Raises SignInWanted where there is none."""
        grant = self._grant
        if grant is None or grant.access_token == refused:
            grant = await self._renew()
        if grant is None:
            raise SignInWanted("It wants somebody to sign in.", suggestion=WHAT_TO_DO)
        return grant.access_token

    async def _renew(self) -> Grant | None:
        """Have it renewed, once for all who want that. Whoever stops waiting does not stop it: tokens would be lost."""
        if self._renewing is None or self._renewing.done():
            self._renewing = asyncio.create_task(self._renewed(self._grant))
            self._renewing.add_done_callback(lambda done: done.cancelled() or done.exception())
        self._grant = await asyncio.shield(self._renewing)
        return self._grant

    async def _renewed(self, before: Grant | None) -> Grant | None:
        """What is kept by now, where that is another grant; else the same with other tokens; None where it has ended.

        Another server of this house may have been first: the token that it took cannot be taken again.
        """
        if self.own is None:
            return None
        kept = (await self._read())[2]
        if kept.grant is None or kept.grant != before:
            return kept.grant
        if kept.grant.refresh_token is None:
            return None
        try:
            async with asking(self._reach) as client:
                tokens = await renewed(client, kept.grant.place, kept.grant.registration, kept.grant.refresh_token)
        except Ended as ended:
            return await self._of_others(kept.grant) or await self._ended(kept.grant, ended)
        return await self._keep(kept.grant, {"grant": followed(kept.grant, tokens, self._now()), "problem": None})

    async def _of_others(self, before: Grant) -> Grant | None:
        """What another server of this house, which took the same token a moment before, is about to keep."""
        for _ in range(MOST_TRIES):
            kept = (await self._read())[2]
            if kept.grant != before:
                return kept.grant
            await self._clock.sleep(WAIT_S)
        return None

    async def _ended(self, before: Grant, why: Ended) -> Grant | None:
        log.warning("a sign-in at an MCP server has ended", address=self._address, why=why.message)
        return await self._keep(before, {"grant": None, "problem": why.message})

    async def _keep(self, before: Grant, change: dict[str, Any]) -> Grant | None:
        """Keep what has become of a grant, unless there is another by now; the one that counts. Raises Moved."""
        assert self.own is not None
        for tries_left in reversed(range(MOST_TRIES)):
            datasource, secrets, kept = await self._read()
            is_given_up = kept.grant is None and kept.problem is not None
            if kept.grant != before and not is_given_up:
                return kept.grant
            after = kept.model_copy(update=change)
            whole = SignIns.of(secrets.get(FIELD)).with_one(self._whose, after)
            try:
                await self.own.keep(datasource, {**secrets, FIELD: whole.text})
            except Conflict:
                # Somebody else has kept something else beside it.
                if not tries_left:
                    raise
            else:
                return after.grant
        return None

    async def _read(self) -> tuple[Datasource, Json, SignIn]:
        assert self.own is not None
        datasource, secrets = await self.own.read()
        return datasource, secrets, SignIns.of(secrets.get(FIELD)).of_whom(self._whose)

    def _now(self) -> float:
        return self._clock.now().timestamp()


def followed(grant: Grant, tokens: OAuthToken, now: float) -> Grant:
    """The same grant with other tokens."""
    return grant.model_copy(
        update={
            "access_token": tokens.access_token,
            "refresh_token": tokens.refresh_token or grant.refresh_token,
            "until": None if tokens.expires_in is None else now + tokens.expires_in,
        }
    )
