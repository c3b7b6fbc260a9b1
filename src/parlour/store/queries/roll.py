"""Everybody of a tenant, its projects, and who is in which: read as a whole, to be changed as a value."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from parlour.protocol.content import Account, Member
from parlour.store.queries.people import (
    Person,
    Project,
    account_from,
    members_from,
    person_from,
    project_from,
)
from parlour.store.tables import members, projects, tenants, users

Membership = tuple[str, str]
"""The id of a project, and of somebody in it."""


@dataclass(frozen=True, slots=True)
class Roll:
    """Everybody of a tenant as of one version. Nothing changes it: what would, makes another."""

    tenant_id: str
    version: int
    people: Mapping[str, Person]
    projects: Mapping[str, Project]
    members: frozenset[Membership]

    @property
    def home(self) -> Project:
        """The project that everybody shares."""
        return next(project for project in self.projects.values() if project.is_home)

    def account(self, user_id: str) -> Account:
        """What somebody may do and where they belong."""
        return account_from(self.people[user_id], (self.projects[project] for project in self.joined(user_id)))

    def joined(self, user_id: str) -> list[str]:
        """The ids of the projects they are in that were not deleted."""
        mine = (project for project, member in self.members if member == user_id)
        return [project for project in mine if self.projects[project].status != "deleted"]

    def members_of(self, project_id: str) -> list[Member]:
        """Everybody in a project, by name."""
        return members_from(self.people[member] for project, member in self.members if project == project_id)

    def with_person(self, person: Person, *, joins: Iterable[str] = ()) -> "Roll":
        """With somebody as they are now, in these projects besides."""
        others = {(project, person.id) for project in joins}
        return replace(self, people={**self.people, person.id: person}, members=self.members | others)

    def without_person(self, user_id: str) -> "Roll":
        """Without somebody. What they owned belongs to nobody."""
        left = {
            key: replace(one, owner_id=None) if one.owner_id == user_id else one for key, one in self.projects.items()
        }
        people = {key: one for key, one in self.people.items() if key != user_id}
        return replace(
            self, people=people, projects=left, members=frozenset(m for m in self.members if m[1] != user_id)
        )

    def with_project(self, project: Project, *, members: Iterable[str] = ()) -> "Roll":
        """With a project as it is now, and these people in it besides."""
        others = {(project.id, member) for member in members}
        return replace(self, projects={**self.projects, project.id: project}, members=self.members | others)

    def without_member(self, project_id: str, user_id: str) -> "Roll":
        """With somebody no longer in a project."""
        return replace(self, members=self.members - {(project_id, user_id)})


async def roll_of(connection: AsyncConnection, tenant_id: str) -> Roll:
    """The roll of a tenant."""
    version = await connection.scalar(select(tenants.c.version).where(tenants.c.id == tenant_id))
    people = await connection.execute(select(users).where(users.c.tenant_id == tenant_id))
    kept = await connection.execute(select(projects).where(projects.c.tenant_id == tenant_id))
    joined = await connection.execute(
        select(members.c.project_id, members.c.user_id).where(members.c.tenant_id == tenant_id)
    )
    return Roll(
        tenant_id=tenant_id,
        version=version or 0,
        people={row["id"]: person_from(row) for row in people.mappings()},
        projects={row["id"]: project_from(row) for row in kept.mappings()},
        members=frozenset((project, user) for project, user in joined),
    )
