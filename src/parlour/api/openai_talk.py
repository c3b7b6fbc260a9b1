"""Where a request over OpenAI's wire belongs: the talk that it goes on with, and whether it was made before.

Clients of that wire keep no conversation: they tell the whole talk each time. Where somebody's own conversation says
exactly that and ends there, it is the one that goes on; else another begins, and is given what they tell.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import orjson
from sqlalchemy.ext.asyncio import AsyncConnection

from parlour.api.doors import Doors, Said
from parlour.api.following import words_of
from parlour.api.openai_wire import Asked
from parlour.clock import isoformat
from parlour.errors import IdempotencyConflict, InvalidRequest
from parlour.identity.access import conversation_for, project_for
from parlour.identity.who import Who
from parlour.ids import new_id
from parlour.models.direct import NAME as DIRECT
from parlour.models.intents.model import NAME as BUILT_IN
from parlour.models.intents.model import SPEAKS_WORDS
from parlour.models.route import Wish
from parlour.protocol.commands import SendMessage
from parlour.protocol.content import Conversation, Message
from parlour.store.queries.commands import KeptCommand, kept_command, newest_command
from parlour.store.queries.conversations import list_conversations
from parlour.store.queries.messages import message_page, stored_message
from parlour.store.queries.turns import end_of_turn
from parlour.turn.given import Given
from parlour.turn.preview import plain
from parlour.turn.record import text_of

LOOKED_AT = 50
"""So many of somebody's conversations are looked at, the last ones first."""
RETRIED_WITHIN = timedelta(seconds=60)
"""So long after an answer has ended a client may try again by itself for the same one."""
LONGEST_TURN = timedelta(hours=1)
"""What was begun before that is nothing a client still waits for."""
WAITS = "⏸ This waits for your word:"
"""What begins the words that are said in the place of an answer that waits for a person."""


@dataclass(frozen=True, slots=True)
class _Before:
    """What was said before under the same id."""

    ids: Mapping[str, str]
    seq: int
    duplicate: bool = True


async def said(doors: Doors, who: Who, asked: Asked, headers: Mapping[str, str], body: Any) -> Said:
    """Say what is asked, once: a repeat by key, or by a client that tries again, finds what was said before.

    Raises what saying something raises, IdempotencyConflict for a key that was used for another question,
    InvalidRequest for a form that whoever would answer cannot promise.
    """
    message_id, before = await _known(doors, who, headers, body)
    if before is not None:
        async with doors.reads.read() as connection:
            earlier = await stored_message(connection, before.ids["message_id"])
        if earlier is not None and not _is_the_same(earlier.value, asked):
            raise IdempotencyConflict
        return _Before(before.ids, before.seq)
    conversation_id, given = await _place(doors, who, asked)
    if given.form is not None:
        await _check_form(doors, who, asked, conversation_id)
    command = SendMessage(
        type="send_message",
        content=asked.question,
        client_message_id=message_id,
        conversation_id=conversation_id,
        project_id=asked.project_id,
        model=asked.model,
        parameters=asked.parameters,
    )
    return await doors.talk.say(who, command, given)


def _is_the_same(earlier: Message, asked: Asked) -> bool:
    """Whether what was said asked for the same; of what is deleted nobody can tell."""
    if earlier.deleted_at is not None:
        return True
    given = Given.with_message(earlier)
    wanted = asked.given
    return (text_of(earlier), given.stop, given.form) == (asked.question, wanted.stop, wanted.form)


# --- once ----------------------------------------------------------------------------------------------------------


async def _known(doors: Doors, who: Who, headers: Mapping[str, str], body: Any) -> tuple[str, KeptCommand | None]:
    """The id of what is said, and what was said under it before.

    Official clients try again by themselves without a key, and only say that they do: then it is the same request that
    came a moment ago, as long as that is still being answered or just was.
    """
    key = headers.get("idempotency-key")
    if key is not None:
        if not key.isprintable() or not key.strip() or len(key) > 200:
            raise InvalidRequest("A key has 1 to 200 characters.", param="Idempotency-Key")
        async with doors.reads.read() as connection:
            return key, await kept_command(connection, who.user_id, key)
    beginning = f"openai-{_digest(body)}-"
    if headers.get("x-stainless-retry-count", "0") != "0":
        async with doors.reads.read() as connection:
            now = doors.clock.now()
            before = await newest_command(connection, who.user_id, beginning, isoformat(now - LONGEST_TURN))
            if before is not None and await _is_fresh(connection, before, now):
                return before.command_id, before
    return beginning + new_id(), None


