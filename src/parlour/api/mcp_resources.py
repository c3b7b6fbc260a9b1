"""What can be read over MCP besides calling tools: one's conversations, and each thing in the house.

A thing is read by the tool that tells of it, as any call is: by whoever may, and kept.
"""

from urllib.parse import unquote

from pydantic import JsonValue

from parlour.api.doors import Doors
from parlour.api.mcp_calls import Wanted, call
from parlour.api.standing import page_as_it_stands
from parlour.api.views import conversation_view, message_list
from parlour.errors import NotFound
from parlour.identity.access import conversation_for
from parlour.identity.who import Who
from parlour.store.queries.conversations import list_conversations
from parlour.store.queries.messages import message_page

CONVERSATION = "parlour://conversations/"
ENTITY = "parlour://entities/"
TELLS_OF_IT = "get_entity_details"
MOST = 50
"""So many conversations are listed, the last ones first."""


async def resources(doors: Doors, who: Who, project_id: str) -> list[tuple[str, str]]:
    """The address and the name of each."""
    async with doors.reads.read() as connection:
        page = await list_conversations(connection, owner_id=who.user_id, project_id=project_id, limit=MOST)
    return [(CONVERSATION + each.id, each.title) for each in page.conversations]


async def read_resource(doors: Doors, who: Who, project_id: str, uri: str) -> JsonValue:
    """What stands at an address. Raises NotFound."""
    if uri.startswith(ENTITY):
        return await _entity(doors, who, project_id, unquote(uri.removeprefix(ENTITY)))
    if not uri.startswith(CONVERSATION):
        raise NotFound
    async with doors.reads.read() as connection:
        found = await conversation_for(connection, who, uri.removeprefix(CONVERSATION))
        if found.value.project_id != project_id:
            raise NotFound
        page = await page_as_it_stands(connection, await message_page(connection, found.value.id))
    told = conversation_view(found.value).model_dump(mode="json")
    return told | message_list(page).model_dump(mode="json", include={"messages", "has_more"})


async def _entity(doors: Doors, who: Who, project_id: str, name: str) -> JsonValue:
    wanted = Wanted(name=TELLS_OF_IT, arguments={"entity": name}, project_id=project_id, is_read=True)
    part = (await call(doors, who, wanted)).part
    if part is None or part.status != "completed":
        raise NotFound(part.error.message if part and part.error else None)
    return part.result
