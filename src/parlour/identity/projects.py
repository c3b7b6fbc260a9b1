"""Projects and who is in them: everybody's own, and the one that all share."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from sqlalchemy.ext.asyncio import AsyncConnection

from parlour.clock import Clock, isoformat
from parlour.errors import Duplicate, Forbidden, NotFound, NotNow
from parlour.identity.audit import NOWHERE, audited
from parlour.identity.enrolling import enrolled
from parlour.identity.people import known, standing
from parlour.identity.who import Visit, Who
from parlour.ids import new_id
from parlour.journal.retrying import Built, read_and_commit
from parlour.journal.unit import Change, Writer
from parlour.protocol.content import Json, Member
from parlour.protocol.people import NewProject, ProjectChange, ProjectDetail, ProjectStatus
from parlour.store.database import Reads
from parlour.store.queries.people import Project
from parlour.store.queries.roll import Roll, roll_of

_UNKNOWN = "Project not found."
_SHARED = "Everybody here is a member of this project, and stays one."

Step = Callable[[Roll, Project], Roll]
"""A change of a project or its members."""


@dataclass(frozen=True, slots=True)
class Projects:
    """What one may do to projects: members see them, their owner and admins change them."""

    reads: Reads
    writer: Writer
    clock: Clock

    async def listed(self, who: Who, status: ProjectStatus | None = None) -> list[ProjectDetail]:
        """Those one is in, the shared one first; an admin sees all. Deleted ones only where they are asked for."""
        async with self.reads.read() as connection:
            roll = await roll_of(connection, who.tenant_id)
        shown = [one for one in roll.projects.values() if _sees(roll, who, one)]
        wanted = [one for one in shown if (one.status == status if status else one.status != "deleted")]
        return [_detail(roll, who, one) for one in sorted(wanted, key=lambda one: (not one.is_home, one.name, one.id))]

    async def one(self, who: Who, project_id: str) -> ProjectDetail:
        """One that `who` may see. Raises NotFound."""
        async with self.reads.read() as connection:
            roll = await roll_of(connection, who.tenant_id)
        return _detail(roll, who, _seen(roll, who, project_id))

    async def add(self, who: Who, new: NewProject, visit: Visit = NOWHERE) -> ProjectDetail:
        """Begin a project of one's own. Raises Forbidden for guests, Duplicate for a name that one used."""
        at, project_id = isoformat(self.clock.now()), new_id()

        async def build(connection: AsyncConnection) -> Built[ProjectDetail]:
            roll = await roll_of(connection, who.tenant_id)
            _may_begin(standing(roll, who))
            project = Project(project_id, new.name.strip(), False, who.user_id, new.description, "active", None, at)
            after = _unique(roll.with_project(project, members=[who.user_id]), project)
            said = _remembered("project_added", who, project_id, at, visit, {"name": project.name})
            return _detail(after, who, project), await enrolled(connection, roll, after, at, also=[said])

        made, _ = await read_and_commit(self.reads, self.writer, build)
        return made

    async def change(self, who: Who, project_id: str, change: ProjectChange, visit: Visit = NOWHERE) -> ProjectDetail:
        """Change a project, put it away, delete it, or bring it back.

        Raises NotFound, Forbidden for a member who does not own it, Duplicate for a name, NotNow for the shared one.
        """

        def step(roll: Roll, project: Project) -> Roll:
            if project.is_home and change.status not in (None, "active"):
                raise NotNow("This project is everybody's. It can be renamed, and not be put away.")
            after = replace(
                project,
                name=change.name.strip() if change.name is not None else project.name,
                description=change.description if change.description is not None else project.description,
                status=change.status or project.status,
            )
            return _unique(roll.with_project(after), after)

        details: Json = {"name": change.name, "status": change.status}
        roll = await self._manage(who, project_id, step, "project_changed", details, visit)
        return _detail(roll, who, roll.projects[project_id])

    async def members(self, who: Who, project_id: str) -> list[Member]:
        """The members of a project that `who` may see, by name. Raises NotFound."""
        async with self.reads.read() as connection:
            roll = await roll_of(connection, who.tenant_id)
        return roll.members_of(_seen(roll, who, project_id).id)

    async def add_member(self, who: Who, project_id: str, user_id: str, visit: Visit = NOWHERE) -> list[Member]:
        """Take somebody in. Raises NotFound for a project or a person, Forbidden for who does not own it."""

        def step(roll: Roll, project: Project) -> Roll:
            return roll.with_person(known(roll, user_id), joins=[project.id])

        roll = await self._manage(who, project_id, step, "member_added", {"user_id": user_id}, visit)
        return roll.members_of(project_id)

    async def remove_member(self, who: Who, project_id: str, user_id: str, visit: Visit = NOWHERE) -> None:
        """Take somebody out, or leave. Raises NotFound, Forbidden, NotNow for the owner and for the shared project."""

        def step(roll: Roll, project: Project) -> Roll:
            person = known(roll, user_id)
            if (project.id, person.id) not in roll.members:
                raise NotFound("They are no member of this project.")
            if project.is_home:
                raise NotNow(_SHARED)
            if project.owner_id == user_id:
                raise NotNow("The owner of a project stays in it.")
            return roll.without_member(project.id, user_id)

        details: Json = {"user_id": user_id}
        await self._manage(who, project_id, step, "member_removed", details, visit, oneself=user_id == who.user_id)

    async def _manage(
        self,
        who: Who,
        project_id: str,
        step: Step,
        action: str,
        details: Json,
        visit: Visit,
        *,
        oneself: bool = False,
    ) -> Roll:
        """The roll after `step`, by somebody who manages the project, or does it to themselves alone."""
        at = isoformat(self.clock.now())

        async def build(connection: AsyncConnection) -> Built[Roll]:
            roll = await roll_of(connection, who.tenant_id)
            asking = standing(roll, who)
            project = _seen(roll, asking, project_id)
            if not oneself and not _manages(asking, project):
                raise Forbidden("Only its owner or an admin changes a project and its members.")
            after = step(roll, project)
            if after == roll:
                return roll, None
            said = _remembered(action, who, project_id, at, visit, details)
            return after, await enrolled(connection, roll, after, at, also=[said])

        roll, _ = await read_and_commit(self.reads, self.writer, build)
        return roll


