"""From a state and a frame to the next state: the one meaning of every durable event.

A snapshot of a topic is what these functions make of its whole log, so that a client which follows frame by
frame and one which comes later see the same. The browser has the same functions; `tests/golden` holds both to
each other. All of it is pure: a state is never changed, a new one is made.

A frame is given to `reduce` once and in order (its number is above the client's cursor). Messages may meet a
frame again, after a page or a fetched message: each carries `rev`, and what is not newer changes nothing in it.
"""

from collections.abc import Iterable, Sequence
from typing import assert_never

from parlour.protocol.changes import MessageChange, changed, message_of
from parlour.protocol.content import Account, Approval, Conversation, Message, Notice, Turn
from parlour.protocol.events import (
    ENDED,
    AccountUpdated,
    AnswerRestarted,
    ApprovalDecided,
    ApprovalRequested,
    AssistantMessageStart,
    ConversationCreated,
    ConversationDeleted,
    ConversationUpdated,
    DurableEvent,
    EntityChanged,
    MessageDeleted,
    MessageUpdated,
    ModelSettingsChanged,
    NewMessage,
    ProjectUpdated,
    StreamChunk,
    SummaryAvailable,
    SystemNotification,
    ToolCall,
    ToolResult,
    TurnUpdated,
    UploadProgress,
)
from parlour.protocol.frame import DurableFrame
from parlour.protocol.state import MOST_NOTICES, ConversationState, ProjectState, TopicState, UserState


def reduce(state: TopicState, frame: DurableFrame) -> TopicState:
    """`state` after `frame`, which belongs to its topic.

    Raises ValueError when the frame does not follow from the state: something in between is missing, and the
    client asks for a snapshot.
    """
    match state:
        case ConversationState():
            return _conversation(state, frame.event, frame.seq)
        case UserState():
            return _user(state, frame.event)
        case ProjectState():
            return _project(state, frame.event, frame.seq)
        case _:
            assert_never(state)


def merge_page(state: ConversationState, messages: Iterable[Message], window: int | None = None) -> ConversationState:
    """`state` with `messages` that were read by REST; of each message the higher `rev` stays.

    With `window`, the page reaches without a gap from there to what is held, and the state begins there from
    now on (0 when nothing comes before). Frames that arrived between the asking and the answer said nothing to
    messages which were not held yet: give them to `reduce` once more after the merge, in their order.
    """
    start = state.window if window is None else min(window, state.window)
    held = {message.id: message for message in state.messages}
    for message in messages:
        known = held.get(message.id)
        if message.position >= start and (known is None or message.rev > known.rev):
            held[message.id] = message_of(message, message.position, message.rev)
    ordered = sorted(held.values(), key=lambda message: message.position)
    return state.model_copy(update={"window": start, "messages": ordered})


def _conversation(state: ConversationState, event: DurableEvent, seq: int) -> ConversationState:
    match event:
        case ConversationCreated() | ConversationUpdated():
            return state.model_copy(update={"conversation": event.conversation})
        case ConversationDeleted():
            nothing: dict[str, object] = {"messages": [], "turns": [], "approvals": [], "notices": []}
            return state.model_copy(update={"conversation": None, **nothing})
        case NewMessage() | AssistantMessageStart():
            return _with_message(state, event, seq)
        case MessageUpdated() | MessageDeleted() | StreamChunk() | AnswerRestarted() | ToolCall() | ToolResult():
            return _with_change(state, event, seq)
        case TurnUpdated():
            return state.model_copy(update={"turns": _turns(state.turns, event.turn)})
        case ApprovalRequested() | ApprovalDecided():
            return state.model_copy(update={"approvals": _pending(state.approvals, event.approval)})
        case SystemNotification():
            return state.model_copy(update={"notices": _notices(state.notices, event.notice)})
        case SummaryAvailable() | UploadProgress() | EntityChanged() | ProjectUpdated() | AccountUpdated():
            return state
        case ModelSettingsChanged():
            return state
        case _:
            assert_never(event)


def _user(state: UserState, event: DurableEvent) -> UserState:
    match event:
        case ConversationCreated() | ConversationUpdated():
            return _with_conversation(state, event.conversation)
        case ConversationDeleted():
            gone = event.conversation_id
            inbox = [approval for approval in state.inbox if approval.conversation_id != gone]
            return state.model_copy(update={"conversations": _without(state.conversations, gone), "inbox": inbox})
        case ApprovalRequested() | ApprovalDecided():
            return _with_approval(state, event.approval)
        case SystemNotification():
            return state.model_copy(update={"notices": _notices(state.notices, event.notice)})
        case AccountUpdated():
            return _with_account(state, event.account)
        case NewMessage() | AssistantMessageStart() | MessageUpdated() | MessageDeleted():
            return state
        case StreamChunk() | AnswerRestarted() | ToolCall() | ToolResult() | TurnUpdated():
            return state
        case SummaryAvailable() | UploadProgress() | EntityChanged() | ProjectUpdated() | ModelSettingsChanged():
            return state
        case _:
            assert_never(event)


