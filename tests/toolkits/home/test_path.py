"""Paths go along edges both ways and are as short as any, on any graph."""

import asyncio
from collections import deque
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import create_engine, insert
from sqlalchemy.engine import URL

from parlour.store.database import Database, database_url
from parlour.toolkits.home.graph import Home
from parlour.toolkits.home.path import shortest_path
from parlour.toolkits.home.tables import entities, metadata, relationships
from tests.toolkits.home.conftest import Ask


async def test_a_path_is_found_in_both_directions(ask: Ask, maple: Home) -> None:
    there = await ask("find_path", from_entity="Home Hub", to_entity="Chandelier")
    back = await ask("find_path", from_entity="chandelier", to_entity="home hub")
    assert there["found"]
    assert back["found"]
    assert there["length"] == back["length"] == len(there["steps"])
    assert there["path"][0]["name"] == "Home Hub"
    assert back["path"][0]["name"] == "Living Room Ceiling Light"
    assert maple


async def test_a_direct_edge_is_one_step_whichever_way(ask: Ask, maple: Home) -> None:
    forward = await ask("find_path", from_entity="home hub", to_entity="floor lamp")
    backward = await ask("find_path", from_entity="floor lamp", to_entity="home hub")
    assert forward["steps"] == [
        {"from": "Home Hub", "to": "Floor Lamp", "relationship": "controls", "direction": "forward"}
    ]
    assert backward["steps"] == [
        {"from": "Floor Lamp", "to": "Home Hub", "relationship": "controls", "direction": "backward"}
    ]
    assert maple


async def test_a_thing_is_no_step_from_itself(ask: Ask, maple: Home) -> None:
    answer = await ask("find_path", from_entity="kettle", to_entity="Kettle")
    assert (answer["found"], answer["length"], len(answer["path"])) == (True, 0, 1)
    assert maple


async def test_too_far_is_told_from_not_connected(ask: Ask, maple: Home) -> None:
    answer = await ask("find_path", from_entity="grow light", to_entity="kettle", max_depth=2)
    assert (answer["found"], answer["searched_everything"]) == (False, False)
    assert maple


NODES = [f"00000000-0000-7000-8000-{n:012d}" for n in range(12)]
HOME = Home("tenant", "project")


@pytest.fixture(scope="module")
def blank(tmp_path_factory: pytest.TempPathFactory) -> URL:
    """A SQLite file with the tables of a home and nothing round them, for as many graphs as one likes."""
    path: Path = tmp_path_factory.mktemp("paths") / "graph.db"
    engine = create_engine(f"sqlite:///{path}")
    known = metadata.tables
    with engine.begin() as connection:
        for name in ("home_entities", "home_relationships"):
            known[name].create(connection)
        things = [_thing(node) for node in NODES]
        connection.execute(insert(entities), things)
    engine.dispose()
    return database_url(f"sqlite:///{path}")


def _thing(node: str) -> dict[str, object]:
    texts = dict.fromkeys(("created_at", "updated_at", "source"), "")
    owner = {"project_id": "project", "tenant_id": "tenant"}
    return {
        **texts,
        **owner,
        "id": node,
        "entity_type": "device",
        "name": node,
        "aliases": [],
        "content": {},
        "version": 1,
        "seq": 1,
    }


def _distance(edges: set[tuple[int, int]], start: int, end: int) -> int | None:
    seen, queue = {start: 0}, deque([start])
    while queue:
        here = queue.popleft()
        for a, b in edges:
            for near, far in ((a, b), (b, a)):
                if near == here and far not in seen:
                    seen[far] = seen[here] + 1
                    queue.append(far)
    return seen.get(end)


pair = st.tuples(st.integers(0, 11), st.integers(0, 11)).filter(lambda p: p[0] != p[1])


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(edges=st.sets(pair, max_size=24), start=st.integers(0, 11), end=st.integers(0, 11), depth=st.integers(1, 12))
def test_a_path_is_as_short_as_any_and_every_step_is_an_edge(
    blank: URL, edges: set[tuple[int, int]], start: int, end: int, depth: int
) -> None:
    engine = create_engine(f"sqlite:///{blank.database}")
    with engine.begin() as connection:
        connection.execute(relationships.delete())
        if edges:
            connection.execute(insert(relationships), [_edge(a, b) for a, b in edges])
    engine.dispose()

    async def search() -> tuple[int | None, bool]:
        database = Database(blank)
        async with database.read() as connection:
            found = await shortest_path(connection, HOME, NODES[start], NODES[end], depth)
        await database.close()
        if found.steps is None:
            return None, found.whole
        here = NODES[start]
        for step in found.steps:
            assert step.start == here
            ends = (NODES.index(step.start), NODES.index(step.end))
            assert (ends if step.along else ends[::-1]) in edges
            here = step.end
        assert here == NODES[end]
        return len(found.steps), True

    length, whole = asyncio.run(search())
    shortest = _distance(edges, start, end)
    assert length == (shortest if shortest is not None and shortest <= depth else None)
    if length is None and whole:
        assert shortest is None


def _edge(a: int, b: int) -> dict[str, object]:
    owner = {"project_id": "project", "tenant_id": "tenant"}
    ends = {"from_id": NODES[a], "to_id": NODES[b]}
    return {
        **owner,
        **ends,
        "id": f"{a}-{b}",
        "relationship_type": "controls",
        "properties": {},
        "created_at": "",
    }
