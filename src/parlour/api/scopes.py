"""For whom something is decided, as a request names it."""

from typing import Annotated

from fastapi import Depends

from parlour.api.auth import Asking
from parlour.errors import InvalidRequest
from parlour.identity.scopes import HOUSE, Whose
from parlour.protocol.rest import Line


async def _provided_for(who: Asking, mine: bool = False, project_id: Line | None = None) -> Whose:
    return _one_of([Whose.own(who)] if mine else [], [Whose("project", project_id)] if project_id else [])


async def _decided_for(
    who: Asking, mine: bool = False, project_id: Line | None = None, conversation_id: Line | None = None
) -> Whose:
    return _one_of(
        [Whose.own(who)] if mine else [],
        [Whose("project", project_id)] if project_id else [],
        [Whose("conversation", conversation_id)] if conversation_id else [],
    )


def _one_of(*named: list[Whose]) -> Whose:
    """The one that is named, or the house. Raises InvalidRequest for several."""
    found = [whose for each in named for whose in each]
    if len(found) > 1:
        raise InvalidRequest("Name one of them: `mine`, a project or a conversation.")
    return found[0] if found else HOUSE


ProvidedFor = Annotated[Whose, Depends(_provided_for)]
"""The parameter of a route about providers: the house's; with `project_id` a project's; with `mine` one's own."""

DecidedFor = Annotated[Whose, Depends(_decided_for)]
"""The parameter of a route about who answers; with `conversation_id` in a conversation besides."""
