"""Many turns at once over models that fail in every way, with people who stop them and owners who go away."""

import asyncio
from collections import Counter, defaultdict
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Literal

import orjson
from sqlalchemy.ext.asyncio import AsyncConnection

from parlour.clock import SystemClock
from parlour.hub.announce.local import Nobody
from parlour.identity.limits import Limits
from parlour.identity.who import Who
from parlour.journal import feed
from parlour.journal.snapshot import conversation_state
from parlour.journal.unit import Committed
from parlour.journal.writer import open_writer
from parlour.models.base import (
    Called,
    Finished,
    ModelEvent,
    ModelProblem,
    ModelRequest,
    ReasoningDelta,
    RequestedCall,
    TextDelta,
    estimate_tokens,
    last_user_text,
)
from parlour.models.instances import HOUSE, Bounds, Instance, Instances
from parlour.models.route import Route, Wish
from parlour.models.router import BalancedRoute, Plan
from parlour.protocol.commands import SendMessage
from parlour.protocol.content import Message
from parlour.protocol.events import ENDED
from parlour.protocol.frame import DurableFrame, frame_of
from parlour.protocol.reduce import reduce
from parlour.protocol.state import ConversationState, TopicState
from parlour.store.brief import brief_database
from parlour.store.database import Database
from parlour.store.queries.messages import CutAttempt, cut_attempts
from parlour.tools.executor import Executor
from parlour.tools.tool import ToolContext, make_tool
from parlour.turn.means import Caps, Means
from parlour.turn.record import TurnRow
from parlour.turn.runner import Runner
from parlour.turn.say import Saying
from tests.conftest import ManualClock
from tests.house import anybody, lived_in
from tests.storage import Storage
from tests.tools.conftest import Shelf
from tests.turn.conftest import Doorman, Held

NAMES = ("one/model", "two/model", "three/model")
PATIENCE_S = 60.0
TURN_S = 15.0
"""How much later every turn is asked than the one before it, for those who rest."""

Fault = Literal["", "provider_unavailable", "provider_rate_limited", "provider_cut", "provider_refused", "hang"]


@dataclass(frozen=True, slots=True)
class Act:
    """What a model does when it is asked: so much thought, so many words, maybe a call, and how it ends."""

    thoughts: int
    words: int
    fault: Fault
    calls: bool


@dataclass(frozen=True, slots=True)
class Deal:
    """One question: in which conversation, what each model does whenever it is asked, and when somebody stops it."""

    talk: int
    acts: Mapping[str, Sequence[Act]]
    """By model; the last one is played for ever after."""
    stopped_after: int | None
    """After so many events of the conversation."""


@dataclass
class Cast:
    """Models that act by what is asked; they know everybody who was asked for every question."""

    deals: Sequence[Deal]
    clock: ManualClock
    asked: defaultdict[int, list[str]] = field(default_factory=lambda: defaultdict[int, list[str]](list))
    played: Counter[tuple[int, str]] = field(default_factory=Counter[tuple[int, str]])

    def next(self, name: str, request: ModelRequest) -> Act:
        """What a model does now."""
        number = int(last_user_text(request.messages))
        acts = self.deals[number].acts[name]
        self.asked[number].append(name)
        self.played[number, name] += 1
        return acts[min(self.played[number, name], len(acts)) - 1]


async def look(context: ToolContext) -> str:
    """Look around."""
    await asyncio.sleep(0)
    return "A lamp."


@dataclass
class Actor:
    """One of them."""

    name: str
    cast: Cast
    window: int = 128_000

    async def stream(self, request: ModelRequest) -> AsyncGenerator[ModelEvent]:
        act = self.cast.next(self.name, request)
        for number in range(act.thoughts):
            yield ReasoningDelta(f"hm {number} ")
            await asyncio.sleep(0)
        for number in range(act.words):
            yield TextDelta(f"{self.name} says {number} 🏠 ")
            await asyncio.sleep(0)
        if act.fault == "hang":
            await asyncio.Event().wait()
        if act.fault:
            raise ModelProblem(act.fault, "It failed.", cause="fault")
        if act.calls:
            yield Called(RequestedCall("", "look", {}))
        yield Finished("tool_calls" if act.calls else "stop")

    def count_tokens(self, text: str) -> int:
        return estimate_tokens(text)

    async def health(self) -> bool:
        return True

    async def close(self) -> None:
        return None


@dataclass
class Routes:
    """One route for everybody, over instances whose clock the test moves."""

    cast: Cast
    instances: dict[str, Instance] = field(default_factory=dict[str, Instance])

    def __post_init__(self) -> None:
        known = self._known = Instances(self.cast.clock)
        self.instances = {name: known.of(("home", HOUSE), Actor(name, self.cast), Bounds(20)) for name in NAMES}

    async def route(self, connection: AsyncConnection, wish: Wish) -> Route:
        self.cast.clock.advance(TURN_S)
        plan = Plan("auto", {"fast": NAMES[:2], "balanced": NAMES[:2], "strong": NAMES[:2]}, ((NAMES[2],),))
        return BalancedRoute(plan, self.instances, "adaptive", self._known)


