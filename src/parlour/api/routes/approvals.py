"""Changes that wait for a person: read, decided, and what one need not be asked again."""

from fastapi import APIRouter, Response

from parlour.api.auth import Asking
from parlour.api.doors import Doors
from parlour.identity.access import approval_for
from parlour.ids import new_id
from parlour.protocol.approvals import ApprovalList, Decision, RuleList
from parlour.protocol.commands import DecideToolCall
from parlour.protocol.content import Approval
from parlour.store.queries.approvals import inbox_of
from parlour.store.queries.ledger import rules_of


def approval_routes(doors: Doors) -> APIRouter:
    """`/approvals`, one's own."""
    routes = APIRouter(prefix="/approvals", tags=["approvals"])

    @routes.get("")
    async def inbox(who: Asking) -> ApprovalList:
        """What waits for one's word, the oldest first."""
        async with doors.reads.read() as connection:
            return ApprovalList(approvals=await inbox_of(connection, who.user_id))

    @routes.get("/rules")
    async def rules(who: Asking) -> RuleList:
        """What one need not be asked again, the newest first."""
        async with doors.reads.read() as connection:
            return RuleList(rules=await rules_of(connection, who.user_id))

    @routes.delete("/rules/{rule_id}", status_code=204)
    async def forget(who: Asking, rule_id: str) -> Response:
        """Be asked again from now on."""
        await doors.rules.forget(who, rule_id)
        return Response(status_code=204)

    @routes.get("/{approval_id}")
    async def read(who: Asking, approval_id: str) -> Approval:
        """One change, whether it still waits or what came of it."""
        async with doors.reads.read() as connection:
            return (await approval_for(connection, who, approval_id)).value

    @routes.post("/{approval_id}/decision")
    async def decide(who: Asking, approval_id: str, body: Decision) -> Approval:
        """Say yes or no to a change that waits. Only the first word counts."""
        async with doors.reads.read() as connection:
            await approval_for(connection, who, approval_id)
        command = DecideToolCall(
            type="decide_tool_call",
            approval_id=approval_id,
            decision=body.decision,
            arguments=body.arguments,
            answers=body.answers,
            remember=body.remember,
            command_id=body.command_id or new_id(),
        )
        return (await doors.talk.decide(who, command)).approval

    return routes
