"""The REST doors, built once and furnished anew for every house.

FastAPI takes a quarter of a second to build them, more than most tests take for the rest. What they open on is known
only while a house stands behind them: doors that were given back know nothing of it.
"""

from collections import defaultdict
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import fields

from fastapi import FastAPI

from parlour.api.doors import Doors
from parlour.api.rest import make_rest


class _Standing:
    """Doors of one version, which open on one house at a time."""

    def __init__(self, version: str) -> None:
        # Nothing else is there yet, so whatever is built to remember a house, instead of asking anew, fails here.
        self._doors = object.__new__(Doors)
        object.__setattr__(self._doors, "version", version)
        self.rest = make_rest(self._doors)
        self._built = len(self.rest.router.routes)

    def furnish(self, doors: Doors) -> FastAPI:
        for each in fields(Doors):
            object.__setattr__(self._doors, each.name, getattr(doors, each.name))
        return self.rest

    def vacate(self) -> None:
        for each in fields(Doors):
            if each.name != "version":
                object.__delattr__(self._doors, each.name)
        del self.rest.router.routes[self._built :]


_FREE: dict[str, list[_Standing]] = defaultdict(list)


def build_ahead(version: str) -> None:
    """Build doors for the next house: before a process forks, for each of its forks."""
    _FREE[version].append(_Standing(version))


@contextmanager
def standing_doors() -> Generator[Callable[[Doors], FastAPI]]:
    """What puts the REST doors over a house, as `make_rest` does; they are its own until the end."""
    taken: list[tuple[str, _Standing]] = []

    def over(doors: Doors) -> FastAPI:
        free = _FREE[doors.version]
        standing = free.pop() if free else _Standing(doors.version)
        taken.append((doors.version, standing))
        return standing.furnish(doors)

    try:
        yield over
    finally:
        for version, standing in taken:
            standing.vacate()
            _FREE[version].append(standing)
