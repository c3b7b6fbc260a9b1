"""How fast a list, a page of messages and a search are: `python -m bench.search --messages 200000 --store sqlite`.

A house of a few people with N messages is made in a fresh database. Then one of the people asks: for their list, for
pages of their talks, and for words of every kind, common and rare, whole and being typed. Times are milliseconds, as
the server's doors would see them.
"""

import argparse
import asyncio
import json
import os
import random
import statistics
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy.engine import URL

from bench.machine import pinned
from bench.measuring import Bench
from bench.search_talks import House, Words, filled
from bench.server import ROOT, SOURCES, data_folder
from parlour.store.database import Database, database_url
from parlour.store.migrate import upgrade
from parlour.store.queries.conversations import list_conversations
from parlour.store.queries.messages import message_page
from parlour.store.search.base import Owner
from parlour.store.search.finding import find

MESSAGES = 1_000_000
Ask = Callable[[Any], Awaitable[object]]


def search(bench: Bench) -> None:
    """Lists, pages and searches at a million messages; once, for it asks hundreds of times and takes long to fill."""
    for store in bench.stores:
        if ("search-p95", store) in bench.found.values:
            continue
        command = [sys.executable, "-m", "bench.search", "--messages", str(MESSAGES), "--store", store]
        settle = pinned(bench.cores.server)
        done = subprocess.run(
            command, cwd=ROOT, env=os.environ | SOURCES, stdout=subprocess.PIPE, check=True, preexec_fn=settle
        )
        told = json.loads(done.stdout)
        for name in ("list", "messages", "search"):
            bench.found.add(f"{name}-p95", store, told[name]["p95"])
        bench.tell(
            f"{store:9} p95 " + ", ".join(f"{name} {told[name]['p95']}" for name in ("list", "messages", "search"))
        )


def queries(words: Words, count: int) -> dict[str, list[str]]:
    """What is searched, by its kind."""
    chance, some = words.chance, range(count)
    return {
        "a common word": [chance.choice(words.all[:50]) for _ in some],
        "a word": [chance.choice(words.all[50:2_000]) for _ in some],
        "a rare word": [chance.choice(words.all[2_000:]) for _ in some],
        "two words": [" ".join(chance.sample(words.all[:2_000], 2)) for _ in some],
        "two words of a topic": [" ".join(chance.sample(chance.choice(words.topics), 2)) for _ in some],
        "being typed": [chance.choice(words.all)[: chance.randint(1, 4)] for _ in some],
        "a word, another being typed": [
            f"{chance.choice(words.all[:2_000])} {chance.choice(words.all)[:2]}" for _ in some
        ],
        "nothing": [f"{chance.choice(words.all)}q" for _ in some],
    }


async def taken(ask: Ask, things: Sequence[Any]) -> list[float]:
    """How long each took, one after the other."""
    times: list[float] = []
    for thing in things:
        began = time.perf_counter()
        await ask(thing)
        times.append((time.perf_counter() - began) * 1000)
    return times


def _summary(times: Sequence[float]) -> dict[str, float]:
    cuts = statistics.quantiles(times, n=20)
    return {"p50": round(statistics.median(times), 2), "p95": round(cuts[18], 2), "max": round(max(times), 2)}


async def run(url: URL, options: argparse.Namespace) -> dict[str, Any]:
    """Make the house, ask, and report."""
    words = Words(random.Random(options.seed))
    await upgrade(url)
    began = time.perf_counter()
    house = await filled(url, words, options.messages, options.people)
    took = round(time.perf_counter() - began, 1)
    database = Database(url)
    told = await asked(database, house, words, options.questions)
    await database.close()
    facts = {"messages_kept": options.messages, "people": options.people, "store": url.get_backend_name()}
    return facts | {"filled_s": took} | told


async def asked(database: Database, house: House, words: Words, count: int) -> dict[str, Any]:
    """How long one of the people waits for each thing."""
    chance, asking = words.chance, house.people[0]

    async def a_list(offset: int) -> None:
        async with database.read() as connection:
            await list_conversations(connection, owner_id=asking, limit=50, offset=offset)

    async def a_page(talk: str) -> None:
        async with database.read() as connection:
            await message_page(connection, talk)

    async def a_search(query: str) -> None:
        async with database.read() as connection:
            await find(connection, Owner(house.tenant_id, asking), query)

    await taken(a_search, ["the first opens", "what the rest use"])
    lists = await taken(a_list, [50 * chance.randrange(4) for _ in range(count)])
    pages = await taken(a_page, chance.choices(house.talks[asking], k=count))
    searches = {kind: await taken(a_search, some) for kind, some in queries(words, count).items()}
    return {
        "list": _summary(lists),
        "messages": _summary(pages),
        "search": _summary([each for some in searches.values() for each in some]),
        "search_by_kind": {kind: _summary(some) for kind, some in searches.items()},
    }


def main() -> None:
    """Print one report as JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--messages", type=int, default=200_000)
    parser.add_argument("--people", type=int, default=4)
    parser.add_argument("--questions", type=int, default=100, help="of each kind")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--store", choices=("sqlite", "postgres"), default="sqlite")
    options = parser.parse_args()
    with data_folder(options.store) as settings:
        file = Path(settings["PARLOUR_DATA_DIR"]) / "bench.db"
        url = database_url(settings.get("DATABASE_URL", f"sqlite:///{file}"))
        print(json.dumps(asyncio.run(run(url, options)), indent=2))


if __name__ == "__main__":
    main()
