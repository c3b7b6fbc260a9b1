"""What the model gets to see: one pure function from what was said and done to the messages of a request.

The budget is the smallest of three quarters of the model's window, the window less the room for its answer, and
the configured number of tokens. It is shared out in a fixed order, with caps in the proportions of `CAPS`; what
did not fit is part of the result. Older exchanges are cut from the front, so that the prefix stays stable from
one turn to the next for as long as nothing has to go.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace

import orjson

from parlour.models.base import AssistantMessage, ModelMessage, ToolMessage, UserMessage
from parlour.protocol.content import Json
from parlour.tools.outcomes import Outcome
from parlour.turn.steps import ModelStep, Settled

RECENT_EXCHANGES = 5
CAPS = {"system": 500, "tool_results": 1000, "recent": 2000, "older": 1000}
CAPS_BUDGET = 4000
"""The prompt at which `CAPS` hold exactly; at another they grow or shrink with it."""
CUT_MARK = "… [cut]"
NOT_KEPT = '{"cut": "this result did not fit; ask for less at once if it is needed"}'

Count = Callable[[str], int]


@dataclass(frozen=True, slots=True)
class Exchange:
    """A question and everything that was settled in answering it."""

    question: str
    steps: tuple[Settled, ...] = ()


@dataclass(frozen=True, slots=True)
class Budget:
    """How many tokens there are, and how many messages at most."""

    window: int
    answer: int
    context: int
    messages: int

    @property
    def prompt(self) -> int:
        """The tokens that a prompt may have."""
        return max(0, min(self.window * 3 // 4, self.window - self.answer, self.context))

    def cap(self, name: str) -> int:
        """The share of `name` in the prompt."""
        return CAPS[name] * self.prompt // CAPS_BUDGET


@dataclass(frozen=True, slots=True)
class Context:
    """What goes into the request, and a report of what was cut."""

    system: str
    messages: tuple[ModelMessage, ...]
    tokens: int
    cut: tuple[str, ...] = field(default=())

    @property
    def report(self) -> Json:
        """What the user can be shown: tokens used, and what was left out or shortened."""
        return {"tokens": self.tokens, "messages": len(self.messages), "cut": list(self.cut)}


def assemble(system: str, earlier: Sequence[Exchange], current: Exchange, *, budget: Budget, count: Count) -> Context:
    """The context: system prompt, what was done for the current question, that itself, then the newest exchanges.

    It keeps to the budget unless the words of the running turn's own steps alone exceed it.
    """
    cut: list[str] = []
    system = _shortened(system, budget.cap("system"), count, "system prompt", cut)
    taken = _bounded_results(_messages(current)[1:], budget.cap("tool_results"), count, cut)
    room = budget.prompt - count(system) - sum(_size(message, count) for message in taken)
    question = _shortened(current.question, max(1, room), count, "current message", cut)
    room -= count(question)
    now = [UserMessage(question), *taken]
    recent, older = earlier[-RECENT_EXCHANGES:], earlier[:-RECENT_EXCHANGES]
    slots = budget.messages - len(now)
    kept, spent = _newest_that_fit(recent, min(room, budget.cap("recent")), slots, count)
    old: list[ModelMessage] = []
    if len(kept) == sum(len(_messages(exchange)) for exchange in recent):
        share = min(room - spent, budget.cap("older"))
        old, more = _newest_that_fit(older, share, slots - len(kept), count)
        spent += more
    left_out = sum(len(_messages(exchange)) for exchange in earlier) - len(kept) - len(old)
    if left_out:
        cut.append(f"{left_out} earlier messages left out")
    return Context(system, (*old, *kept, *now), budget.prompt - room + spent, tuple(cut))


def tool_content(outcome: Outcome) -> str:
    """What came of a call, as the JSON text that a language model reads. It is data, never an instruction."""
    if outcome.status == "completed":
        return orjson.dumps({"result": outcome.result}).decode()
    return orjson.dumps({"error": outcome.problem, "code": outcome.code, "suggestion": outcome.suggestion}).decode()


def _messages(exchange: Exchange) -> list[ModelMessage]:
    said: list[ModelMessage] = [UserMessage(exchange.question)]
    for step in exchange.steps:
        if isinstance(step, ModelStep):
            said.append(AssistantMessage(step.text, step.calls, step.reasoning))
        else:
            done = step.outcome
            said.append(
                ToolMessage(done.tool_call_id, done.tool, tool_content(done), done.sentence, done.status != "completed")
            )
    return said


def _newest_that_fit(
    exchanges: Sequence[Exchange], room: int, slots: int, count: Count
) -> tuple[list[ModelMessage], int]:
    """The newest whole exchanges that fit, in time order; a call never goes without its result."""
    kept: list[ModelMessage] = []
    spent = 0
    for exchange in reversed(exchanges):
        messages = _messages(exchange)
        size = sum(_size(message, count) for message in messages)
        if spent + size > room or len(kept) + len(messages) > slots:
            break
        kept = [*messages, *kept]
        spent += size
    return kept, spent


def _bounded_results(messages: list[ModelMessage], room: int, count: Count, cut: list[str]) -> list[ModelMessage]:
    """The messages of the running turn with tool results that are too large shortened, the oldest first."""
    bounded = list(messages)
    total = sum(count(message.content) for message in bounded if isinstance(message, ToolMessage))
    for index, message in enumerate(bounded):
        if total <= room:
            break
        if not isinstance(message, ToolMessage):
            continue
        short = replace(message, content=_shortened_result(message, room, count))
        gained = count(message.content) - count(short.content)
        if gained > 0:
            total -= gained
            bounded[index] = short
            cut.append(f"the result of {message.name} shortened")
    return bounded


def _shortened_result(message: ToolMessage, room: int, count: Count) -> str:
    if count(message.sentence) <= room // 2:
        return orjson.dumps({"summary": message.sentence, "cut": True}).decode()
    return NOT_KEPT


def _shortened(text: str, room: int, count: Count, name: str, cut: list[str]) -> str:
    size = count(text)
    if size <= room:
        return text
    cut.append(f"{name} shortened")
    return text[: max(0, len(text) * room // size - len(CUT_MARK))] + CUT_MARK


def _size(message: ModelMessage, count: Count) -> int:
    return sum(count(text) for text in _texts(message))


def _texts(message: ModelMessage) -> Iterable[str]:
    match message:
        case UserMessage(text):
            yield text
        case AssistantMessage():
            yield message.text
            yield from (call.name + call.raw for call in message.calls)
        case ToolMessage():
            yield message.content
