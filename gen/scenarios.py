"""The golden cases: small stories told on purpose, one for each thing a reducer must get right."""

import random
from collections.abc import Sequence
from dataclasses import dataclass

from gen.sequences import (
    CONVERSATION,
    TOPIC,
    Story,
    answer,
    approval,
    framed,
    head,
    merged,
    moment,
    question,
)
from parlour.protocol import events as e
from parlour.protocol.content import Account, Joined, Member, Notice, NoticePart, Problem, TextPart, Turn, Usage
from parlour.protocol.frame import DurableFrame
from parlour.protocol.state import ConversationState, ProjectState, TopicState, UserState
from parlour.protocol.text import STATE_TEXT_UNITS


@dataclass(frozen=True)
class Case:
    """A state and what comes: frames, or a page of messages that another state holds."""

    name: str
    state: TopicState
    frames: Sequence[DurableFrame] = ()
    page: ConversationState | None = None
    window: int | None = None


def empty(window: int = 0) -> ConversationState:
    """A conversation before its first event."""
    return ConversationState(topic=TOPIC, conversation=None, window=window, messages=[], turns=[], approvals=[])


def person(window: str = "") -> UserState:
    """Somebody's list, with two conversations and a change that waits."""
    mine = [head(50, id="c-2"), head(40)]
    waiting = [approval("call-1", "m-2")]
    return UserState(topic="user:u", window=window, conversations=mine, inbox=waiting, notices=[])


def project() -> ProjectState:
    """A project with one member and one shared conversation."""
    members = [Member(user_id="u", name="Robin", role="admin")]
    return ProjectState(
        topic="project:p", name="Home", members=members, conversations=[head(40, id="c-2"), head(40)], home_rev=7
    )


def talk(window: int = 0) -> ConversationState:
    """A question, an answer with a tool call that runs, and everything else a conversation can hold."""
    return ConversationState.model_validate(
        {
            "topic": TOPIC,
            "conversation": head(3),
            "window": window,
            "messages": [
                {**dict(question("m-1", "What is in the kitchen?")), "position": 2, "rev": 2},
                {
                    **dict(answer("m-2", "m-1", "t-1")),
                    "parts": [
                        TextPart(text="Let me 🪔", length=9),
                        {
                            "kind": "tool_call",
                            "tool_call_id": "call-1",
                            "name": "get_devices_in_room",
                            "arguments": {"room": "kitchen"},
                            "label": "Looking at the kitchen",
                            "status": "executing",
                        },
                        TextPart(text="Nine ", length=5),
                    ],
                    "position": 4,
                    "rev": 9,
                },
            ],
            "turns": [Turn(id="t-1", question_id="m-1", answer_id="m-2", status="running")],
            "approvals": [approval("call-1", "m-2")],
            "notices": [Notice(id="n-1", level="info", text="Hello.", created_at=moment(1))],
        }
    )


def chunk(text: str, *, offset: int = 5, part: int = 2, index: int = 3, attempt: int = 1) -> e.StreamChunk:
    """Words of the running answer of `talk`."""
    return e.StreamChunk(
        message_id="m-2", attempt=attempt, part=part, kind="text", chunk=text, chunk_index=index, offset=offset
    )


def final(status: str, *, part: int = 2) -> e.StreamChunk:
    """The end of the running answer of `talk`."""
    fields = {
        "is_final": True,
        "length": 14,
        "model": "intents",
        "usage": Usage(prompt_tokens=1, completion_tokens=2, total_tokens=3),
        "status": status,
        "error": Problem(code="ai_provider_error", message="No.") if status == "failed" else None,
    }
    return e.StreamChunk.model_validate(dict(chunk("", part=part)) | fields)


