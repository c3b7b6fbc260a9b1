"""Everything that proves who somebody is: made here with its secret, which is shown once and never kept.

link      signs in once, by a press of a button, within 15 minutes
session   a browser's, in a cookie, or a program's, behind its access tokens; lasts 30 days after it was last used
refresh   gets a program its next access token, once; belongs to a session and ends with it
api_key   a program's, in a header; lasts until it is revoked, or as many days as it was made for
ticket    opens one socket within 60 seconds; carries the id of the session or key it was made with
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType

from sqlalchemy import Executable, insert, update

from parlour.clock import isoformat
from parlour.errors import NotNow
from parlour.identity.secrets import API_KEY_PREFIX, hash_of, new_secret
from parlour.ids import new_id
from parlour.journal.unit import Guard
from parlour.store.queries.credentials import CredentialKind
from parlour.store.tables import credentials

LINK_LASTS = timedelta(minutes=15)
SESSION_LASTS = timedelta(days=30)
USE_IS_NOTED_AFTER = timedelta(minutes=10)
TICKET_LASTS = timedelta(seconds=60)

NOTHING: Mapping[str, str | None] = MappingProxyType({})

_LASTS: dict[CredentialKind, timedelta | None] = {
    "link": LINK_LASTS,
    "session": SESSION_LASTS,
    "api_key": None,
    "ticket": TICKET_LASTS,
    "refresh": SESSION_LASTS,
}


@dataclass(frozen=True, slots=True)
class Issued:
    """A new credential. `secret` exists only here; `insert` is the change that keeps its hash."""

    id: str
    secret: str
    name: str
    created_at: str
    expires_at: str | None
    insert: Executable


def issue(
    kind: CredentialKind,
    *,
    tenant_id: str,
    user_id: str,
    now: datetime,
    name: str = "",
    days: int | None = None,
    kept: Mapping[str, str | None] = NOTHING,
    secret: str = "",
) -> Issued:
    """Make a credential of `kind` for somebody; `days` say how long, where its kind does not.

    `kept` is what more is kept of it, by column. It proves nothing until its `insert` is committed.
    """
    secret = secret or new_secret(API_KEY_PREFIX if kind == "api_key" else "")
    lasts = _LASTS[kind] if days is None else timedelta(days=days)
    identifier, created_at = new_id(), isoformat(now)
    expires_at = isoformat(now + lasts) if lasts else None
    change = insert(credentials).values(
        id=identifier,
        tenant_id=tenant_id,
        user_id=user_id,
        kind=kind,
        secret_hash=hash_of(secret),
        name=name,
        created_at=created_at,
        expires_at=expires_at,
        **kept,
    )
    return Issued(identifier, secret, name, created_at, expires_at, change)


def used_once(credential_id: str, at: str) -> Guard:
    """Uses a link or ticket up. Of several that try at once only the first holds; the rest get NotNow."""
    statement = (
        update(credentials)
        .where(
            credentials.c.id == credential_id,
            credentials.c.used_at.is_(None),
            credentials.c.revoked_at.is_(None),
            credentials.c.expires_at > at,
        )
        .values(used_at=at)
    )
    return Guard(statement, NotNow("This was used before, or has expired."))


def revoked(credential_id: str, at: str) -> Executable:
    """The change after which a credential proves nothing any more. Doing it twice keeps the first time."""
    return (
        update(credentials)
        .where(credentials.c.id == credential_id, credentials.c.revoked_at.is_(None))
        .values(revoked_at=at)
    )
