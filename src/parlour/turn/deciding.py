"""What a person says to a change that waits. The first word counts; whoever comes later is told whose it was."""

from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncConnection

from parlour.clock import Clock, isoformat
from parlour.errors import AlreadyDecided, Forbidden, InvalidRequest
from parlour.identity.access import approval_for
from parlour.identity.audit import audited
from parlour.identity.who import Who
from parlour.journal.retrying import Built
from parlour.journal.unit import Unit, Writer
from parlour.models.base import RequestedCall
from parlour.protocol.commands import DecideToolCall
from parlour.protocol.content import Approval, Json
from parlour.store.database import Reads
from parlour.store.queries.approvals import StoredApproval
from parlour.tools.asking import Asking
from parlour.tools.forms import BadAnswers, fitting
from parlour.tools.outcomes import ToolProblem
from parlour.tools.tool import ToolContext
from parlour.turn.approval_units import decided, joined
from parlour.turn.means import Tools
from parlour.turn.once import Begin, Ids, Once, Said, carry_out
from parlour.turn.rules import remembered

_LATE = {
    "approved": "said yes to it already",
    "denied": "said no to it already",
}


@dataclass(frozen=True, slots=True)
class Decided:
    """What came of a word: the approval as it stands, and whether the same command had said so before."""

    approval: Approval
    said: Said


@dataclass(frozen=True, slots=True)
class Deciding:
    """Takes people's words on what waits."""

    reads: Reads
    writer: Writer
    clock: Clock
    tools: Tools

    async def decide(self, who: Who, command: DecideToolCall) -> Decided:
        """Keep somebody's word.

        Raises NotFound, AlreadyDecided, Forbidden for a yes of somebody who may not do it themselves, InvalidRequest
        for arguments that cannot be, for a rule that is not offered and for answers that do not fit what the tool
        wants to know, IdempotencyConflict.
        """
        once = Once.of(who, command.command_id, command)
        shown: Asking | None = None

        async def considered(connection: AsyncConnection) -> Begin:
            asked = await approval_for(connection, who, command.approval_id)

            async def consider() -> None:
                nonlocal shown
                shown = await self._considered(who, asked, command)

            return consider

        async def build(connection: AsyncConnection) -> Built[tuple[Ids, Approval]]:
            asked = await approval_for(connection, who, command.approval_id)
            self._check(who, asked, command)
            return self._decision(once, asked, command, shown, _answers(asked, command))

        said, made = await carry_out(once, self.reads, self.writer, build, prepare=considered)
        if made is None:
            async with self.reads.read() as connection:
                made = (await approval_for(connection, who, command.approval_id)).value
        return Decided(made, said)

    async def _considered(self, who: Who, asked: StoredApproval, command: DecideToolCall) -> Asking | None:
        """What is decided on, where a person changed it; None where it is what was asked."""
        self._check(who, asked, command)
        _answers(asked, command)
        if command.decision == "deny" or command.arguments is None:
            return None
        value = asked.value
        context = ToolContext(
            who.in_project(value.project_id), value.conversation_id, value.turn_id, value.tool_call_id
        )
        call = RequestedCall(value.tool_call_id, value.tool_name, command.arguments)
        try:
            shown = await self.tools.considered(call, context, _as_asked(asked))
        except ToolProblem as problem:
            words = " ".join(filter(None, (problem.message, problem.suggestion)))
            raise InvalidRequest(f"{words} Nothing was decided.") from problem
        if not who.may(f"tools:{shown.effect}"):
            raise Forbidden("You may not do that yourself, and so not say yes to it.")
        return shown

    def _check(self, who: Who, asked: StoredApproval, command: DecideToolCall) -> None:
        value, at = asked.value, isoformat(self.clock.now())
        if value.status in _LATE:
            name = "You" if value.decided_by == who.user_id else value.decided_by_name or "Somebody"
            raise AlreadyDecided(f"{name} {_LATE[value.status]}.", decided_by=value.decided_by)
        if value.status == "expired" or (value.status == "pending" and value.expires_at <= at):
            raise AlreadyDecided("The time to decide is over; nothing was changed. You can ask for it again.")
        if value.status != "pending":
            raise AlreadyDecided("It is no longer asked; nothing was changed. You can ask for it again.")
        if command.remember and (command.decision != "approve" or value.remember is None):
            raise InvalidRequest("This is asked every time; nothing was decided.")
        if command.decision == "approve" and not who.may(f"tools:{value.effect}"):
            raise Forbidden("You may not do that yourself, and so not say yes to it.")

    def _decision(
        self,
        once: Once,
        asked: StoredApproval,
        command: DecideToolCall,
        shown: Asking | None,
        answers: Json | None,
    ) -> Built[tuple[Ids, Approval]]:
        who, at = once.who, isoformat(self.clock.now())
        after = asked.value.model_copy(
            update={
                "status": "approved" if command.decision == "approve" else "denied",
                "decided_by": who.user_id,
                "decided_by_name": who.full_name or who.username,
                "decided_at": at,
            }
        )
        digest = shown.digest if shown else asked.digest
        word = decided(asked, after, shown.arguments if shown else None, digest, answers)
        ids = {"approval_id": after.id, "conversation_id": after.conversation_id, "turn_id": after.turn_id}
        told = audited(
            f"tool_call_{after.status}",
            tenant_id=who.tenant_id,
            user_id=who.user_id,
            at=at,
            resource=("approval", after.id),
            details={"tool": after.tool_name, "effect": after.effect},
        )
        rule = remembered(who, asked, at) if command.remember else []
        return (ids, after), joined(word, Unit([once.kept(ids, at)], [once.numbered(), told, *rule]))


def _answers(asked: StoredApproval, command: DecideToolCall) -> Json | None:
    """What the tool is told; None where it asked nothing, or is told nothing. Raises InvalidRequest."""
    if asked.value.reason != "input" or asked.value.form is None:
        if command.answers is not None:
            raise InvalidRequest("This wants no answers, but a yes or a no; nothing was decided.")
        return None
    if command.arguments is not None:
        raise InvalidRequest("What it is called with cannot be changed any more; nothing was decided.")
    if command.decision == "deny":
        if command.answers is not None:
            raise InvalidRequest("Answers go with a yes; nothing was decided.")
        return None
    if command.answers is None:
        raise InvalidRequest("It wants to know something: a yes needs answers. Nothing was decided.")
    try:
        return fitting(asked.value.form, command.answers)
    except BadAnswers as bad:
        raise InvalidRequest(f"{bad} Nothing was decided.") from bad


def _as_asked(asked: StoredApproval) -> Asking:
    value = asked.value
    return Asking(
        tool_call_id=value.tool_call_id,
        tool=value.tool_name,
        label=value.label,
        effect=value.effect,
        arguments=value.arguments,
        preview=value.preview,
        reason=value.reason,
        subject=asked.subject,
        remember=value.remember,
    )
