"""Every unit that a turn writes. Each locks the row of its turn first and holds only for the present owner."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import and_, bindparam, exists, insert, or_, select, update

from parlour.errors import Fenced, NotNow
from parlour.journal.unit import Change, Event, Filled, Guard, Unit, event, seq_of
from parlour.models.base import RequestedCall
from parlour.protocol.content import Approval, Conversation, MessageBody, Part, Problem, Turn, TurnStatus
from parlour.protocol.events import (
    ENDED,
    ApprovalRequested,
    AssistantMessageStart,
    ConversationUpdated,
    StreamChunk,
    TurnUpdated,
)
from parlour.store.queries.conversations import StoredConversation
from parlour.store.tables import approvals, attempts, messages, tool_runs, turn_steps, turns
from parlour.tools.asking import Asking
from parlour.turn import findable
from parlour.turn.answer import Answer, problem_of
from parlour.turn.billing import NO_BILL, Bill
from parlour.turn.conversations import conversation_becomes, topics_of
from parlour.turn.record import TurnRow
from parlour.turn.steps import ModelStep, Settled, ToolStep
from parlour.turn.stored_steps import body_of

BUSY: tuple[TurnStatus, ...] = ("running", "waiting")
NOTHING = Unit()

# What every turn writes, made once. The names of parameters are none of a column.
_OTHERS = turns.alias()
_BUSY_WITH_ANOTHER = exists(select(_OTHERS.c.id)).where(
    _OTHERS.c.conversation_id == bindparam("the_conversation"),
    _OTHERS.c.id != bindparam("the_id"),
    or_(
        *(_OTHERS.c.status == busy for busy in BUSY),
        and_(_OTHERS.c.status == "queued", _OTHERS.c.position < turns.c.position),
    ),
)
_TAKE = update(turns).where(
    turns.c.id == bindparam("the_id"),
    turns.c.fence == bindparam("the_fence"),
    turns.c.status == bindparam("the_status"),
    turns.c.question_edit == bindparam("the_edit"),
    ~_BUSY_WITH_ANOTHER,
)
_OF_OWNER = update(turns).where(
    turns.c.id == bindparam("the_id"),
    turns.c.fence == bindparam("the_fence"),
    turns.c.owner == bindparam("the_owner"),
    turns.c.status == "running",
)
_ANSWER = update(messages).where(messages.c.id == bindparam("the_id"))
_KEEP_ANSWER = insert(messages)
_KEEP_STEP = insert(turn_steps)
_KEEP_RUN = insert(tool_runs)
_KEEP_APPROVAL = insert(approvals)
_RUN = update(tool_runs).where(
    tool_runs.c.turn_id == bindparam("the_turn"), tool_runs.c.tool_call_id == bindparam("the_call")
)


# --- beginning -----------------------------------------------------------------------------------------------------


def claimed(turn: TurnRow, *, owner: str, answer_id: str, model: str, at: str) -> tuple[TurnRow, Unit]:
    """Takes a turn: its fence rises, so that nothing of an earlier owner commits any more. With it the turn as taken.

    A turn that was running had an owner who died. A first claim also begins the answer. NotNow when another was
    faster, or something that was asked before is still open.
    """
    mine = replace(
        turn,
        status="running",
        owner=owner,
        answer_id=answer_id,
        fence=turn.fence + 1,
        deaths=turn.deaths + (turn.status == "running"),
    )
    take = Filled(
        _TAKE,
        {
            "the_id": turn.id,
            "the_fence": turn.fence,
            "the_status": turn.status,
            "the_edit": turn.question_edit,
            "the_conversation": turn.conversation_id,
            "claimed_at": at,
            "reason": None,
            **{name: getattr(mine, name) for name in ("status", "owner", "answer_id", "fence", "deaths")},
        },
    )
    changes: list[Change] = []
    # Said of one that was running too: what held it up under the owner before holds it up no more.
    said = [_turn_event(turn, answer_id, "running")]
    if turn.answer_id is None:
        body = _empty_answer(turn, answer_id, model, at)
        said.append(event(turn.topic, AssistantMessageStart(message=body)))
        here = seq_of(len(said) - 1)
        row = {"tenant_id": turn.tenant_id, "position": here, "rev": here, "token_count": 0}
        changes.append(Filled(_KEEP_ANSWER, body.model_dump(mode="json") | row))
        if turn.replaces:
            changes.append(Filled(_ANSWER, {"the_id": turn.replaces, "replaced_by": answer_id, "rev": here}))
    return mine, Unit(guards=[Guard(take, NotNow())], changes=changes, events=said)


def _empty_answer(turn: TurnRow, answer_id: str, model: str, at: str) -> MessageBody:
    return MessageBody(
        id=answer_id,
        conversation_id=turn.conversation_id,
        role="assistant",
        turn_id=turn.id,
        parent_id=turn.question_id,
        replaces=turn.replaces,
        parts=[],
        status="running",
        model=model,
        created_at=at,
        answers_edit=turn.question_edit,
    )


# --- going on ------------------------------------------------------------------------------------------------------


def called_tools(
    turn: TurnRow,
    number: int,
    step: ModelStep,
    answer: Answer,
    calls: Sequence[tuple[RequestedCall, str]],
    at: str,
    bill: Bill = NO_BILL,
) -> tuple[Answer, Unit]:
    """Settles a model step that asked for tools, with its `bill`; those that wait for none are at work from now on."""
    later = {place.call for place in step.plan}
    grown, said = answer.with_calls(calls, later)
    at_work = [grown.executing(call) for call, _ in calls if call.id not in later]
    spoken = [event(turn.topic, said), *(event(turn.topic, each) for each in at_work)]
    runs: list[Change] = [
        Filled(
            _KEEP_RUN,
            {
                "id": run_id_of(turn, call.id),
                "tenant_id": turn.tenant_id,
                "conversation_id": turn.conversation_id,
                "message_id": answer.message_id,
                "turn_id": turn.id,
                "user_id": turn.user_id,
                "tool_call_id": call.id,
                "name": call.name,
                "arguments": call.arguments or {},
                "status": "pending" if call.id in later else "executing",
                "cached": False,
                "started_at": at,
            },
        )
        for call, _ in calls
    ]
    kept = bill.rows(turn, answer.message_id)
    changes = [_step_row(turn, number, step, at), *runs, _answer_row(grown, len(spoken) - 1), *kept]
    return grown, Unit(guards=[_owned(turn, settled=True)], changes=changes, events=spoken)


def tool_ended(
    turn: TurnRow, number: int, step: ToolStep, answer: Answer, at: str, deed: Unit = NOTHING
) -> tuple[Answer, Unit]:
    """Settles what came of one call, together with what it did, `deed`."""
    grown, said = answer.with_outcome(step.outcome)
    here = len(deed.events)
    changes = [*deed.changes, _step_row(turn, number, step, at), _run_ended(turn, step, at), _answer_row(grown, here)]
    spoken = [*deed.events, event(turn.topic, said)]
    return grown, Unit(guards=[_owned(turn, settled=True), *deed.guards], changes=changes, events=spoken)


def began(turn: TurnRow, call_id: str, answer: Answer, deed: Unit) -> tuple[Answer, Unit]:
    """Commits that a call is about to change something, `deed`; one that waited for a person is at work from now on."""
    guards = [_owned(turn), *deed.guards]
    if not answer.is_waiting(call_id):
        return answer, replace(deed, guards=guards)
    grown, said = answer.with_state(call_id, "executing")
    run = Filled(_RUN, {"the_turn": turn.id, "the_call": call_id, "status": "executing"})
    spoken = [*deed.events, event(turn.topic, said)]
    return grown, Unit(guards, [*deed.changes, run, _answer_row(grown, len(deed.events))], spoken)


def asked(
    turn: TurnRow, asking: Asking, number: int, answer: Answer, at: str, expires_at: str, deed: Unit = NOTHING
) -> tuple[Answer, Unit]:
    """Puts a call to a person: it waits, in its answer and in the inbox of whoever asked. `deed` settles what began."""
    grown, said = answer.with_state(asking.tool_call_id, "waiting")
    run_id = run_id_of(turn, asking.tool_call_id)
    approval = Approval(
        id=run_id if number == 0 else str(uuid.uuid5(uuid.UUID(run_id), str(number))),
        tool_call_id=asking.tool_call_id,
        conversation_id=turn.conversation_id,
        project_id=turn.project_id,
        message_id=answer.message_id,
        turn_id=turn.id,
        tool_name=asking.tool,
        label=asking.label,
        effect=asking.effect,
        arguments=asking.arguments,
        preview=asking.preview,
        reason=asking.reason,
        form=asking.form,
        remember=asking.remember,
        status="pending",
        requested_at=at,
        expires_at=expires_at,
    )
    row = approval.model_dump(mode="json") | {
        "tenant_id": turn.tenant_id,
        "user_id": turn.user_id,
        "run_id": run_id,
        "number": number,
        "position": seq_of(1),
        "inbox_position": seq_of(2),
        "subject": asking.subject,
        "digest": asking.digest,
        "state": asking.state,
    }
    run = Filled(_RUN, {"the_turn": turn.id, "the_call": asking.tool_call_id, "status": "waiting"})
    requested = ApprovalRequested(approval=approval)
    spoken = [event(turn.topic, said), event(turn.topic, requested), event(f"user:{turn.user_id}", requested)]
    changes = [Filled(_KEEP_APPROVAL, row), run, _answer_row(grown, 0), *deed.changes]
    return grown, Unit(guards=[_owned(turn, settled=True), *deed.guards], changes=changes, events=spoken)


def waits(turn: TurnRow, running_ms: int) -> Unit:
    """Lets a turn rest until a person gives their word."""
    rest = _of_owner(turn, status="waiting", reason="approval", owner=None, fence=turn.fence + 1, running_ms=running_ms)
    return Unit(guards=[Guard(rest, Fenced())], events=[_turn_event(turn, turn.answer_id, "waiting", "approval")])


def held_up(turn: TurnRow, answer_id: str, reason: str | None) -> Unit:
    """Says what holds a turn up that runs; None where it goes on."""
    said = _of_owner(turn, reason=reason)
    return Unit(guards=[Guard(said, Fenced())], events=[_turn_event(turn, answer_id, "running", reason)])


@dataclass(frozen=True, slots=True)
class Attempt:
    """What a model step had said when it was cut, why it was, and who had said it, if that is known."""

    parts: tuple[Part, ...]
    reason: str
    model: str | None


def begun_again(turn: TurnRow, answer: Answer, cut: Attempt, at: str, bill: Bill = NO_BILL) -> tuple[Answer, Unit]:
    """Keeps what a cut model step had said, and lets the answer go on after what is settled."""
    restarted, said = answer.restarted(cut.reason)
    kept = insert(attempts).values(
        message_id=answer.message_id,
        attempt=answer.attempt,
        part=len(answer.parts),
        parts=[part.model_dump(mode="json") for part in cut.parts],
        reason=cut.reason,
        model=cut.model,
        at=at,
    )
    row = _answer_row(restarted, 0, attempt=restarted.attempt)
    spent = bill.rows(turn, answer.message_id)
    return restarted, Unit(guards=[_owned(turn)], changes=[kept, row, *spent], events=[event(turn.topic, said)])


def handed_back(turn: TurnRow, running_ms: int) -> Unit:
    """Gives a turn back at shutdown, for any node to go on with."""
    back = _of_owner(turn, status="queued", reason=None, owner=None, fence=turn.fence + 1, running_ms=running_ms)
    return Unit(guards=[Guard(back, Fenced())], events=[_turn_event(turn, turn.answer_id, "queued")])


# --- ending --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Ending:
    """How a turn ends, and what is settled with it."""

    status: TurnStatus
    reason: str | None
    final: StreamChunk
    steps: Sequence[tuple[int, Settled]]
    """The model step that ended it, and calls that were cut off with it, each with its number."""
    tokens: int
    """How many tokens the answer's words have, as reported or estimated."""
    bill: Bill = NO_BILL
    """The requests to models that no unit has kept yet."""


