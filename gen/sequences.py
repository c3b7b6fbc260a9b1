"""Conversations that could have happened, as frames: material for the golden files and for properties.

A `Story` keeps what a server would know (who speaks, which answer runs, how long each part is) and turns
choices into frames that follow from each other. Who chooses is given: a seeded generator or a test's data.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from pydantic import JsonValue

from parlour.protocol import events as e
from parlour.protocol.content import (
    Approval,
    Conversation,
    LastMessage,
    MessageBody,
    Notice,
    NoticePart,
    Part,
    Preview,
    PreviewChange,
    Problem,
    TextPart,
    Turn,
    Usage,
)
from parlour.protocol.frame import DurableFrame
from parlour.protocol.text import units

Choose = Callable[[int], int]
"""Given n, a number from 0 to n - 1."""

CONVERSATION = "0199a000-0000-7000-8000-000000000001"
TOPIC = f"conversation:{CONVERSATION}"
WORDS = ("The kitchen ", "has ", "nine ", "devices. ", "Größe ", "🪔 ", "👩‍👩‍👧 ", "\n\n", "| a | b |\n", "暖かい ")


def moment(tick: int) -> str:
    """The time of tick number `tick`."""
    return f"2026-11-20T{10 + tick // 3600:02}:{tick // 60 % 60:02}:{tick % 60:02}.000Z"


def head(tick: int, *, id: str = CONVERSATION, archived: bool = False, title: str = "The kitchen") -> Conversation:
    """A conversation whose last activity was at `tick`."""
    return Conversation(
        id=id,
        project_id="0199a000-0000-7000-8000-0000000000aa",
        owner_id="0199a000-0000-7000-8000-0000000000bb",
        title=title,
        created_at=moment(0),
        updated_at=moment(tick),
        last_activity_at=moment(tick),
        message_count=tick,
        total_tokens=0,
        is_archived=archived,
        archived_at=moment(tick) if archived else None,
        last_message=LastMessage(text="What is in the kitchen?", is_user=True, created_at=moment(tick)),
    )


def framed(seq: int, event: e.DurableEvent, *, topic: str = TOPIC) -> DurableFrame:
    """`event` as frame number `seq`."""
    return DurableFrame(topic=topic, from_seq=seq, seq=seq, timestamp=moment(seq), event=event)


def question(id: str, text: str) -> MessageBody:
    """A message of a person."""
    return MessageBody(
        id=id,
        conversation_id=CONVERSATION,
        role="user",
        author_id="0199a000-0000-7000-8000-0000000000bb",
        client_message_id=f"client-{id}",
        parts=[TextPart(text=text, length=units(text))],
        status="sent",
        created_at=moment(0),
    )


def answer(id: str, parent: str, turn: str, replaces: str | None = None) -> MessageBody:
    """An answer that has just begun."""
    return MessageBody(
        id=id,
        conversation_id=CONVERSATION,
        role="assistant",
        turn_id=turn,
        parent_id=parent,
        replaces=replaces,
        parts=[],
        status="running",
        created_at=moment(0),
    )


def approval(call: str, message: str, status: Literal["pending", "approved", "denied"] = "pending") -> Approval:
    """A change that waits, or did."""
    return Approval(
        id=f"run-{call}",
        tool_call_id=call,
        conversation_id=CONVERSATION,
        project_id="0199a000-0000-7000-8000-0000000000aa",
        message_id=message,
        turn_id="turn-1",
        tool_name="set_device",
        label="Switch the Hall Light on",
        effect="control",
        arguments={"device": "Hall Light", "on": True},
        preview=Preview(changes=[PreviewChange(what="Hall Light", before="off", after="on")]),
        remember="Always here, for lights",
        status=status,
        requested_at=moment(1),
        expires_at=moment(3000),
        decided_by_name=None if status == "pending" else "Robin",
    )


@dataclass
class Running:
    """An answer that is being written."""

    message: str
    turn: str
    question: str
    attempt: int = 1
    parts: list[tuple[str, int]] = field(default_factory=list[tuple[str, int]])
    """Kind (text, reasoning, tool:<id>:<open or done>) and length of each part."""
    chunks: int = 0


@dataclass
class Story:
    """A conversation told event by event. `frames` is all that was said so far."""

    choose: Choose
    frames: list[DurableFrame] = field(default_factory=list[DurableFrame])
    running: Running | None = None
    last: Running | None = None
    messages: list[str] = field(default_factory=list[str])
    waiting: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    deleted: bool = False
    made: int = 0

    def tell(self, steps: int) -> list[DurableFrame]:
        """The frames of the beginning and of `steps` things that happen after it."""
        self.say(e.ConversationCreated(conversation=head(0)))
        for _ in range(steps):
            self.step()
        return self.frames

    def step(self) -> None:
        """Let one thing happen."""
        if self.deleted:
            return
        if self.running is not None:
            (self.write, self.write, self.write, self.call, self.settle, self.restart, self.end, self.aside)[
                self.choose(8)
            ]()
        else:
            (self.ask, self.ask, self.again, self.change, self.take_back, self.aside)[self.choose(6)]()

    def say(self, event: e.DurableEvent) -> None:
        """Append `event` as the next frame."""
        self.frames.append(framed(len(self.frames) + 1, event))

    def new(self, kind: str) -> str:
        """An id that was not used yet."""
        self.made += 1
        return f"{kind}-{self.made}"

    def words(self) -> str:
        return "".join(WORDS[self.choose(len(WORDS))] for _ in range(1 + self.choose(3)))

    def ask(self) -> None:
        """Somebody asks, and an answer begins."""
        asked, turn = self.new("message"), self.new("turn")
        self.messages.append(asked)
        self.say(e.NewMessage(message=question(asked, self.words())))
        self.say(e.TurnUpdated(turn=Turn(id=turn, question_id=asked, status="queued")))
        self.say(e.ConversationUpdated(conversation=head(len(self.frames))))
        self.begin(Running(self.new("message"), turn, asked))

    def again(self) -> None:
        """The last question is answered once more."""
        if self.last is not None:
            old = self.last
            self.begin(Running(self.new("message"), self.new("turn"), old.question), replaces=old.message)

    def begin(self, running: Running, replaces: str | None = None) -> None:
        self.running = running
        self.messages.append(running.message)
        turn = Turn(id=running.turn, question_id=running.question, answer_id=running.message, status="running")
        self.say(e.TurnUpdated(turn=turn))
        begun = answer(running.message, running.question, running.turn, replaces)
        self.say(e.AssistantMessageStart(message=begun))

    def write(self) -> None:
        """Some chunks of one part."""
        running = self._running()
        kind: Literal["text", "reasoning"] = "reasoning" if self.choose(5) == 0 else "text"
        if not running.parts or running.parts[-1][0] != kind:
            running.parts.append((kind, 0))
        for _ in range(1 + self.choose(4)):
            chunk, length = self.words(), running.parts[-1][1]
            self.say(self._chunk(running, kind, chunk, length))
            running.parts[-1] = (kind, length + units(chunk))
            running.chunks += 1

    def _chunk(self, running: Running, kind: Literal["text", "reasoning"], chunk: str, offset: int) -> e.StreamChunk:
        return e.StreamChunk(
            message_id=running.message,
            attempt=running.attempt,
            part=len(running.parts) - 1,
            kind=kind,
            chunk=chunk,
            chunk_index=running.chunks,
            offset=offset,
        )

    def call(self) -> None:
        """The model calls one tool, or several."""
        running, items = self._running(), list[e.ToolCallItem]()
        for _ in range(1 + self.choose(3)):
            call, function = self.new("call"), e.FunctionCall(name="get_devices_in_room", arguments={"room": "kitchen"})
            items.append(
                e.ToolCallItem(id=call, part=len(running.parts), label="Looking at the kitchen", function=function)
            )
            running.parts.append((f"tool:{call}:open", 0))
        self.say(e.ToolCall(conversation_id=CONVERSATION, message_id=running.message, tool_calls=items))
        if self.choose(4) == 0:
            self.waiting.append((items[0].id, running.message))
            self.say(e.ApprovalRequested(approval=approval(items[0].id, running.message)))

    def settle(self) -> None:
        """A tool goes to work, or comes back."""
        running = self._running()
        for index, (kind, _) in enumerate(running.parts):
            if kind.startswith("tool:") and kind.endswith(":open"):
                call = kind.split(":")[1]
                work = self.choose(7)
                if work not in (0, 5):
                    running.parts[index] = (f"tool:{call}:done", 0)
                self.say(self._result(running.message, call, work))
                return

    def _result(self, message: str, call: str, work: int) -> e.ToolResult:
        if work in (0, 5):
            status = "executing" if work == 0 else "waiting"
            return e.ToolResult(message_id=message, tool_call_id=call, tool_name="get_devices_in_room", status=status)
        rows: list[JsonValue] = [{"name": "Oven", "on": True, "watts": 1940}, {"name": "Kettle", "on": False}]
        failed = work == 1
        return e.ToolResult(
            message_id=message,
            tool_call_id=call,
            tool_name="get_devices_in_room",
            status="failed" if failed else "completed",
            label=None if failed else "Looked at the kitchen",
            summary=None if failed else "2 devices",
            result=None if failed else rows,
            truncated=work == 2,
            error=Problem(code="tool_timeout", message="The kitchen did not answer in time.") if failed else None,
            duration_ms=3.5,
            cached=work == 3,
            arguments={"room": "hall"} if work == 4 else None,
            repeated=work == 6,
            decided_by="Robin" if work == 4 else None,
            undo="offered" if work == 4 else "done" if work == 6 else None,
        )

    def restart(self) -> None:
        """The model step that is being written begins again."""
        running = self._running()
        start = len(running.parts)
        while start and not running.parts[start - 1][0].startswith("tool:"):
            start -= 1
        del running.parts[start:]
        running.attempt += 1
        self.say(
            e.AnswerRestarted(
                message_id=running.message, attempt=running.attempt, part=start, reason="ai_provider_error"
            )
        )

    def end(self) -> None:
        """The answer ends, this way or that."""
        running = self._running()
        status: Literal["completed", "stopped", "failed"] = ("completed", "stopped", "failed")[self.choose(3)]
        length = sum(size for kind, size in running.parts if kind == "text")
        used = Usage(prompt_tokens=120, completion_tokens=length, total_tokens=120 + length)
        failed = Problem(code="ai_provider_error", message="The model could not answer.")
        self.say(
            e.StreamChunk(
                message_id=running.message,
                attempt=running.attempt,
                part=max(len(running.parts) - 1, 0),
                kind="text",
                chunk="",
                chunk_index=running.chunks,
                offset=running.parts[-1][1] if running.parts else 0,
                is_final=True,
                length=length,
                model="scripted" if self.choose(2) else None,
                usage=used if self.choose(2) else None,
                status=status,
                error=failed if status == "failed" else None,
            )
        )
        turn = Turn(id=running.turn, question_id=running.question, answer_id=running.message, status=status)
        self.say(e.TurnUpdated(turn=turn))
        self.running, self.last = None, running

    def change(self) -> None:
        """A message is changed as a whole."""
        if self.messages:
            parts: list[Part] = [TextPart(text="Edited 🪔", length=9), NoticePart(code="stopped", text="Stopped.")]
            body = question(self.messages[self.choose(len(self.messages))], "")
            self.say(e.MessageUpdated(message=body.model_copy(update={"parts": parts, "edited_at": moment(9)})))

    def take_back(self) -> None:
        """A message is taken back; now and then the whole conversation."""
        if self.choose(8) == 0:
            self.deleted = True
            self.say(e.ConversationDeleted(conversation_id=CONVERSATION))
        elif self.messages:
            about = self.messages[self.choose(len(self.messages))]
            self.say(e.MessageDeleted(message_id=about, deleted_at=moment(len(self.frames))))

    def aside(self) -> None:
        """Something beside the talk: an approval decided, a notice, a summary, a new title."""
        what = self.choose(4)
        if what == 0 and self.waiting:
            call, message = self.waiting.pop(0)
            self.say(e.ApprovalDecided(approval=approval(call, message, "approved" if self.choose(2) else "denied")))
        elif what == 1:
            notice = Notice(id=self.new("notice"), level="info", text="A backup was made.", created_at=moment(5))
            self.say(e.SystemNotification(notice=notice))
        elif what == 2:
            self.say(e.SummaryAvailable(conversation_id=CONVERSATION, summary_id="summary-1", message_count=4))
        else:
            self.say(e.ConversationUpdated(conversation=head(len(self.frames), title=self.words()[:200])))

    def _running(self) -> Running:
        if self.running is None:
            raise LookupError("no answer is being written")
        return self.running


def merged(first: DurableFrame, second: DurableFrame) -> DurableFrame | None:
    """Both frames as one, as a slow reader gets them, or None where they cannot be merged."""
    a, b = first.event, second.event
    if not isinstance(a, e.StreamChunk) or not isinstance(b, e.StreamChunk) or a.is_final or b.is_final:
        return None
    if (a.message_id, a.attempt, a.part) != (b.message_id, b.attempt, b.part) or second.from_seq != first.seq + 1:
        return None
    event = a.model_copy(update={"chunk": a.chunk + b.chunk, "chunk_index": b.chunk_index})
    return second.model_copy(update={"from_seq": first.from_seq, "event": event})
