"""Notices to conversations: what a toolkit says is new goes to those in which somebody has heard of it.

They are committed in the unit of the change that they tell of, so that each is given once, and none without it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import Update, insert, update
from sqlalchemy.ext.asyncio import AsyncConnection

from parlour.clock import Clock, isoformat
from parlour.errors import Moved
from parlour.ids import new_id
from parlour.journal.unit import Guard, Unit, event, seq_of
from parlour.protocol.content import Notice
from parlour.protocol.events import SystemNotification
from parlour.store.queries.notices import that_heard_of
from parlour.store.tables import conversations, notices
from parlour.tools.tool import ToolContext

REMEMBERED = timedelta(days=7)
"""Where nothing was said for longer, nobody is waiting for news."""
MOST_TOLD = 20
"""So many conversations are told of one change."""


@dataclass(frozen=True, slots=True)
class Notifying:
    """Tells conversations what is new of the things that they were about."""

    clock: Clock

    async def __call__(
        self, connection: AsyncConnection, context: ToolContext, text: str, about: Sequence[str], *, after: int
    ) -> Unit:
        """The unit that says `text` in those conversations of the caller's project, except the one it comes from.

        It is to be joined to the unit of the change, behind its `after` events. On commit it is Moved when one of the
        conversations is gone.
        """
        if not about:
            return Unit()
        now = self.clock.now()
        where = await that_heard_of(
            connection,
            context.caller.project_id,
            about,
            since=isoformat(now - REMEMBERED),
            besides=context.conversation_id,
            most=MOST_TOLD,
        )
        told = {
            conversation_id: Notice(id=new_id(), level="info", text=text, created_at=isoformat(now))
            for conversation_id in sorted(where)
        }
        return _given(context.caller.tenant_id, told, after) if told else Unit()


def _given(tenant_id: str, told: dict[str, Notice], after: int) -> Unit:
    """The unit that gives these notices, by the ids of conversations, which are locked in their order."""
    rows = [
        {
            **notice.model_dump(),
            "tenant_id": tenant_id,
            "conversation_id": conversation_id,
            "position": seq_of(after + number),
        }
        for number, (conversation_id, notice) in enumerate(told.items())
    ]
    return Unit(
        guards=[Guard(_is_there(conversation_id), Moved()) for conversation_id in told],
        changes=[insert(notices).values(rows)],
        events=[
            event(f"conversation:{conversation_id}", SystemNotification(notice=notice))
            for conversation_id, notice in told.items()
        ],
    )


def _is_there(conversation_id: str) -> Update:
    same = update(conversations).where(conversations.c.id == conversation_id)
    return same.values(tenant_id=conversations.c.tenant_id)
