"""How fast a list, a page of messages and a search are: `python -m bench.search --messages 200000 --store sqlite`.

A house of a few people with N messages is made in a fresh database, words as unevenly common as in a language, each
talk with a topic of its own. Then one of the people asks: for their list, for pages of their talks, and for words of
every kind, common and rare, whole and being typed. Times are milliseconds, as the server's doors would see them.
"""

import argparse
import asyncio
import itertools
import json
import random
import statistics
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import Table, insert
from sqlalchemy.engine import URL
from sqlalchemy.ext.asyncio import create_async_engine

from bench.server import data_folder
from parlour.ids import new_id
from parlour.store.database import Database, database_url
from parlour.store.migrate import upgrade
from parlour.store.queries.conversations import list_conversations
from parlour.store.queries.messages import message_page
from parlour.store.search.base import Owner
from parlour.store.search.finding import find
from parlour.store.search.words import indexed
from parlour.store.tables import conversations, messages, projects, search_words, tenants, users

BAR_MS = 50
VOCABULARY = 20_000
TOPICS = 400
TALKS_AT_ONCE = 100


@dataclass
class Words:
    """A made-up language: a few words everywhere, most of them seldom, and topics that go on about their own."""

    chance: random.Random
    all: list[str] = field(default_factory=list[str])
    topics: list[list[str]] = field(default_factory=list[list[str]])
    _weights: list[float] = field(default_factory=list[float])

    def __post_init__(self) -> None:
        letters = "etaoinshrdlucmfwygpbvk"
        made = {"".join(self.chance.choices(letters, k=self.chance.randint(2, 9))) for _ in range(VOCABULARY)}
        self.all = sorted(made)
        self.chance.shuffle(self.all)
        self.topics = [self.chance.choices(self.all[500:], k=40) for _ in range(TOPICS)]
        self._weights = list(itertools.accumulate(1 / (rank + 3) for rank in range(len(self.all))))

    def said(self, topic: int, count: int) -> str:
        """Some words, each tenth of them on the topic."""
        some = self.chance.choices(self.all, cum_weights=self._weights, k=count)
        some[::10] = self.chance.choices(self.topics[topic], k=len(some[::10]))
        return " ".join(some)


@dataclass(frozen=True, slots=True)
class House:
    """Who lives there, and the talks of each."""

    tenant_id: str
    project_id: str
    people: list[str]
    talks: dict[str, list[str]]


def _at(number: int) -> str:
    """The moment of message `number`, some seconds after the one before."""
    seconds = number * 7
    day, rest = divmod(seconds, 86_400)
    year, day = divmod(day, 336)
    month, day = divmod(day, 28)
    clock = f"{rest // 3600:02}:{rest // 60 % 60:02}:{rest % 60:02}"
    return f"{2020 + year}-{month + 1:02}-{day + 1:02}T{clock}.000Z"


def talks(house: House, words: Words, count: int) -> Iterator[dict[Table, list[dict[str, Any]]]]:
    """The rows of `count` messages, in talks of about twenty, some talks at a time."""
    number = 0
    while number < count:
        rows: dict[Table, list[dict[str, Any]]] = {conversations: [], messages: [], search_words: []}
        for _ in range(TALKS_AT_ONCE):
            owner = words.chance.choice(house.people)
            length = min(words.chance.choice((2, 4, 10, 20, 64)), count - number)
            if length:
                house.talks[owner].append(_talk(rows, house, words, owner, range(number, number + length)))
            number += length
        yield rows


