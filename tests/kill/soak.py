"""Kill servers for as long as you like: `python -m tests.kill.soak --runs 1000 [--seed S] [--first N]`.

These have a house for themselves; `tests.nodes.soak` strikes one of two, and `make soak` does both.

Every run draws its scenario, its store and one or two deaths from the seed and its own number, so that a run that
fails can be had again alone. The last line counts what was done; the exit code is 1 when a promise was broken.
"""

import argparse
import asyncio
import random
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from bench.plan import Plan
from bench.provider import running
from parlour.app import TOOLKIT_MIGRATIONS
from tests.kill.boundary import Boundary
from tests.kill.deaths import AfterFrame, AfterSeconds, Death
from tests.kill.house import CONVERSATIONS, House, furnished
from tests.kill.scenarios import OVER_THE_WIRE, SCENARIOS, Scenario
from tests.kill.server import nursery
from tests.kill.trial import tried
from tests.storage import Storage, Templates, postgres_is_there


@dataclass(frozen=True, slots=True)
class Run:
    """What happens in one run; drawn from the seed and the run's number."""

    number: int
    scenario: Scenario
    deaths: tuple[Death, ...]

    def __str__(self) -> str:
        return f"run {self.number}: {self.scenario}, killed {', then '.join(map(str, self.deaths))}"


@dataclass
class Tally:
    """What was done so far."""

    runs: int = 0
    kills: int = 0
    kinds: Counter[str] = field(default_factory=Counter[str])
    broken: list[str] = field(default_factory=list[str])

    def __str__(self) -> str:
        kinds = ", ".join(f"{count} {kind}" for kind, count in sorted(self.kinds.items()))
        return f"{self.runs} runs ({kinds}), {self.kills} servers killed, {len(self.broken)} promises broken"


def drawn(seed: str, number: int) -> Run:
    """The run with this number."""
    chance = random.Random(f"{seed}/{number}")
    scenario = chance.choice([*SCENARIOS, OVER_THE_WIRE])
    return Run(number, scenario, tuple(death(chance) for _ in range(chance.choice((1, 1, 2)))))


def death(chance: random.Random) -> Death:
    """A death of any kind."""
    match chance.randrange(3):
        case 0:
            return Boundary(chance.choice(("before", "after")), chance.randint(1, 14))
        case 1:
            return AfterFrame(chance.randint(1, 16))
        case _:
            return AfterSeconds(chance.uniform(0.0, 0.4))


async def live_through(house: House, runs: Iterator[Run], tally: Tally) -> None:
    """Do as many of `runs` as one house takes."""
    async with nursery() as born, running(Plan()) as provider:
        while house.conversations and (run := next(runs, None)) is not None:
            over_wire = provider.base_url if run.scenario is OVER_THE_WIRE else None
            try:
                tally.kills += await tried(born, house, run.scenario, run.deaths, provider=over_wire)
            except Exception:  # noqa: BLE001 - whatever went wrong, it is told with its run
                found = (f"{run} on {house.storage.kind}", traceback.format_exc(), house.last_words())
                tally.broken.append("\n".join(found))
                return
            finally:
                tally.runs += 1
                tally.kinds[house.storage.kind] += 1


async def side_by_side(storages: Sequence[Storage], folder: Path, runs: Iterator[Run], tally: Tally) -> None:
    """A house on each of `storages`."""
    folder.mkdir()
    houses = [await furnished(storage, folder / storage.kind) for storage in storages]
    await asyncio.gather(*[live_through(house, runs, tally) for house in houses])


def soak(runs: Iterator[Run], wanted: int, tally: Tally) -> None:
    """Furnish houses on every store there is and kill them, side by side, until nothing is left to do."""
    kinds = ["sqlite", "postgres"] if postgres_is_there() else ["sqlite"]
    with tempfile.TemporaryDirectory(prefix="parlour-soak-") as folder:
        templates = Templates(Path(folder), TOOLKIT_MIGRATIONS)
        try:
            for batch in range(-(-wanted // (CONVERSATIONS * len(kinds)))):
                with ExitStack() as stack:
                    storages = [stack.enter_context(templates.fresh(kind)) for kind in kinds]
                    asyncio.run(side_by_side(storages, Path(folder) / str(batch), runs, tally))
                if tally.broken:
                    return
                sys.stdout.write(f"{tally}\n")
                sys.stdout.flush()
        finally:
            templates.close()


def main() -> None:
    """Kill, count, and tell."""
    parser = argparse.ArgumentParser(description="Kill servers at random and check every promise afterwards.")
    parser.add_argument("--runs", type=int, default=100, help="how many")
    parser.add_argument("--seed", default="parlour", help="makes the same runs again")
    parser.add_argument("--first", type=int, default=0, help="the number of the first run")
    given = parser.parse_args()
    tally, began = Tally(), time.monotonic()
    runs = (drawn(given.seed, number) for number in range(given.first, given.first + given.runs))
    soak(runs, given.runs, tally)
    for line in tally.broken:
        sys.stdout.write(f"BROKEN {line}\n")
    sys.stdout.write(f"soak, seed {given.seed}: {tally}, in {time.monotonic() - began:.0f} s\n")
    sys.exit(1 if tally.broken else 0)


if __name__ == "__main__":
    main()
