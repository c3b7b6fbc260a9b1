"""Room for one answer at one of several models: taken where there is any, else waited for, first come first served.

A model that gives room back gives it to whoever waits first for it, before anybody else can take it. What nobody tells,
such as the end of a rest, is looked for once a second.
"""

import asyncio
from collections.abc import Callable, Collection, Generator, Sequence
from contextlib import contextmanager
from types import TracebackType
from typing import Self

from parlour.clock import Clock
from parlour.models.base import Model
from parlour.models.deadline import Deadline
from parlour.models.instances import Instance
from parlour.models.route import AllBusy, Load, NobodyLeft, NoRoom

LOOK_S = 1.0

Groups = Callable[[Load], Sequence[Sequence[Instance]]]
"""Those who may answer, in groups; each group is asked only when nobody before it could be."""
Choose = Callable[[Sequence[Instance]], Instance]


class OneSeat:
    """See `Seat` for the contract."""

    def __init__(self, groups: Groups, choose: Choose, clock: Clock, longest_wait_s: float) -> None:
        self._groups = groups
        self._choose = choose
        self._clock = clock
        self._longest_wait_s = longest_wait_s
        self._gives_up_at: float | None = None
        self._taken: Instance | None = None
        self._in_line_at: tuple[Instance, ...] = ()
        self._news = asyncio.Event()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._let_go()

    def pick(self, load: Load, failed: Collection[str] = ()) -> Model:
        left = self._left(load, failed)
        for group in left:
            able = [one for one in group if self._is_free(one)]
            if able:
                return self._seated_at(self._choose(able))
        if not any(one.is_only_full for group in left for one in group):
            raise NobodyLeft
        raise NoRoom if self._longest_wait_s > 0 else AllBusy

    def has_left(self, load: Load, failed: Collection[str]) -> bool:
        return any(one.is_able for group in self._left(load, failed) for one in group)

    def _left(self, load: Load, failed: Collection[str]) -> list[list[Instance]]:
        return [[one for one in group if one.name not in failed] for group in self._groups(load)]

    def _is_free(self, one: Instance) -> bool:
        """Whether there is room for us. Who came first is served first."""
        if one is self._taken:
            return one.is_well
        one.serve()
        return one.is_able

    def _seated_at(self, one: Instance) -> Instance:
        if one is not self._taken:
            self._let_go()
            one.take()
            self._taken = one
        return one

    def _let_go(self) -> None:
        taken, self._taken = self._taken, None
        if taken is not None:
            taken.give_back()

    # --- waiting -----------------------------------------------------------------------------------------------

    async def room(self, load: Load, failed: Collection[str] = ()) -> None:
        self._let_go()
        if self._gives_up_at is None:
            self._gives_up_at = self._clock.monotonic() + self._longest_wait_s
        wanted = tuple(one for group in self._left(load, failed) for one in group)
        with self._in_line(wanted):
            while not self._has_come(wanted):
                if not any(one.is_only_full for one in wanted):
                    raise NobodyLeft
                left = self._gives_up_at - self._clock.monotonic()
                if left <= 0:
                    raise AllBusy
                await self._something_happens(min(left, LOOK_S))

    def _has_come(self, wanted: Sequence[Instance]) -> bool:
        for one in wanted:
            one.serve()
        return self._taken is not None

    async def _something_happens(self, within_s: float) -> None:
        self._news.clear()
        try:
            async with Deadline(self._clock, within_s):
                await self._news.wait()
        except TimeoutError:
            return

    @contextmanager
    def _in_line(self, wanted: tuple[Instance, ...]) -> Generator[None]:
        self._in_line_at = wanted
        for one in wanted:
            one.join_line(self)
        try:
            yield
        finally:
            self._leave_lines()

    def _leave_lines(self) -> None:
        for one in self._in_line_at:
            one.leave_line(self)
        self._in_line_at = ()

    def given(self, instance: Instance) -> None:
        self._leave_lines()
        self._taken = instance
        self._news.set()

    def look(self) -> None:
        self._news.set()