def _talk(rows: dict[Table, list[dict[str, Any]]], house: House, words: Words, owner: str, numbers: range) -> str:
    talk, topic = new_id(), words.chance.randrange(TOPICS)
    title, mine = words.said(topic, 5), {"tenant_id": house.tenant_id, "metadata": {}}
    rows[conversations].append(
        mine
        | {"id": talk, "project_id": house.project_id, "owner_id": owner, "title": title, "title_is_own": False}
        | {"message_count": len(numbers), "total_tokens": 0, "last_message": None, "archived_at": None, "version": 1}
        | {"created_at": _at(numbers[0])}
        | dict.fromkeys(("updated_at", "last_activity_at"), _at(numbers[-1]))
    )
    rows[search_words].append({"conversation_id": talk, "message_id": None, "words": indexed(owner, title)})
    for position, number in enumerate(numbers):
        is_question = position % 2 == 0
        text = words.said(topic, words.chance.randint(4, 16) if is_question else words.chance.randint(20, 120))
        message = new_id()
        rows[messages].append(
            mine
            | {"id": message, "conversation_id": talk, "position": position + 1, "rev": position + 1}
            | {"role": "user" if is_question else "assistant", "status": "sent" if is_question else "completed"}
            | {"parts": [{"kind": "text", "text": text, "length": len(text)}], "attempt": 1, "token_count": 0}
            | {"created_at": _at(number)}
        )
        rows[search_words].append({"conversation_id": talk, "message_id": message, "words": indexed(owner, text)})
    return talk


async def filled(url: URL, words: Words, count: int, people: int) -> House:
    """A house with `count` messages in it."""
    house = House(new_id(), new_id(), [new_id() for _ in range(people)], {})
    house.talks.update({person: [] for person in house.people})
    at = {"tenant_id": house.tenant_id, "created_at": _at(0)}
    engine = create_async_engine(url)
    async with engine.begin() as connection:
        await connection.execute(insert(tenants).values(id=house.tenant_id, name="bench", created_at=_at(0)))
        await connection.execute(insert(projects).values(id=house.project_id, name="bench", is_home=True, **at))
        for number, person in enumerate(house.people):
            row = {"id": person, "username": f"person {number}", "role": "user", "is_active": True}
            await connection.execute(insert(users).values(**row, **at))
    for rows in talks(house, words, count):
        async with engine.begin() as connection:
            for table, some in rows.items():
                if some:
                    await connection.execute(insert(table).inline(), some)
    async with engine.connect() as connection:
        analyze = await connection.execution_options(isolation_level="AUTOCOMMIT")
        await analyze.exec_driver_sql("ANALYZE")
    await engine.dispose()
    return house


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


async def measured(asks: Sequence[Callable[[], Awaitable[Any]]]) -> list[float]:
    """How long each took, one after the other."""
    taken: list[float] = []
    for ask in asks:
        began = time.perf_counter()
        await ask()
        taken.append((time.perf_counter() - began) * 1000)
    return taken


def _summary(taken: Sequence[float]) -> dict[str, float]:
    cuts = statistics.quantiles(taken, n=20)
    return {"p50": round(statistics.median(taken), 2), "p95": round(cuts[18], 2), "max": round(max(taken), 2)}


async def run(url: URL, options: argparse.Namespace) -> dict[str, Any]:
    """Make the house, ask, and report."""
    words = Words(random.Random(options.seed))
    await upgrade(url)
    began = time.perf_counter()
    house = await filled(url, words, options.messages, options.people)
    report: dict[str, Any] = {"messages": options.messages, "people": options.people, "store": url.get_backend_name()}
    report["filled_s"] = round(time.perf_counter() - began, 1)
    database, asking = Database(url), house.people[0]
    owner = Owner(house.tenant_id, asking)

    async def listed(offset: int) -> None:
        async with database.read() as connection:
            await list_conversations(connection, owner_id=asking, limit=50, offset=offset)

    async def paged(talk: str) -> None:
        async with database.read() as connection:
            await message_page(connection, talk)

    async def searched(query: str) -> None:
        async with database.read() as connection:
            await find(connection, owner, query)

    def each(ask: Callable[[Any], Awaitable[None]], of: Sequence[Any]) -> list[Callable[[], Awaitable[None]]]:
        return [lambda value=value: ask(value) for value in of]

    chance, count = words.chance, options.questions
    await measured(each(searched, ["first", "second"]))
    report["list"] = _summary(await measured(each(listed, [50 * chance.randrange(4) for _ in range(count)])))
    report["page"] = _summary(await measured(each(paged, chance.choices(house.talks[asking], k=count))))
    taken = {kind: await measured(each(searched, asked)) for kind, asked in queries(words, count).items()}
    report["search"] = _summary([each for some in taken.values() for each in some])
    report["search_by_kind"] = {kind: _summary(some) for kind, some in taken.items()}
    await database.close()
    return report


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
