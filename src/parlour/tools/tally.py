"""How often each tool was called at this server, how that ended, and how long it took, since the server started."""

from collections import Counter, deque
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from statistics import median

from parlour.tools.outcomes import Outcome

OTHERS = "others"
"""In place of a name that is no tool's, or that came when there were many already: labels of counters must be few."""
MANY = 500
"""Names that are counted apart."""
RECENT = 31
"""So many calls of a tool, the last ones, say how long one takes: few enough to follow a side that has become slow."""


@dataclass(slots=True)
class Counted:
    """What is known of one tool."""

    tool: str
    ended: Counter[str] = field(default_factory=Counter[str])
    """How many calls by how they ended: completed, failed, denied, unknown."""
    seconds: float = 0.0
    """What they took, all together."""
    recent: deque[float] = field(default_factory=lambda: deque[float](maxlen=RECENT))
    """What the last of those took that did their work."""

    @property
    def typical_s(self) -> float | None:
        """What one takes that does its work, in seconds: half of the last ones took less. None where none did any."""
        return median(self.recent) if self.recent else None


class Tally:
    """Counts calls as they end. What a person was asked about counts when that call is made or denied."""

    def __init__(self, many: int = MANY) -> None:
        self._many = many
        self._counted: dict[str, Counted] = {}

    def add(self, outcome: Outcome, known: Collection[str]) -> None:
        """One more call; `known` are the names of tools, so that a model cannot make up labels."""
        name = outcome.tool if outcome.tool in known else OTHERS
        if name not in self._counted and len(self._counted) >= self._many:
            name = OTHERS
        counted = self._counted.setdefault(name, Counted(name))
        counted.ended[outcome.status] += 1
        counted.seconds += outcome.duration_ms / 1000
        # What was told again, not done again, took no time, and what failed may have taken any.
        if name != OTHERS and outcome.status == "completed" and not outcome.cached and not outcome.repeated:
            counted.recent.append(outcome.duration_ms / 1000)

    def typical_s(self, tool: str) -> float | None:
        """What a call of a tool takes here, in seconds; None where that is not known."""
        counted = self._counted.get(tool)
        return None if counted is None else counted.typical_s

    def __iter__(self) -> Iterator[Counted]:
        """Each tool that was called, by name."""
        return iter(sorted(self._counted.values(), key=lambda it: it.tool))
