"""How much somebody may ask, by their role: so many messages a minute, an hour and a day, and talks at the same time.

What starts an answer is numbered, one after the other, for each person; a row that takes its number within the limits
is the check and the count in one. Of two at once on different nodes one finds its number taken, and looks again.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import ceil
from typing import Any

from sqlalchemy import JSON, Select, and_, bindparam, exists, func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from parlour.clock import isoformat
from parlour.errors import RateLimited
from parlour.identity.who import Who
from parlour.protocol.content import Conversation, UserRole
from parlour.store.tables import commands, conversations

WINDOWS = {"minute": timedelta(minutes=1), "hour": timedelta(hours=1), "day": timedelta(days=1)}
ACTIVE = timedelta(hours=1)
"""So long after the last word in it a conversation counts as active."""
UNLIMITED = 1 << 40
"""A number that nobody reaches."""


@dataclass(frozen=True, slots=True)
class Allowance:
    """What one role may do; 0 stands for no limit."""

    minute: int = 0
    hour: int = 0
    day: int = 0
    conversations: int = 0


@dataclass(frozen=True, slots=True)
class Limits:
    """What each role may do; nobody is held back where nothing is said. A moderator may do what a user may."""

    guest: Allowance = field(default_factory=Allowance)
    user: Allowance = field(default_factory=Allowance)
    admin: Allowance = field(default_factory=Allowance)

    def of(self, role: UserRole) -> Allowance:
        """What somebody with `role` may do."""
        return {"guest": self.guest, "admin": self.admin}.get(role, self.user)

    def asking(self, who: Who, now: datetime, conversation: Conversation) -> "Asking":
        """Somebody asks something in a conversation as it stands."""
        since = isoformat(now - ACTIVE)
        is_active = conversation.message_count > 0 and conversation.last_activity_at > since
        return Asking(who.user_id, self.of(who.role), now, None if is_active else conversation.id)


# The names of parameters are none of a column. The columns of `_COMMAND` are given by whoever keeps the command.
_COLUMNS = ("user_id", "command_id", "kind", "digest", "ids", "seq", "at")
_NEXT = (
    select((func.coalesce(func.max(commands.c.number), 0) + 1).label("number"))
    .where(commands.c.user_id == bindparam("the_user_id"))
    .subquery("next")
)
_EARLIER = commands.alias("earlier")
_ACTIVE = (
    select(func.count())
    .select_from(conversations)
    .where(
        conversations.c.owner_id == bindparam("the_user_id"),
        conversations.c.last_activity_at > bindparam("active_since"),
        conversations.c.message_count > 0,
        conversations.c.id != bindparam("this_conversation"),
    )
    .scalar_subquery()
)


def _within() -> Select[Any]:
    """A command as a row that is there only within the limits of messages."""
    of_their_own = [
        bindparam(f"the_{name}", type_=JSON() if name == "ids" else commands.c[name].type).label(name)
        for name in _COLUMNS
    ]
    return select(*of_their_own, _NEXT.c.number).where(
        *(
            ~exists().where(
                _EARLIER.c.user_id == bindparam("the_user_id"),
                _EARLIER.c.number == _NEXT.c.number - bindparam(f"a_{window}"),
                _EARLIER.c.at > bindparam(f"{window}_ago"),
            )
            for window in WINDOWS
        )
    )


_KEEP = insert(commands).from_select([*_COLUMNS, "number"], _within())
_KEEP_IN_ANOTHER_TALK = insert(commands).from_select(
    [*_COLUMNS, "number"], _within().where(bindparam("most_active") > _ACTIVE)
)


@dataclass(frozen=True, slots=True)
class Asking:
    """Somebody asks something at a moment, within what they may."""

    user_id: str
    allowance: Allowance
    now: datetime
    another: str | None
    """The conversation, where it was not active before; None for one that was: going on in it is always allowed."""

    def statement(self, command: Mapping[str, Any]) -> tuple[Any, dict[str, Any]]:
        """What keeps a command within the limits, and its values; it touches no row beyond them."""
        values = {f"the_{name}": command[name] for name in _COLUMNS}
        for window, length in WINDOWS.items():
            values[f"a_{window}"] = getattr(self.allowance, window) or UNLIMITED
            values[f"{window}_ago"] = isoformat(self.now - length)
        if self.another is None or not self.allowance.conversations:
            return _KEEP, values
        values |= {
            "this_conversation": self.another,
            "active_since": isoformat(self.now - ACTIVE),
            "most_active": self.allowance.conversations,
        }
        return _KEEP_IN_ANOTHER_TALK, values

    async def check(self, connection: AsyncConnection) -> None:
        """Raises RateLimited, which says what was reached and when it goes on, where that is so."""
        reached = [await self._messages(connection, window) for window in WINDOWS]
        over = [each for each in (*reached, await self._conversations(connection)) if each is not None]
        if over:
            raise max(over, key=lambda each: str(each.told["reset_at"]))

    async def _messages(self, connection: AsyncConnection, window: str) -> RateLimited | None:
        most: int = getattr(self.allowance, window)
        mine = and_(commands.c.user_id == self.user_id, commands.c.number.is_not(None))
        recent = select(commands.c.at).where(mine, commands.c.at > isoformat(self.now - WINDOWS[window]))
        sent = list(await connection.scalars(recent.order_by(commands.c.number.desc())))
        if not most or len(sent) < most:
            return None
        back = datetime.fromisoformat(sent[most - 1]) + WINDOWS[window]
        words = f"You have sent {len(sent):,} messages within a {window}, and may send {most:,}."
        return self._refusal(words, f"messages_per_{window}", len(sent), most, back)

    async def _conversations(self, connection: AsyncConnection) -> RateLimited | None:
        most = self.allowance.conversations
        if self.another is None or not most:
            return None
        others = select(conversations.c.last_activity_at).where(
            conversations.c.owner_id == self.user_id,
            conversations.c.last_activity_at > isoformat(self.now - ACTIVE),
            conversations.c.message_count > 0,
            conversations.c.id != self.another,
        )
        active = list(await connection.scalars(others.order_by(conversations.c.last_activity_at.desc())))
        if len(active) < most:
            return None
        back = datetime.fromisoformat(active[most - 1]) + ACTIVE
        talks = "conversation" if len(active) == 1 else "conversations"
        words = f"You have {len(active):,} {talks} from the last hour, and may have {most:,}. Go on in one of them."
        return self._refusal(words, "active_conversations", len(active), most, back)

    def _refusal(self, words: str, limit: str, current: int, most: int, back: datetime) -> RateLimited:
        return RateLimited(
            f"{words} It goes on at {back:%H:%M:%S} UTC.",
            limit=limit,
            current=current,
            maximum=most,
            reset_at=isoformat(back),
            retry_after=max(1, ceil((back - self.now).total_seconds())),
        )