def finished(
    turn: TurnRow, answer: Answer, ending: Ending, *, before: StoredConversation, after: Conversation, at: str
) -> Unit:
    """Ends a turn: its answer is whole now, or says why it is not. Moved when the conversation changed meanwhile."""
    end = _of_owner(turn, status=ending.status, reason=ending.reason, owner=None, ended_at=at)
    changes: list[Change] = [_step_row(turn, number, step, at) for number, step in ending.steps]
    spoken: list[Event] = []
    for _, step in ending.steps:
        if isinstance(step, ToolStep):
            answer, said = answer.with_outcome(step.outcome)
            spoken.append(event(turn.topic, said))
            changes.append(_run_ended(turn, step, at))
    final = ending.final
    spoken.append(event(turn.topic, final))
    row: dict[str, Any] = {
        "status": final.status,
        "error": final.error.model_dump() if final.error else None,
        "token_count": ending.tokens,
        "cached": final.cached,
    }
    if final.model:
        row["model"] = final.model
    if final.models:
        row["models"] = final.models
    if final.usage:
        row["usage"] = final.usage.model_dump()
    changes.append(_answer_row(answer, len(spoken) - 1, **row))
    changes += ending.bill.rows(turn, answer.message_id)
    changes.append(findable.by_words(after, answer.message_id, answer.parts))
    spoken.append(_turn_event(turn, answer.message_id, ending.status, ending.reason))
    spoken += [event(topic, ConversationUpdated(conversation=after)) for topic in topics_of(after)]
    return Unit(guards=[Guard(end, Fenced()), conversation_becomes(before, after)], changes=changes, events=spoken)


