"""What is connected to this server, how all of it does, and what can be done here."""

from fastapi import APIRouter

from parlour.api.auth import Asking
from parlour.api.doors import Doors
from parlour.api.views import ability_view
from parlour.errors import Forbidden
from parlour.identity.access import project_for
from parlour.protocol.house import SystemView
from parlour.protocol.system import AbilityList, SystemStatus
from parlour.store.queries.people import members_of
from parlour.tools.policy import permissions_for


def system_routes(doors: Doors) -> APIRouter:
    """`/system`."""
    routes = APIRouter(prefix="/system", tags=["system"])

    @routes.get("")
    async def connected(who: Asking, project_id: str | None = None) -> SystemView:
        """What is connected here, what is in it, and who can change that."""
        async with doors.reads.read() as connection:
            project = await project_for(connection, who, project_id)
            people = await members_of(connection, project.id)
        return SystemView(
            version=doors.version,
            parts=list(await doors.connected.connected(who, project)),
            admins=[one.name for one in people if one.role == "admin"],
        )

    @routes.get("/status")
    async def status(who: Asking) -> SystemStatus:
        """How every part of this server does, and what it works with. Admins only."""
        if not who.may("house:manage"):
            raise Forbidden("Only an admin sees how the server does.")
        return await doors.status.status(who)

    @routes.get("/abilities")
    async def abilities(who: Asking, project_id: str | None = None) -> AbilityList:
        """What one may do in a project, and who else may; in the shared one unless another is named."""
        async with doors.reads.read() as connection:
            project = await project_for(connection, who, project_id)
        caller = who.in_project(project.id)
        offered = await doors.tools.tools(caller)
        mine = [tool for tool in offered if all(map(caller.may, permissions_for(tool.effect, tool.permission)))]
        return AbilityList(role=who.role, abilities=[ability_view(tool) for tool in mine])

    return routes
