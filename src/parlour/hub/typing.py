"""Who is writing just now: told to the others who follow a conversation, and kept nowhere."""

from parlour.clock import Clock, isoformat
from parlour.errors import ConversationNotFound
from parlour.hub.announce.base import Announcer
from parlour.hub.announce.mentions import Mention
from parlour.hub.hub import Hub
from parlour.hub.subscriber import Subscriber
from parlour.protocol.commands import TypingIndicator
from parlour.protocol.events import TypingNotice

NOT_AGAIN_WITHIN_S = 3.0
"""The same said again so soon is news to nobody."""
REMEMBERED = 10_000
"""So many are remembered before those are forgotten who said nothing lately."""


class Typing:
    """Hands on who is writing, here and to the other nodes."""

    def __init__(self, hub: Hub, announcer: Announcer, clock: Clock) -> None:
        self._hub = hub
        self._announcer = announcer
        self._clock = clock
        self._told: dict[tuple[str, str], tuple[bool, float]] = {}

    def say(self, sender: Subscriber, user_id: str, command: TypingIndicator) -> None:
        """Tell everybody else who follows the conversation. One that names no conversation is about nothing.

        Raises ConversationNotFound for a conversation that the sender does not follow.
        """
        if command.conversation_id is None:
            return
        topic = f"conversation:{command.conversation_id}"
        if topic not in sender.topics:
            raise ConversationNotFound
        if not self._is_news(user_id, command.conversation_id, is_typing=command.is_typing):
            return
        notice = TypingNotice(
            conversation_id=command.conversation_id,
            user_id=user_id,
            is_typing=command.is_typing,
            timestamp=isoformat(self._clock.now()),
        )
        wire = notice.model_dump_json()
        self._hub.mention(topic, wire, but=sender)
        self._announcer.mention(Mention(topic, user_id, wire))

    def _is_news(self, user_id: str, conversation_id: str, *, is_typing: bool) -> bool:
        now, key = self._clock.monotonic(), (user_id, conversation_id)
        said, at = self._told.get(key, (False, now))
        if said == is_typing and (not is_typing or now - at < NOT_AGAIN_WITHIN_S):
            return False
        if len(self._told) >= REMEMBERED:
            self._told = {who: told for who, told in self._told.items() if now - told[1] < NOT_AGAIN_WITHIN_S}
        self._told[key] = (is_typing, now)
        return True
