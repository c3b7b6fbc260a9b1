"""A turn as it is kept, read back whole: its row, its steps, its answer, and what was said before it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import orjson
from sqlalchemy import bindparam, exists, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from parlour.journal.feed import read_deltas
from parlour.journal.merging import merged
from parlour.models.route import Wish
from parlour.protocol.commands import Regenerate, SendMessage
from parlour.protocol.content import Json, Message, Parameters, Part, TurnStatus
from parlour.protocol.spending import Spent
from parlour.protocol.text import first_units
from parlour.store.prepared import Row, rows
from parlour.store.queries.approvals import StoredApproval, approvals_of_turn
from parlour.store.queries.conversations import StoredConversation, stored_conversation
from parlour.store.queries.messages import cut_attempts, message_from
from parlour.store.queries.notices import newest_notices
from parlour.store.queries.spending import NOTHING, spent_by_turn
from parlour.store.tables import messages, turn_steps, turns
from parlour.tools.asking import Word
from parlour.turn.answer import Answer, text_part
from parlour.turn.context_pieces import Exchange
from parlour.turn.given import NOTHING_GIVEN, Given, given_before
from parlour.turn.machine import TurnState
from parlour.turn.steps import ModelStep, Settled, ToolStep
from parlour.turn.stored_steps import step_from

OPEN: tuple[TurnStatus, ...] = ("queued", "running", "waiting")
FIRST_FENCE = 1
"""The fence of a turn that nobody has worked on before: nothing of it was said yet."""
LONGEST_HISTORY = 1_000
"""How many of a conversation's messages are looked at for one request, however long it is."""


