"""The shortest way between two things, along edges in either direction, searched from both ends at once."""

from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncConnection

from parlour.toolkits.home.graph import Home, neighbours

MOST_VISITED = 20_000
"""How many things a search may look at before it gives up."""


@dataclass(frozen=True, slots=True)
class Step:
    """One edge of a path. `along` tells whether it is gone in the direction it was drawn."""

    start: str
    end: str
    relationship: str
    along: bool


@dataclass(frozen=True, slots=True)
class Search:
    """What came of a search: the steps of a shortest path, or None. `whole` is False when it gave up early."""

    steps: tuple[Step, ...] | None
    whole: bool = True


@dataclass(slots=True)
class _Side:
    reached: dict[str, Step | None]
    frontier: list[str]
    depth: int = 0


async def shortest_path(
    connection: AsyncConnection,
    home: Home,
    start: str,
    end: str,
    max_depth: int,
    *,
    most_visited: int = MOST_VISITED,
) -> Search:
    """A path of as few edges as possible, at most `max_depth`. One query for each step away from either end."""
    if start == end:
        return Search(())
    near, far = _Side({start: None}, [start]), _Side({end: None}, [end])
    while near.frontier and far.frontier and near.depth + far.depth < max_depth:
        if len(near.reached) + len(far.reached) > most_visited:
            return Search(None, whole=False)
        grown, other = (near, far) if len(near.frontier) <= len(far.frontier) else (far, near)
        meeting = await _grow(connection, home, grown, other)
        if meeting is not None:
            return Search(_joined(near, far, meeting))
    return Search(None, whole=not (near.frontier and far.frontier))


async def _grow(connection: AsyncConnection, home: Home, side: _Side, other: _Side) -> str | None:
    """Go one step further on one side; the thing where the sides meet, if they do."""
    fresh: list[str] = []
    meeting: str | None = None
    for near_id, far_id, relationship, along in await neighbours(connection, home, side.frontier):
        if far_id not in side.reached:
            side.reached[far_id] = Step(near_id, far_id, relationship, along)
            fresh.append(far_id)
            if meeting is None and far_id in other.reached:
                meeting = far_id
    side.frontier = fresh
    side.depth += 1
    return meeting


def _joined(near: _Side, far: _Side, meeting: str) -> tuple[Step, ...]:
    first: list[Step] = []
    step = near.reached[meeting]
    while step is not None:
        first.append(step)
        step = near.reached[step.start]
    last: list[Step] = []
    step = far.reached[meeting]
    while step is not None:
        last.append(Step(step.end, step.start, step.relationship, not step.along))
        step = far.reached[step.start]
    return (*reversed(first), *last)