def stopped_in_queue(turn: TurnRow, at: str) -> Unit:
    """Ends a turn that nobody has begun with. NotNow when somebody has: then there is an answer to be ended too."""
    end = (
        update(turns)
        .where(turns.c.id == turn.id, turns.c.status == "queued", turns.c.answer_id.is_(None))
        .values(status="stopped", reason="stopped", ended_at=at)
    )
    return Unit(guards=[Guard(end, NotNow())], events=[_turn_event(turn, None, "stopped", "stopped")])


def asked_to_stop(turn: TurnRow) -> Unit:
    """Remembers that a person wants a turn that was begun to end. NotNow when it has ended."""
    ask = update(turns).where(turns.c.id == turn.id, turns.c.status.not_in(ENDED)).values(stop_asked=True)
    return Unit(guards=[Guard(ask, NotNow())])


# --- pieces --------------------------------------------------------------------------------------------------------


def _turn_event(turn: TurnRow, answer_id: str | None, status: TurnStatus, reason: str | None = None) -> Event:
    value = Turn(id=turn.id, question_id=turn.question_id, answer_id=answer_id, status=status, reason=reason)
    return event(turn.topic, TurnUpdated(turn=value))


def _of_owner(turn: TurnRow, **values: Any) -> Filled:
    return Filled(_OF_OWNER, {"the_id": turn.id, "the_fence": turn.fence, "the_owner": turn.owner, **values})