def _may_begin(who: Who) -> None:
    if not who.may("projects:create"):
        raise Forbidden("Guests begin no projects of their own.")


def _manages(who: Who, project: Project) -> bool:
    return who.may("house:manage") or project.owner_id == who.user_id


def _sees(roll: Roll, who: Who, project: Project) -> bool:
    """Whether a project is there for somebody: for its members while it is not deleted, and for who manages it."""
    if _manages(who, project):
        return True
    return project.status != "deleted" and (project.id, who.user_id) in roll.members


def _seen(roll: Roll, who: Who, project_id: str) -> Project:
    found = roll.projects.get(project_id)
    if found is None or not _sees(roll, who, found):
        raise NotFound(_UNKNOWN)
    return found


def _unique(roll: Roll, project: Project) -> Roll:
    """The roll itself. Raises Duplicate where its owner has another project of this name."""
    others = (one for one in roll.projects.values() if one.id != project.id and one.owner_id is not None)
    if any(one.owner_id == project.owner_id and one.name == project.name for one in others):
        raise Duplicate(
            f"A project of this owner is called {project.name} already. One that was deleted can come back."
        )
    return roll


def _detail(roll: Roll, who: Who, project: Project) -> ProjectDetail:
    owner = roll.people.get(project.owner_id or "")
    return ProjectDetail(
        id=project.id,
        name=project.name,
        description=project.description,
        status=project.status,
        is_home=project.is_home,
        owner_id=owner.id if owner else None,
        owner_name=owner.name if owner else None,
        may_manage=_manages(who, project),
        member_count=len(roll.members_of(project.id)),
        last_chat_at=project.last_chat_at,
        created_at=project.created_at,
    )


def _remembered(action: str, who: Who, project_id: str, at: str, visit: Visit, details: Json) -> Change:
    return audited(
        action,
        tenant_id=who.tenant_id,
        user_id=who.user_id,
        at=at,
        resource=("project", project_id),
        visit=visit,
        details=details,
    )
