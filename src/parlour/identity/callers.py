"""On whose behalf a tool runs in a turn: whoever asked, with what they may do now."""

from sqlalchemy.ext.asyncio import AsyncConnection

from parlour.errors import NotFound
from parlour.identity.access import project_for
from parlour.identity.who import who_is
from parlour.store.queries.people import person
from parlour.tools.caller import Caller


class Callers:
    """Knows callers again, by who they are and the project that they asked in."""

    async def caller(self, connection: AsyncConnection, user_id: str, project_id: str) -> Caller | None:
        """The caller as they stand now; None for somebody who may not ask there any more."""
        asking = await person(connection, user_id)
        if asking is None or not asking.is_active:
            return None
        who = who_is(asking, "")
        try:
            project = await project_for(connection, who, project_id)
        except NotFound:
            return None
        return who.in_project(project.id)
