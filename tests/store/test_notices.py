"""Which conversations have heard of a thing: of one project, lately, in what its tools were asked and found."""

from datetime import timedelta

from sqlalchemy import insert, update

from parlour.clock import isoformat
from parlour.ids import new_id
from parlour.journal.unit import Unit
from parlour.protocol.content import Conversation
from parlour.store.queries.notices import that_heard_of
from parlour.store.tables import conversations, projects, tool_runs
from tests.house import Lived, anybody, exchange

LAMP, HALL, KETTLE = new_id(), new_id(), new_id()
WEEK = timedelta(days=7)


async def talk_of(lived: Lived, result: object, arguments: dict[str, str] | None = None) -> Conversation:
    """A conversation of Ann's in which a tool was asked this and found that."""
    conversation = await lived.conversations.begin(anybody(lived.ann))
    ids = await exchange(lived, conversation, "Where is it?")
    run = update(tool_runs).where(tool_runs.c.id == ids.run_id)
    await lived.writer.commit(Unit(changes=[run.values(result=result, arguments=arguments or {})]))
    return conversation


async def heard(lived: Lived, *things: str, besides: str = "", most: int = 20) -> list[str]:
    async with lived.database.read() as connection:
        since = isoformat(lived.clock.now() - WEEK)
        project = lived.house.home_project_id
        return await that_heard_of(connection, project, things, since=since, besides=besides, most=most)


async def test_a_thing_was_heard_of_where_a_tool_found_it_or_was_asked_about_it(lived: Lived) -> None:
    found = await talk_of(lived, {"devices": [{"id": KETTLE}, {"id": LAMP, "name": "Lamp"}]})
    asked = await talk_of(lived, None, {"device": LAMP})
    await talk_of(lived, {"devices": [{"id": f"{LAMP}0"}], "text": f"about {LAMP}"})
    other = await talk_of(lived, [{"id": HALL}])
    assert await heard(lived, LAMP) == [asked.id, found.id]
    assert await heard(lived, LAMP, HALL) == [other.id, asked.id, found.id]
    assert await heard(lived, LAMP, besides=asked.id) == [found.id]
    assert await heard(lived, LAMP, HALL, most=2) == [other.id, asked.id]
    assert await heard(lived, new_id()) == []
    assert await heard(lived, "%") == []


async def test_what_was_talked_about_long_ago_or_in_another_project_is_left_alone(lived: Lived) -> None:
    old, abroad = await talk_of(lived, [{"id": LAMP}]), await talk_of(lived, [{"id": LAMP}])
    at = isoformat(lived.clock.now())
    shed = {"id": new_id(), "tenant_id": lived.house.tenant_id, "name": "Shed", "is_home": False, "created_at": at}
    moved = update(conversations).where(conversations.c.id == abroad.id).values(project_id=shed["id"])
    await lived.writer.commit(Unit(changes=[insert(projects).values(shed), moved]))
    assert await heard(lived, LAMP) == [old.id]
    lived.clock.advance(8 * 86_400)
    assert await heard(lived, LAMP) == []
