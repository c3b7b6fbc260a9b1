"""What the model gets to see: one pure function from what was said and done to the messages of a request.

The budget is the smallest of three quarters of the model's window and the window less the room for its answer, both
less its tools, and the configured number of tokens. It is shared out in a fixed order, with caps in the proportions of
`CAPS`; what they leave free goes to the talk before, and what did not fit is part of the result.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from parlour.models.base import ModelMessage, ToolMessage, UserMessage
from parlour.tools.tool import Tool
from parlour.turn.context_budget import Budget, with_tools
from parlour.turn.context_history import Room, talk_before
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
    system_piece,
    tokens_of,
    tools_piece,
)
from parlour.turn.context_things import Spoken, Things, no_things, spoken_of
from parlour.turn.report import Report

LONG_TALK = 100
"""With more questions than these in a conversation, its length is named as why not all of it is read."""
LEAST_MESSAGES = 3
"""Where fewer messages than these may stand before the question, none of them is spent on what they were about."""


@dataclass(frozen=True, slots=True)
class Context:
    """What goes into the request, and the report of it."""

    system: str
    messages: tuple[ModelMessage, ...]
    tools: tuple[Tool, ...]
    answer: int
    """How many tokens the answer may have; 0 where nobody said."""
    report: Report


def assemble(
    system: str,
    earlier: Sequence[Exchange],
    current: Exchange,
    *,
    tools: Sequence[Tool] = (),
    things: Things = no_things,
    budget: Budget,
    count: Count,
) -> Context:
    """The context: system prompt, what was done for the current question, that itself, then the newest exchanges.

    Of those that do not fit the things that they were about are told, by their names and ids, before all others. Right
    before the current question stands what the house said since the one before. It all keeps to the budget
    unless the words of the running turn's own steps alone exceed it. Of the tools those are left out that the model's
    window has no room for.
    """
    budget, offered = with_tools(budget, tools, count)
    cut = _cut_tools(tools, offered)
    shown_system = shortened(system, budget.cap("system"), count)
    if shown_system != system:
        cut.append("system prompt shortened")
    now = _now(current, budget.prompt - count(shown_system), budget, count, cut)
    room = budget.prompt - count(shown_system) - tokens_of(now)
    before, kept, left_out = _before(earlier, _room_before(now, room, budget), things, budget, count)
    cut += _cut_before(kept, left_out, len(earlier))
    shown = [*kept, *now]
    pieces = [*system_piece(system, shown_system, count), *tools_piece(offered, budget.tools), *before.pieces]
    tainted = any(each.is_tainted for each in shown) or any(tool.is_foreign for tool in offered)
    limit = budget.prompt + budget.tools
    report = Report.of((*pieces, *(each.piece for each in shown)), cut, limit, tainted=tainted)
    messages = (*before.messages, *(each.message for each in shown))
    return Context(shown_system, messages, offered, budget.answer, report)


def _now(current: Exchange, room: int, budget: Budget, count: Count, cut: list[str]) -> list[Shown]:
    """The current question with what the house said before it and what was done for it so far."""
    notices = newest_notices(current.notices, budget.cap("notices"), count)
    if left_out := len(current.notices) - len(notices):
        cut.append(f"{left_out} notices left out")
    steps = steps_of(current, count)
    taken = bounded_results(steps, budget.cap("tool_results"), count)
    for whole, bounded in zip(steps, taken, strict=True):
        if bounded is not whole and isinstance(bounded.message, ToolMessage):
            cut.append(f"the result of {bounded.message.name} shortened")
    news, asked = house_said(notices, count), question_of(current, count)
    room -= tokens_of(taken) + tokens_of(news)
    question = asked.instead(UserMessage(shortened(current.question, max(1, room), count)), count)
    if question is not asked:
        cut.append("current message shortened")
    return [*news, question, *taken]


def _room_before(now: Sequence[Shown], room: int, budget: Budget) -> Room:
    """What is left for the talk before. While tools may be asked, what they will find has its place kept free."""
    found = tokens_of(each for each in now if isinstance(each.message, ToolMessage))
    spare = min(max(0, budget.cap("tool_results") - found), max(0, room)) if budget.tools else 0
    return Room(room - spare, spare, budget.messages - len(now))


def _before(
    earlier: Sequence[Exchange], room: Room, things: Things, budget: Budget, count: Count
) -> tuple[Spoken, list[Shown], int]:
    """What is told of the talk before that is not shown, what is shown of it, and how many messages are not."""
    kept, left_out = talk_before(earlier, room, budget, count)
    if not left_out or room.messages < LEAST_MESSAGES:
        return Spoken(), kept, left_out
    most = min(budget.cap("entities"), room.tokens // 4)
    spoken = spoken_of(earlier, kept, things, most, count)
    if not spoken.messages:
        return spoken, kept, left_out
    less = replace(room, tokens=room.tokens - spoken.room, messages=room.messages - 1)
    kept, left_out = talk_before(earlier, less, budget, count)
    return spoken_of(earlier, kept, things, spoken.room, count), kept, left_out


def _cut_tools(tools: Sequence[Tool], offered: Sequence[Tool]) -> list[str]:
    """Which of the tools are not offered, in words."""
    there = {tool.name for tool in offered}
    names = [tool.name for tool in tools if tool.name not in there]
    return [f"{len(names)} tools left out: {', '.join(names)}"] if names else []


def _cut_before(kept: Sequence[Shown], left_out: int, questions: int) -> list[str]:
    """What is not shown of so many questions before and what was done for them, in words."""
    cut: list[str] = []
    if less := sum(each.piece.shortened for each in kept):
        cut.append(f"{less} earlier messages shortened")
    if left_out:
        cut.append(f"{left_out} earlier messages left out")
        if questions >= LONG_TALK:
            cut.append(f"a long talk: {questions + 1} questions, more than {LONG_TALK}")
    return cut
