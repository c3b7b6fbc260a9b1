"""What proves who somebody is, as it is kept: without its secret."""

from dataclasses import dataclass
from typing import Literal

from sqlalchemy import bindparam, select
from sqlalchemy.ext.asyncio import AsyncConnection

from parlour.store.prepared import Row, rows
from parlour.store.queries.people import Person, person
from parlour.store.tables import credentials

CredentialKind = Literal["link", "session", "api_key", "ticket", "refresh"]

# Asked for by every request, and so made once.
_CREDENTIAL = select(credentials).where(credentials.c.id == bindparam("credential_id"))
_BY_SECRET = select(credentials).where(
    credentials.c.secret_hash == bindparam("secret_hash"), credentials.c.kind == bindparam("kind")
)


@dataclass(frozen=True, slots=True)
class Credential:
    """Something that proves who somebody is, as it is kept: without its secret."""

    id: str
    tenant_id: str
    user_id: str
    kind: CredentialKind
    name: str
    created_at: str
    expires_at: str | None
    used_at: str | None
    revoked_at: str | None
    session_id: str | None
    address: str | None
    agent: str | None

    def holds(self, at: str) -> bool:
        """Whether it proves anything at the moment `at`: neither revoked nor expired, and a single one unused."""
        if self.revoked_at is not None or (self.expires_at is not None and self.expires_at <= at):
            return False
        return self.used_at is None or self.kind in ("session", "api_key")


def credential_from(row: Row) -> Credential:
    """A whole row of `credentials`."""
    return Credential(**{name: row[name] for name in Credential.__dataclass_fields__})


async def credential_and_person(
    connection: AsyncConnection, kind: CredentialKind, secret_hash: str
) -> tuple[Credential, Person] | None:
    """The credential of this kind whose secret has this SHA-256, and its owner; None where there is none."""
    found = await rows(connection, _BY_SECRET, secret_hash=secret_hash, kind=kind)
    if not found:
        return None
    owner = await person(connection, found[0]["user_id"])
    return (credential_from(found[0]), owner) if owner else None


async def credentials_of(connection: AsyncConnection, user_id: str, kind: CredentialKind) -> list[Credential]:
    """Somebody's credentials of one kind that were not revoked, the newest first."""
    query = (
        select(credentials)
        .where(credentials.c.user_id == user_id, credentials.c.kind == kind, credentials.c.revoked_at.is_(None))
        .order_by(credentials.c.created_at.desc(), credentials.c.id.desc())
    )
    return [credential_from(row) for row in (await connection.execute(query)).mappings()]


async def credential(connection: AsyncConnection, credential_id: str) -> Credential | None:
    """The credential with this id, whoever it belongs to; None where there is none."""
    found = await rows(connection, _CREDENTIAL, credential_id=credential_id)
    return credential_from(found[0]) if found else None
