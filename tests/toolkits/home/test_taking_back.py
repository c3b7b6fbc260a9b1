"""Whatever was done to a home, taken back in the reverse order, leaves no trace for anybody who asks it."""

from dataclasses import dataclass
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from parlour.journal.unit import Writer
from parlour.store.database import Database
from parlour.toolkits.home import HomeToolkit
from parlour.toolkits.home.graph import Home, fetch, select_entities
from parlour.toolkits.home.tables import relationships, texts
from parlour.tools.outcomes import ToolProblem
from tests.toolkits.home.conftest import Ask, caller_in
from tests.toolkits.home.test_writing import Hand

PLACES = ("study", "kitchen", "hall", "ground floor", "maple house", "guest room")
THINGS = ("oven", "kettle", "router", "home hub", "study", "coffee machine", "Added 1", "Added 2", "Renamed 1")
KINDS = ("device", "room", "zone", "automation", "procedure", "note", "door")
names = st.sampled_from(("Added 1", "Added 2", "Über Lámpara", "<b>x</b> *y*"))
contents = st.dictionaries(
    st.sampled_from(("brand", "watts", "description", "device_class", "capabilities")),
    st.sampled_from(("lamp", "Solar", ["on_off"], None, "thermostat")),
    max_size=3,
)


def call(tool: str, **arguments: st.SearchStrategy[Any]) -> st.SearchStrategy[tuple[str, dict[str, Any]]]:
    made = st.fixed_dictionaries(arguments).map(lambda a: {k: v for k, v in a.items() if v is not None})
    return made.map(lambda a: (tool, a))


calls = st.one_of(
    call(
        "create_entity",
        entity_type=st.sampled_from(KINDS),
        name=names,
        place=st.none() | st.sampled_from(PLACES),
        aliases=st.none() | st.lists(names, max_size=2),
        content=st.none() | contents,
    ),
    call(
        "update_entity",
        entity=st.sampled_from(THINGS),
        name=st.none() | st.sampled_from(("Renamed 1", "Renamed 2")),
        place=st.none() | st.sampled_from(PLACES),
        aliases=st.none() | st.lists(names, max_size=2),
        content=st.none() | contents,
    ),
    call(
        "create_relationship",
        from_entity=st.sampled_from(THINGS),
        relationship_type=st.sampled_from(("controls", "monitors", "connects_to", "located_in", "depends_on")),
        to_entity=st.sampled_from(THINGS + PLACES),
        properties=st.none() | st.just({"via": "cable"}),
    ),
)


@dataclass
class Reader:
    """Everything that can be read of a home, but when and how often it changed."""

    database: Database
    home: Home
    ask: Ask

    async def everything(self) -> dict[str, Any]:
        async with self.database.read() as connection:
            things = await fetch(connection, select_entities(self.home))
            edges = (
                await connection.execute(
                    select(
                        relationships.c.from_id,
                        relationships.c.relationship_type,
                        relationships.c.to_id,
                        relationships.c.properties,
                    ).where(self.home.owns(relationships))
                )
            ).all()
            written = (
                await connection.execute(
                    select(texts.c.entity_id, texts.c.name, texts.c.aliases, texts.c.body).where(self.home.owns(texts))
                )
            ).all()
        return {
            "things": sorted(
                (t.id, t.type, t.name, t.aliases, t.device_class, t.state, repr(t.content)) for t in things
            ),
            "edges": sorted((a, b, c, repr(d)) for a, b, c, d in edges),
            "texts": sorted(map(tuple, written)),
            "devices": await self.ask("get_devices_in_room"),
            "found": (await self.ask("search_entities", query="added lamp solar", limit=50))["results"],
        }


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(wished=st.lists(calls, min_size=1, max_size=6))
async def test_all_that_was_done_can_be_taken_back(
    wished: list[tuple[str, dict[str, Any]]],
    kit: HomeToolkit,
    writer: Writer,
    database: Database,
    maple: Home,
    ask: Ask,
) -> None:
    hand, reader = Hand(kit, writer, caller_in(maple)), Reader(database, maple, ask)
    before = await reader.everything()
    done: list[tuple[str, dict[str, Any]]] = []
    for tool, arguments in wished:
        try:
            done.append((tool, await hand.does(tool, **arguments)))
        except ToolProblem:
            continue
    assert not done or await reader.everything() != before
    for tool, result in reversed(done):
        await hand.takes_back(tool, result)
    assert await reader.everything() == before


async def test_a_thing_made_with_a_property_that_is_none_can_be_taken_away_after_its_name_went_to_and_fro(
    kit: HomeToolkit, writer: Writer, database: Database, maple: Home, ask: Ask
) -> None:
    hand, reader = Hand(kit, writer, caller_in(maple)), Reader(database, maple, ask)
    before = await reader.everything()
    made = await hand.does("create_entity", entity_type="door", name="Hatch", content={"watts": None, "brand": "Solar"})
    assert made["entity"]["name"] == "Hatch"
    renamed = await hand.does("update_entity", entity="Hatch", name="Trapdoor")
    await hand.takes_back("update_entity", renamed)
    await hand.takes_back("create_entity", made)
    assert await reader.everything() == before
