"""Projects, and who is in them."""

from fastapi import APIRouter, Request

from parlour.api.auth import Asking, visit_of
from parlour.api.doors import Doors
from parlour.protocol.people import (
    MemberList,
    NewProject,
    ProjectChange,
    ProjectDetail,
    ProjectList,
    ProjectStatus,
)


def project_routes(doors: Doors) -> APIRouter:
    """`/projects`."""
    routes = APIRouter(prefix="/projects", tags=["projects"])

    @routes.get("")
    async def listing(who: Asking, status: ProjectStatus | None = None) -> ProjectList:
        """The projects one is in, the shared one first; an admin sees all. Deleted ones only where they are wanted."""
        return ProjectList(projects=await doors.household.projects.listed(who, status))

    @routes.post("", status_code=201)
    async def add(who: Asking, body: NewProject, request: Request) -> ProjectDetail:
        """Begin a project of one's own."""
        return await doors.household.projects.add(who, body, visit_of(request))

    @routes.get("/{project_id}")
    async def one(who: Asking, project_id: str) -> ProjectDetail:
        """A project one is in, or manages."""
        return await doors.household.projects.one(who, project_id)

    @routes.patch("/{project_id}")
    async def change(who: Asking, project_id: str, body: ProjectChange, request: Request) -> ProjectDetail:
        """Change a project, put it away, or bring it back. Its owner and admins only."""
        return await doors.household.projects.change(who, project_id, body, visit_of(request))

    @routes.delete("/{project_id}", status_code=204)
    async def delete(who: Asking, project_id: str, request: Request) -> None:
        """Delete a project: it is there for nobody, until its owner or an admin makes it active again."""
        await doors.household.projects.change(who, project_id, ProjectChange(status="deleted"), visit_of(request))

    @routes.get("/{project_id}/members")
    async def members(who: Asking, project_id: str) -> MemberList:
        """The members of a project, by name."""
        return MemberList(members=await doors.household.projects.members(who, project_id))

    @routes.put("/{project_id}/members/{user_id}")
    async def add_member(who: Asking, project_id: str, user_id: str, request: Request) -> MemberList:
        """Take somebody in. Its owner and admins only."""
        return MemberList(
            members=await doors.household.projects.add_member(who, project_id, user_id, visit_of(request))
        )

    @routes.delete("/{project_id}/members/{user_id}", status_code=204)
    async def remove_member(who: Asking, project_id: str, user_id: str, request: Request) -> None:
        """Take somebody out, at once and everywhere, or leave. What they said there is kept, and shown again if they
        come back."""
        await doors.household.projects.remove_member(who, project_id, user_id, visit_of(request))

    return routes
