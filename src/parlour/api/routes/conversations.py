"""Conversations: begun, listed, read, renamed, archived, deleted."""

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import Field

from parlour.api.auth import Asking
from parlour.api.doors import Doors
from parlour.api.exchange import exchanged
from parlour.api.standing import page_as_it_stands
from parlour.api.views import conversation_view, message_list
from parlour.identity.access import conversation_for, project_for
from parlour.identity.who import Who
from parlour.ids import new_id
from parlour.protocol.commands import SendMessage
from parlour.protocol.content import Value
from parlour.protocol.rest import (
    ConversationChange,
    ConversationDetail,
    ConversationList,
    ConversationMade,
    ConversationView,
    MessageList,
    NewConversation,
)
from parlour.store.queries.conversations import Archived, Order, Sort, list_conversations
from parlour.store.queries.messages import PAGE, message_page

STOPPED_WITHIN_S = 60.0


class Listing(Value):
    """Which of one's conversations, and in what order. `page` and `per_page` say the same as offset and limit.

    With `archived_only` nothing but the archive is listed.
    """

    project_id: str | None = None
    include_archived: bool = False
    archived_only: bool = False
    sort: Sort = "activity"
    order: Order = "desc"
    limit: Annotated[int, Field(ge=1, le=100)] = 20
    offset: Annotated[int, Field(ge=0, le=1_000_000)] = 0
    page: Annotated[int, Field(ge=1, le=10_000)] | None = None
    per_page: Annotated[int, Field(ge=1, le=100)] | None = None

    @property
    def archived(self) -> Archived:
        """Which part the archive has in the list."""
        return "only" if self.archived_only else "with" if self.include_archived else "without"


def conversation_routes(doors: Doors) -> APIRouter:
    """`/chat/conversations`, one's own."""
    routes = APIRouter(prefix="/chat/conversations", tags=["conversations"])

    @routes.post("", status_code=201)
    async def begin(who: Asking, body: NewConversation) -> ConversationMade:
        """Begin a conversation; with `initial_message` that is said, and its answer begins."""
        if body.initial_message is None:
            made = await doors.conversations.begin(who, project_id=body.project_id, title=body.title)
            return ConversationMade(**dict(conversation_view(made)), exchange=None)
        return await _begun_by_saying(doors, who, body, body.initial_message)

    @routes.get("")
    async def listing(who: Asking, asked: Annotated[Listing, Query()]) -> ConversationList:
        """One's own conversations, the latest active first unless told otherwise."""
        size = asked.per_page or asked.limit
        async with doors.reads.read() as connection:
            if asked.project_id is not None:
                await project_for(connection, who, asked.project_id)
            found = await list_conversations(
                connection,
                owner_id=who.user_id,
                project_id=asked.project_id,
                archived=asked.archived,
                sort=asked.sort,
                order=asked.order,
                limit=size,
                offset=(asked.page - 1) * size if asked.page else asked.offset,
            )
        views = [conversation_view(conversation) for conversation in found.conversations]
        return ConversationList(conversations=views, total=found.total, has_more=found.has_more)

    @routes.get("/{conversation_id}")
    async def read(who: Asking, conversation_id: str) -> ConversationDetail:
        """A conversation with its newest messages."""
        async with doors.reads.read() as connection:
            found = await conversation_for(connection, who, conversation_id)
            newest = await message_page(connection, conversation_id)
            page = message_list(await page_as_it_stands(connection, newest))
        view = dict(conversation_view(found.value))
        return ConversationDetail(**view, messages=page.messages, has_more=page.has_more)

    @routes.patch("/{conversation_id}")
    async def change(who: Asking, conversation_id: str, body: ConversationChange) -> ConversationView:
        """Rename it, archive it, or bring it back."""
        changed = await doors.conversations.change(who, conversation_id, title=body.title, archive=body.is_archived)
        return conversation_view(changed)

    @routes.delete("/{conversation_id}", status_code=204)
    async def delete(who: Asking, conversation_id: str) -> None:
        """Take it away with everything in it. What is being answered in it is stopped first."""

        async def stop(turn_id: str) -> None:
            await doors.talk.stop(who, turn_id)
            await doors.talk.wait_for_turn(turn_id, STOPPED_WITHIN_S)

        await doors.conversations.delete(who, conversation_id, stop)

    @routes.get("/{conversation_id}/messages")
    async def messages(
        who: Asking,
        conversation_id: str,
        limit: Annotated[int, Query(ge=1, le=200)] = PAGE,
        before: Annotated[str | None, Query(description="The id of a message: those just before it.")] = None,
        after: Annotated[str | None, Query(description="The id of a message: those just after it.")] = None,
        include_deleted: bool = False,
    ) -> MessageList:
        """The newest messages, or those before or after one; always in the order they were said."""
        async with doors.reads.read() as connection:
            await conversation_for(connection, who, conversation_id)
            page = await message_page(
                connection,
                conversation_id,
                before=before,
                after=after,
                limit=limit,
                include_deleted=include_deleted,
            )
            return message_list(await page_as_it_stands(connection, page))

    return routes


async def _begun_by_saying(doors: Doors, who: Who, body: NewConversation, content: str) -> ConversationMade:
    said = await doors.talk.say(
        who,
        SendMessage(
            type="send_message",
            content=content,
            client_message_id=body.client_message_id or new_id(),
            project_id=body.project_id,
            model=body.model,
        ),
    )
    conversation_id = said.ids["conversation_id"]
    if body.title is not None:
        await doors.conversations.change(who, conversation_id, title=body.title)
    exchange = await exchanged(doors, who, said, wait=0)
    async with doors.reads.read() as connection:
        made = await conversation_for(connection, who, conversation_id)
    return ConversationMade(**dict(conversation_view(made.value)), exchange=exchange)
