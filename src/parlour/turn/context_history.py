"""How much of the talk before a question a model gets to see.

The last exchange is there while there is any room: what does not fit of it is cut. Before it goes what still fits,
newest first and in blocks, whose borders follow from the talk alone. So the beginning of a prompt stays the same for
several questions, and what a provider keeps of it stays good; cut exchange by exchange, it would change with each.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import accumulate

from parlour.models.base import AssistantMessage, HouseMessage, UserMessage
from parlour.turn.context_budget import Budget
from parlour.turn.context_pieces import (
    Count,
    Exchange,
    Shown,
    bounded_results,
    house_said,
    newest_notices,
    question_of,
    shortened,
    steps_of,
    tokens_of,
)

RECENT_EXCHANGES = 5
LEAST_WORDS = 16
"""Fewer tokens than these of a text tell nothing."""


@dataclass(frozen=True, slots=True)
class Room:
    """What the talk before a question may take."""

    tokens: int
    spare: int
    """Tokens besides that are kept free for what tools will find: only an exchange that else had to be cut has them."""
    messages: int


def talk_before(earlier: Sequence[Exchange], room: Room, budget: Budget, count: Count) -> tuple[list[Shown], int]:
    """What is shown of the exchanges before a question, in time order; and how many messages of them are not."""
    if not earlier:
        return [], 0
    far = _too_far_back(len(earlier), budget)
    whole = [as_it_was(exchange, budget, count) for exchange in earlier[far:]]
    last = _last(whole[-1], room, count)
    left = replace(room, tokens=room.tokens - tokens_of(last), messages=room.messages - len(last))
    kept = [*(_newest_blocks(whole[:-1], left, budget, count) if last else []), *last]
    return kept, sum(exchange.length for exchange in earlier[:far]) + sum(map(len, whole)) - len(kept)


def _too_far_back(exchanges: int, budget: Budget) -> int:
    """How many of the exchanges cannot be shown anyhow, so that nobody measures them.

    It grows by leaps: the borders of blocks are reckoned from here, and are to stay where they are meanwhile.
    """
    leap = max(1, budget.messages // 2)
    return max(0, exchanges // leap - 1) * leap


def as_it_was(exchange: Exchange, budget: Budget, count: Count) -> list[Shown]:
    """An exchange as it was shown when it was the current one, so that the beginning of a prompt stays the same."""
    notices = newest_notices(exchange.notices, budget.cap("notices"), count)
    steps = bounded_results(steps_of(exchange, count), budget.cap("tool_results"), count)
    return [*house_said(notices, count), question_of(exchange, count), *steps]


def _last(shown: list[Shown], room: Room, count: Count) -> list[Shown]:
    if tokens_of(shown) <= room.tokens:
        return _at_most(shown, room.tokens, room.messages, count)
    return _at_most(shown, room.tokens + room.spare, room.messages, count)


# --- blocks --------------------------------------------------------------------------------------------------------


def _newest_blocks(exchanges: list[list[Shown]], room: Room, budget: Budget, count: Count) -> list[Shown]:
    """The newest blocks of exchanges that fit; of a newest block that does not, its newest exchanges."""
    share, most = budget.cap("older"), budget.messages // 2
    forms = [_at_most(each, share, most, count) for each in exchanges]
    starts = _starts(forms, share, budget.messages // 4)
    older = max(0, len(forms) - (RECENT_EXCHANGES - 1))
    recent = exchanges[older:]
    if sum(map(tokens_of, recent)) <= room.tokens and sum(map(len, recent)) <= room.messages:
        forms[older:] = recent
    tokens = [0, *accumulate(map(tokens_of, forms))]
    messages = [0, *accumulate(map(len, forms))]

    def fits(start: int) -> bool:
        return (
            tokens[-1] - tokens[start] <= room.tokens
            and messages[-1] - messages[start] <= room.messages
            and tokens[older] - tokens[min(start, older)] <= share
        )

    start = next(filter(fits, [*starts, *range(starts[-1] if starts else 0, len(forms) + 1)]), len(forms))
    return [each for form in forms[start:] for each in form]


def _starts(exchanges: list[list[Shown]], tokens: int, messages: int) -> list[int]:
    """Where each block begins. One is full with the exchange that brings it to so many tokens, or messages."""
    starts: list[int] = []
    size = length = 0
    for number, exchange in enumerate(exchanges):
        if not starts or size >= tokens or length >= messages:
            starts.append(number)
            size = length = 0
        size += tokens_of(exchange)
        length += len(exchange)
    return starts


# --- less of one exchange ------------------------------------------------------------------------------------------


def _at_most(shown: list[Shown], room: int, messages: int, count: Count) -> list[Shown]:
    """As much of an exchange as there is room for; nothing where that would tell nothing.

    Results of tools are shortened first, then words. Where even so it is too much, only what was asked and what was
    said in the end is left. A call never goes without its result.
    """
    if tokens_of(shown) <= room and len(shown) <= messages:
        return shown
    for form in (shown, _without_tools(shown)):
        if len(form) <= messages:
            words = tokens_of(each for each in form if each.piece.kind != "tool_result")
            fitted = _with_shorter_words(bounded_results(form, max(0, room - words), count), room, count)
            if fitted:
                return fitted
    return []


def _without_tools(shown: list[Shown]) -> list[Shown]:
    asked = [each for each in shown if each.piece.kind == "question"]
    said = [each for each in shown[-1:] if isinstance(each.message, AssistantMessage) and not each.message.calls]
    return [*asked, *said]


def _with_shorter_words(shown: list[Shown], room: int, count: Count) -> list[Shown]:
    """The pieces with their longest texts shortened until they fit; nothing where they cannot."""
    sizes = [count(text) for each in shown if (text := _words(each))]
    level = _level(sizes, room - tokens_of(shown) + sum(sizes))
    if level < min(LEAST_WORDS, max(sizes, default=0)):
        return []
    fitted: list[Shown] = []
    for each in shown:
        match each.message:
            case UserMessage(text) | AssistantMessage(text) if _words(each):
                fitted.append(each.instead(replace(each.message, text=shortened(text, level, count)), count))
            case _:
                fitted.append(each)
    return fitted if tokens_of(fitted) <= room else []


def _words(shown: Shown) -> str:
    """What of a piece can be cut anywhere."""
    if isinstance(shown.message, UserMessage | AssistantMessage) and not isinstance(shown.message, HouseMessage):
        return shown.message.text
    return ""


def _level(sizes: list[int], room: int) -> int:
    """How large each text may be so that they fit together and the short ones stay whole."""
    for number, size in enumerate(sorted(sizes)):
        share = room // (len(sizes) - number)
        if size > share:
            return share
        room -= size
    return max(sizes, default=0)
