"""What can be done here, and what was done."""

from typing import Annotated

from fastapi import APIRouter, Query

from parlour.api.auth import Asking
from parlour.api.doors import Doors
from parlour.api.views import tool_run_view, tool_view
from parlour.identity.access import conversation_for, message_for, project_for, tool_run_for
from parlour.protocol.rest import RunsQuery, ToolList, ToolRunList, ToolRunPage, ToolRunView
from parlour.store.queries.tool_runs import runs_of_user, tool_runs_of


def tool_routes(doors: Doors) -> APIRouter:
    """`/tools`, and the runs of tools for one's own answers."""
    routes = APIRouter(tags=["tools"])

    @routes.get("/tools")
    async def listing(who: Asking, project_id: str | None = None) -> ToolList:
        """The tools one may use in a project; the shared one unless another is named."""
        async with doors.reads.read() as connection:
            project = await project_for(connection, who, project_id)
        caller = who.in_project(project.id)
        offered = await doors.tools.tools(caller)
        return ToolList(tools=[tool_view(tool) for tool in offered if caller.may(tool.permission)])

    @routes.get("/tools/runs")
    async def done(who: Asking, wanted: Annotated[RunsQuery, Query()]) -> ToolRunPage:
        """What tools did in one's own conversations, the newest first; without the results."""
        async with doors.reads.read() as connection:
            if wanted.project_id is not None:
                await project_for(connection, who, wanted.project_id)
            if wanted.conversation_id is not None:
                await conversation_for(connection, who, wanted.conversation_id)
            found = await runs_of_user(connection, who.user_id, wanted)
        return ToolRunPage(runs=list(found[: wanted.limit]), has_more=len(found) > wanted.limit)

    @routes.get("/tools/runs/{run_id}")
    async def run(who: Asking, run_id: str) -> ToolRunView:
        """One run of a tool, its result whole."""
        async with doors.reads.read() as connection:
            return tool_run_view(await tool_run_for(connection, who, run_id))

    @routes.get("/chat/messages/{message_id}/tool-runs")
    async def runs(who: Asking, message_id: str) -> ToolRunList:
        """The runs of tools for one answer."""
        async with doors.reads.read() as connection:
            await message_for(connection, who, message_id)
            found = await tool_runs_of(connection, message_id)
        return ToolRunList(runs=[tool_run_view(each) for each in found])

    return routes
