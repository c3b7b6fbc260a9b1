"""Of one tool so many calls run at a time, and whoever asks for many keeps nobody else waiting."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

from parlour.tools.lanes import Lanes


async def all_wait() -> None:
    """Let everybody go as far as they can; nothing here waits for anything but each other."""
    for _ in range(20):
        await asyncio.sleep(0)


@dataclass
class Counter:
    """A counter where people are served, so many at a time, each until the test lets them go."""

    most: int
    lanes: Lanes = field(default_factory=Lanes)
    served: list[str] = field(default_factory=list[str])
    waited: list[str] = field(default_factory=list[str])
    _at: dict[str, asyncio.Event] = field(default_factory=dict[str, asyncio.Event])
    _tasks: dict[str, asyncio.Task[None]] = field(default_factory=dict[str, asyncio.Task[None]])

    async def come(self, *names: str) -> None:
        """Somebody for each name; who is called “ann 2” is ann."""
        for name in names:
            self._at[name] = asyncio.Event()
            self._tasks[name] = asyncio.create_task(self._come(name))
        await all_wait()

    async def _come(self, name: str) -> None:
        async with self.lanes.place("look", self.most, name.partition(" ")[0]) as waited:
            self.served.append(name)
            if waited:
                self.waited.append(name)
            await self._at[name].wait()

    async def go(self, *names: str) -> None:
        """These are served, or wait no longer."""
        for name in names:
            self._at[name].set()
            await all_wait()

    async def is_done(self, name: str) -> None:
        """Somebody was served this moment, and nobody else has noticed it yet."""
        self._at[name].set()
        await asyncio.sleep(0)

    async def leave(self, *names: str) -> None:
        """These lose their patience, all in the same moment."""
        for name in names:
            self._tasks[name].cancel()
        await asyncio.gather(*(self._tasks[name] for name in names), return_exceptions=True)
        await all_wait()

    async def closes(self, names: Sequence[str]) -> None:
        """Everybody is served, and nothing is left of them."""
        while len(self.served) < len(names):
            await self.go(*self.served)
        await self.go(*self.served)
        assert sorted(self.served) == sorted(names)
        assert len(self.lanes) == 0


async def test_so_many_are_served_at_a_time_and_the_rest_wait() -> None:
    counter, names = Counter(2), [f"ann {n}" for n in range(5)]
    await counter.come(*names)
    assert (counter.served, counter.waited) == (names[:2], [])
    await counter.go("ann 1")
    assert (counter.served, counter.waited) == (names[:3], ["ann 2"])
    await counter.closes(names)


async def test_of_those_who_wait_one_of_each_person_is_served_in_turn() -> None:
    counter = Counter(1)
    await counter.come("ann 1", "ann 2", "ann 3", "ann 4", "bob 1", "bob 2", "cat 1")
    await counter.closes(["ann 1", "ann 2", "ann 3", "ann 4", "bob 1", "bob 2", "cat 1"])
    assert counter.served == ["ann 1", "ann 2", "bob 1", "cat 1", "ann 3", "bob 2", "ann 4"]


async def test_who_waits_no_longer_takes_no_place() -> None:
    counter = Counter(1)
    await counter.come("ann 1", "bob 1", "bob 2", "cat 1")
    await counter.leave("bob 1")
    await counter.go("ann 1")
    assert counter.served == ["ann 1", "cat 1"]
    await counter.closes(["ann 1", "cat 1", "bob 2"])


async def test_who_leaves_in_the_moment_of_their_turn_hands_it_on() -> None:
    counter = Counter(1)
    await counter.come("ann 1", "bob 1", "cat 1")
    await counter.is_done("ann 1")
    await counter.leave("bob 1")
    assert counter.served == ["ann 1", "cat 1"]
    await counter.closes(["ann 1", "cat 1"])
