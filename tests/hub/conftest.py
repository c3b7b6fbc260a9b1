"""Two nodes of one house that tell and hear."""

from collections.abc import AsyncIterator

import pytest

from parlour.clock import SystemClock
from parlour.hub.announce.postgres import PostgresAnnouncer
from tests.hub.hearing import Node
from tests.storage import Storage


@pytest.fixture
async def pair(storage: Storage) -> AsyncIterator[tuple[Node, Node]]:
    made = Node(PostgresAnnouncer(storage.url, SystemClock())), Node(PostgresAnnouncer(storage.url, SystemClock()))
    for node in made:
        await node.open()
    yield made
    for node in made:
        await node.close()
