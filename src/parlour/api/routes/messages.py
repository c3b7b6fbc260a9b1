"""Messages: said, answered, read, changed, taken back, answered again, stopped."""

from fastapi import APIRouter, Response

from parlour.api.auth import Asking
from parlour.api.doors import Doors
from parlour.api.exchange import exchanged
from parlour.api.standing import message_as_it_stands
from parlour.api.views import attempt_view, earlier_words_view, message_view
from parlour.identity.access import message_for, turn_for
from parlour.ids import new_id
from parlour.protocol.approvals import Undoing, UndoToolCall
from parlour.protocol.commands import DeleteMessage, EditMessage, Regenerate, SendMessage
from parlour.protocol.content import Turn
from parlour.protocol.edits import EditedMessage, EditList, OtherWords
from parlour.protocol.events import ENDED
from parlour.protocol.rest import Again, AttemptList, Exchange, MessageView, NewMessage
from parlour.store.queries.messages import cut_attempts, message_edits_of


def message_routes(doors: Doors) -> APIRouter:
    """`/chat/messages` and `/chat/turns`, in one's own conversations."""
    routes = APIRouter(prefix="/chat", tags=["messages"])
    not_yet = {202: {"model": Exchange, "description": "Stored; the answer is not finished yet."}}

    @routes.post("/messages", responses={**not_yet})
    async def send(who: Asking, body: NewMessage, response: Response) -> Exchange:
        """Say something, and wait up to `wait` seconds for the answer; 202 when it takes longer."""
        said = await doors.talk.say(
            who,
            SendMessage(
                type="send_message",
                content=body.content,
                client_message_id=body.client_message_id or new_id(),
                conversation_id=body.conversation_id,
                project_id=body.project_id,
                model=body.model,
            ),
        )
        return _finished_or_not(await exchanged(doors, who, said, wait=body.wait), response)

    @routes.get("/messages/{message_id}")
    async def read(who: Asking, message_id: str) -> MessageView:
        """One message; an answer that is still being written as far as it has come."""
        async with doors.reads.read() as connection:
            found = await message_for(connection, who, message_id)
            return message_view(await message_as_it_stands(connection, found))

    @routes.patch("/messages/{message_id}")
    async def edit(who: Asking, message_id: str, body: OtherWords) -> EditedMessage:
        """Change what one said; what it said before is kept. Refused while it is being answered."""
        async with doors.reads.read() as connection:
            await message_for(connection, who, message_id)
        command_id = body.command_id or new_id()
        command = EditMessage(type="edit_message", message_id=message_id, content=body.content, command_id=command_id)
        await doors.talk.edit(who, command)
        async with doors.reads.read() as connection:
            found = await message_for(connection, who, message_id)
            earlier = await message_edits_of(connection, message_id)
        return EditedMessage(**dict(message_view(found)), edit_history=[earlier_words_view(one) for one in earlier])

    @routes.get("/messages/{message_id}/edits")
    async def edits(who: Asking, message_id: str) -> EditList:
        """What a message said before it was changed."""
        async with doors.reads.read() as connection:
            await message_for(connection, who, message_id)
            earlier = await message_edits_of(connection, message_id)
        return EditList(edits=[earlier_words_view(one) for one in earlier])

    @routes.delete("/messages/{message_id}", status_code=204)
    async def delete(who: Asking, message_id: str) -> None:
        """Take a message back; what is being written for it ends first. Of its words nothing is kept."""
        async with doors.reads.read() as connection:
            await message_for(connection, who, message_id)
        await doors.talk.delete(who, DeleteMessage(type="delete_message", message_id=message_id, command_id=new_id()))

    @routes.get("/messages/{message_id}/attempts")
    async def attempts(who: Asking, message_id: str) -> AttemptList:
        """What an answer had said before a step of it was begun again."""
        async with doors.reads.read() as connection:
            await message_for(connection, who, message_id)
            cut = await cut_attempts(connection, message_id)
        return AttemptList(attempts=[attempt_view(attempt) for attempt in cut])

    @routes.post("/messages/{message_id}/regenerate", responses={**not_yet})
    async def regenerate(who: Asking, message_id: str, body: Again, response: Response) -> Exchange:
        """Answer the last question again, with `content` to other words; the present answer stays as a version."""
        async with doors.reads.read() as connection:
            await message_for(connection, who, message_id)
        command = Regenerate(
            type="regenerate", message_id=message_id, command_id=body.command_id or new_id(), content=body.content
        )
        said = await doors.talk.regenerate(who, command)
        return _finished_or_not(await exchanged(doors, who, said, wait=body.wait), response)

    @routes.post("/messages/{message_id}/tool-calls/{tool_call_id:path}/undo")
    async def undo(who: Asking, message_id: str, tool_call_id: str, body: Undoing) -> MessageView:
        """Take back what a tool did in an answer. The answer stays, and says so."""
        async with doors.reads.read() as connection:
            await message_for(connection, who, message_id)
        await doors.talk.undo(
            who,
            UndoToolCall(message_id=message_id, tool_call_id=tool_call_id, command_id=body.command_id or new_id()),
        )
        async with doors.reads.read() as connection:
            return message_view(await message_as_it_stands(connection, await message_for(connection, who, message_id)))

    @routes.post("/turns/{turn_id}/stop")
    async def stop(who: Asking, turn_id: str) -> Turn:
        """End the work on an answer; what was said so far is kept and marked stopped."""
        async with doors.reads.read() as connection:
            await turn_for(connection, who, turn_id)
        await doors.talk.stop(who, turn_id)
        return await doors.talk.wait_for_turn(turn_id, 5)

    return routes


def _finished_or_not(exchange: Exchange, response: Response) -> Exchange:
    response.status_code = 200 if exchange.turn.status in ENDED else 202
    return exchange