def _owned(turn: TurnRow, *, settled: bool = False) -> Guard:
    """Locks the row and holds only for its owner. A newly settled step forgets the deaths before it."""
    return Guard(_of_owner(turn, deaths=0) if settled else _of_owner(turn, owner=turn.owner), Fenced())


def _step_row(turn: TurnRow, number: int, step: Settled, at: str) -> Change:
    kind, body = body_of(step)
    return Filled(_KEEP_STEP, {"turn_id": turn.id, "step": number, "kind": kind, "body": body, "at": at})


def _answer_row(answer: Answer, event_number: int, **more: Any) -> Change:
    row = {"the_id": answer.message_id, "parts": answer.rows, "rev": seq_of(event_number)}
    return Filled(_ANSWER, row | more)


def _run_ended(turn: TurnRow, step: ToolStep, at: str) -> Filled:
    done = step.outcome
    problem: Problem | None = problem_of(done)
    which = {"the_turn": turn.id, "the_call": done.tool_call_id}
    row = {
        "arguments": done.arguments,
        "status": done.status,
        "result": done.result,
        "error": problem.model_dump() if problem else None,
        "duration_ms": round(done.duration_ms),
        "ended_at": at,
        "decided_by": done.decided_by,
        "repeated": done.repeated,
        "cached": done.cached,
        "ledger_key": done.ledger_key,
    }
    return Filled(_RUN, which | row)


def run_id_of(turn: TurnRow, call_id: str) -> str:
    """The id of the run of a call: the same whenever it is asked for."""
    return str(uuid.uuid5(uuid.UUID(turn.id), call_id))
