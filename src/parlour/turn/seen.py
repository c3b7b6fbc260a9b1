"""What a model was shown for an answer, as it stands now: the reports of its steps with the words they stand for."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import Row, select
from sqlalchemy.ext.asyncio import AsyncConnection

from parlour.protocol.content import Message, Usage
from parlour.protocol.seen import SeenPiece, SeenRequest
from parlour.store.queries.messages import message_from
from parlour.store.tables import messages, turn_steps
from parlour.turn.context import tool_content
from parlour.turn.given import Given
from parlour.turn.record import text_of
from parlour.turn.report import Piece, Report, report_from
from parlour.turn.steps import ModelStep
from parlour.turn.stored_steps import step_from

LONGEST_TEXT = 2_000
"""So many characters of a piece are shown."""


@dataclass(frozen=True, slots=True)
class _Words:
    """What the pieces of an answer's reports can stand for: messages that are not deleted, and the steps in them."""

    messages: Mapping[str, Message]
    steps: Mapping[tuple[str, int], str]

    def of(self, piece: Piece) -> str | None:
        """The words of a piece, whole; None when they are gone."""
        if piece.kind in ("system", "tools", "notice"):
            return piece.text
        message = self.messages.get(piece.message_id or "")
        if message is None:
            return None
        if piece.given is not None:
            return Given.with_message(message).words(piece.given, is_answer=piece.kind == "answer")
        return text_of(message) if piece.step is None else self.steps.get((message.turn_id or "", piece.step))


async def seen_for(connection: AsyncConnection, answer: Message) -> list[SeenRequest]:
    """Every request that was made for an answer and came to something, in order."""
    if answer.role != "assistant":
        return []
    query = (
        select(turn_steps)
        .where(turn_steps.c.turn_id == answer.turn_id, turn_steps.c.kind == "model")
        .order_by(turn_steps.c.step)
    )
    rows = (await connection.execute(query)).all()
    reports = [report_from(row.body.get("seen")) for row in rows]
    words = await _words(connection, answer.conversation_id, [piece for report in reports for piece in report.pieces])
    return [_request(row, report, words) for row, report in zip(rows, reports, strict=True)]


def _request(row: Row[Any], report: Report, words: _Words) -> SeenRequest:
    usage = row.body.get("usage")
    return SeenRequest(
        step=row.step,
        model=row.body.get("model", ""),
        at=row.at,
        pieces=[_piece(piece, words.of(piece)) for piece in report.pieces],
        cut=list(report.cut),
        tokens=report.tokens,
        limit=report.limit,
        usage=Usage.model_validate(usage) if usage else None,
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
    steps = {(row.turn_id, row.step): _step_text(row.kind, row.body) for row in settled}
    return _Words({message.id: message for message in found}, steps)


def _step_text(kind: str, body: dict[str, Any]) -> str:
    """A settled step as a model reads it."""
    step = step_from(kind, body)
    if isinstance(step, ModelStep):
        calls = [f"{call.name} {call.raw or orjson.dumps(call.arguments).decode()}" for call in step.calls]
        return "\n".join(filter(None, (step.text, *calls)))
    return tool_content(step.outcome)
