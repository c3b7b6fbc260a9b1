"""What a tool told is told again: to whom, for how long, and never once it is untrue."""

import asyncio
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from pydantic import JsonValue

from parlour.tools.acts import Ended
from parlour.tools.away import away
from parlour.tools.cache import ToolCache
from parlour.tools.caching import GRACE_SECONDS, LONGEST_SECONDS, Basis, Caching
from parlour.tools.caller import Caller
from parlour.tools.executor import Executor
from parlour.tools.outcomes import Failed, NotThere, Outcome, Refused, RequestedCall
from parlour.tools.tool import Tool, ToolContext, make_tool
from tests.conftest import ManualClock
from tests.tools.conftest import Shelf


@dataclass
class Library:
    """Books that are read aloud, and how often that was done. Each project has its own."""

    books: dict[str, str] = field(default_factory=lambda: {"tea": "Boil water."})
    version: int = 1
    seconds: float = 600.0
    is_whole: bool = True
    is_kept: bool = True
    read: list[str] = field(default_factory=list[str])
    holds: asyncio.Event | None = None
    shorter: float | None = None
    refuses: bool = False
    is_away: bool = False

    async def basis(self, context: ToolContext, **_: Any) -> Basis | None:
        if context.caller.project_id == "gone":
            raise NotThere("There is no such library.")
        of = f"library {context.caller.project_id}"
        return Basis(of, str(self.version), self.seconds, self.is_whole) if self.is_kept else None

    async def read_aloud(self, context: ToolContext, book: str, page: int = 1) -> JsonValue:
        """Read a book aloud."""
        self.read.append(book)
        if self.holds is not None:
            await self.holds.wait()
        if self.is_away:
            raise ConnectionError
        if self.refuses:
            raise Refused("This is not for you.")
        if book not in self.books:
            raise Failed(f"Nobody knows “{book}”.")
        return {"words": self.books[book], "page": page, "to": context.caller.user_id}

    def tools(self) -> list[Tool]:
        caching = Caching(self.basis, None if self.shorter is None else self.lasts)
        return [replace(make_tool(self.read_aloud, effect="read"), caching=caching)]

    def lasts(self, result: JsonValue) -> float:
        del result
        return self.shorter or 0.0


async def all_wait() -> None:
    """Let everybody go as far as they can; nothing here waits for anything but each other."""
    for _ in range(20):
        await asyncio.sleep(0)


@pytest.fixture
def library() -> Library:
    return Library()


@pytest.fixture
def cache(clock: ManualClock) -> ToolCache:
    return ToolCache(clock)


@dataclass
class Reading:
    """Somebody who has books read to them."""

    executor: Executor
    caller: Caller

    async def hears(self, book: str = "tea", *, is_fresh: bool = False, **arguments: Any) -> Outcome:
        context = ToolContext(self.caller, "conversation", "turn", "call", is_fresh=is_fresh)
        came = await self.executor.run(RequestedCall("call", "read_aloud", {"book": book, **arguments}), context)
        assert isinstance(came, Ended)
        return came.outcome

    def as_(self, **changes: Any) -> "Reading":
        return replace(self, caller=replace(self.caller, **changes))


@pytest.fixture
def ann(library: Library, cache: ToolCache, clock: ManualClock, reader: Caller) -> Reading:
    return Reading(Executor([Shelf("library", library.tools())], clock, cache=cache), reader)


# --- again ---------------------------------------------------------------------------------------------------------


async def test_what_was_told_is_told_again_and_says_so(ann: Reading, library: Library) -> None:
    first, again = await ann.hears(), await ann.hears()
    assert library.read == ["tea"]
    assert (first.cached, again.cached) == (False, True)
    assert again.result == first.result
    assert again.status == "completed"


async def test_arguments_count_as_what_they_come_to(ann: Reading, library: Library) -> None:
    await ann.hears()
    assert (await ann.hears(page=1)).cached
    assert not (await ann.hears(page=2)).cached
    assert library.read == ["tea", "tea"]


async def test_whoever_changes_a_result_changes_nobody_elses(ann: Reading) -> None:
    for _ in range(3):
        told = (await ann.hears()).result
        assert told == {"words": "Boil water.", "page": 1, "to": "user"}
        assert isinstance(told, dict)
        told["words"] = "Burn it."