_OTHERS = turns.alias()
_OTHER_IS_OPEN = exists().where(
    _OTHERS.c.conversation_id == turns.c.conversation_id,
    _OTHERS.c.id != turns.c.id,
    or_(*(_OTHERS.c.status == status for status in OPEN)),
)
_TURN = select(turns, _OTHER_IS_OPEN.label("other_is_open")).where(turns.c.id == bindparam("turn_id"))
_OWN = (
    select(messages)
    .where(or_(messages.c.id == bindparam("question_id"), messages.c.id == bindparam("answer_id")))
    .order_by(messages.c.role.desc())
)
_BEFORE = (
    select(messages)
    .where(
        messages.c.conversation_id == bindparam("conversation_id"),
        or_(messages.c.position < bindparam("position"), messages.c.role == "assistant"),
    )
    .order_by(messages.c.position.desc())
    .limit(LONGEST_HISTORY)
)
_ANSWERED = (
    select(messages.c.turn_id)
    .where(messages.c.conversation_id == bindparam("conversation_id"))
    .order_by(messages.c.position.desc())
    .limit(LONGEST_HISTORY)
)
_STEPS = select(turn_steps).where(turn_steps.c.turn_id.in_(_ANSWERED)).order_by(turn_steps.c.turn_id, turn_steps.c.step)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Who is to answer and how, as somebody asked for it; None where they did not say."""

    model: str | None = None
    parameters: Json | None = None

    @staticmethod
    def of(command: SendMessage | Regenerate) -> "Wanted":
        """What a command asks for."""
        said = command.parameters.model_dump(exclude_none=True) if command.parameters else None
        return Wanted(command.model, said or None)

    def over(self, earlier: "Wanted") -> "Wanted":
        """This; and where it says nothing, what was asked for `earlier`."""
        return Wanted(self.model or earlier.model, self.parameters or earlier.parameters)


@dataclass(frozen=True, slots=True)
class TurnRow:
    """What the row of a turn says."""

    id: str
    tenant_id: str
    conversation_id: str
    user_id: str
    project_id: str
    question_id: str
    answer_id: str | None
    replaces: str | None
    model: str | None
    parameters: Json | None
    status: TurnStatus
    stop_asked: bool
    owner: str | None
    fence: int
    deaths: int
    running_ms: int
    question_edit: int
    """How often the question had been changed when this was asked."""

    @property
    def topic(self) -> str:
        """Where the turn is heard."""
        return f"conversation:{self.conversation_id}"

    @property
    def wish(self) -> Wish:
        """For whom an answer is wanted, and what they asked for."""
        parameters = Parameters.model_validate(self.parameters or {})
        return Wish(self.tenant_id, self.project_id, self.user_id, self.conversation_id, self.model, parameters)


def turn_row_from(row: Row) -> TurnRow:
    """A whole row of `turns`."""
    return TurnRow(**{name: row[name] for name in TurnRow.__dataclass_fields__})


async def turn_rows(connection: AsyncConnection, *wanted: object) -> list[TurnRow]:
    """The turns that fit every clause of `wanted`, those of each conversation in the order they were asked."""
    found = await connection.execute(select(turns).where(*wanted).order_by(turns.c.conversation_id, turns.c.position))  # pyright: ignore[reportArgumentType]
    return [turn_row_from(row) for row in found.mappings()]


@dataclass(frozen=True, slots=True)
class Past:
    """Everything that was settled before a claimed turn goes on."""

    turn: TurnRow
    question: str
    state: TurnState
    asked: Mapping[str, tuple[int, Word]]
    """Of each call that a person was asked about, how often, and what came of it the last time."""
    answer: Answer
    chunk_index: int
    """The number of the next chunk."""
    cut: tuple[Part, ...]
    """What a model step had said in the present attempt when it was cut."""
    cut_by: tuple[str, ...]
    """Who had been asked for that step, as far as they had said something, in order."""
    cut_was_told_again: bool
    """Whether nobody had been asked for what it had said."""
    earlier: tuple[Exchange, ...]
    """The exchanges before, in order."""
    conversation: StoredConversation
    notices: tuple[str, ...]
    """What the house said since the question before, until the answer was begun."""
    other_is_open: bool
    """Whether something else was asked in the conversation and waits."""
    spent: Spent
    """What its requests to models used that are settled."""
    is_another: bool
    """Whether the question was answered before, even where that answer was taken back."""
    given: Given = NOTHING_GIVEN
    """What the program that was asked with brought along, and how it wants it answered."""


async def past_of(connection: AsyncConnection, turn_id: str) -> Past:
    """Read what a claimed turn, whose answer the claim began or found, is to go on from."""
    (row,) = await rows(connection, _TURN, turn_id=turn_id)
    turn = turn_row_from(row)
    (question, stored), before = await _said(connection, turn)
    steps = await _steps(connection, turn.conversation_id)
    asked = await _asked(connection, turn)
    pending = frozenset(call for call, (_, word) in asked.items() if word.status == "pending")
    answer = Answer(stored.id, stored.conversation_id, stored.attempt, tuple(stored.parts))
    live = await _live_text(connection, turn, answer, stored.position)
    conversation = await stored_conversation(connection, turn.conversation_id)
    assert conversation is not None
    earlier = _asked_before(before, question)
    told = await _told(connection, earlier, question, stored.position)
    return Past(
        turn=turn,
        question=text_of(question),
        state=TurnState(tuple(steps.get(turn.id, ())), pending),
        asked=asked,
        answer=answer,
        chunk_index=live.chunk_index,
        cut=live.parts,
        cut_by=(*await _cut_before(connection, turn, answer), *live.writer),
        cut_was_told_again=live.is_told_again,
        earlier=(*_exchanges(before, earlier, steps, told), *given_before(question)),
        notices=tuple(told.get(question.id, ())),
        conversation=conversation,
        other_is_open=row["other_is_open"],
        spent=NOTHING if turn.fence == FIRST_FENCE else await spent_by_turn(connection, turn.id),
        is_another=any(said.parent_id == question.id and said.id != stored.id for said in before),
        given=Given.with_message(question),
    )


async def earlier_by_now(connection: AsyncConnection, past: Past) -> tuple[Exchange, ...]:
    """The exchanges before as they stand by now: they may have been changed or taken back since `past` was read."""
    turn = past.turn
    conversation = await stored_conversation(connection, turn.conversation_id)
    if conversation is None or conversation.version == past.conversation.version:
        return past.earlier
    (question, stored), before = await _said(connection, turn)
    earlier = _asked_before(before, question)
    told = await _told(connection, earlier, question, stored.position)
    steps = await _steps(connection, turn.conversation_id)
    return (*_exchanges(before, earlier, steps, told), *given_before(question))


async def _said(connection: AsyncConnection, turn: TurnRow) -> tuple[list[Message], list[Message]]:
    """The question and the answer of `turn`; and what was said before the question or in answer to that, in order."""
    mine = await rows(connection, _OWN, question_id=turn.question_id, answer_id=turn.answer_id)
    question, answer = [message_from(row) for row in mine]
    before = await rows(connection, _BEFORE, conversation_id=turn.conversation_id, position=question.position)
    return [question, answer], [message_from(row) for row in reversed(before)]


def text_of(message: Message) -> str:
    """All words of a message."""
    return "".join(part.text for part in message.parts if part.kind == "text")


def _asked_before(said: Sequence[Message], question: Message) -> list[Message]:
    """What was asked before `question`, in order."""
    return [m for m in said if m.role == "user" and m.position < question.position and m.deleted_at is None]


async def _told(
    connection: AsyncConnection, earlier: Sequence[Message], question: Message, until: int
) -> dict[str, list[str]]:
    """What the house said before each question, by its id; what it said after the last one, `until` then, with that."""
    told: dict[str, list[str]] = {}
    for notice in await newest_notices(connection, question.conversation_id):
        if notice.position < until:
            after = next((each for each in earlier if each.position > notice.position), question)
            told.setdefault(after.id, []).append(notice.value.text)
    return told


def _exchanges(
    said: Sequence[Message],
    earlier: Sequence[Message],
    steps: Mapping[str, Sequence[Settled]],
    told: Mapping[str, Sequence[str]],
) -> list[Exchange]:
    """The questions `earlier`, each after what was given with it, with what stands of the answers to it, and what it
    was told."""
    answers = _answers(said, steps)
    exchanges: list[Exchange] = []
    for question in earlier:
        answer_id, taken = answers.get(question.id, (None, ()))
        notices = tuple(told.get(question.id, ()))
        exchanges.extend(given_before(question))
        exchanges.append(Exchange(text_of(question), taken, question.id, answer_id, notices))
    return exchanges


def _answers(
    said: Sequence[Message], steps: Mapping[str, Sequence[Settled]]
) -> dict[str, tuple[str, tuple[Settled, ...]]]:
    """Of each question, by its id, the newest answer that stands, and what was settled in it.

    One that failed stands for what was done in it, which would be done twice by who does not know; and where there is
    no other, for what was said. What the house says of a failure stands in no step.
    """
    answers: dict[str, tuple[str, tuple[Settled, ...]]] = {}
    for message in said:
        if message.role != "assistant" or message.parent_id is None or message.deleted_at is not None:
            continue
        taken = tuple(steps.get(message.turn_id or "", ()))
        if message.status == "failed":
            taken = _not_held_back(taken)
            has_done = any(isinstance(step, ToolStep) for step in taken)
            stands = has_done or message.parent_id not in answers
        else:
            stands = message.status in ("completed", "stopped")
        if stands:
            answers[message.parent_id] = message.id, taken
    return answers


def _not_held_back(steps: tuple[Settled, ...]) -> tuple[Settled, ...]:
    """The steps without words that a provider held back: shown to it again, they have the next answer held back too."""
    last = steps[-1] if steps else None
    return steps[:-1] if isinstance(last, ModelStep) and last.reason == "content_filter" else steps


async def _steps(connection: AsyncConnection, conversation_id: str) -> dict[str, list[Settled]]:
    found: dict[str, list[Settled]] = {}
    for row in await rows(connection, _STEPS, conversation_id=conversation_id):
        found.setdefault(row["turn_id"], []).append(step_from(row["kind"], row["body"]))
    return found


async def _asked(connection: AsyncConnection, turn: TurnRow) -> dict[str, tuple[int, Word]]:
    if turn.fence == FIRST_FENCE:
        return {}
    found: dict[str, tuple[int, Word]] = {}
    for asked in await approvals_of_turn(connection, turn.id):
        call = asked.value.tool_call_id
        before = found[call][1].rounds if call in found else 0
        found[call] = (asked.number + 1, word_of(asked, before))
    return found


def word_of(asked: StoredApproval, rounds: int = 0) -> Word:
    """What came of asking about a call, which had asked for more so many times before."""
    return Word(
        status=asked.value.status,
        reason=asked.value.reason,
        digest=asked.digest,
        arguments=asked.value.arguments if asked.decided_arguments is None else asked.decided_arguments,
        decided_by=asked.value.decided_by,
        decided_by_name=asked.value.decided_by_name,
        form=asked.value.form,
        state=asked.state,
        answers=asked.answers,
        rounds=rounds + (asked.value.reason == "input"),
    )


async def _cut_before(connection: AsyncConnection, turn: TurnRow, answer: Answer) -> tuple[str, ...]:
    """Who had written the attempts at the step that is open."""
    if turn.fence == FIRST_FENCE or answer.attempt == 1:
        return ()
    cut = await cut_attempts(connection, answer.message_id)
    return tuple(one.model for one in cut if one.model and one.part == len(answer.parts))


@dataclass(frozen=True, slots=True)
class _LiveText:
    """What lies in the log of an attempt beyond the settled parts."""

    parts: tuple[Part, ...] = ()
    writer: tuple[str, ...] = ()
    """Whose it is."""
    chunk_index: int = 0
    """The number of the next chunk."""
    is_told_again: bool = False


async def _live_text(connection: AsyncConnection, turn: TurnRow, answer: Answer, since: int) -> _LiveText:
    """What lies in the log of the present attempt."""
    texts: dict[int, tuple[str, str]] = {}
    writer: dict[str, None] = {}
    chunk_index, is_told_again = 0, False
    if turn.fence == FIRST_FENCE:
        return _LiveText()
    for item in merged(await read_deltas(connection, turn.topic, since)):
        chunk = orjson.loads(item.payload)
        if chunk["message_id"] != answer.message_id:
            continue
        chunk_index = chunk["chunk_index"] + 1
        if chunk["attempt"] == answer.attempt and chunk["part"] >= len(answer.parts):
            kind, text = texts.get(chunk["part"], (chunk["kind"], ""))
            texts[chunk["part"]] = (kind, first_units(text, chunk["offset"]) + chunk["chunk"])
            writer |= {chunk["model"]: None} if chunk.get("model") else {}
            is_told_again = is_told_again or chunk.get("cached", False)
    parts = tuple(text_part(kind, text) for _, (kind, text) in sorted(texts.items()))
    return _LiveText(parts, tuple(writer), chunk_index, is_told_again)
