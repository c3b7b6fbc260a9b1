"""What it saw: everything that went into an answer."""

from fastapi import APIRouter

from parlour.api.auth import Asking
from parlour.api.doors import Doors
from parlour.api.views import tool_run_view
from parlour.identity.access import message_for
from parlour.protocol.seen import MessageContext
from parlour.store.queries.tool_runs import tool_runs_of
from parlour.turn.seen import seen_for


def seen_routes(doors: Doors) -> APIRouter:
    """`/chat/messages/…/context`, for one's own answers."""
    routes = APIRouter(prefix="/chat/messages", tags=["messages"])

    @routes.get("/{message_id}/context")
    async def context(who: Asking, message_id: str) -> MessageContext:
        """What a model was shown for an answer, request by request, and every tool that ran for it."""
        async with doors.reads.read() as connection:
            answer = await message_for(connection, who, message_id)
            requests = await seen_for(connection, answer.value)
            runs = await tool_runs_of(connection, message_id)
        return MessageContext(message_id=message_id, requests=requests, runs=[tool_run_view(run) for run in runs])

    return routes
