"""The one place that says whether somebody may see a thing. Every read and every write comes through here first.

What is not theirs does not exist: a stranger's id and an unknown one get the same answer.
"""

from sqlalchemy.ext.asyncio import AsyncConnection

from parlour.errors import ConversationNotFound, MessageNotFound, NotFound, NotNow
from parlour.identity.who import Who
from parlour.ids import is_id
from parlour.store.queries.approvals import StoredApproval, stored_approval
from parlour.store.queries.conversations import StoredConversation, stored_conversation
from parlour.store.queries.messages import StoredMessage, stored_message
from parlour.store.queries.people import Project, home_project, project_joined
from parlour.store.queries.tool_runs import ToolRun, tool_run
from parlour.store.queries.turns import StoredTurn, stored_turn


async def conversation_for(connection: AsyncConnection, who: Who, conversation_id: str) -> StoredConversation:
    """The conversation, when it is theirs and in a project they are in. Raises ConversationNotFound otherwise."""
    found = await stored_conversation(connection, conversation_id) if is_id(conversation_id) else None
    if found is None or found.value.owner_id != who.user_id or found.tenant_id != who.tenant_id:
        raise ConversationNotFound
    if await _joined(connection, who, found.value.project_id) is None:
        raise ConversationNotFound
    return found


async def message_for(connection: AsyncConnection, who: Who, message_id: str) -> StoredMessage:
    """The message, when its conversation is theirs. Raises MessageNotFound otherwise."""
    found = await stored_message(connection, message_id) if is_id(message_id) else None
    if found is None or not await _owns(connection, who, found.value.conversation_id):
        raise MessageNotFound
    return found


async def turn_for(connection: AsyncConnection, who: Who, turn_id: str) -> StoredTurn:
    """The turn, when its conversation is theirs. Raises NotFound otherwise."""
    found = await stored_turn(connection, turn_id) if is_id(turn_id) else None
    if found is None or not await _owns(connection, who, found.conversation_id):
        raise NotFound
    return found


async def tool_run_for(connection: AsyncConnection, who: Who, run_id: str) -> ToolRun:
    """The run of a tool, when its conversation is theirs. Raises NotFound otherwise."""
    found = await tool_run(connection, run_id) if is_id(run_id) else None
    if found is None or not await _owns(connection, who, found.conversation_id):
        raise NotFound
    return found


async def approval_for(connection: AsyncConnection, who: Who, approval_id: str) -> StoredApproval:
    """The change that waits, or waited, when they asked for it in a conversation of theirs: then they may decide.

    Raises NotFound otherwise.
    """
    found = await stored_approval(connection, approval_id) if is_id(approval_id) else None
    if found is None or found.user_id != who.user_id or not await _owns(connection, who, found.value.conversation_id):
        raise NotFound
    return found


async def project_for(connection: AsyncConnection, who: Who, project_id: str | None) -> Project:
    """The project, when they are a member; the shared one when none is named. Raises NotFound otherwise."""
    if project_id is None:
        home = await home_project(connection, who.tenant_id)
        project_id = home.id if home else ""
    found = await _joined(connection, who, project_id)
    if found is None:
        raise NotFound("Project not found.")
    return found


async def project_to_begin_in(connection: AsyncConnection, who: Who, project_id: str | None) -> Project:
    """`project_for` something new. Raises NotNow besides, for a project that was put away."""
    found = await project_for(connection, who, project_id)
    if found.status == "archived":
        raise NotNow("This project is archived: nothing new is begun there until somebody brings it back.")
    return found


async def may_follow(connection: AsyncConnection, who: Who, topic: str) -> bool:
    """Whether they may hear what is said on `topic`."""
    kind, _, identifier = topic.partition(":")
    match kind:
        case "conversation":
            return await _owns(connection, who, identifier)
        case "user":
            return identifier == who.user_id
        case "project":
            return await _joined(connection, who, identifier) is not None
        case _:
            return False


async def _owns(connection: AsyncConnection, who: Who, conversation_id: str) -> bool:
    try:
        await conversation_for(connection, who, conversation_id)
    except ConversationNotFound:
        return False
    return True


async def _joined(connection: AsyncConnection, who: Who, project_id: str) -> Project | None:
    return await project_joined(connection, who.user_id, project_id) if is_id(project_id) else None
