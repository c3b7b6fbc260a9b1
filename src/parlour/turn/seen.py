"""What a model was shown for an answer, as it stands now: the reports of its steps with the words they stand for."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import Row, select
from sqlalchemy.ext.asyncio import AsyncConnection

from parlour.protocol.content import Message, Usage
from parlour.protocol.seen import SeenPiece, SeenRequest
from parlour.store.queries.messages import message_from
from parlour.store.tables import messages, turn_steps
from parlour.turn.context_pieces import tool_content
from parlour.turn.given import Given
from parlour.turn.record import text_of
from parlour.turn.report import Piece, Report, report_from
from parlour.turn.steps import ModelStep, Settled
from parlour.turn.stored_steps import step_from
from parlour.turn.things import things_in

LONGEST_TEXT = 2_000
"""So many characters of a piece are shown."""


@dataclass(frozen=True, slots=True)
class _Words:
    """What the pieces of an answer's reports can stand for: messages that are not deleted, and the steps in them."""

    messages: Mapping[str, Message]
    steps: Mapping[tuple[str, int], Settled]

    def of(self, piece: Piece) -> str | None:
        """The words of a piece, whole; None when they are gone."""
        if piece.kind in ("system", "tools", "notice"):
            return piece.text
        message = self.messages.get(piece.message_id or "")
        if message is None:
            return None
        if piece.given is not None:
            return Given.with_message(message).words(piece.given, is_answer=piece.kind == "answer")
        if piece.kind == "entities":
            return self._things(message.turn_id or "", (piece.text or "").split("\n"))
        if piece.step is None:
            return text_of(message)
        step = self.steps.get((message.turn_id or "", piece.step))
        return None if step is None else _step_text(step)

    def _things(self, turn_id: str, named: Collection[str]) -> str:
        """The things of these ids that were spoken of in a turn, each on a line."""
        told = things_in(step for (turn, _), step in self.steps.items() if turn == turn_id)
        return "\n".join(f"{each.name} ({each.kind})" if each.kind else each.name for each in told if each.id in named)


@dataclass(frozen=True, slots=True)
class _Asked:
    """A request as it was kept."""

    step: int
    model: str
    at: str
    report: Report
    usage: Usage | None = None


async def seen_for(connection: AsyncConnection, answer: Message) -> list[SeenRequest]:
    """Every request that was made for an answer, in order, those included that came to nothing.

    Not among them are the ones that were cut by the end of their server, and by a person before their first word.
    """
    if answer.role != "assistant":
        return []
    query = (
        select(turn_steps)
        .where(turn_steps.c.turn_id == answer.turn_id, turn_steps.c.kind == "model")
        .order_by(turn_steps.c.step)
    )
    requests = [asked for row in await connection.execute(query) for asked in _asked(row)]
    pieces = [piece for asked in requests for piece in asked.report.pieces]
    words = await _words(connection, answer.conversation_id, pieces)
    return [_request(asked, words) for asked in requests]


def _asked(row: Row[Any]) -> Iterator[_Asked]:
    """The requests for a step: those that failed, then the one that it is the answer to."""
    for tried in row.body.get("tried", ()):
        yield _Asked(row.step, tried["model"], tried["at"], report_from(tried["seen"]))
    usage = row.body.get("usage")
    counted = Usage.model_validate(usage) if usage else None
    yield _Asked(row.step, row.body.get("model", ""), row.at, report_from(row.body.get("seen")), counted)


def _request(asked: _Asked, words: _Words) -> SeenRequest:
    return SeenRequest(
        step=asked.step,
        model=asked.model,
        at=asked.at,
        pieces=[_piece(piece, words.of(piece)) for piece in asked.report.pieces],
        cut=list(asked.report.cut),
        tokens=asked.report.tokens,
        limit=asked.report.limit,
        usage=asked.usage,
    )


def _piece(piece: Piece, text: str | None) -> SeenPiece:
    return SeenPiece(
        kind=piece.kind,
        message_id=piece.message_id,
        text=None if text is None else text[:LONGEST_TEXT],
        tokens=piece.tokens,
        is_shortened=piece.shortened,
    )


async def _words(connection: AsyncConnection, conversation_id: str, pieces: Iterable[Piece]) -> _Words:
    named = {piece.message_id for piece in pieces if piece.message_id}
    there = select(messages).where(
        messages.c.id.in_(named), messages.c.conversation_id == conversation_id, messages.c.deleted_at.is_(None)
    )
    found = [message_from(row) for row in (await connection.execute(there)).mappings()]
    turns = {message.turn_id for message in found if message.role == "assistant" and message.turn_id}
    settled = await connection.execute(select(turn_steps).where(turn_steps.c.turn_id.in_(turns)))
    steps = {(row.turn_id, row.step): step_from(row.kind, row.body) for row in settled}
    return _Words({message.id: message for message in found}, steps)


def _step_text(step: Settled) -> str:
    """A settled step as a model reads it."""
    if isinstance(step, ModelStep):
        calls = [f"{call.name} {call.raw or orjson.dumps(call.arguments).decode()}" for call in step.calls]
        return "\n".join(filter(None, (step.text, *calls)))
    return tool_content(step.outcome)
