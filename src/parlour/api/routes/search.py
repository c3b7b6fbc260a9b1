"""Finding what was said."""

from typing import Annotated

from fastapi import APIRouter, Query

from parlour.api.auth import Asking
from parlour.api.doors import Doors
from parlour.errors import InvalidRequest
from parlour.protocol.search import SearchResults
from parlour.store.search.base import Owner
from parlour.store.search.finding import find

LONGEST_QUERY = 200


def search_routes(doors: Doors) -> APIRouter:
    """`/chat/search`, in one's own conversations."""
    routes = APIRouter(prefix="/chat", tags=["conversations"])

    @routes.get("/search")
    async def search(
        who: Asking,
        q: Annotated[str, Query(max_length=LONGEST_QUERY, description="Some words; the last one may go on.")],
        limit: Annotated[int, Query(ge=1, le=100)] = 20,
        offset: Annotated[int, Query(ge=0, le=1_000_000)] = 0,
    ) -> SearchResults:
        """One's own conversations whose title, or one message, holds every word; the latest active first."""
        if not q.strip():
            raise InvalidRequest("Say what to look for: at least one word.")
        async with doors.reads.read() as connection:
            return await find(connection, Owner(who.tenant_id, who.user_id), q, limit=limit, offset=offset)

    return routes
