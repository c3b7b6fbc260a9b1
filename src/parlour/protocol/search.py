"""The bodies of `/chat/search`: what was found in one's conversations, and where."""

from typing import Literal

from parlour.protocol.content import Value


class Mark(Value):
    """A stretch of an excerpt that was looked for, in UTF-16 code units: from `start` up to `end`."""

    start: int
    end: int


class SearchHit(Value):
    """A conversation in which something was found, and the newest place in it."""

    conversation_id: str
    project_id: str
    title: str
    title_marks: list[Mark]
    """Where the title holds what was looked for."""
    is_archived: bool
    last_activity_at: str
    message_id: str | None
    """The newest message that holds it; None when only the title does."""
    role: Literal["user", "assistant"] | None
    excerpt: str
    """Some words of that message around what was found, on one line."""
    marks: list[Mark]
    created_at: str | None
    """When that message was written."""


class SearchResults(Value):
    """A page of what was found, the conversation of the latest activity first."""

    hits: list[SearchHit]
    has_more: bool