def _digest(body: Any) -> str:
    """By what a body is known again. Raises InvalidRequest for one that nobody can write down again."""
    try:
        written = orjson.dumps(body, option=orjson.OPT_SORT_KEYS)
    except orjson.JSONEncodeError as error:
        raise InvalidRequest("Too many lists and objects stand inside each other.", param="body") from error
    return hashlib.sha256(written).hexdigest()[:32]


async def _is_fresh(connection: AsyncConnection, before: KeptCommand, now: datetime) -> bool:
    ended_at = await end_of_turn(connection, before.ids["turn_id"])
    return ended_at is None or datetime.fromisoformat(ended_at) > now - RETRIED_WITHIN


# --- where ---------------------------------------------------------------------------------------------------------


async def _place(doors: Doors, who: Who, asked: Asked) -> tuple[str | None, Given]:
    """The conversation that is gone on with, if there is one, and what it has to be given besides."""
    given = replace(asked.given, talk=())
    async with doors.reads.read() as connection:
        if asked.conversation_id is not None:
            await conversation_for(connection, who, asked.conversation_id)
            return asked.conversation_id, given
        if asked.talk and asked.talk[-1][1]:
            project = await project_for(connection, who, asked.project_id)
            page = await list_conversations(connection, owner_id=who.user_id, project_id=project.id, limit=LOOKED_AT)
            for conversation in page.conversations:
                if _may_end_with(conversation, asked.talk) and await _says(connection, conversation.id, asked.talk):
                    return conversation.id, given
    return None, asked.given


async def _check_form(doors: Doors, who: Who, asked: Asked, conversation_id: str | None) -> None:
    """Refuse what is known before anybody is asked: who thinks of no words cannot put them in a form."""
    async with doors.reads.read() as connection:
        if conversation_id is None:
            project_id = (await project_for(connection, who, asked.project_id)).id
        else:
            project_id = (await conversation_for(connection, who, conversation_id)).value.project_id
    wish = Wish(who.tenant_id, project_id, who.user_id, conversation_id, asked.model)
    answers = asked.model if asked.model == DIRECT else (await doors.models.in_force(wish)).effective.model
    if answers in (BUILT_IN, DIRECT):
        raise InvalidRequest(SPEAKS_WORDS, param="response_format")


def _may_end_with(conversation: Conversation, talk: Sequence[tuple[str, str]]) -> bool:
    """Whether the line that a list shows of a conversation may be of the end of `talk`."""
    last = conversation.last_message
    question, answer = talk[-1]
    if last is None or WAITS in answer:
        return last is not None
    line = _bare(last.text.removesuffix("..."))
    return _bare(question if last.is_user else plain(answer)).startswith(line)


async def _says(connection: AsyncConnection, conversation_id: str, talk: Sequence[tuple[str, str]]) -> bool:
    """Whether a conversation says exactly this, and nothing after it."""
    page = await message_page(connection, conversation_id, limit=2 * len(talk) + 2)
    answers = {m.value.parent_id: words_of(m.value) for m in page.messages if m.value.role == "assistant"}
    stored: list[tuple[str, str]] = []
    for each in page.messages:
        if each.value.role == "user":
            stored += Given.with_message(each.value).talk
            stored.append((text_of(each.value), answers.get(each.value.id, "")))
    if page.has_more or len(stored) > len(talk):
        return False
    is_whole = len(stored) == len(talk) or Given.of("", list(talk)).talk != tuple(talk)
    same = all(_is_same(told, kept) for told, kept in zip(talk[len(talk) - len(stored) :], stored, strict=True))
    return bool(stored) and is_whole and same


def _is_same(told: tuple[str, str], kept: tuple[str, str]) -> bool:
    question, answer = told
    head, waited, _ = answer.partition(WAITS)
    if _bare(question) != _bare(kept[0]):
        return False
    return _bare(kept[1]).startswith(_bare(head)) if waited else _bare(answer) == _bare(kept[1])


def _bare(text: str) -> str:
    """The text without white space: programs trim and join as they like."""
    return "".join(text.split())
