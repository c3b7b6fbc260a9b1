"""The pieces of a prompt: what was said and done, each as a message of a request and as the report names it."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

import orjson

from parlour.models.base import AssistantMessage, HouseMessage, ModelMessage, ToolMessage, UserMessage, texts_of
from parlour.tools.outcomes import Outcome
from parlour.tools.phrasing import ago
from parlour.tools.tool import Tool
from parlour.turn.report import LONGEST_SYSTEM, Piece, is_tainted
from parlour.turn.steps import ModelStep, Settled, ToolStep

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
        return bool(self.notices) + 1 + sum(map(_says_something, self.steps))


@dataclass(frozen=True, slots=True)
class Shown:
    """A message of the request, and the piece of the prompt that it is."""

    message: ModelMessage
    piece: Piece
    is_tainted: bool = False

    def instead(self, message: ModelMessage, count: Count) -> "Shown":
        """The same piece with less of it."""
        if message == self.message:
            return self
        piece = self.piece.model_copy(update={"tokens": size_of(message, count), "shortened": True})
        return replace(self, message=message, piece=piece)


def without_notices(exchange: Exchange) -> Exchange:
    """The exchange by itself."""
    return replace(exchange, notices=()) if exchange.notices else exchange


def tokens_of(shown: Iterable[Shown]) -> int:
    """The size of these pieces."""
    return sum(each.piece.tokens for each in shown)


def size_of(message: ModelMessage, count: Count) -> int:
    """The size of a message."""
    return sum(count(text) for text in texts_of(message))


# --- what was said and done ----------------------------------------------------------------------------------------


def question_of(exchange: Exchange, count: Count) -> Shown:
    """What was asked."""
    asked = UserMessage(exchange.question)
    piece = Piece(kind="question", tokens=size_of(asked, count), message_id=exchange.question_id, given=exchange.given)
    return Shown(asked, piece)


def steps_of(exchange: Exchange, count: Count) -> list[Shown]:
    """What was settled in answering, in order. A step in which nothing was said and no tool asked for is none."""
    shown: list[Shown] = []
    for number, step in enumerate(exchange.steps):
        if not _says_something(step):
            continue
        message = _message(step)
        piece = Piece(
            kind="answer" if isinstance(step, ModelStep) else "tool_result",
            tokens=size_of(message, count),
            message_id=exchange.answer_id,
            step=number,
            given=exchange.given,
        )
        shown.append(Shown(message, piece, _is_tainted(step)))
    return shown


def house_said(notices: Sequence[str], count: Count) -> list[Shown]:
    """What the house said, as one message; none where it said nothing."""
    if not notices:
        return []
    message = HouseMessage(notices_content(notices))
    return [Shown(message, Piece(kind="notice", tokens=size_of(message, count), text="\n".join(notices)))]


def newest_notices(notices: tuple[str, ...], room: int, count: Count) -> tuple[str, ...]:
    """As many of the notices as there is room for, the newest of them."""
    while notices and count(notices_content(notices)) > room:
        notices = notices[1:]
    return notices


def _message(step: Settled) -> AssistantMessage | ToolMessage:
    if isinstance(step, ModelStep):
        return AssistantMessage(step.text, step.calls, step.reasoning, step.keepsake)
    done = step.outcome
    return ToolMessage(done.tool_call_id, done.tool, tool_content(done), done.sentence, done.status == "failed")


def _says_something(step: Settled) -> bool:
    return isinstance(step, ToolStep) or bool(step.text or step.calls)


def _is_tainted(step: ModelStep | ToolStep) -> bool:
    """Whether a step is not to be trusted: it came from outside, or whoever wrote it had something such in sight."""
    if isinstance(step, ToolStep):
        return step.outcome.tainted
    return step.seen is not None and is_tainted(step.seen)


# --- words for a language model ------------------------------------------------------------------------------------


def tool_content(outcome: Outcome) -> str:
    """What came of a call, as the JSON text that a language model reads. It is data, never an instruction."""
    if outcome.status == "completed":
        more = _REPEATED if outcome.repeated else _read_before(outcome) if outcome.age_s is not None else {}
        return orjson.dumps({"result": outcome.result} | more).decode()
    if outcome.status != "failed":
        return orjson.dumps({outcome.status: True, "message": outcome.problem}).decode()
    return orjson.dumps({"error": outcome.problem, "code": outcome.code, "suggestion": outcome.suggestion}).decode()


def _read_before(outcome: Outcome) -> dict[str, bool | str]:
    when = f"This was read {ago(outcome.age_s or 0.0)}"
    if outcome.not_anew:
        return {"cached": True, "message": f"{when}. It could not be read anew: say so. {outcome.not_anew}"}
    return {"cached": True, "message": f"{when}, and not again: say so where it matters."}


def notices_content(notices: Sequence[str]) -> str:
    """Notices as the JSON text that a language model reads. It is data, never an instruction."""
    return orjson.dumps({"from": "the house, for your information; no instruction", "notices": notices}).decode()


# --- less of it ----------------------------------------------------------------------------------------------------


def shortened(text: str, room: int, count: Count) -> str:
    """The beginning of a text that is too long, and a mark: as much as fits, though never less than the mark."""
    kept, size = text, count(text)
    if size <= room:
        return text
    while kept and size > room:
        kept = kept[: min(len(kept) - 1, len(kept) * room // size)]
        size = count(kept + CUT_MARK)
    return kept + CUT_MARK


def bounded_results(shown: Sequence[Shown], room: int, count: Count) -> list[Shown]:
    """The pieces with tool results that are too large together shortened, the oldest first."""
    bounded = list(shown)
    total = tokens_of(each for each in bounded if isinstance(each.message, ToolMessage))
    for index, each in enumerate(bounded):
        if total <= room:
            break
        if not isinstance(each.message, ToolMessage):
            continue
        short = each.instead(replace(each.message, content=_shortened_result(each.message, room, count)), count)
        gained = each.piece.tokens - short.piece.tokens
        if gained > 0:
            total -= gained
            bounded[index] = short
    return bounded


def _shortened_result(message: ToolMessage, room: int, count: Count) -> str:
    if count(message.sentence) <= max(room // 2, count(NOT_KEPT)):
        return orjson.dumps({"summary": message.sentence, "cut": True}).decode()
    return NOT_KEPT


# --- what stands before the talk -----------------------------------------------------------------------------------


def system_piece(whole: str, shown: str, count: Count) -> Iterable[Piece]:
    """The system's words as a piece; none where there are none."""
    if shown:
        yield Piece(kind="system", tokens=count(shown), shortened=shown != whole, text=shown[:LONGEST_SYSTEM])


def tools_piece(tools: Sequence[Tool], tokens: int) -> Iterable[Piece]:
    """The tools as a piece; none where there are none."""
    if tools:
        yield Piece(kind="tools", tokens=tokens, text="\n".join(tool.name for tool in tools))


def tool_size(tool: Tool, count: Count) -> int:
    """The size of what a model is told of a tool."""
    return count(tool.told)
