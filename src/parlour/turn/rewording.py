"""How a conversation reads after one of its messages was changed or taken back: values in, values out."""

from parlour.models.base import estimate_tokens
from parlour.protocol.content import Conversation, LastMessage, Message, MessageBody, TextPart
from parlour.protocol.text import units
from parlour.store.queries.messages import StoredMessage
from parlour.turn.conversations import UNTITLED
from parlour.turn.preview import plain, preview
from parlour.turn.record import text_of
from parlour.turn.saying_units import made_title


def reworded(question: Message, content: str, at: str) -> MessageBody:
    """The question with other words."""
    body = MessageBody.model_validate(question.model_dump(include=set(MessageBody.model_fields)))
    parts = [TextPart(text=content, length=units(content))]
    return body.model_copy(update={"parts": parts, "edits": question.edits + 1, "edited_at": at})


def after_edit(conversation: Conversation, question: StoredMessage, content: str, at: str) -> Conversation:
    """The conversation once its question says `content`; title and last line where they showed what it said."""
    shown = LastMessage(text=preview(content), is_user=True, created_at=question.value.created_at)
    title = made_title(content) if _is_titled_by(conversation, question.value) else conversation.title
    return conversation.model_copy(
        update={
            "title": title,
            "total_tokens": conversation.total_tokens - question.token_count + estimate_tokens(content),
            "last_message": shown if _is_last(conversation, question.value) else conversation.last_message,
            "last_activity_at": max(at, conversation.last_activity_at),
            "updated_at": max(at, conversation.updated_at),
        }
    )


def after_deletion(
    conversation: Conversation,
    gone: StoredMessage,
    *,
    first: Message | None,
    last: Message | None,
    counted: bool,
    at: str,
) -> Conversation:
    """The conversation once `gone` is taken back.

    `first` is the question that then comes first, `last` what was said last; `counted` is whether one message fewer
    stands in it: of an answer with several versions the last of them counts.
    """
    title = conversation.title
    if _is_titled_by(conversation, gone.value):
        title = made_title(text_of(first)) if first else UNTITLED
    return conversation.model_copy(
        update={
            "title": title,
            "message_count": conversation.message_count - counted,
            "total_tokens": conversation.total_tokens - gone.token_count,
            "last_message": _line(last) if _is_last(conversation, gone.value) else conversation.last_message,
            "updated_at": max(at, conversation.updated_at),
        }
    )


def _is_titled_by(conversation: Conversation, message: Message) -> bool:
    """Whether the title was made from the words of `message`."""
    made = message.role == "user" and not conversation.title_is_own
    return made and conversation.title == made_title(text_of(message))


def _is_last(conversation: Conversation, message: Message) -> bool:
    shown, line = conversation.last_message, _line(message)
    return shown is not None and line is not None and (shown.text, shown.is_user) == (line.text, line.is_user)


def _line(message: Message | None) -> LastMessage | None:
    """The line that a list shows of a message."""
    if message is None:
        return None
    text, is_user = text_of(message), message.role == "user"
    shown = text if is_user else plain(text) or (message.error.message if message.error else "")
    return LastMessage(text=preview(shown), is_user=is_user, created_at=message.created_at)
