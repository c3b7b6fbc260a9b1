"""What holds nobody back: tests say in a minute what a person says in a month, and every question is answered anew."""

from typing import Any

from parlour.environment import described
from parlour.kinds import Rates

LIFTED: dict[str, Any] = {
    "chat_messages_guest": Rates(0, 0, 0),
    "chat_messages_user": Rates(0, 0, 0),
    "chat_messages_admin": Rates(0, 0, 0),
    "chat_conversations_guest": 0,
    "chat_conversations_user": 0,
    "chat_conversations_admin": 0,
    "chat_rate_limit": 0,
    "answer_cache_entries": 0,
    "websocket_max_connections": 10_000,
    "websocket_max_per_address": 10_000,
}
IN_WORDS = {each.name: str(LIFTED[each.field]) for each in described() if each.field in LIFTED}
"""The same for a process that is started, as its environment says it."""
