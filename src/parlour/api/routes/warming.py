"""Questions that are asked beforehand, so that their answers are there when somebody asks."""

import asyncio
from typing import Annotated

from fastapi import APIRouter
from pydantic import Field

from parlour.api.auth import Asking
from parlour.api.doors import Doors
from parlour.errors import ParlourError
from parlour.identity.access import project_for
from parlour.identity.who import Who
from parlour.ids import new_id
from parlour.protocol.commands import SendMessage
from parlour.protocol.content import Problem, Turn, Value, Words
from parlour.protocol.events import ENDED
from parlour.protocol.rest import Line, Wait
from parlour.store.queries.messages import stored_message
from parlour.turn.conversations import one_line

MOST_QUESTIONS = 10
LONGEST_TITLE = 80
UNTIL_STOPPED_S = 30.0

NOT_IN_TIME = Problem(code="not_now", message="It was not answered in time, and was ended.")
NEEDS_A_WORD = Problem(code="not_now", message="It wants to change something, which nobody was there to allow.")


class Questions(Value):
    """What to ask beforehand, and how many seconds each answer may take."""

    questions: Annotated[list[Annotated[Words, Field(min_length=1)]], Field(min_length=1, max_length=MOST_QUESTIONS)]
    project_id: Line | None = None
    wait: Wait = 60


class Warmed(Value):
    """What came of one question."""

    question: str
    is_answered: bool
    conversation_id: str | None = None
    """Where it was asked, in the archive; None where it could not even be."""
    error: Problem | None = None


class WarmedList(Value):
    """What came of each question, in their order."""

    questions: list[Warmed]


def warming_routes(doors: Doors) -> APIRouter:
    """`/answers/warm`."""
    routes = APIRouter(prefix="/answers", tags=["messages"])

    @routes.post("/warm")
    async def warm(who: Asking, body: Questions) -> WarmedList:
        """Ask these questions beforehand, as oneself, each in an archived conversation of its own.

        That one is not answered does not keep the others from it. They count towards limits and budgets like any.
        """
        async with doors.reads.read() as connection:
            project = await project_for(connection, who, body.project_id)
        asked = [_warmed(doors, who, question, project.id, body.wait) for question in body.questions]
        return WarmedList(questions=await asyncio.gather(*asked))

    return routes


async def _warmed(doors: Doors, who: Who, question: str, project_id: str, wait: float) -> Warmed:
    conversation_id: str | None = None
    try:
        command = SendMessage(type="send_message", content=question, client_message_id=new_id(), project_id=project_id)
        said = await doors.talk.say(who, command)
        conversation_id = said.ids["conversation_id"]
        turn = await _ended(doors, who, said.ids["turn_id"], wait)
        title = f"Asked beforehand: {one_line(question)}"[:LONGEST_TITLE]
        await doors.conversations.change(who, conversation_id, title=title, archive=True)
    except ParlourError as error:
        problem = Problem(code=error.code, message=error.safe)
        return Warmed(question=question, is_answered=False, conversation_id=conversation_id, error=problem)
    return Warmed(
        question=question,
        is_answered=turn.status == "completed",
        conversation_id=conversation_id,
        error=await _why_not(doors, turn),
    )


async def _ended(doors: Doors, who: Who, turn_id: str, wait: float) -> Turn:
    """The turn as it was when it ended, waited for somebody's word, or had no time left; then it is ended."""
    turn = await doors.talk.wait_for_turn(turn_id, wait, or_waits=True)
    if turn.status not in ENDED:
        await doors.talk.stop(who, turn_id)
        await doors.talk.wait_for_turn(turn_id, UNTIL_STOPPED_S)
    return turn


async def _why_not(doors: Doors, turn: Turn) -> Problem | None:
    if turn.status == "completed":
        return None
    if turn.status not in ENDED:
        return NEEDS_A_WORD if turn.status == "waiting" else NOT_IN_TIME
    async with doors.reads.read() as connection:
        answer = await stored_message(connection, turn.answer_id or "")
    return (answer.value.error if answer else None) or NOT_IN_TIME
