"""How many tokens a prompt may have, and how they are shared out."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest

from parlour.tools.tool import Tool
from parlour.turn.context_pieces import Count, tool_size

CAPS = {"system": 500, "tool_results": 1000, "older": 1000, "entities": 500, "notices": 250}
CAPS_BUDGET = 4000
"""The prompt at which `CAPS` hold exactly; at another they grow or shrink with it.

The last exchanges have no cap: theirs is what the question leaves of the rest, which is more than half of the prompt.
"""
SYSTEM_LEAST = 250
"""So many tokens the system's words may have, up to a quarter of a prompt: they say what is not to be done."""


@dataclass(frozen=True, slots=True)
class Budget:
    """How many tokens there are, and how many messages at most."""

    window: int
    answer: int
    """How many tokens the answer may have; 0 where nobody said."""
    context: int
    """How many tokens there may be of the talk, however much more a model could read."""
    messages: int
    most: int | None = None
    """How many tokens a request may have once its provider has found a larger one too long."""
    tools: int = 0
    """The size of the tools, which stand in the model's window beside the talk."""

    @property
    def request(self) -> int:
        """The tokens that everything may have which a model is shown, its tools included."""
        whole = max(0, min(self.window * 3 // 4, self.window - self.answer))
        return whole if self.most is None else min(whole, self.most)

    @property
    def prompt(self) -> int:
        """The tokens that a prompt may have beside the tools."""
        return max(0, min(self.request - self.tools, self.context))

    def cap(self, name: str) -> int:
        """The share of `name` in the prompt."""
        share = CAPS[name] * self.prompt // CAPS_BUDGET
        return max(share, min(SYSTEM_LEAST, self.prompt // 4)) if name == "system" else share


def with_tools(budget: Budget, tools: Sequence[Tool], count: Count) -> tuple[Budget, tuple[Tool, ...]]:
    """The budget beside the tools that a model is offered, and those.

    A third of what a request may have is left to the talk. Where the tools leave less, the answer is made shorter, down
    to a quarter of the window; where that is not enough, tools are left out, those that are needed least.
    """
    least_answer = min(budget.answer, budget.window // 4)
    request = replace(budget, answer=least_answer).request
    talk = min(budget.context, request // 3)
    taken, offered = 0, set[str]()
    for tool in _by_need(tools):
        size = tool_size(tool, count)
        if taken + size <= request - talk:
            taken += size
            offered.add(tool.name)
    answer = max(least_answer, min(budget.answer, budget.window - taken - talk))
    return replace(budget, answer=answer, tools=taken), tuple(tool for tool in tools if tool.name in offered)


def _by_need(tools: Sequence[Tool]) -> Iterator[Tool]:
    """Those of the house before those that others wrote; of each one that looks and one that changes by turns."""
    for is_foreign in (False, True):
        looks = [tool for tool in tools if tool.is_foreign == is_foreign and tool.effect == "read"]
        changes = [tool for tool in tools if tool.is_foreign == is_foreign and tool.effect != "read"]
        yield from (tool for pair in zip_longest(looks, changes) for tool in pair if tool is not None)
