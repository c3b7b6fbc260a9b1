"""What may be worth asking."""

from fastapi import APIRouter

from parlour.api.auth import Asking
from parlour.api.doors import Doors
from parlour.identity.access import project_for
from parlour.protocol.rest import SuggestionList


def suggestion_routes(doors: Doors) -> APIRouter:
    """`/suggestions`."""
    routes = APIRouter(prefix="/suggestions", tags=["suggestions"])

    @routes.get("")
    async def listing(who: Asking, project_id: str | None = None) -> SuggestionList:
        """Questions that work on what is really there."""
        async with doors.reads.read() as connection:
            project = await project_for(connection, who, project_id)
        return SuggestionList(questions=list(await doors.suggestions.questions(who.in_project(project.id))))

    return routes
