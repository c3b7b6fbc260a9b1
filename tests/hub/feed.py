"""A feed of one conversation: an answer that is being written, with other events in between."""

from collections.abc import Iterable

import orjson

from parlour.clock import isoformat
from parlour.journal.unit import Committed
from parlour.protocol.content import Message, Turn
from parlour.protocol.events import StreamChunk, TurnUpdated
from parlour.protocol.frame import frame_of
from parlour.protocol.reduce import reduce
from parlour.protocol.state import ConversationState, TopicState
from parlour.protocol.text import units
from tests.conftest import ManualClock

TOPIC = "conversation:c"
AT = isoformat(ManualClock().now())


def start() -> ConversationState:
    """The state as of seq 0: two answers have just begun."""
    answers = [
        Message(
            id=identifier,
            conversation_id="c",
            role="assistant",
            parts=[],
            status="running",
            created_at=AT,
            position=0,
            rev=0,
        )
        for identifier in ("one", "two")
    ]
    return ConversationState(topic=TOPIC, conversation=None, window=0, messages=answers, turns=[], approvals=[])


def feed_of(plan: Iterable[tuple[str, str]]) -> list[Committed]:
    """What is said, from seq 1 on: (answer, its next words), or ("", a turn) for something else."""
    said: list[Committed] = []
    offsets = {"one": 0, "two": 0}
    counts = {"one": 0, "two": 0}
    for seq, (answer, text) in enumerate(plan, 1):
        if answer:
            body = StreamChunk(
                message_id=answer,
                attempt=1,
                part=0,
                kind="text",
                chunk=text,
                chunk_index=counts[answer],
                offset=offsets[answer],
            )
            offsets[answer] += units(text)
            counts[answer] += 1
        else:
            body = TurnUpdated(turn=Turn(id=text or "t", question_id="q", status="running"))
        payload = orjson.dumps(body.model_dump(mode="json"))
        said.append(Committed(TOPIC, seq, seq, payload, AT, is_delta=bool(answer)))
    return said


def after(state: TopicState, said: Iterable[Committed]) -> TopicState:
    """The state once `said` has happened too."""
    for item in said:
        envelope = {"topic": item.topic, "from_seq": item.from_seq, "seq": item.seq, "timestamp": item.at}
        state = reduce(state, frame_of(orjson.loads(item.payload) | envelope))
    return state
