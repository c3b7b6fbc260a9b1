"""A call that a program of its own model makes: a turn that makes just this call, in a talk of its own kind.

Whoever holds a key has one such talk for as long as its calls follow each other within the hour. A call that comes
while another is open there goes to another talk, so that none stands in the way of one that waits for a person.
"""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from parlour.api.doors import Doors
from parlour.api.exchange import exchanged
from parlour.clock import isoformat
from parlour.errors import IdempotencyConflict, InvalidRequest, NotFound, Unavailable
from parlour.identity.access import approval_for
from parlour.identity.who import Who
from parlour.ids import new_id
from parlour.journal.one_by_one import OneByOne
from parlour.models.direct import LONGEST_CALL, NAME, written
from parlour.protocol.commands import DecideToolCall, SendMessage
from parlour.protocol.content import Approval, Json, Message, ToolCallPart
from parlour.protocol.events import ENDED
from parlour.store.queries.approvals import approvals_of_turn
from parlour.store.queries.commands import KeptCommand, kept_command, talks_of
from parlour.store.queries.messages import stored_message
from parlour.store.queries.turns import open_turns
from parlour.turn.record import text_of

LONGEST_KEY = 100
GOES_ON_WITHIN = timedelta(hours=1)
LONGEST_WAIT_S = 300.0
"""No tool runs longer; what waits for a person is not waited for."""
LOOK_S = 0.5
"""How often it is looked whether a call that goes on asks for more."""

_CHOOSING = OneByOne()
"""By credential: two calls at once would choose the same talk."""


@dataclass(frozen=True, slots=True)
class Called:
    """A call that was made, or waits for a person."""

    part: ToolCallPart | None
    """As it stands in the answer; None where the turn came to no call."""
    answer: Message | None
    waiting: Approval | None
    conversation_id: str


@dataclass(frozen=True, slots=True)
class Wanted:
    """A call as a program wants it."""

    name: str
    arguments: Json
    project_id: str
    key: str | None = None
    """Makes it count once."""
    is_read: bool = False
    """Whether it only reads: such calls follow each other in one talk."""


async def call(doors: Doors, who: Who, wanted: Wanted) -> Called:
    """Make a call, once for each key, and wait for what comes of it.

    Raises IdempotencyConflict for a key that was used for another call, and what saying something raises.
    """
    words = written(wanted.name, wanted.arguments)
    if len(words.encode()) > LONGEST_CALL:
        raise InvalidRequest(f"A call has at most {LONGEST_CALL:,} bytes.")
    key = wanted.key
    if key is not None and not (key.strip() and key.isprintable() and len(key) <= LONGEST_KEY):
        raise InvalidRequest(f"A key has 1 to {LONGEST_KEY} characters.")
    beginning = f"mcp-{who.credential_id}-"
    message_id = beginning + (key or new_id())
    async with doors.reads.read() as connection:
        before = await kept_command(connection, who.user_id, message_id)
    if before is not None:
        return await _again(doors, who, before, words)
    async with _CHOOSING.with_all_of(who.credential_id):
        talk = await _talk(doors, who, beginning, wanted.project_id)
        command = SendMessage(
            type="send_message",
            content=words,
            client_message_id=message_id,
            conversation_id=talk,
            project_id=None if talk else wanted.project_id,
            model=NAME,
        )
        said = await doors.talk.say(who, command)
        if wanted.is_read:
            return await _outcome(doors, who, said.ids["turn_id"])
    return await _outcome(doors, who, said.ids["turn_id"])


async def decide(doors: Doors, who: Who, approval_id: str, is_yes: bool | None) -> Called:
    """Say yes or no to a call that waits, and wait for what comes of it; None leaves it waiting.

    Raises NotFound, AlreadyDecided, Forbidden.
    """
    async with doors.reads.read() as connection:
        approval = (await approval_for(connection, who, approval_id)).value
    if approval.status == "pending" and is_yes is not None:
        command = DecideToolCall(
            type="decide_tool_call",
            approval_id=approval_id,
            decision="approve" if is_yes else "deny",
            command_id=new_id(),
        )
        await doors.talk.decide(who, command)
        await _until_settled(doors, approval)
    return await _outcome(doors, who, approval.turn_id)


async def _until_settled(doors: Doors, decided: Approval) -> None:
    """Wait for the end of a turn that goes on after a word, or until something else in it waits for a person."""
    until = doors.clock.monotonic() + LONGEST_WAIT_S
    while doors.clock.monotonic() < until:
        if (await doors.talk.wait_for_turn(decided.turn_id, LOOK_S)).status in ENDED:
            return
        async with doors.reads.read() as connection:
            asked = await approvals_of_turn(connection, decided.turn_id)
        if any(each.value.status == "pending" for each in asked):
            return


async def _again(doors: Doors, who: Who, before: KeptCommand, words: str) -> Called:
    async with doors.reads.read() as connection:
        earlier = await stored_message(connection, before.ids["message_id"])
    if earlier is None or text_of(earlier.value) not in (words, ""):
        raise IdempotencyConflict
    return await _outcome(doors, who, before.ids["turn_id"])


async def _talk(doors: Doors, who: Who, beginning: str, project_id: str) -> str | None:
    """A talk of this credential's calls in which nothing is open; None where there is none."""
    since = isoformat(doors.clock.now() - GOES_ON_WITHIN)
    async with doors.reads.read() as connection:
        for talk in await talks_of(connection, who.user_id, beginning, since, project_id):
            if not await _is_busy(connection, talk):
                return talk
    return None


async def _is_busy(connection: AsyncConnection, conversation_id: str) -> bool:
    return bool(await open_turns(connection, conversation_id))


async def _outcome(doors: Doors, who: Who, turn_id: str) -> Called:
    said = _Turn({"turn_id": turn_id})
    exchange = await exchanged(doors, who, said, wait=LONGEST_WAIT_S)
    if exchange.turn.status in ("queued", "running"):
        raise Unavailable("The call takes longer than is waited for. It comes to its end all the same.")
    answer = exchange.ai_message
    part = next((each for each in answer.parts if isinstance(each, ToolCallPart)), None) if answer else None
    waiting = None
    if exchange.turn.status == "waiting":
        async with doors.reads.read() as connection:
            asked = await approvals_of_turn(connection, turn_id)
        waiting = next((each.value for each in asked if each.value.status == "pending"), None)
    if answer is None and exchange.turn.status != "waiting":
        raise NotFound
    return Called(part, answer, waiting, exchange.conversation_id)


@dataclass(frozen=True, slots=True)
class _Turn:
    """A turn that is looked at."""

    ids: dict[str, str]
    seq: int = 0
    duplicate: bool = False