def one_of_each() -> list[e.DurableEvent]:
    """An event of every type, all of which can follow `talk`."""
    new = question("m-3", "And the bedroom?")
    call = e.ToolCallItem(
        id="call-2", part=3, label="Looking again", function=e.FunctionCall(name="find", arguments={"q": "x"})
    )
    return [
        e.ConversationCreated(conversation=head(60)),
        e.ConversationUpdated(conversation=head(60, title="Renamed")),
        e.ConversationDeleted(conversation_id=CONVERSATION),
        e.NewMessage(message=new),
        e.MessageUpdated(message=question("m-1", "What is in the hall?")),
        e.MessageDeleted(message_id="m-1", deleted_at=moment(9)),
        e.TurnUpdated(turn=Turn(id="t-1", question_id="m-1", answer_id="m-2", status="completed")),
        e.AssistantMessageStart(message=answer("m-3", "m-1", "t-2", replaces="m-2")),
        chunk("devices."),
        e.AnswerRestarted(message_id="m-2", attempt=2, part=2, reason="ai_provider_error"),
        e.ToolCall(conversation_id=CONVERSATION, message_id="m-2", tool_calls=[call]),
        e.ToolResult(
            message_id="m-2", tool_call_id="call-1", tool_name="x", status="completed", summary="9", result=[{"a": 1}]
        ),
        e.ApprovalRequested(approval=approval("call-9", "m-2")),
        e.ApprovalDecided(approval=approval("call-1", "m-2", "approved")),
        e.SummaryAvailable(conversation_id=CONVERSATION, summary_id="s", message_count=2),
        e.SystemNotification(notice=Notice(id="n-2", level="warning", text="Low disk.", created_at=moment(2))),
        e.UploadProgress(upload_id="u", received=1, total=2, status="receiving"),
        e.EntityChanged(entity_id="x", change="updated", name="Oven", version=2),
        e.ProjectUpdated(name="Maple House", members=[Member(user_id="v", name="Sam", role="guest")]),
        e.AccountUpdated(account=account("p")),
        e.ModelSettingsChanged(version=3),
    ]


def account(*projects: str) -> Account:
    """Somebody who is in these projects."""
    return Account(
        user_id="u",
        username="sam",
        full_name="Sam",
        role="guest",
        permissions=["tools:read"],
        projects=[Joined(id=project, name="Maple House", is_home=True) for project in projects],
    )


def cases() -> list[Case]:
    """Every golden case that Python writes."""
    return [*_one_event_each(), *_answers(), *_lists(), *_pages(), *_edges(), *_told()]


def _one_event_each() -> list[Case]:
    states = (talk(), person(), project())
    return [
        Case(f"{event.type} in the state of a {state.kind}", state, [framed(20, event)])
        for state in states
        for event in one_of_each()
    ]


def _answers() -> list[Case]:
    taken = final("completed", part=3)
    told = final("completed").model_copy(update={"cached": True, "usage": None})
    goes_on = chunk("devices.").model_copy(update={"cached": True})
    return [
        Case(f"an answer ends {status}", talk(), [framed(20, chunk("devices.")), framed(21, final(status))])
        for status in ("completed", "stopped", "failed")
    ] + [
        Case("an answer ends that was told again", talk(), [framed(20, chunk("devices.")), framed(21, told)]),
        Case("an answer that goes on was told again only once it ends so", talk(), [framed(20, goes_on)]),
        Case("a final chunk makes no part", talk(), [framed(20, taken)]),
        Case("a chunk of an attempt that was cut changes no text", talk(), [framed(20, chunk("x", attempt=0))]),
        Case("an empty chunk makes no part", talk(), [framed(20, chunk("", part=3, offset=0))]),
        Case("a chunk begins a part", talk(), [framed(20, chunk("New.", part=3, offset=0))]),
        Case("a chunk that overlaps replaces from its offset on", talk(), [framed(20, chunk("ne devices", offset=2))]),
        Case("what is not newer changes nothing", talk(), [framed(9, chunk("again")), framed(8, final("failed"))]),
        Case("a chunk that leaves a gap does not follow", talk(), [framed(20, chunk("gap", offset=7))]),
        Case("a chunk of a tool's part does not follow", talk(), [framed(20, chunk("text", part=1, offset=0))]),
        Case("a chunk of a part far behind does not follow", talk(), [framed(20, chunk("text", part=9, offset=0))]),
    ]


