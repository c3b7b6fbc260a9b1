"""What is connected to this server."""

from fastapi import APIRouter

from parlour.api.auth import Asking
from parlour.api.doors import Doors
from parlour.identity.access import project_for
from parlour.protocol.house import SystemView
from parlour.store.queries.people import members_of


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

    return routes
