"""An answer grows by values: each change makes a new one, and the event that brings others to the same."""

from parlour.models.base import RequestedCall
from parlour.protocol.changes import MessageChange, changed, message_of
from parlour.protocol.content import Message, MessageBody, ReasoningPart, TextPart, ToolCallPart, Usage
from parlour.tools.outcomes import Outcome
from parlour.turn.answer import SHOWN_RESULT_BYTES, Answer, text_part

LOOK = RequestedCall("1", "look", {"room": "kitchen"})
HEAR = RequestedCall("2", "hear", None, raw="{")
WORDS = text_part("text", "Let me look. ")


def answer(*parts: TextPart | ReasoningPart) -> Answer:
    return Answer("answer", "talk", 1, parts)


def shown(answer: Answer) -> Message:
    """The message as somebody holds it who has seen `answer` so far."""
    body = MessageBody(
        id=answer.message_id,
        conversation_id=answer.conversation_id,
        role="assistant",
        parts=list(answer.parts),
        status="running",
        attempt=answer.attempt,
        created_at="t",
    )
    return message_of(body, 1, 1)


def agree(before: Answer, *events: MessageChange | Answer) -> bool:
    """Whether the events bring who saw `before` to the answer that stands last."""
    seen, after = shown(before), events[-1]
    assert isinstance(after, Answer)
    for number, event in enumerate(events[:-1], 2):
        assert not isinstance(event, Answer)
        seen = changed(seen, event, number)
    return (seen.parts, seen.attempt) == (list(after.parts), after.attempt)


def test_calls_join_the_words_as_parts_at_work() -> None:
    before = answer(WORDS)
    after, said = before.with_calls([(LOOK, "Looking at the kitchen"), (HEAR, "Hear")])
    assert [item.part for item in said.tool_calls] == [1, 2]
    assert [(p.kind, p.status, p.arguments) for p in after.parts if isinstance(p, ToolCallPart)] == [
        ("tool_call", "executing", {"room": "kitchen"}),
        ("tool_call", "executing", {}),
    ]
    assert agree(before, said, after.executing(LOOK), after.executing(HEAR), after)
    assert len(before.parts) == 1


def test_what_came_of_a_call_stands_in_its_own_part() -> None:
    before, _ = answer(WORDS).with_calls([(LOOK, "Looking"), (HEAR, "Hear")])
    came = Outcome("1", "look", "completed", {}, result=["lamp"], label="Looked at the kitchen", summary="1 device")
    after, said = before.with_outcome(came)
    look, hear = after.parts[1:]
    assert isinstance(look, ToolCallPart)
    assert (look.status, look.label, look.summary, look.result) == (
        "completed",
        "Looked at the kitchen",
        "1 device",
        ["lamp"],
    )
    assert hear == before.parts[2]
    assert agree(before, said, after)


def test_a_failed_call_says_what_to_do_and_keeps_its_words() -> None:
    before, _ = answer().with_calls([(LOOK, "Looking")])
    after, said = before.with_outcome(
        Outcome("1", "look", "failed", {}, code="not_found", problem="No such room.", suggestion="Ask for another.")
    )
    (part,) = after.parts
    assert isinstance(part, ToolCallPart)
    assert part.error is not None
    assert (part.label, part.error.code, part.error.message) == (
        "Looking",
        "not_found",
        "No such room. Ask for another.",
    )
    assert agree(before, said, after)


def test_a_result_too_large_to_be_shown_is_left_to_its_run() -> None:
    before, _ = answer().with_calls([(LOOK, "Looking")])
    after, said = before.with_outcome(Outcome("1", "look", "completed", {}, result="x" * SHOWN_RESULT_BYTES))
    assert (said.result, said.truncated) == (None, True)
    assert agree(before, said, after)


def test_a_new_attempt_begins_after_what_is_settled() -> None:
    settled, _ = answer(WORDS).with_calls([(LOOK, "Looking")])
    after, said = settled.restarted("restart")
    assert (said.attempt, said.part, said.reason, after.parts) == (2, 2, "restart", settled.parts)
    cut = settled.with_parts([text_part("text", "Half a ")])
    assert agree(cut, said, after)


def test_the_last_chunk_says_how_long_the_words_are_and_adds_none() -> None:
    whole = answer(WORDS).with_parts([text_part("reasoning", "Hm."), text_part("text", "🏠")])
    usage = Usage(prompt_tokens=1, completion_tokens=2, total_tokens=3)
    final = whole.final(chunk_index=9, status="completed", model="m", usage=usage, problem=None)
    assert (final.length, final.chunk, final.offset, final.part, final.chunk_index) == (15, "", 2, 2, 9)
    assert agree(whole, final, whole)
    assert changed(shown(whole), final, 2).usage == usage


def test_the_last_chunk_of_an_answer_without_a_word_is_the_whole_of_it() -> None:
    final = answer().final(chunk_index=0, status="stopped", model=None, usage=None, problem=None)
    assert (final.part, final.offset, final.length, final.status) == (0, 0, 0, "stopped")
    assert agree(answer(), final, answer())
