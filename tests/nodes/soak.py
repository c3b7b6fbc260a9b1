"""Two nodes under a hundred streams, either of which is killed, paused or cut off at random, again and again.

    python -m tests.nodes.soak --faults 200 [--seed S] [--first ROUND] [--streams 100]

A round is a hundred conversations that are answered while two faults happen; when all have ended, every promise is
checked for each of them. What happens is drawn from the seed and the number of the round. The last lines give the
figures; the exit code is 1 when a promise was broken.
"""

import argparse
import asyncio
import random
import sys
import tempfile
import time
import traceback
from collections import Counter, deque
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from statistics import quantiles

from sqlalchemy import select

from bench.plan import Plan
from bench.provider import running
from parlour.app import TOOLKIT_MIGRATIONS
from parlour.clock import SystemClock
from parlour.identity.gate import Gate
from parlour.identity.users import add_user
from parlour.identity.who import who_is
from parlour.ids import new_id
from parlour.journal.writer import open_writer
from parlour.store.database import Database
from parlour.store.tables import nodes, turns
from parlour.turn.conversations import Conversations
from tests.kill.house import House, furnished
from tests.nodes.crowd import Talking, crowd_of
from tests.nodes.pair import Node, Pair, pair_over
from tests.nodes.talking import stream
from tests.storage import Storage, Templates

LEASE_S = 5.0
FAULTS_A_ROUND = 2
"""Fewer than end a turn as one that crashes its server."""
PEOPLE = 4
CHUNKS, SPACING_MS = 60, 200
CHECKS_AT_ONCE = 4
KINDS = ("killed", "paused", "cut off", "silent")


@dataclass
class Tally:
    """What was done so far, and how long turns were silent that were taken over."""

    rounds: int = 0
    faults: Counter[str] = field(default_factory=Counter[str])
    silences: dict[str, list[float]] = field(default_factory=lambda: {kind: [] for kind in KINDS})
    broken: list[str] = field(default_factory=list[str])

    def __str__(self) -> str:
        kinds = ", ".join(f"{self.faults[kind]} {kind}" for kind in KINDS)
        return f"{self.rounds} rounds, {self.faults.total()} faults ({kinds}), {len(self.broken)} promises broken"

    def figures(self) -> list[str]:
        """From a fault until the next words of a turn that was taken over."""
        lines: list[str] = []
        for kind, found in self.silences.items():
            if len(found) > 1:
                cuts = quantiles(found, n=100, method="inclusive")
                figures = f"p50 {cuts[49]:.2f} s, p95 {cuts[94]:.2f} s, longest {max(found):.2f} s"
                lines.append(f"{kind}: {len(found)} turns taken over, silent for {figures}")
        return lines


@dataclass
class Strike:
    """A fault that strikes one of the nodes, and is over after a while."""

    kind: str
    node: Node
    for_s: float
    at: float = 0.0
    owned: set[str] = field(default_factory=set[str])
    """The turns of the node in that moment."""

    async def befalls(self, database: Database) -> None:
        """Let it happen, wait, and let the node be whole again."""
        before = await owners(database)
        self.at = time.monotonic()
        match self.kind:
            case "killed":
                await self.node.kill()
            case "paused":
                self.node.pause()
            case "cut off":
                self.node.network.cut()
            case _:
                self.node.network.drop()
        await asyncio.sleep(self.for_s)
        gone = set(before.values()) - await present(database)
        self.owned = {turn for turn, owner in before.items() if owner in gone}
        if self.kind == "killed":
            await self.node.start()
        elif self.kind == "paused":
            self.node.wake()
        else:
            self.node.network.heal()


def drawn(chance: random.Random, pair: Pair) -> Strike:
    """A fault of any kind. A node that was killed is born again after a while; the others may lose their lease."""
    kind = chance.choice(KINDS)
    longest = 3.0 if kind == "killed" else 9.0
    return Strike(kind, chance.choice(pair.both), chance.uniform(0.5, longest))


async def owners(database: Database) -> dict[str, str]:
    """Of every turn that runs, the node that owns it."""
    async with database.read() as connection:
        found = await connection.execute(select(turns.c.id, turns.c.owner).where(turns.c.status == "running"))
        return {row.id: row.owner for row in found}


async def present(database: Database) -> set[str]:
    """The nodes that nobody takes for dead."""
    async with database.read() as connection:
        return set(await connection.scalars(select(nodes.c.id)))


