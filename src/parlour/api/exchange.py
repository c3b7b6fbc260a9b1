"""What a command to speak brought about, once its answer is there or the time to wait is over."""

from parlour.api.doors import Doors, Said
from parlour.api.standing import message_as_it_stands
from parlour.api.views import message_view
from parlour.identity.access import message_for
from parlour.identity.who import Who
from parlour.protocol.rest import Exchange


async def exchanged(doors: Doors, who: Who, said: Said, *, wait: float) -> Exchange:
    """The question and its answer as they stand when the turn ended or waits for a person, or after `wait` seconds."""
    turn = await doors.talk.wait_for_turn(said.ids["turn_id"], wait, or_waits=True)
    async with doors.reads.read() as connection:
        question = await message_for(connection, who, turn.question_id)
        answer = None
        if turn.answer_id:
            answer = await message_as_it_stands(connection, await message_for(connection, who, turn.answer_id))
    return Exchange(
        conversation_id=question.value.conversation_id,
        user_message=message_view(question),
        ai_message=message_view(answer) if answer else None,
        turn=turn,
        duplicate=said.duplicate,
    )