def _lists() -> list[Case]:
    updated = e.ConversationUpdated
    turn = Turn(id="t-2", question_id="m-3", status="queued")
    return [
        Case(
            "an archived conversation leaves the list",
            person(),
            [framed(5, updated(conversation=head(60, archived=True)))],
        ),
        Case("a restored one comes back to its place", person(), [framed(5, updated(conversation=head(45, id="c-3")))]),
        Case(
            "one older than the window stays outside",
            person(moment(40)),
            [framed(5, updated(conversation=head(39, id="c-3")))],
        ),
        Case("equal times are ordered by id", person(), [framed(5, updated(conversation=head(50, id="c-3")))]),
        Case(
            "what lies in a project that one has left is in no list, also when it changes",
            person(),
            [
                framed(5, e.AccountUpdated(account=account("p"))),
                framed(6, updated(conversation=head(61))),
                framed(7, e.ApprovalRequested(approval=approval("call-9", "m-2"))),
                framed(8, e.AccountUpdated(account=account("p", head(0).project_id))),
                framed(9, updated(conversation=head(62))),
            ],
        ),
        Case(
            "turns stand in the order of asking",
            talk(),
            [
                framed(20, e.TurnUpdated(turn=turn)),
                framed(21, e.TurnUpdated(turn=turn.model_copy(update={"id": "t-3"}))),
                framed(22, e.TurnUpdated(turn=turn.model_copy(update={"status": "running"}))),
            ],
        ),
    ]


def _pages() -> list[Case]:
    whole, part = talk(), talk(4).model_copy(update={"messages": talk().messages[1:]})
    newer = [message.model_copy(update={"rev": 30, "status": "stopped"}) for message in whole.messages]
    older = [message.model_copy(update={"rev": 1, "status": "stopped"}) for message in whole.messages]
    return [
        Case("a page widens the state to where it begins", part, page=whole, window=2),
        Case("a page from the beginning", part, page=whole, window=0),
        Case("without a window nothing before it comes in", part, page=whole),
        Case("the newer of two messages stays", whole, page=whole.model_copy(update={"messages": newer})),
        Case("an older copy changes nothing", whole, page=whole.model_copy(update={"messages": older})),
    ]


def _edges() -> list[Case]:
    edge = STATE_TEXT_UNITS - 5 - 1
    long = question("m-3", "").model_copy(
        update={"parts": [TextPart(text="a" * (STATE_TEXT_UNITS + 9), length=STATE_TEXT_UNITS + 9)]}
    )
    mixed = question("m-3", "").model_copy(update={"parts": [NoticePart(code="stopped", text="Stopped.")]})
    return [
        Case(
            "a text is cut at its limit and never inside a pair",
            talk(),
            [
                framed(20, chunk("a" * edge)),
                framed(21, chunk("🪔", offset=5 + edge)),
                framed(22, chunk("tail", offset=7 + edge)),
            ],
        ),
        Case("a long message is cut when it comes", talk(), [framed(20, e.NewMessage(message=long))]),
        *(Case(f"the newest notices stay in the state of a {s.kind}", s, _many_notices()) for s in (talk(), person())),
        Case("a message keeps its notices", talk(), [framed(20, e.NewMessage(message=mixed))]),
        Case(
            "what concerns a message before the window is ignored",
            talk(4).model_copy(update={"messages": talk().messages[1:]}),
            [framed(20, e.MessageDeleted(message_id="m-1", deleted_at=moment(1)))],
        ),
    ]


def _many_notices() -> list[DurableFrame]:
    """One notice more than a state holds, the first of which is given once more in other words."""
    given = [Notice(id=f"n-{n}", level="info", text=f"{n} o'clock.", created_at=moment(n)) for n in range(2, 23)]
    again = given[1].model_copy(update={"text": "Past three."})
    return [framed(20 + n, e.SystemNotification(notice=notice)) for n, notice in enumerate([*given, again])]


def _told() -> list[Case]:
    told: list[Case] = []
    for seed in range(8):
        chance = random.Random(seed)
        frames = Story(chance.randrange).tell(25)
        told.append(Case(f"story {seed}", empty(), frames))
        told.append(Case(f"story {seed} as a slow reader gets it", empty(), thinned(frames)))
    return told


def thinned(frames: Sequence[DurableFrame]) -> list[DurableFrame]:
    """`frames` with every run of chunks merged into one."""
    out: list[DurableFrame] = []
    for frame in frames:
        both = merged(out[-1], frame) if out else None
        if both is None:
            out.append(frame)
        else:
            out[-1] = both
    return out