async def invited(house: House, database: Database, conversations: int) -> list[House]:
    """People who were never here, each with as many empty conversations as fit into one list."""
    clock = SystemClock()
    writer = open_writer(house.storage.url, clock=clock, publish=lambda _: None, fatal=lambda _: None)
    gate, talks = Gate(database, writer, clock), Conversations(database, writer, clock)
    made: list[House] = []
    for _ in range(PEOPLE):
        person = await add_user(database, writer, clock, username=f"p{new_id()}")
        key = await gate.make_api_key(tenant_id=person.tenant_id, user_id=person.id, name="clients")
        who = who_is(person, key.id)
        empty = [(await talks.begin(who, project_id=None, title=None)).id for _ in range(-(-conversations // PEOPLE))]
        made.append(replace(house, user_id=person.id, token=key.secret, conversations=deque(empty)))
    await writer.close()
    return made


async def one_round(pair: Pair, database: Database, chance: random.Random, streams: int, tally: Tally) -> None:
    """A hundred talks, two faults, and every promise."""
    houses = await invited(pair.house, database, streams)
    strikes: list[Strike] = []
    async with crowd_of(pair, houses, stream(CHUNKS, spacing_ms=SPACING_MS), streams) as crowd:
        async with asyncio.TaskGroup() as talks:
            for talking in crowd:
                talks.create_task(talking.talk())
            for _ in range(FAULTS_A_ROUND):
                await asyncio.sleep(chance.uniform(0.5, 4.0))
                strikes.append(drawn(chance, pair))
                await strikes[-1].befalls(database)
                tally.faults[strikes[-1].kind] += 1
        await every_promise(crowd, chance.choice(pair.both))
    for strike in strikes:
        tally.silences[strike.kind] += silences(strike, crowd)


def silences(strike: Strike, crowd: Sequence[Talking]) -> list[float]:
    """How long each turn that the struck node owned was silent, for those who listened elsewhere."""
    found: list[float] = []
    for talking in crowd:
        if strike.owned.isdisjoint(talking.people.sent.values()):
            continue
        if talking.people.listener.address == strike.node.address and strike.kind != "killed":
            continue
        following = [at for at in talking.heard_at if at > strike.at + SPACING_MS / 1_000]
        found += [following[0] - strike.at] if following else []
    return found


async def every_promise(crowd: Sequence[Talking], at: Node) -> None:
    """Check all promises for everybody, a few at a time."""
    ahead = iter(crowd)

    async def check_some() -> None:
        for talking in ahead:
            await talking.every_promise_holds(at)

    async with asyncio.TaskGroup() as checks:
        for _ in range(CHECKS_AT_ONCE):
            checks.create_task(check_some())


async def rounds(storage: Storage, folder: Path, given: argparse.Namespace, tally: Tally) -> None:
    """One round after the other, until a promise is broken or as many faults happened as were wanted."""
    house = await furnished(storage, folder)
    database = Database(storage.url)
    async with running(Plan()) as provider, pair_over(house, lease_s=LEASE_S, provider=provider.base_url) as pair:
        for number in range(given.first, given.first + -(-given.faults // FAULTS_A_ROUND)):
            await pair.up()
            began = time.monotonic()
            try:
                await one_round(pair, database, random.Random(f"{given.seed}/{number}"), given.streams, tally)
            except (Exception, asyncio.CancelledError) as error:  # noqa: BLE001 - it is told, whatever it is
                what = "".join(traceback.format_exception(error, chain=False))
                tally.broken.append("\n".join([f"round {number}", what, await pair.last_words()]))
                break
            finally:
                tally.rounds += 1
                say(f"round {number}, {time.monotonic() - began:.0f} s: {tally}")
    await database.close()


def say(line: str) -> None:
    """One line, at once."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def soak(given: argparse.Namespace) -> Tally:
    """All rounds; what came of them."""
    tally, began = Tally(), time.monotonic()
    with tempfile.TemporaryDirectory(prefix="parlour-two-nodes-") as folder:
        templates = Templates(Path(folder), TOOLKIT_MIGRATIONS)
        try:
            with templates.fresh("postgres") as storage:
                asyncio.run(rounds(storage, Path(folder) / "house", given, tally))
        finally:
            templates.close()
    for line in [*(f"BROKEN {line}" for line in tally.broken), *tally.figures()]:
        say(line)
    say(f"two nodes, {given.streams} streams, seed {given.seed}: {tally}, in {time.monotonic() - began:.0f} s")
    return tally


def main() -> None:
    """Strike, count, and tell."""
    parser = argparse.ArgumentParser(description="Strike one of two nodes at random and check every promise.")
    parser.add_argument("--faults", type=int, default=20, help="how many")
    parser.add_argument("--streams", type=int, default=100, help="how many conversations at once")
    parser.add_argument("--seed", default="parlour", help="makes the same rounds again")
    parser.add_argument("--first", type=int, default=0, help="the number of the first round")
    sys.exit(1 if soak(parser.parse_args()).broken else 0)


if __name__ == "__main__":
    main()
