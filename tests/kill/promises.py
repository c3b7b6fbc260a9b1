"""What is promised, checked from outside: by what clients were sent, and by what a newcomer gets.

Every check raises AssertionError in words.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from parlour.protocol.content import Message, ReasoningPart, TextPart, ToolCallPart, Turn
from parlour.protocol.events import ENDED, AssistantMessageStart, NewMessage, StreamChunk, TurnUpdated
from parlour.protocol.frame import DurableFrame
from parlour.protocol.rest import AttemptView, Exchange
from parlour.protocol.state import ConversationState, TopicState, UserState
from tests.kill.follower import Followed, Follower, Shown, shown


@dataclass(frozen=True, slots=True)
class Fresh:
    """A topic as somebody gets it who was never here: its snapshot, and its whole log from the floor."""

    snapshot: Followed
    log: Followed


async def fresh_fetch(newcomer: Follower, topic: str) -> Fresh:
    """Both ways to begin with `topic`."""
    await newcomer.follow(topic)
    snapshot = await newcomer.unfollow(topic)
    await newcomer.follow(topic, from_the_beginning=True)
    log = await newcomer.unfollow(topic)
    if isinstance(log.state, UserState) and isinstance(snapshot.state, UserState) and log.state.account is None:
        # A log tells how an account changed, and only a snapshot who it is.
        log.state = log.state.model_copy(update={"account": snapshot.state.account})
    return Fresh(snapshot, log)


# --- one feed, no gaps ---------------------------------------------------------------------------------------------


async def feed_is_whole(clients: Iterable[Follower], fresh: Fresh) -> None:
    """Every client's feed, resumed from its cursor, equals the log and leads to the snapshot.

    That no number is left out or told twice is seen by each client with every frame; see `Followed.take`.
    """
    topic = fresh.snapshot.state.topic
    assert fresh.log.cursor == fresh.snapshot.cursor, f"{topic} moved on while nothing happened"
    assert seen(fresh.log.state) == seen(fresh.snapshot.state), f"the log of {topic} leads elsewhere than its snapshot"
    for client in clients:
        mine = client.topics[topic]
        await client.until(lambda mine=mine: mine.cursor >= fresh.snapshot.cursor)
        assert mine.cursor == fresh.snapshot.cursor, f"a client was sent more of {topic} than is kept"
        assert seen(mine.state) == seen(fresh.snapshot.state), f"a client sees another {topic} than a newcomer"
        since = mine.frames[0].from_seq if mine.frames else mine.cursor + 1
        expected = [frame for frame in fresh.log.frames if frame.seq >= since]
        assert told(mine.frames) == told(expected), f"a client was told another story of {topic} than the log keeps"


def seen(state: TopicState) -> dict[str, Any]:
    """A state in full, in a form whose differences can be read."""
    return state.model_dump(mode="json")


def told(frames: Sequence[DurableFrame]) -> tuple[list[Any], Shown]:
    """What frames tell, however their chunks were cut or merged on the way."""
    whole = [(frame.seq, frame.event) for frame in frames if not is_live(frame)]
    return whole, shown(list(frames))


def words_in(frames: Sequence[DurableFrame]) -> str:
    """All the words that frames bring, as they come."""
    return "".join(frame.event.chunk for frame in frames if isinstance(frame.event, StreamChunk))


def is_live(frame: DurableFrame) -> bool:
    """Whether it is a piece of an answer, which may be merged with its neighbours."""
    return isinstance(frame.event, StreamChunk) and not frame.event.is_final


# --- nothing shown is lost -----------------------------------------------------------------------------------------


async def nothing_shown_is_lost(clients: Iterable[Follower], newcomer: Follower) -> None:
    """Every prefix a client has received is a prefix of the stored part, or of one of its kept attempts.

    The pieces of a text join without a hole (`shown`), so it is enough to look at the longest prefix of each.
    """
    stored: dict[str, tuple[Message, list[AttemptView]]] = {}
    for client in clients:
        eyes = shown(client.frames)
        for message_id in {place[0] for place in [*eyes.texts, *eyes.results]} - stored.keys():
            stored[message_id] = await kept(newcomer, message_id)
        for (message_id, attempt, part), text in eyes.texts.items():
            was = text_at(*stored[message_id], attempt, part)
            assert was.startswith(text), f"shown as {text!r} (attempt {attempt}, part {part}), kept as {was!r}"
        for (message_id, call_id), result in eyes.results.items():
            call = next(part for part in calls_of(stored[message_id][0]) if part.tool_call_id == call_id)
            assert (call.status, call.result) == (result.status, result.result), f"{call.name} had come back otherwise"


async def kept(newcomer: Follower, message_id: str) -> tuple[Message, list[AttemptView]]:
    """A message and its cut attempts, by REST."""
    raw = await newcomer.get(f"/chat/messages/{message_id}")
    cut = await newcomer.get(f"/chat/messages/{message_id}/attempts")
    message = Message.model_validate({name: raw[name] for name in Message.model_fields})
    return message, [AttemptView.model_validate(attempt) for attempt in cut["attempts"]]


def text_at(message: Message, attempts: Sequence[AttemptView], attempt: int, part: int) -> str:
    """What is kept of a part as it was in one attempt: settled, it stands in the message; cut, in the attempt."""
    cut = next((each for each in attempts if each.attempt == attempt and part >= each.part), None)
    parts, index = (cut.parts, part - cut.part) if cut else (message.parts, part)
    found = parts[index] if index < len(parts) else None
    return found.text if isinstance(found, TextPart | ReasoningPart) else ""


def calls_of(message: Message) -> list[ToolCallPart]:
    """The tool calls of an answer."""
    return [part for part in message.parts if isinstance(part, ToolCallPart)]


# --- a message counts once, and its turn ends ----------------------------------------------------------------------


async def counts_once(newcomer: Follower, log: Followed, message: Mapping[str, str]) -> Turn:
    """One message, one turn, one answer; and sending it again changes nothing. The turn, as it ended.

    `message` is what was sent, with its `client_message_id`.
    """
    name, said = message["client_message_id"], message["content"]
    told = [frame.event for frame in log.frames]
    asked = [e.message for e in told if isinstance(e, NewMessage) and e.message.client_message_id == name]
    assert len(asked) == 1, f"{said!r} stands {len(asked)} times in the log"
    turns = {e.turn.id: e.turn for e in told if isinstance(e, TurnUpdated) and e.turn.question_id == asked[0].id}
    assert len(turns) == 1, f"{said!r} has {len(turns)} turns"
    answers = [e for e in told if isinstance(e, AssistantMessageStart) and e.message.parent_id == asked[0].id]
    assert len(answers) <= 1, f"{said!r} was answered {len(answers)} times"
    (turn,) = turns.values()
    again = Exchange.model_validate(await newcomer.post("/chat/messages", {**message, "wait": 0}))
    assert again.duplicate
    assert (again.user_message.id, again.turn) == (asked[0].id, turn)
    return turn


def has_ended(turn: Turn, state: TopicState, log: Followed) -> Message:
    """The turn is over for everybody, and says how; its answer."""
    assert isinstance(state, ConversationState)
    assert turn.status in ENDED, f"a turn is still {turn.status}"
    assert turn not in state.turns
    (answer,) = [message for message in state.messages if message.id == turn.answer_id]
    assert answer.status == turn.status, f"the turn is {turn.status}, its answer {answer.status}"
    told = [frame.event for frame in log.frames]
    ends = [e for e in told if isinstance(e, TurnUpdated) and e.turn.id == turn.id and e.turn.status in ENDED]
    finals = [e for e in told if isinstance(e, StreamChunk) and e.message_id == answer.id and e.is_final]
    assert (len(ends), len(finals)) == (1, 1), f"it ended {len(ends)} times, its answer {len(finals)} times"
    return answer
