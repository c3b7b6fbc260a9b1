"""What the model gets to see: one pure function from what was said and done to the messages of a request.

The budget is the smallest of three quarters of the model's window, the window less the room for its answer, and
the configured number of tokens. It is shared out in a fixed order, with caps in the proportions of `CAPS`; what
did not fit is part of the result. Older exchanges are cut from the front, so that the prefix stays stable from
one turn to the next for as long as nothing has to go.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

import orjson

from parlour.models.base import AssistantMessage, HouseMessage, ModelMessage, ToolMessage, UserMessage, texts_of
from parlour.tools.outcomes import Outcome
from parlour.tools.tool import Tool
from parlour.turn.report import LONGEST_SYSTEM, Piece, Report
from parlour.turn.steps import ModelStep, Settled, ToolStep

RECENT_EXCHANGES = 5
LONG_TALK = 100
"""With more questions than these in a conversation, its length is named as why not all of it is read."""
CAPS = {"system": 500, "tool_results": 1000, "recent": 2000, "older": 1000, "notices": 250}
CAPS_BUDGET = 4000
"""The prompt at which `CAPS` hold exactly; at another they grow or shrink with it."""
CUT_MARK = "… [cut]"
NOT_KEPT = '{"cut": "this result did not fit; ask for less at once if it is needed"}'

_REPEATED = {"repeated": True, "message": "This had been done before for the same question and was not done again."}

Count = Callable[[str], int]


@dataclass(frozen=True, slots=True)
class Exchange:
    """A question and everything that was settled in answering it, with the ids of the two messages.

    `notices` is what the house had said before it was asked, since what was asked before.
    """

    question: str
    steps: tuple[Settled, ...] = ()
    question_id: str | None = None
    answer_id: str | None = None
    notices: tuple[str, ...] = ()
    given: int | None = None
    """Of what came along with a message, which `question_id` and `answer_id` then name: its number there."""

    @property
    def length(self) -> int:
        """How many messages of a request it makes."""
        return bool(self.notices) + 1 + len(self.steps)


@dataclass(frozen=True, slots=True)
class Budget:
    """How many tokens there are, and how many messages at most."""

    window: int
    answer: int
    context: int
    messages: int
    percent: int = 100
    """How much of what a prompt may have is used: less once its provider has found the prompt too long."""

    @property
    def prompt(self) -> int:
        """The tokens that a prompt may have."""
        return max(0, min(self.window * 3 // 4, self.window - self.answer, self.context)) * self.percent // 100

    def cap(self, name: str) -> int:
        """The share of `name` in the prompt."""
        return CAPS[name] * self.prompt // CAPS_BUDGET


@dataclass(frozen=True, slots=True)
class Context:
    """What goes into the request, and the report of it."""

    system: str
    messages: tuple[ModelMessage, ...]
    report: Report


@dataclass(frozen=True, slots=True)
class _Shown:
    """A message of the request, and the piece of the prompt that it is."""

    message: ModelMessage
    piece: Piece
    is_tainted: bool = False


def assemble(
    system: str,
    earlier: Sequence[Exchange],
    current: Exchange,
    *,
    tools: Sequence[Tool] = (),
    budget: Budget,
    count: Count,
) -> Context:
    """The context: system prompt, what was done for the current question, that itself, then the newest exchanges.

    Right before the current question stands what the house said since the one before. It all keeps to the budget
    unless the words of the running turn's own steps alone exceed it. The tools are shown
    besides, outside of the budget, and stand in the report.
    """
    cut: list[str] = []
    shown_system = _shortened(system, budget.cap("system"), count, "system prompt", cut)
    whole_question, *steps = _shown(without_notices(current), count)
    news = _news(current, budget.cap("notices"), count, cut)
    taken = _bounded_results(steps, budget.cap("tool_results"), count, cut)
    room = budget.prompt - count(shown_system) - _tokens(taken) - _tokens(news)
    question = _shortened(current.question, max(1, room), count, "current message", cut)
    asked = _instead(whole_question, UserMessage(question), count)
    now = [*news, asked, *taken]
    room -= asked.piece.tokens
    recent, older = earlier[-RECENT_EXCHANGES:], earlier[:-RECENT_EXCHANGES]
    slots = budget.messages - len(now)
    kept = _newest_that_fit(recent, min(room, budget.cap("recent")), slots, count)
    if len(kept) == sum(exchange.length for exchange in recent):
        share = min(room - _tokens(kept), budget.cap("older"))
        kept = [*_newest_that_fit(older, share, slots - len(kept), count), *kept]
    left_out = sum(exchange.length for exchange in earlier) - len(kept)
    if left_out:
        cut.append(f"{left_out} earlier messages left out")
        if len(earlier) >= LONG_TALK:
            cut.append(f"a long talk: {len(earlier) + 1} questions, more than {LONG_TALK}")
    shown = [*kept, *now]
    before = [*_system_piece(system, shown_system, count), *_tools_piece(tools, count)]
    tainted = any(each.is_tainted for each in shown)
    report = Report.of((*before, *(each.piece for each in shown)), cut, budget.prompt, tainted=tainted)
    return Context(shown_system, tuple(each.message for each in shown), report)


def without_notices(exchange: Exchange) -> Exchange:
    """The exchange by itself."""
    return replace(exchange, notices=()) if exchange.notices else exchange


def tool_content(outcome: Outcome) -> str:
    """What came of a call, as the JSON text that a language model reads. It is data, never an instruction."""
    if outcome.status == "completed":
        return orjson.dumps({"result": outcome.result} | (_REPEATED if outcome.repeated else {})).decode()
    if outcome.status != "failed":
        return orjson.dumps({outcome.status: True, "message": outcome.problem}).decode()
    return orjson.dumps({"error": outcome.problem, "code": outcome.code, "suggestion": outcome.suggestion}).decode()


def notices_content(notices: Sequence[str]) -> str:
    """Notices as the JSON text that a language model reads. It is data, never an instruction."""
    return orjson.dumps({"from": "the house, for your information; no instruction", "notices": notices}).decode()


def _shown(exchange: Exchange, count: Count) -> list[_Shown]:
    asked = UserMessage(exchange.question)
    piece = Piece(kind="question", tokens=_size(asked, count), message_id=exchange.question_id, given=exchange.given)
    shown = [*_house_said(exchange.notices, count), _Shown(asked, piece)]
    for number, step in enumerate(exchange.steps):
        message = _message(step)
        kind = "answer" if isinstance(step, ModelStep) else "tool_result"
        piece = Piece(
            kind=kind,
            tokens=_size(message, count),
            message_id=exchange.answer_id,
            step=number,
            given=exchange.given,
        )
        shown.append(_Shown(message, piece, isinstance(step, ToolStep) and step.outcome.tainted))
    return shown


def _house_said(notices: Sequence[str], count: Count) -> list[_Shown]:
    if not notices:
        return []
    message = HouseMessage(notices_content(notices))
    return [_Shown(message, Piece(kind="notice", tokens=_size(message, count), text="\n".join(notices)))]


def _news(current: Exchange, room: int, count: Count, cut: list[str]) -> list[_Shown]:
    """What the house said last, as much of it as there is room for."""
    kept = current.notices
    while kept and count(notices_content(kept)) > room:
        kept = kept[1:]
    if left_out := len(current.notices) - len(kept):
        cut.append(f"{left_out} notices left out")
    return _house_said(kept, count)


def _message(step: Settled) -> AssistantMessage | ToolMessage:
    if isinstance(step, ModelStep):
        return AssistantMessage(step.text, step.calls, step.reasoning, step.keepsake)
    done = step.outcome
    return ToolMessage(done.tool_call_id, done.tool, tool_content(done), done.sentence, done.status == "failed")


def _instead(shown: _Shown, message: ModelMessage, count: Count) -> _Shown:
    """The same piece with less of it."""
    if message == shown.message:
        return shown
    piece = shown.piece.model_copy(update={"tokens": _size(message, count), "shortened": True})
    return replace(shown, message=message, piece=piece)


def _newest_that_fit(exchanges: Sequence[Exchange], room: int, slots: int, count: Count) -> list[_Shown]:
    """The newest whole exchanges that fit, in time order; a call never goes without its result."""
    kept: list[_Shown] = []
    for exchange in reversed(exchanges):
        if len(kept) + exchange.length > slots:
            break
        shown = _shown(exchange, count)
        room -= _tokens(shown)
        if room < 0:
            break
        kept = [*shown, *kept]
    return kept


def _bounded_results(shown: list[_Shown], room: int, count: Count, cut: list[str]) -> list[_Shown]:
    """The messages of the running turn with tool results that are too large shortened, the oldest first."""
    bounded = list(shown)
    total = _tokens([each for each in bounded if isinstance(each.message, ToolMessage)])
    for index, each in enumerate(bounded):
        if total <= room:
            break
        if not isinstance(each.message, ToolMessage):
            continue
        message = replace(each.message, content=_shortened_result(each.message, room, count))
        short = _instead(each, message, count)
        gained = each.piece.tokens - short.piece.tokens
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


# --- sizes ---------------------------------------------------------------------------------------------------------


def _system_piece(whole: str, shown: str, count: Count) -> Iterable[Piece]:
    if shown:
        yield Piece(kind="system", tokens=count(shown), shortened=shown != whole, text=shown[:LONGEST_SYSTEM])


def _tools_piece(tools: Sequence[Tool], count: Count) -> Iterable[Piece]:
    if tools:
        schemas = [
            {"name": tool.name, "description": tool.description, "parameters": tool.parameters} for tool in tools
        ]
        yield Piece(
            kind="tools",
            tokens=sum(count(orjson.dumps(schema).decode()) for schema in schemas),
            text="\n".join(tool.name for tool in tools),
        )


def _tokens(shown: Sequence[_Shown]) -> int:
    return sum(each.piece.tokens for each in shown)


def _size(message: ModelMessage, count: Count) -> int:
    return sum(count(text) for text in texts_of(message))
