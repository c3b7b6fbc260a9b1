"""What can be found: the rows of search beside a title and a message, for the units that write those."""

from collections.abc import Sequence

from sqlalchemy import bindparam, insert, update

from parlour.journal.unit import Change, Filled
from parlour.protocol.content import Conversation, Part
from parlour.store.search.words import indexed
from parlour.store.tables import search_words

_KEEP = insert(search_words).inline()
_RENAME = update(search_words).where(
    search_words.c.conversation_id == bindparam("the_conversation"), search_words.c.message_id.is_(None)
)
_REWORD = update(search_words).where(
    search_words.c.conversation_id == bindparam("the_conversation"),
    search_words.c.message_id == bindparam("the_message"),
)


def by_title(conversation: Conversation) -> Change:
    """Makes a new conversation findable by its title."""
    return _row(conversation, None, conversation.title)


def by_new_title(before: Conversation, after: Conversation) -> list[Change]:
    """Makes a conversation findable by its new title; nothing where that is the old one."""
    if before.title == after.title:
        return []
    return [Filled(_RENAME, {"the_conversation": after.id, "words": indexed(after.owner_id, after.title)})]


def by_words(conversation: Conversation, message_id: str, parts: Sequence[Part]) -> Change:
    """Makes a new message findable by its words. Once it is deleted, the database itself forgets them."""
    return _row(conversation, message_id, _text(parts))


def by_other_words(conversation: Conversation, message_id: str, parts: Sequence[Part]) -> Change:
    """Makes a message findable by what it says now, and no longer by what it said."""
    words = indexed(conversation.owner_id, _text(parts))
    return Filled(_REWORD, {"the_conversation": conversation.id, "the_message": message_id, "words": words})


def _text(parts: Sequence[Part]) -> str:
    return "\n".join(part.text for part in parts if part.kind == "text")


def _row(conversation: Conversation, message_id: str | None, text: str) -> Change:
    words = indexed(conversation.owner_id, text)
    return Filled(_KEEP, {"conversation_id": conversation.id, "message_id": message_id, "words": words})