async def test_what_may_have_become_untrue_says_how_old_it_is(
    ann: Reading, library: Library, clock: ManualClock
) -> None:
    library.is_whole = False
    assert "ago" not in (await ann.hears()).sentence
    clock.advance(125)
    told = await ann.hears()
    assert told.age_s == 125
    assert "2 minutes ago" in told.sentence
    assert "2 minutes ago" in told.summary


async def test_what_is_still_true_says_no_age(ann: Reading, clock: ManualClock) -> None:
    first = await ann.hears()
    clock.advance(125)
    again = await ann.hears()
    assert (again.cached, again.age_s, again.sentence) == (True, None, first.sentence)


# --- no longer -----------------------------------------------------------------------------------------------------


async def test_once_what_it_rests_on_has_changed_it_is_read_anew(ann: Reading, library: Library) -> None:
    await ann.hears()
    library.books["tea"], library.version = "Boil it twice.", 2
    told = await ann.hears()
    assert not told.cached
    assert told.result == {"words": "Boil it twice.", "page": 1, "to": "user"}
    assert (await ann.hears()).cached


async def test_what_changes_while_it_is_read_is_not_taken_for_what_stands_now(ann: Reading, library: Library) -> None:
    library.holds = asyncio.Event()
    hearing = asyncio.create_task(ann.hears())
    await all_wait()
    library.version = 2
    library.holds.set()
    await hearing
    assert not (await ann.hears()).cached


async def test_all_that_rests_on_the_same_falls_together_and_nothing_else(
    ann: Reading, library: Library, cache: ToolCache
) -> None:
    library.books["rye"] = "Sow."
    other = ann.as_(project_id="other")
    await asyncio.gather(ann.hears(), ann.hears("rye"), ann.hears(page=2), other.hears())
    assert len(cache) == 4
    library.version = 2
    await ann.hears()
    assert (len(cache), cache.counts.fallen) == (2, 3)


async def test_it_is_told_for_so_long_and_not_longer(ann: Reading, library: Library, clock: ManualClock) -> None:
    await ann.hears()
    clock.advance(599)
    assert (await ann.hears()).cached
    clock.advance(1)
    assert not (await ann.hears()).cached


async def test_nothing_is_told_for_longer_than_an_hour(ann: Reading, library: Library, clock: ManualClock) -> None:
    library.seconds = 1e9
    await ann.hears()
    clock.advance(LONGEST_SECONDS)
    assert not (await ann.hears()).cached


@pytest.mark.parametrize(("seconds", "again"), [(0.0, False), (5.0, False), (60.0, True)])
async def test_a_result_may_last_for_less(
    library: Library, cache: ToolCache, clock: ManualClock, reader: Caller, seconds: float, again: bool
) -> None:
    library.shorter = seconds
    ann = Reading(Executor([Shelf("library", library.tools())], clock, cache=cache), reader)
    await ann.hears()
    clock.advance(30)
    assert (await ann.hears()).cached is again


async def test_what_has_to_be_fresh_is_read_anew_and_told_from_then_on(ann: Reading, library: Library) -> None:
    library.is_whole = False
    await ann.hears()
    library.books["tea"] = "Boil it twice."
    assert not (await ann.hears(is_fresh=True)).cached
    assert (await ann.hears()).result == {"words": "Boil it twice.", "page": 1, "to": "user"}
    assert library.read == ["tea", "tea"]


async def test_an_older_reading_never_takes_the_place_of_a_fresh_one(
    ann: Reading, library: Library, clock: ManualClock
) -> None:
    library.is_whole, held = False, asyncio.Event()
    library.holds = held
    slow = asyncio.create_task(ann.hears())
    await all_wait()
    clock.advance(10)
    library.holds = None
    await ann.hears(is_fresh=True)
    clock.advance(10)
    held.set()
    await slow
    assert (await ann.hears()).age_s == 10


async def test_what_cannot_be_read_anew_is_told_as_it_was_and_says_so(
    ann: Reading, library: Library, clock: ManualClock
) -> None:
    library.is_whole = False
    first = await ann.hears()
    clock.advance(130)
    library.books.clear()
    told = await ann.hears(is_fresh=True)
    assert (told.status, told.cached, told.age_s, told.result) == ("completed", True, 130, first.result)
    assert told.not_anew == "Nobody knows “tea”."
    assert told.sentence.startswith("It could not be read anew. Nobody knows “tea”.\n\nAs of 2 minutes ago: ")
    assert "could not be read anew" in told.summary


