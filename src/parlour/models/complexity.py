"""How much a question asks for, and how strong a model it wants.

The measure is a rule of thumb over the words alone: it costs nothing, and the same question always gets the same
number. It is meant to tell "Turn the light off" from a page with three tasks, and no more.
"""

import re

from parlour.models.route import Load
from parlour.protocol.routing import Tier

SIMPLE = 0.3
"""Below this a question goes to the fast tier, for whoever prefers speed."""
HARD = 0.7
"""Above this it goes to the strong tier."""
MANY_RESULTS = 3
"""With more results of tools than this, too."""

LONG_WORDS = 150
"""So many words count as much as length can."""
_OF_LENGTH, _OF_THINKING, _OF_TASKS, _OF_CODE = 0.35, 0.2, 0.1, 0.25
_MOST_THINKING, _MOST_TASKS = 0.4, 0.3

_THINKING = re.compile(
    r"\b(why|explain|compare|analy[sz]e|evaluate|assess|prove|derive|design|plan|optimi[sz]e|refactor|debug|diagnose"
    r"|summari[sz]e|translate|rewrite|argue|reason|trade-?offs?|pros and cons|step by step|difference between)\b",
    re.IGNORECASE,
)
"""What asks for thought, by its words. Other languages are judged by the rest."""
_TASK = re.compile(r"\?|;|^\s*(?:[-*•]|\d+[.)])\s|\b(?:then|and also|as well as|after that|finally)\b", re.I | re.M)
_CODE = re.compile(r"```|[{}<>=]{2}|\b(?:def|class|SELECT|function|import)\b|[∑∫√≤≥]|\$[^$\n]+\$")


def complexity(text: str) -> float:
    """How much `text` asks for, from 0 to 1.

    Up to 0.35 for its length (at 150 words), 0.2 for every word that asks for thought (0.4 at most), 0.1 for every task
    after the first (0.3 at most), 0.25 for code or formulas.
    """
    length = _OF_LENGTH * min(1.0, len(text.split()) / LONG_WORDS)
    thinking = min(_MOST_THINKING, _OF_THINKING * len({word.lower() for word in _THINKING.findall(text)}))
    tasks = min(_MOST_TASKS, _OF_TASKS * max(0, len(_TASK.findall(text)) - 1))
    code = _OF_CODE if _CODE.search(text) else 0.0
    return round(min(1.0, length + thinking + tasks + code), 3)


def tier_for(load: Load, *, prefers_speed: bool) -> Tier:
    """Which tier a step wants."""
    measured = complexity(load.text)
    if prefers_speed and measured < SIMPLE:
        return "fast"
    if measured > HARD or load.tool_results > MANY_RESULTS:
        return "strong"
    return "balanced"
