"""People, the projects they are in, and what proves who they are."""

from dataclasses import dataclass
from typing import Literal

from sqlalchemy import bindparam, select
from sqlalchemy.ext.asyncio import AsyncConnection

from parlour.protocol.content import Member
from parlour.store.prepared import Row, rows
from parlour.store.tables import credentials, members, projects, tenants, users

Role = Literal["admin", "moderator", "user", "guest"]
CredentialKind = Literal["link", "session", "api_key", "ticket"]


# Asked for in every turn, and so made once.
_PERSON = select(users).where(users.c.id == bindparam("user_id"))
_CREDENTIAL = select(credentials).where(credentials.c.id == bindparam("credential_id"))
_BY_SECRET = select(credentials).where(
    credentials.c.secret_hash == bindparam("secret_hash"), credentials.c.kind == bindparam("kind")
)
_JOINED = (
    select(projects.c.id, projects.c.name, projects.c.is_home)
    .join(members, members.c.project_id == projects.c.id)
    .where(members.c.user_id == bindparam("user_id"))
)
_HOME = (
    select(projects.c.id, projects.c.name, projects.c.is_home)
    .where(projects.c.tenant_id == bindparam("tenant_id"), projects.c.is_home)
    .order_by(projects.c.created_at)
    .limit(1)
)
_ONE_JOINED = _JOINED.where(projects.c.id == bindparam("project_id"))


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who has an account."""

    id: str
    tenant_id: str
    username: str
    full_name: str
    role: Role
    is_active: bool
    signed_in_at: str | None


@dataclass(frozen=True, slots=True)
class Project:
    """A project somebody is in. A tenant has one that `is_home`: shared by all, and the default for new chats."""

    id: str
    name: str
    is_home: bool


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

    def holds(self, at: str) -> bool:
        """Whether it proves anything at the moment `at`: neither revoked nor expired, and a single one unused."""
        if self.revoked_at is not None or (self.expires_at is not None and self.expires_at <= at):
            return False
        return self.used_at is None or self.kind in ("session", "api_key")


def person_from(row: Row) -> Person:
    """A whole row of `users`."""
    return Person(**{name: row[name] for name in Person.__dataclass_fields__})


def credential_from(row: Row) -> Credential:
    """A whole row of `credentials`."""
    return Credential(**{name: row[name] for name in Credential.__dataclass_fields__})


def _project_from(row: Row) -> Project:
    return Project(row["id"], row["name"], row["is_home"])


async def first_tenant(connection: AsyncConnection) -> str | None:
    """The id of the tenant that was there first; None in an empty house."""
    found = await connection.execute(select(tenants.c.id).order_by(tenants.c.created_at, tenants.c.id).limit(1))
    return found.scalar_one_or_none()


async def person(connection: AsyncConnection, user_id: str) -> Person | None:
    """The person with this id; None where there is none."""
    found = await rows(connection, _PERSON, user_id=user_id)
    return person_from(found[0]) if found else None


async def person_named(connection: AsyncConnection, tenant_id: str, username: str) -> Person | None:
    """The person who signs in as `username`; None where there is none."""
    query = select(users).where(users.c.tenant_id == tenant_id, users.c.username == username)
    row = (await connection.execute(query)).mappings().one_or_none()
    return person_from(row) if row else None


async def home_project(connection: AsyncConnection, tenant_id: str) -> Project | None:
    """The tenant's shared project; None before it was made."""
    found = await rows(connection, _HOME, tenant_id=tenant_id)
    return _project_from(found[0]) if found else None


async def projects_of(connection: AsyncConnection, user_id: str) -> list[Project]:
    """The projects somebody is a member of, the shared one first, then by name."""
    query = _JOINED.order_by(projects.c.is_home.desc(), projects.c.name, projects.c.id)
    found = (await connection.execute(query, {"user_id": user_id})).mappings()
    return [_project_from(row) for row in found]


async def project_joined(connection: AsyncConnection, user_id: str, project_id: str) -> Project | None:
    """The project with this id when the person is a member of it; otherwise None."""
    found = await rows(connection, _ONE_JOINED, user_id=user_id, project_id=project_id)
    return _project_from(found[0]) if found else None


async def members_of(connection: AsyncConnection, project_id: str) -> list[Member]:
    """Everybody in a project, by name."""
    query = (
        select(users.c.id, users.c.username, users.c.full_name, users.c.role)
        .join(members, members.c.user_id == users.c.id)
        .where(members.c.project_id == project_id, users.c.is_active)
        .order_by(users.c.username)
    )
    return [
        Member(user_id=row["id"], name=row["full_name"] or row["username"], role=row["role"])
        for row in (await connection.execute(query)).mappings()
    ]


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