async def test_what_cannot_be_read_is_told_for_a_while_beyond_its_time_and_says_so(
    ann: Reading, library: Library, clock: ManualClock
) -> None:
    library.is_whole = False
    first = await ann.hears()
    clock.advance(600)
    library.books.clear()
    for is_fresh in (False, True):
        told = await ann.hears(is_fresh=is_fresh)
        assert (told.status, told.cached, told.age_s, told.result) == ("completed", True, 600, first.result)
        assert told.not_anew == "Nobody knows “tea”."
    library.books["tea"] = "Boil it twice."
    assert not (await ann.hears()).cached
    library.books.clear()
    clock.advance(600 + GRACE_SECONDS)
    assert (await ann.hears()).status == "failed"


async def test_what_a_database_that_is_away_told_is_told_again(
    ann: Reading, library: Library, clock: ManualClock
) -> None:
    await ann.hears()
    clock.advance(600)
    library.is_away = True
    told = await ann.hears()
    assert (told.status, told.cached, told.not_anew) == ("completed", True, away(ConnectionError()).message)


async def test_what_was_changed_since_is_told_by_no_failure(ann: Reading, library: Library, clock: ManualClock) -> None:
    await ann.hears()
    clock.advance(600)
    library.books.clear()
    library.version = 2
    assert (await ann.hears()).status == "failed"
    library.version = 1
    assert (await ann.hears()).status == "failed"


async def test_once_something_newer_was_read_that_is_not_kept_no_failure_tells_the_older(
    library: Library, cache: ToolCache, clock: ManualClock, reader: Caller
) -> None:
    library.shorter = 60.0
    ann = Reading(Executor([Shelf("library", library.tools())], clock, cache=cache), reader)
    await ann.hears()
    library.shorter = 0.0
    await ann.hears(is_fresh=True)
    library.books.clear()
    assert (await ann.hears()).status == "failed"


async def test_whoever_may_not_see_it_any_more_is_not_told_what_it_was(ann: Reading, library: Library) -> None:
    await ann.hears()
    library.refuses = True
    told = await ann.hears(is_fresh=True)
    assert (told.status, told.code, told.result) == ("failed", "permission_denied", None)


# --- not at all ----------------------------------------------------------------------------------------------------


async def test_failures_are_not_kept(ann: Reading, library: Library) -> None:
    assert [(await ann.hears("sea")).status for _ in range(2)] == ["failed", "failed"]
    library.books["sea"] = "Salt."
    assert (await ann.hears("sea")).status == "completed"


async def test_where_nothing_is_to_be_kept_nothing_is(ann: Reading, library: Library, cache: ToolCache) -> None:
    library.is_kept = False
    assert not any([(await ann.hears()).cached for _ in range(2)])
    assert len(cache) == 0


async def test_a_tool_that_says_nothing_of_it_is_read_each_time(
    library: Library, cache: ToolCache, clock: ManualClock, reader: Caller
) -> None:
    plain = [replace(tool, caching=None) for tool in library.tools()]
    ann = Reading(Executor([Shelf("library", plain)], clock, cache=cache), reader)
    await ann.hears()
    assert not (await ann.hears()).cached
    assert library.read == ["tea", "tea"]


def test_a_tool_that_changes_something_cannot_be_kept(library: Library) -> None:
    with pytest.raises(TypeError, match="changes something"):
        replace(make_tool(library.read_aloud, effect="write"), caching=Caching(library.basis))


async def test_a_cache_without_room_keeps_nothing(library: Library, clock: ManualClock, reader: Caller) -> None:
    cache = ToolCache(clock, most_entries=0)
    ann = Reading(Executor([Shelf("library", library.tools())], clock, cache=cache), reader)
    await ann.hears()
    assert not (await ann.hears()).cached
    assert (len(cache), cache.size) == (0, 0)


# --- whose ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "change",
    [
        {"user_id": "bob"},
        {"project_id": "other"},
        {"tenant_id": "other"},
        {"permissions": frozenset({"tools:read", "tools:write"})},
    ],
    ids=["somebody else", "elsewhere", "in another house", "with other rights"],
)
async def test_nobody_is_told_what_somebody_else_was(ann: Reading, library: Library, change: dict[str, Any]) -> None:
    await ann.hears()
    other = ann.as_(**change)
    told = await other.hears()
    assert not told.cached
    assert isinstance(told.result, dict)
    assert told.result["to"] == other.caller.user_id
    assert (await ann.hears()).cached


