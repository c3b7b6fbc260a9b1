"""A house full of talks, made up: words as unevenly common as in a language, each talk with a topic of its own."""

import itertools
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Table, insert
from sqlalchemy.engine import URL
from sqlalchemy.ext.asyncio import create_async_engine

from parlour.ids import new_id
from parlour.store.search.words import indexed
from parlour.store.tables import conversations, messages, projects, search_words, tenants, users

VOCABULARY = 20_000
TOPICS = 400
TALKS_AT_ONCE = 100

Row = dict[str, Any]


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


def talks(house: House, words: Words, count: int) -> Iterator[dict[Table, list[Row]]]:
    """The rows of `count` messages, in talks of about twenty, some talks at a time."""
    number = 0
    while number < count:
        rows: dict[Table, list[Row]] = {conversations: [], messages: [], search_words: []}
        for _ in range(TALKS_AT_ONCE):
            owner = words.chance.choice(house.people)
            length = min(words.chance.choice((2, 4, 10, 20, 64)), count - number)
            if length:
                house.talks[owner].append(_talk(rows, house, words, owner, range(number, number + length)))
            number += length
        yield rows


def _talk(rows: dict[Table, list[Row]], house: House, words: Words, owner: str, numbers: range) -> str:
    talk, topic = new_id(), words.chance.randrange(TOPICS)
    title, mine = words.said(topic, 5), Row(tenant_id=house.tenant_id, metadata={})
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
