"""People, and the projects they are in."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import BindParameter, Select, bindparam, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from parlour.protocol.content import Account, Joined, Member, UserRole
from parlour.protocol.people import ProjectStatus
from parlour.protocol.roles import permissions_of
from parlour.store.prepared import Row, rows
from parlour.store.tables import members, projects, tenants, users

# Asked for in every turn, and so made once.
_PERSON = select(users).where(users.c.id == bindparam("user_id"))
_JOINED = (
    select(projects)
    .join(members, members.c.project_id == projects.c.id)
    .where(members.c.user_id == bindparam("user_id"), projects.c.status != "deleted")
)
_HOME = (
    select(projects)
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
    role: UserRole
    is_active: bool
    signed_in_at: str | None
    email: str | None = None
    has_password: bool = False
    created_at: str = ""

    @property
    def name(self) -> str:
        """What others read: the full name, where there is one."""
        return self.full_name or self.username


@dataclass(frozen=True, slots=True)
class Project:
    """A project. A tenant has one that `is_home`: shared by all, and the default for new chats."""

    id: str
    name: str
    is_home: bool
    owner_id: str | None
    description: str
    status: ProjectStatus
    last_chat_at: str | None
    created_at: str


def joined_by(user_id: str | BindParameter[str]) -> Select[str]:
    """Finds the ids of the projects that somebody is a member of. What lies in another is not there for them."""
    mine = select(members.c.project_id).join(projects, projects.c.id == members.c.project_id)
    return mine.where(members.c.user_id == user_id, projects.c.status != "deleted")


def person_from(row: Row) -> Person:
    """A whole row of `users`."""
    kept = {name: row[name] for name in Person.__dataclass_fields__ if name != "has_password"}
    return Person(**kept, has_password=row["password_hash"] is not None)


def project_from(row: Row) -> Project:
    """A whole row of `projects`."""
    return Project(**{name: row[name] for name in Project.__dataclass_fields__})


def account_from(person: Person, joined: Iterable[Project]) -> Account:
    """What somebody may do, and the projects they joined: the shared one first, then by name."""
    ordered = sorted(joined, key=lambda project: (not project.is_home, project.name, project.id))
    return Account(
        user_id=person.id,
        username=person.username,
        full_name=person.full_name,
        role=person.role,
        permissions=sorted(permissions_of(person.role)),
        projects=[
            Joined(
                id=each.id,
                name=each.name,
                is_home=each.is_home,
                is_owner=each.owner_id == person.id,
                is_archived=each.status == "archived",
            )
            for each in ordered
        ],
    )


def members_from(people: Iterable[Person]) -> list[Member]:
    """Those in a project as its members see them, by name; who is not active is not seen."""
    return [
        Member(user_id=one.id, name=one.name, role=one.role)
        for one in sorted(people, key=lambda one: one.username)
        if one.is_active
    ]


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


async def first_admin(connection: AsyncConnection, tenant_id: str) -> Person | None:
    """The admin who was there first of those who are active; None in an empty house."""
    admins = select(users).where(users.c.tenant_id == tenant_id, users.c.role == "admin", users.c.is_active)
    found = await connection.execute(admins.order_by(users.c.created_at, users.c.id).limit(1))
    row = found.mappings().one_or_none()
    return person_from(row) if row else None


async def person_known_as(connection: AsyncConnection, name: str) -> Person | None:
    """The person of the house who signs in with this name, or this address; None where there is none."""
    named = or_(users.c.username == name, users.c.email == name)
    mine = (
        users.c.tenant_id
        == select(tenants.c.id).order_by(tenants.c.created_at, tenants.c.id).limit(1).scalar_subquery()
    )
    found = (await connection.execute(select(users).where(mine, named))).mappings().one_or_none()
    return person_from(found) if found else None


async def password_of(connection: AsyncConnection, user_id: str) -> str | None:
    """The hash that is kept of somebody's password; None for who has none."""
    return await connection.scalar(select(users.c.password_hash).where(users.c.id == user_id))


async def home_project(connection: AsyncConnection, tenant_id: str) -> Project | None:
    """The tenant's shared project; None before it was made."""
    found = await rows(connection, _HOME, tenant_id=tenant_id)
    return project_from(found[0]) if found else None


async def projects_of(connection: AsyncConnection, user_id: str) -> list[Project]:
    """The projects somebody is a member of, in no order."""
    return [project_from(row) for row in await rows(connection, _JOINED, user_id=user_id)]


async def account_of(connection: AsyncConnection, user_id: str) -> Account | None:
    """What somebody may do and where they belong; None where there is nobody."""
    found = await person(connection, user_id)
    return account_from(found, await projects_of(connection, user_id)) if found else None


async def project_joined(connection: AsyncConnection, user_id: str, project_id: str) -> Project | None:
    """The project with this id when the person is a member of it; otherwise None."""
    found = await rows(connection, _ONE_JOINED, user_id=user_id, project_id=project_id)
    return project_from(found[0]) if found else None


async def members_of(connection: AsyncConnection, project_id: str) -> list[Member]:
    """Everybody in a project, by name."""
    query = select(users).join(members, members.c.user_id == users.c.id).where(members.c.project_id == project_id)
    return members_from(person_from(row) for row in (await connection.execute(query)).mappings())