@dataclass
class Stage:
    """Somebody's conversations, and whoever answers in them."""

    ann: Who
    saying: Saying
    means: Means
    routes: Routes
    runner: Runner
    published: list[Committed]
    database: Database
    owners: int = 1

    async def plays(self, deals: Sequence[Deal], *, handed_over: bool) -> list[TurnRow]:
        """Have every question answered, to the end; the turns in the order of the questions."""
        talks: dict[int, str] = {}
        asked: list[TurnRow] = []
        for number, deal in enumerate(deals):
            command = SendMessage(
                type="send_message",
                content=str(number),
                client_message_id=f"question-{number}",
                conversation_id=talks.get(deal.talk),
            )
            _, begun = await self.saying.message(self.ann, command)
            assert begun is not None
            talks[deal.talk] = begun.turn.conversation_id
            asked.append(begun.turn)
            self.runner.take(begun.turn)
        stopping = [asyncio.create_task(self._stop(turn, deal)) for turn, deal in zip(asked, deals, strict=True)]
        if handed_over:
            await self._hand_over()
        await self._until_all_have_ended(asked)
        await asyncio.gather(*stopping)
        return asked

    async def _stop(self, turn: TurnRow, deal: Deal) -> None:
        """Somebody stops a turn once enough has happened; one that falls silent is stopped in any case."""
        hangs = any(act.fault == "hang" for acts in deal.acts.values() for act in acts)
        if deal.stopped_after is None and not hangs:
            return
        for _ in range(10 * (deal.stopped_after or 20)):
            await asyncio.sleep(0)
        await self.runner.stop(turn.id)

    async def _hand_over(self) -> None:
        """The owner leaves in the middle, and another one goes on with whatever it had begun."""
        for _ in range(60):
            await asyncio.sleep(0)
        self.owners += 1
        left, self.runner = self.runner, Runner(Held(f"node-{self.owners}"), self.means, Nobody())
        await left.close()
        await self.runner.open()

    async def _until_all_have_ended(self, asked: Sequence[TurnRow]) -> None:
        for turn in asked:
            found = await self.runner.wait_until_ended(turn.id, PATIENCE_S)
            assert found is not None
            assert found.value.status in ENDED, f"a turn has not ended: {found.value}"

    async def state(self, conversation_id: str) -> ConversationState:
        """A conversation as a newcomer sees it."""
        async with self.database.read() as connection:
            return await conversation_state(connection, conversation_id, 0)

    async def attempts(self, message: Message) -> list[CutAttempt]:
        """The cut attempts at an answer."""
        async with self.database.read() as connection:
            return await cut_attempts(connection, message.id)

    async def frames(self, conversation_id: str) -> list[DurableFrame]:
        """Everything that was published of a conversation, in the order in which it was.

        What was committed last may be on its way still: it is published right after it can be read.
        """
        topic = f"conversation:{conversation_id}"
        async with self.database.read() as connection:
            head = (await feed.heads(connection, [topic]))[topic]
        async with asyncio.timeout(PATIENCE_S):
            while not self._has_said(topic, head):  # noqa: ASYNC110 - what is published goes into a list, and is no event
                await asyncio.sleep(0)
        found: list[DurableFrame] = []
        for item in self.published:
            if item.topic == topic:
                envelope = {"topic": topic, "from_seq": item.from_seq, "seq": item.seq, "timestamp": item.at}
                found.append(frame_of(orjson.loads(item.payload) | envelope))
        return found

    def _has_said(self, topic: str, seq: int) -> bool:
        return any(item.topic == topic and item.seq == seq for item in reversed(self.published))


@asynccontextmanager
async def staged(storage: Storage, deals: Sequence[Deal]) -> AsyncGenerator[Stage]:
    """A stage over a fresh database."""
    clock, published = ManualClock(), list[Committed]()
    database, brief = Database(storage.url), brief_database(storage.url)
    deaths: list[BaseException] = []
    writer = open_writer(storage.url, clock=SystemClock(), publish=published.extend, fatal=deaths.append)
    lived = await lived_in(database, writer, clock)
    doorman, routes = Doorman(), Routes(Cast(deals, ManualClock()))
    doorman.speaks.set()
    means = Means(
        reads=brief,
        writer=writer,
        clock=SystemClock(),
        tools=Executor([Shelf("eyes", [make_tool(look, effect="read")])], SystemClock()),
        models=routes,
        callers=doorman,
        caps=Caps(steps=6),
    )
    saying = Saying(brief, writer, SystemClock(), routes, Limits(), 50_000)
    runner = Runner(Held("node-1"), means, Nobody())
    await runner.open()
    stage = Stage(anybody(lived.ann), saying, means, routes, runner, published, brief)
    try:
        yield stage
    finally:
        await stage.runner.close()
        await writer.close()
        await brief.close()
        await database.close()
    assert not deaths


def replayed(frames: Sequence[DurableFrame], topic: str) -> TopicState:
    """What somebody sees who followed from the beginning."""
    state: TopicState = ConversationState(topic=topic, conversation=None, window=0, messages=[], turns=[], approvals=[])
    for frame in frames:
        state = reduce(state, frame)
    return state
