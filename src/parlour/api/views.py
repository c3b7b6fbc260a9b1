"""What the REST doors show of what is kept."""

from parlour.identity.who import Who
from parlour.models.pricing import Price
from parlour.protocol.content import Account, Conversation, Role, TextPart, ToolCallPart
from parlour.protocol.edits import EarlierWordsView
from parlour.protocol.people import SessionView, UserView
from parlour.protocol.providers import ModelPrice
from parlour.protocol.rest import (
    AttemptView,
    ConversationView,
    Me,
    MessageList,
    MessageType,
    MessageView,
    TokenView,
    ToolRunView,
    ToolView,
)
from parlour.protocol.system import Ability
from parlour.store.queries.credentials import Credential
from parlour.store.queries.messages import CutAttempt, EarlierWords, MessagePage, StoredMessage
from parlour.store.queries.people import Person
from parlour.store.queries.tool_runs import ToolRun
from parlour.tools.policy import roles_that_may
from parlour.tools.tool import Tool

SOCKET = "/api/v1/chat/ws"

_TYPES: dict[Role, MessageType] = {
    "user": "user_input",
    "assistant": "assistant_response",
    "system": "system_message",
    "tool": "tool_result",
}


def conversation_view(conversation: Conversation) -> ConversationView:
    """A conversation for a list."""
    return ConversationView(**dict(conversation), websocket_url=SOCKET)


def message_view(stored: StoredMessage) -> MessageView:
    """A message with everything that can be told from it."""
    message = stored.value
    calls = [part for part in message.parts if isinstance(part, ToolCallPart)]
    return MessageView(
        **dict(message),
        content="".join(part.text for part in message.parts if isinstance(part, TextPart)),
        is_user=message.role == "user",
        message_type=_TYPES[message.role],
        is_edited=message.edited_at is not None,
        is_deleted=message.deleted_at is not None,
        token_count=stored.token_count,
        model_used=message.model,
        tool_calls=calls,
        tool_name=calls[0].name if calls else None,
        tool_success=all(call.status == "completed" for call in calls) if calls else None,
    )


def message_list(page: MessagePage) -> MessageList:
    """A page of messages."""
    return MessageList(
        messages=[message_view(message) for message in page.messages],
        has_more=page.has_more,
        total_tokens=page.total_tokens,
    )


def attempt_view(attempt: CutAttempt) -> AttemptView:
    """A cut attempt at an answer."""
    return AttemptView.model_validate({name: getattr(attempt, name) for name in AttemptView.model_fields})


def earlier_words_view(words: EarlierWords) -> EarlierWordsView:
    """What a message said before a change."""
    content = "".join(str(part["text"]) for part in words.parts)
    return EarlierWordsView(edit=words.edit, content=content, replaced_at=words.at)


def me_view(person: Person, account: Account) -> Me:
    """Who is asking."""
    return Me(**dict(account), email=person.email, has_password=person.has_password)


def user_view(person: Person) -> UserView:
    """Somebody who has an account."""
    return UserView(
        id=person.id,
        username=person.username,
        full_name=person.full_name,
        email=person.email,
        role=person.role,
        is_active=person.is_active,
        has_password=person.has_password,
        created_at=person.created_at,
        last_login_at=person.signed_in_at,
    )


def session_view(session: Credential, who: Who) -> SessionView:
    """Somewhere `who` is signed in."""
    return SessionView(
        id=session.id,
        kind="program" if session.name == "program" else "browser",
        is_current=session.id == who.credential_id,
        created_at=session.created_at,
        last_used_at=session.used_at or session.created_at,
        expires_at=session.expires_at or "",
        address=session.address,
        agent=session.agent,
    )


def token_view(credential: Credential) -> TokenView:
    """A token without its secret."""
    return TokenView(
        id=credential.id,
        name=credential.name,
        created_at=credential.created_at,
        expires_at=credential.expires_at,
        last_used_at=credential.used_at,
    )


def model_price(price: Price | None) -> ModelPrice | None:
    """What a model asks, where it is known."""
    if price is None:
        return None
    return ModelPrice(prompt=price.prompt, cached=price.cached, completion=price.completion, source=price.source)


def tool_view(tool: Tool) -> ToolView:
    """A tool as one who may use it needs to know it."""
    return ToolView(
        name=tool.name,
        description=tool.description,
        parameters=tool.parameters,
        effect=tool.effect,
        permission=tool.permission,
        timeout_s=tool.timeout_s,
    )


def ability_view(tool: Tool) -> Ability:
    """A tool as something that one may do, with the roles that may."""
    roles = list(roles_that_may(tool.effect, tool.permission))
    return Ability(name=tool.name, description=tool.description, effect=tool.effect, roles=roles)


def tool_run_view(run: ToolRun) -> ToolRunView:
    """One run of a tool."""
    return ToolRunView(**{name: getattr(run, name) for name in ToolRunView.model_fields})