def _project(state: ProjectState, event: DurableEvent, seq: int) -> ProjectState:
    match event:
        case ConversationCreated() | ConversationUpdated():
            return state.model_copy(update={"conversations": _listed(state.conversations, event.conversation)})
        case ConversationDeleted():
            return state.model_copy(update={"conversations": _without(state.conversations, event.conversation_id)})
        case EntityChanged():
            return state.model_copy(update={"home_rev": max(state.home_rev, seq)})
        case ProjectUpdated():
            return state.model_copy(update={"name": event.name, "members": event.members})
        case NewMessage() | AssistantMessageStart() | MessageUpdated() | MessageDeleted():
            return state
        case StreamChunk() | AnswerRestarted() | ToolCall() | ToolResult() | TurnUpdated():
            return state
        case ApprovalRequested() | ApprovalDecided():
            return state
        case SummaryAvailable() | SystemNotification() | UploadProgress() | AccountUpdated() | ModelSettingsChanged():
            return state
        case _:
            assert_never(event)


def _with_conversation(state: UserState, conversation: Conversation) -> UserState:
    if not _belongs(state.account, conversation):
        return state
    listed = _listed(state.conversations, conversation, since=state.window)
    return state.model_copy(update={"conversations": listed})


def _with_approval(state: UserState, approval: Approval) -> UserState:
    if not _belongs(state.account, approval):
        return state
    return state.model_copy(update={"inbox": _pending(state.inbox, approval)})


def _with_account(state: UserState, account: Account) -> UserState:
    """Somebody's state as their account changes; what lies in a project they left goes."""
    conversations = [one for one in state.conversations if _belongs(account, one)]
    inbox = [one for one in state.inbox if _belongs(account, one)]
    return state.model_copy(update={"account": account, "conversations": conversations, "inbox": inbox})


def _belongs(account: Account | None, thing: Conversation | Approval) -> bool:
    """Whether something lies in a project that they are in; what does not is not there for them."""
    return account is None or any(project.id == thing.project_id for project in account.projects)


def _with_message(state: ConversationState, event: NewMessage | AssistantMessageStart, seq: int) -> ConversationState:
    body = event.message
    messages = [
        message.model_copy(update={"replaced_by": body.id, "rev": seq})
        if message.id == body.replaces and message.rev < seq
        else message
        for message in state.messages
    ]
    if seq >= state.window and all(message.id != body.id for message in messages):
        messages.append(message_of(body, seq, seq))
        messages.sort(key=lambda message: message.position)
    return state.model_copy(update={"messages": messages})


def _with_change(state: ConversationState, event: MessageChange, seq: int) -> ConversationState:
    """The event applied where its message is held and older; a message before the window is not ours."""
    about = event.message.id if isinstance(event, MessageUpdated) else event.message_id
    for index in range(len(state.messages) - 1, -1, -1):
        message = state.messages[index]
        if message.id == about:
            if seq <= message.rev:
                return state
            messages = list(state.messages)
            messages[index] = changed(message, event, seq)
            return state.model_copy(update={"messages": messages})
    return state


def _turns(turns: Sequence[Turn], turn: Turn) -> list[Turn]:
    if turn.status in ENDED:
        return [other for other in turns if other.id != turn.id]
    if any(other.id == turn.id for other in turns):
        return [turn if other.id == turn.id else other for other in turns]
    return [*turns, turn]


def _pending(approvals: Sequence[Approval], approval: Approval) -> list[Approval]:
    if approval.status != "pending":
        return [other for other in approvals if other.id != approval.id]
    if any(other.id == approval.id for other in approvals):
        return [approval if other.id == approval.id else other for other in approvals]
    return [*approvals, approval]


def _notices(notices: Sequence[Notice], notice: Notice) -> list[Notice]:
    return [*(other for other in notices if other.id != notice.id), notice][-MOST_NOTICES:]


def _listed(conversations: Sequence[Conversation], conversation: Conversation, since: str = "") -> list[Conversation]:
    others = _without(conversations, conversation.id)
    if conversation.is_archived or conversation.last_activity_at < since:
        return others
    return sorted([*others, conversation], key=lambda one: (one.last_activity_at, one.id), reverse=True)


def _without(conversations: Sequence[Conversation], conversation_id: str) -> list[Conversation]:
    return [one for one in conversations if one.id != conversation_id]
