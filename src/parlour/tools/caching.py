"""What a tool says of keeping its results: on what they rest, and for how long they may be told again. Values.

Nothing is kept of a tool that does not say so. One that does tells, for each call and each caller anew, what its
result would rest on: only while that is the same may an earlier result stand in its place. So whatever changes it, by
whichever door and on whichever server, nobody has to be told of it.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from pydantic import JsonValue

DEFAULT_SECONDS = 1_800.0
"""For so long is a result told again where its tool says nothing else."""
LONGEST_SECONDS = 3_600.0
"""For longer none is, whatever its tool says."""
GRACE_SECONDS = 3_600.0
"""For so long beyond its time a result stands in, marked with its age, for one that cannot be read."""


@dataclass(frozen=True, slots=True)
class Basis:
    """What a result rests on, as it stands now."""

    of: str
    """What it is: "home 0199…". What rests on it falls together."""
    version: str
    """Another one as soon as anything about it has changed. Read before the result is, never after."""
    seconds: float = DEFAULT_SECONDS
    is_whole: bool = False
    """Whether nothing else could make a result untrue. Otherwise it may have become so, and its age is told with it."""


BasisOf = Callable[..., Awaitable[Basis | None]]
"""Given the context and the arguments as the function takes them: what the result would rest on; None where nothing is
to be kept. It looks with the caller's own rights, and raises the ToolProblem that the tool would."""


@dataclass(frozen=True, slots=True)
class Caching:
    """That results of a tool may be told again to whoever asks for the same with the same rights."""

    basis: BasisOf
    lasts: Callable[[JsonValue], float] | None = None
    """Given a result: for how many seconds it may be told again, at most; 0 for not at all."""

    def seconds(self, basis: Basis, result: JsonValue) -> float:
        """For how long a result that rests on `basis` may be told again."""
        lasts = basis.seconds if self.lasts is None else self.lasts(result)
        return min(basis.seconds, lasts, LONGEST_SECONDS)
