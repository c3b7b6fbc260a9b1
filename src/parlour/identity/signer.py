"""Access tokens: signed, short-lived, and nothing without the session they name.

They are JWTs (HS256) under a key that comes from the master key of the house, so every node reads every node's.
"""

import hashlib
import hmac
from base64 import urlsafe_b64encode
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta

from parlour.clock import Clock
from parlour.errors import Unauthenticated

ACCESS_LASTS = timedelta(minutes=15)
ISSUER = "parlour"
_ALGORITHM = "HS256"


@dataclass(frozen=True, slots=True)
class Claims:
    """Who an access token says it speaks for, and the session that stands behind it."""

    user_id: str
    session_id: str


class Signer:
    """Signs access tokens, and makes the one successor that a refresh token has."""

    def __init__(self, key: Callable[[], Awaitable[bytes]], clock: Clock) -> None:
        """`key` is asked once, when the first token is made or read."""
        self._ask = key
        self._clock = clock
        self._key = b""

    async def signed(self, claims: Claims) -> str:
        """An access token that holds for a quarter of an hour."""
        # Loaded here: who comes with cookies or keys only does not wait for it.
        import jwt

        now = self._clock.now()
        body = {
            "iss": ISSUER,
            "sub": claims.user_id,
            "sid": claims.session_id,
            "iat": int(now.timestamp()),
            "exp": int((now + ACCESS_LASTS).timestamp()),
        }
        return jwt.encode(body, await self._known(), algorithm=_ALGORITHM)

    async def read(self, token: str) -> Claims:
        """What a token says, if it is ours and still holds. Raises Unauthenticated."""
        import jwt

        if token.count(".") != 2:
            raise Unauthenticated
        try:
            # The time is told by our own clock, below.
            body = jwt.decode(
                token,
                await self._known(),
                algorithms=[_ALGORITHM],
                issuer=ISSUER,
                options={"require": ["exp", "sub", "sid"], "verify_exp": False, "verify_iat": False},
            )
        except jwt.InvalidTokenError as error:
            raise Unauthenticated from error
        expires, user_id, session_id = body["exp"], body["sub"], body["sid"]
        if not isinstance(expires, int) or not isinstance(user_id, str) or not isinstance(session_id, str):
            raise Unauthenticated
        if expires <= self._clock.now().timestamp():
            raise Unauthenticated
        return Claims(user_id, session_id)

    async def successor(self, refresh_token: str) -> str:
        """The token that follows a refresh token: the same however often it is asked for, and told by nobody else."""
        made = hmac.new(await self._known(), b"refresh\x00" + refresh_token.encode(), hashlib.sha256)
        return urlsafe_b64encode(made.digest()).decode().rstrip("=")

    async def _known(self) -> bytes:
        if not self._key:
            self._key = await self._ask()
        return self._key