async def test_whoever_may_not_use_a_tool_any_more_is_told_nothing(ann: Reading) -> None:
    await ann.hears()
    refused = await ann.as_(permissions=frozenset[str]()).hears()
    assert (refused.status, refused.code, refused.result) == ("failed", "permission_denied", None)


async def test_what_is_gone_is_gone_although_it_was_told(ann: Reading) -> None:
    told = await ann.as_(project_id="gone").hears()
    assert (told.code, told.problem) == ("not_found", "There is no such library.")


# --- how much ------------------------------------------------------------------------------------------------------


async def test_what_was_not_told_for_longest_is_let_go_first(
    library: Library, clock: ManualClock, reader: Caller
) -> None:
    library.books |= {str(number): "…" for number in range(3)}
    cache = ToolCache(clock, most_entries=3)
    ann = Reading(Executor([Shelf("library", library.tools())], clock, cache=cache), reader)
    for book in ("0", "1", "2", "0", "tea"):
        await ann.hears(book)
    assert [(await ann.hears(book)).cached for book in ("0", "2", "tea", "1")] == [True, True, True, False]


async def test_large_results_take_the_room_of_many(library: Library, clock: ManualClock, reader: Caller) -> None:
    library.books |= {"long": "a" * 400, "short": "a"}
    cache = ToolCache(clock, most_bytes=600)
    ann = Reading(Executor([Shelf("library", library.tools())], clock, cache=cache), reader)
    for book in ("short", "long", "tea", "long"):
        await ann.hears(book)
    assert cache.size <= 600
    await ann.hears("long", page=2)
    assert [(await ann.hears(book)).cached for book in ("tea", "short")] == [False, False]


async def test_it_is_counted_how_often_it_served(ann: Reading, library: Library, cache: ToolCache) -> None:
    for is_fresh in (False, False, True, False):
        await ann.hears(is_fresh=is_fresh)
    library.version = 2
    await ann.hears()
    counts = cache.counts
    assert (counts.hits, counts.misses, counts.passed, counts.fallen, counts.joined) == (2, 2, 1, 1, 0)


# --- side by side --------------------------------------------------------------------------------------------------


async def test_equal_calls_side_by_side_are_made_once(ann: Reading, library: Library, cache: ToolCache) -> None:
    library.holds = asyncio.Event()
    hearing = [asyncio.create_task(ann.hears()) for _ in range(5)]
    await all_wait()
    library.holds.set()
    told = await asyncio.gather(*hearing)
    assert library.read == ["tea"]
    assert {outcome.status for outcome in told} == {"completed"}
    assert not any(outcome.cached for outcome in told)
    assert len({id(outcome.result) for outcome in told}) == 5


async def test_a_failure_is_that_of_all_who_wait_for_it(ann: Reading, library: Library, cache: ToolCache) -> None:
    library.holds = asyncio.Event()
    hearing = [asyncio.create_task(ann.hears("sea")) for _ in range(3)]
    await all_wait()
    library.holds.set()
    assert {(await each).problem for each in hearing} == {"Nobody knows “sea”."}
    assert library.read == ["sea"]


async def test_whoever_comes_after_a_change_does_not_wait_for_what_began_before(ann: Reading, library: Library) -> None:
    held = library.holds = asyncio.Event()
    before = asyncio.create_task(ann.hears())
    await all_wait()
    library.version, library.holds = 2, None
    assert not (await ann.hears()).cached
    held.set()
    await before
    assert (await ann.hears()).cached
    assert library.read == ["tea", "tea"]


async def test_whoever_leaves_stops_it_only_when_nobody_else_waits(
    ann: Reading, library: Library, cache: ToolCache
) -> None:
    library.holds = asyncio.Event()
    first, second = (asyncio.create_task(ann.hears()) for _ in range(2))
    await all_wait()
    first.cancel()
    with pytest.raises(asyncio.CancelledError):
        await first
    library.holds.set()
    assert (await second).status == "completed"


async def test_the_last_who_leaves_ends_it_and_whoever_comes_then_begins_anew(ann: Reading, library: Library) -> None:
    library.holds = asyncio.Event()
    leaving = asyncio.create_task(ann.hears())
    await all_wait()
    leaving.cancel()
    library.holds.set()
    with pytest.raises(asyncio.CancelledError):
        await leaving
    assert not (await ann.hears()).cached
    assert library.read == ["tea", "tea"]
