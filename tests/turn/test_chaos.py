"""A thousand turns over failing models: each ends and says how, and nobody who watched was told anything else."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from parlour.protocol.content import Message, ReasoningPart, TextPart
from parlour.protocol.events import StreamChunk
from parlour.protocol.frame import DurableFrame
from parlour.protocol.state import ConversationState
from parlour.store.queries.messages import CutAttempt
from parlour.turn.record import TurnRow
from tests.storage import Templates
from tests.turn.chaos import NAMES, Act, Deal, Fault, Stage, replayed, staged

RUNS, TURNS = 20, 50

FAULTS: tuple[Fault, ...] = (
    "provider_unavailable",
    "provider_rate_limited",
    "provider_cut",
    "provider_refused",
    "hang",
)


@dataclass(frozen=True, slots=True)
class Weather:
    """How bad things are in one run."""

    seed: int
    faults: tuple[float, ...]
    """How likely a call of each model is to fail; 1 for one that is dead."""
    stops: float
    """How likely somebody stops a turn."""
    talks: int
    """In how many conversations it is asked."""
    handed_over: bool

    def deals(self) -> list[Deal]:
        """The questions of the run."""
        chance = Random(self.seed)
        return [self._deal(chance) for _ in range(TURNS)]

    def _deal(self, chance: Random) -> Deal:
        acts = {
            name: [self._act(chance, fault) for _ in range(chance.randint(1, 3))]
            for name, fault in zip(NAMES, self.faults, strict=True)
        }
        stopped_after = chance.randint(0, 40) if chance.random() < self.stops else None
        return Deal(chance.randrange(self.talks), acts, stopped_after)

    def _act(self, chance: Random, fault: float) -> Act:
        fails = chance.random() < fault
        words = chance.choice([0, 0, 1, 4]) if fails else chance.randint(0, 4)
        return Act(chance.randint(0, 2), words, chance.choice(FAULTS) if fails else "", chance.random() < 0.4)


RATES = st.sampled_from([0.0, 0.1, 0.3, 0.6, 1.0])
WEATHERS = st.builds(
    Weather,
    seed=st.integers(0, 2**32),
    faults=st.tuples(*[RATES] * len(NAMES)),
    stops=st.sampled_from([0.0, 0.1, 0.3]),
    talks=st.integers(10, 50),
    handed_over=st.booleans(),
)


@settings(max_examples=RUNS, phases=[Phase.generate], derandomize=True)
@given(WEATHERS)
def test_a_thousand_turns_end_and_what_was_seen_is_what_is_kept(templates: Templates, weather: Weather) -> None:
    deals = weather.deals()
    with templates.fresh("sqlite") as storage:

        async def play() -> None:
            async with staged(storage, deals) as stage:
                asked = await stage.plays(deals, handed_over=weather.handed_over)
                for conversation_id in dict.fromkeys(turn.conversation_id for turn in asked):
                    await one_feed_without_gaps(stage, conversation_id)
                for number, turn in enumerate(asked):
                    await everybody_is_named(stage, number, turn)
                nothing_is_left_behind(stage)

        asyncio.run(play())


async def one_feed_without_gaps(stage: Stage, conversation_id: str) -> None:
    """Who followed from the beginning sees what a newcomer does, with one answer for every question."""
    frames, fresh = await stage.frames(conversation_id), await stage.state(conversation_id)
    assert [frame.from_seq for frame in frames] == list(range(1, len(frames) + 1))
    assert replayed(frames, fresh.topic) == fresh
    assert fresh.turns == []
    answers = [message for message in fresh.messages if message.role == "assistant"]
    assert len({answer.parent_id for answer in answers}) == len(answers)
    for answer in answers:
        assert answer.status in ("completed", "stopped", "failed")
        assert (answer.error is None) == (answer.status != "failed")
        nothing_shown_is_lost(frames, answer, await stage.attempts(answer))


def nothing_shown_is_lost(frames: Sequence[DurableFrame], answer: Message, attempts: Sequence[CutAttempt]) -> None:
    """What was shown of every part begins what is kept of it, in the answer or in an attempt."""
    shown: dict[tuple[int, int], str] = {}
    for frame in frames:
        chunk = frame.event
        if isinstance(chunk, StreamChunk) and chunk.message_id == answer.id and chunk.chunk:
            place = (chunk.attempt, chunk.part)
            shown[place] = shown.get(place, "") + chunk.chunk
    cut = {one.attempt: one for one in attempts}
    for (attempt, part), text in shown.items():
        was = cut.get(attempt)
        if was is not None and part >= was.part:
            kept = str(was.parts[part - was.part]["text"])
        else:
            standing = answer.parts[part]
            assert isinstance(standing, TextPart | ReasoningPart)
            kept = standing.text
        assert kept.startswith(text), f"shown as {text!r}, kept as {kept!r}"
    assert all(one.model in NAMES for one in attempts)


async def everybody_is_named(stage: Stage, number: int, turn: TurnRow) -> None:
    """An answer names everybody who was asked for it, and nobody else."""
    state: ConversationState = await stage.state(turn.conversation_id)
    asked = set(stage.routes.cast.asked[number])
    for answer in (message for message in state.messages if message.turn_id == turn.id):
        if answer.role == "assistant":
            named = set(answer.models or ([answer.model] if answer.model in NAMES else []))
            assert named <= asked, f"{named} are named, {asked} were asked"
            assert stage.owners > 1 or named == asked, f"{named} are named, {asked} were asked"


def nothing_is_left_behind(stage: Stage) -> None:
    """No connection is open, and whoever rests is tried again after a minute."""
    stage.routes.cast.clock.advance(60)
    for instance in stage.routes.instances.values():
        assert (instance.connections, instance.is_able) == (0, True)
