"""The words of a step reach the log whole and in order, one piece at a time, however slow the disk is."""

import asyncio
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from parlour.errors import Fenced, StorageFailed
from parlour.journal.merging import LARGEST_CHUNK_UNITS
from parlour.journal.unit import Delta, Receipt, Unit
from parlour.protocol.content import ReasoningPart, TextPart
from parlour.protocol.text import units
from parlour.turn.live import Live
from parlour.turn.record import TurnRow

TURN = TurnRow(
    id="turn",
    tenant_id="tenant",
    conversation_id="talk",
    user_id="ann",
    project_id="home",
    question_id="question",
    answer_id="answer",
    replaces=None,
    model=None,
    parameters=None,
    status="running",
    stop_asked=False,
    owner="node",
    fence=7,
    deaths=0,
    running_ms=0,
    question_edit=0,
)


class SlowDisk:
    """A writer that commits a piece when the test says so."""

    def __init__(self) -> None:
        self.written: list[dict[str, Any]] = []
        self.deltas: list[Delta] = []
        self._pending: list[tuple[Delta, asyncio.Future[Receipt]]] = []

    @property
    def waiting(self) -> int:
        """How many pieces are on their way."""
        return len(self._pending)

    def submit(self, unit: Unit | Delta) -> "asyncio.Future[Receipt]":
        assert isinstance(unit, Delta)
        done: asyncio.Future[Receipt] = asyncio.get_running_loop().create_future()
        self._pending.append((unit, done))
        return done

    async def commit(self, unit: Unit | Delta) -> Receipt:
        return await self.submit(unit)

    @property
    def is_full(self) -> bool:
        return False

    async def close(self) -> None:
        return None

    async def writes(self) -> None:
        """Commit what is on its way, and let whoever waits for it go on."""
        delta, done = self._pending.pop(0)
        self.deltas.append(delta)
        self.written.append(orjson.loads(delta.payload))
        done.set_result(Receipt(delta.id, (len(self.written),)))
        await asyncio.sleep(0)

    async def writes_all(self) -> None:
        """Commit until nothing is on its way."""
        while self._pending:
            await self.writes()

    async def refuses(self, error: Exception) -> None:
        """Fail with what is on its way."""
        self._pending.pop(0)[1].set_exception(error)
        await asyncio.sleep(0)

    def text(self, part: int) -> str:
        """A part as the log has it; every piece joins the one before."""
        text = ""
        for chunk in self.written:
            if chunk["part"] == part:
                assert chunk["offset"] == units(text)
                text += chunk["chunk"]
        return text


def live(disk: SlowDisk, *, first_part: int = 0, chunk_index: int = 0) -> Live:
    return Live(disk, TURN, message_id="answer", attempt=2, first_part=first_part, chunk_index=chunk_index, model="m/1")


async def test_the_first_words_go_out_at_once_and_what_comes_meanwhile_goes_together() -> None:
    disk = SlowDisk()
    words = live(disk, chunk_index=4)
    for word in ("Once ", "upon ", "a ", "time"):
        words.say("text", word)
        assert disk.waiting == 1
    await disk.writes_all()
    assert [(c["chunk"], c["offset"], c["chunk_index"]) for c in disk.written] == [
        ("Once ", 0, 4),
        ("upon a time", 5, 5),
    ]
    assert (words.chunk_index, words.length) == (6, 16)
    assert {(c["message_id"], c["attempt"], c["is_final"]) for c in disk.written} == {("answer", 2, False)}


async def test_every_piece_is_written_for_its_turn_and_fence() -> None:
    disk = SlowDisk()
    live(disk).say("text", "Yes")
    await disk.writes()
    assert [(d.topic, d.turn_id, d.fence) for d in disk.deltas] == [("conversation:talk", "turn", 7)]


async def test_thoughts_and_words_are_parts_of_their_own_in_the_order_they_began() -> None:
    disk = SlowDisk()
    words = live(disk, first_part=3)
    for kind, text in (("reasoning", "Hm."), ("text", "Yes"), ("text", "."), ("reasoning", "Or no?"), ("text", "No.")):
        words.say(kind, text)
    await disk.writes_all()
    assert [(c["part"], c["kind"], c["chunk"]) for c in disk.written] == [
        (3, "reasoning", "Hm."),
        (4, "text", "Yes."),
        (5, "reasoning", "Or no?"),
        (6, "text", "No."),
    ]
    assert [(type(part), part.kind) for part in words.parts] == [
        (ReasoningPart, "reasoning"),
        (TextPart, "text"),
    ] * 2
    assert (words.joined("text"), words.joined("reasoning")) == ("Yes.No.", "Hm.Or no?")


async def test_more_than_a_chunk_holds_is_cut_and_never_inside_a_surrogate_pair() -> None:
    disk = SlowDisk()
    said = "x" + "🏠" * LARGEST_CHUNK_UNITS
    live(disk).say("text", said)
    await disk.writes_all()
    assert [units(chunk["chunk"]) for chunk in disk.written] == [LARGEST_CHUNK_UNITS - 1, LARGEST_CHUNK_UNITS, 2]
    assert disk.text(0) == said


async def test_settling_waits_until_all_is_durable() -> None:
    disk = SlowDisk()
    words = live(disk)
    words.say("text", "One ")
    words.say("text", "two")
    settled = asyncio.ensure_future(words.settled())
    await disk.writes()
    assert not settled.done()
    await disk.writes()
    await settled
    assert disk.text(0) == "One two"


@pytest.mark.parametrize("error", [Fenced(), StorageFailed()])
async def test_a_refused_piece_ends_the_saying(error: Exception) -> None:
    disk = SlowDisk()
    words = live(disk)
    words.say("text", "One ")
    words.say("text", "two ")
    await disk.refuses(error)
    with pytest.raises(type(error)):
        words.say("text", "three")
    with pytest.raises(type(error)):
        await words.settled()
    assert disk.waiting == 0


async def test_nothing_said_is_settled_at_once() -> None:
    words = live(SlowDisk())
    await words.settled()
    assert (words.parts, words.length) == ([], 0)


@given(
    st.lists(
        st.tuples(st.sampled_from(["text", "reasoning"]), st.text(min_size=1, max_size=20), st.booleans()), max_size=30
    )
)
def test_whenever_the_disk_writes_the_log_says_what_was_said(said: list[tuple[str, str, bool]]) -> None:
    async def say_all() -> None:
        disk = SlowDisk()
        words = live(disk)
        for kind, text, writes in said:
            words.say(kind, text)
            if writes and disk.waiting:
                await disk.writes()
        await disk.writes_all()
        await words.settled()
        shown = [part.text for part in words.parts if isinstance(part, TextPart | ReasoningPart)]
        assert [disk.text(number) for number in range(len(shown))] == shown
        assert [c["chunk_index"] for c in disk.written] == list(range(len(disk.written)))
        assert words.length == sum(units(text) for _, text, _ in said)

    asyncio.run(say_all())
