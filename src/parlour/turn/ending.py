"""How a turn ends: whatever is still open is settled, the answer is whole or says why not, and everybody is told."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncConnection

from parlour.clock import isoformat
from parlour.errors import ConversationNotFound, Moved
from parlour.journal.retrying import Built, read_and_commit
from parlour.journal.unit import Unit
from parlour.models.base import RequestedCall, estimate_tokens
from parlour.protocol.content import Conversation, LastMessage
from parlour.store.queries.approvals import StoredApproval, approvals_of_turn
from parlour.store.queries.conversations import StoredConversation, stored_conversation
from parlour.store.queries.ledger import entries_of
from parlour.tools.outcomes import Outcome
from parlour.tools.phrasing import unknown
from parlour.turn import units
from parlour.turn.answer import Answer
from parlour.turn.approval_units import joined, withdrawn
from parlour.turn.billing import Bill
from parlour.turn.machine import TurnState
from parlour.turn.means import Means
from parlour.turn.preview import plain, preview
from parlour.turn.record import FIRST_FENCE, Past, TurnRow
from parlour.turn.steps import Finish, ModelStep, Settled, ToolStep

MOST_TOKENS = 2**31 - 1
"""As large as the size of a message can be kept, whatever a provider says that its words came to."""


async def end_turn(
    past: Past, answer: Answer, state: TurnState, finish: Finish, chunk_index: int, means: Means, bill: Bill
) -> bool:
    """Commit the end of a turn, which its caller owns and began with at `past`. `answer` holds everything shown,
    `bill` what it used.

    Returns whether something else may wait in the conversation. Raises Fenced when another owner took the turn,
    ConversationNotFound when it was deleted meanwhile.
    """
    turn = past.turn
    begun = await _begun(past, state, means)
    ended: list[Settled] = [ToolStep(_cut_off(call, past, state, begun)) for call in state.open_calls]
    if finish.last is not None:
        ended.append(finish.last)
    models = [step for step in (*state.steps, *ended) if isinstance(step, ModelStep)]
    usage, asked = bill.usage, _asked(models, finish)
    final = answer.final(
        chunk_index=chunk_index,
        status=finish.status,
        model=models[-1].model if models and len(asked) == 1 else asked[-1] if asked else None,
        models=asked if len(asked) > 1 else None,
        cached=usage is None and _is_told_again(models, finish),
        usage=usage,
        problem=finish.problem,
    )
    text = "".join(part.text for part in answer.parts if part.kind == "text")
    tokens = min(usage.completion_tokens if usage else estimate_tokens(text), MOST_TOKENS)
    line = preview(plain(text) or (finish.problem.message if finish.problem else ""))
    steps = list(enumerate(ended, len(state.steps)))
    ending = units.Ending(finish.status, finish.reason, final, steps, tokens, bill)
    at = isoformat(means.clock.now())

    def unit_after(before: StoredConversation, waiting: Sequence[StoredApproval] = ()) -> Unit:
        after = _conversation_after(before, turn, line, tokens, at)
        unit = units.finished(turn, answer, ending, before=before, after=after, at=at)
        return joined(unit, withdrawn(waiting, "superseded", at))

    async def build(connection: AsyncConnection) -> Built[None]:
        before = await stored_conversation(connection, turn.conversation_id)
        if before is None:
            raise ConversationNotFound
        asked = await approvals_of_turn(connection, turn.id)
        return None, unit_after(before, [each for each in asked if each.value.status == "pending"])

    if state.pending:
        await read_and_commit(means.reads, means.writer, build)
        return True
    try:
        # Whatever is asked in a conversation changes it: if it still stands, nothing was.
        await means.writer.commit(unit_after(past.conversation))
    except Moved:
        await read_and_commit(means.reads, means.writer, build)
        return True
    return past.other_is_open


def _conversation_after(before: StoredConversation, turn: TurnRow, line: str, tokens: int, at: str) -> Conversation:
    return before.value.model_copy(
        update={
            "message_count": before.value.message_count + (turn.replaces is None),
            "total_tokens": before.value.total_tokens + tokens,
            "last_message": LastMessage(text=line, is_user=False, created_at=at),
            "last_activity_at": max(at, before.value.last_activity_at),
            "updated_at": max(at, before.value.updated_at),
        }
    )


def _asked(steps: list[ModelStep], finish: Finish) -> list[str]:
    """Everybody who was asked, each where they were asked last."""
    names = [name for step in steps for name in step.asked or (step.model,)]
    if finish.last is None:
        names += finish.asked
    return list(reversed(dict.fromkeys(reversed(names))))


def _is_told_again(steps: list[ModelStep], finish: Finish) -> bool:
    """Whether nobody was asked for any step."""
    was_asked = finish.last is None and finish.asked
    return bool(steps) and all(step.cached for step in steps) and not was_asked


async def _begun(past: Past, state: TurnState, means: Means) -> frozenset[str]:
    """The calls that an earlier owner had begun and nobody has settled: nobody knows whether they were done."""
    if not state.open_calls or past.turn.fence <= FIRST_FENCE:
        return frozenset()
    async with means.reads.read() as connection:
        entries = await entries_of(connection, past.turn.question_id)
    mine = [entry for entry in entries if entry.turn_id == past.turn.id and entry.status == "started"]
    return frozenset(entry.tool_call_id for entry in mine)


def _cut_off(call: RequestedCall, past: Past, state: TurnState, begun: frozenset[str]) -> Outcome:
    """What stands for a call that waited or was at work when its turn ended. This owner had begun none of them."""
    if call.id in begun:
        return unknown(Outcome(call.id, call.name, "unknown", call.arguments or {}))
    if call.id in state.pending or (call.id in past.asked and past.asked[call.id][1].is_no):
        undecided = "That was not decided, so nothing was changed."
        return Outcome(call.id, call.name, "denied", call.arguments or {}, code="denied", problem=undecided)
    return Outcome(
        call.id,
        call.name,
        "failed",
        call.arguments or {},
        code="stopped",
        problem="It was ended before it came back.",
    )
