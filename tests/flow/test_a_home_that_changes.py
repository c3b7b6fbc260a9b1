"""The built-in model over a real home: what it suggests and answers follows what is there."""

from sqlalchemy import select

from parlour.toolkits.home.changes import HomeChanges
from parlour.toolkits.home.graph import Home
from parlour.toolkits.home.tables import entities
from tests.flow.conftest import Listener, Opening, Talking

NAMES = {"Kitchen": "Galley", "Living Room": "Great Cabin", "Greenhouse": "Orangery", "Main Bedroom": "Captain's Berth"}


async def suggested(robin: Talking) -> list[str]:
    caller = robin.who.in_project(robin.app.house.home_project_id)
    return await robin.app.built_in.suggestions(await robin.app.executor.offered(caller), caller)


async def asked(robin: Talking, question: str, conversation_id: str | None = None) -> Listener:
    ids = await robin.says(question, conversation_id)
    await robin.ended(ids["turn_id"])
    return await robin.listens(ids["conversation_id"])


async def renamed(robin: Talking) -> None:
    home = Home(robin.who.tenant_id, robin.app.house.home_project_id)
    changes = HomeChanges(home, robin.app.clock, source="test")
    async with robin.app.database.read() as connection:
        rooms = (await connection.execute(select(entities.c.id, entities.c.name).where(home.owns(entities)))).all()
    for room in rooms:
        if room.name in NAMES:
            async with robin.app.database.read() as connection:
                unit = await changes.change(connection, room.id, name=NAMES[room.name])
            await robin.app.writer.commit(unit)


async def test_each_suggested_question_is_answered_by_a_tool(opened: Opening) -> None:
    async with opened() as robin:
        questions = await suggested(robin)
        assert len(questions) == 4
        for question in questions:
            listener = await asked(robin, question)
            answer = listener.answers[-1]
            assert [part.kind for part in answer.parts] == ["tool_call", "text"], question
            assert (answer.status, answer.model) == ("completed", "built-in")


async def test_when_the_rooms_are_renamed_the_questions_and_their_answers_follow(opened: Opening) -> None:
    async with opened() as robin:
        before = await suggested(robin)
        await renamed(robin)
        after = await suggested(robin)
        assert after != before
        assert not any(old.casefold() in question.casefold() for old in NAMES for question in after)
        for question in after:
            assert [part.kind for part in (await asked(robin, question)).answers[-1].parts] == ["tool_call", "text"]
        galley = await asked(robin, "What's in the galley?")
        assert "Galley" in galley.text
        assert "Coffee Machine" in galley.text
        kitchen = await asked(robin, "What's in the kitchen?")
        assert kitchen.answers[-1].parts[0].kind == "text", "a room of that name is no longer there"


async def test_a_follow_up_is_understood_from_what_was_asked_before(opened: Opening) -> None:
    async with opened() as robin:
        first = await asked(robin, "What's in the kitchen?")
        conversation = first.topic.partition(":")[2]
        assert "Coffee Machine" in first.text
        second = await asked(robin, "and the bedroom?", conversation)
        assert "Main Bedroom" in second.text
        assert "Coffee Machine" not in second.text


async def test_a_command_that_is_not_understood_is_declined_and_nothing_is_run(opened: Opening) -> None:
    async with opened() as robin:
        declined = await asked(robin, "Turn on the hall light after the storm")
        assert [part.kind for part in declined.answers[-1].parts] == ["text"]
        assert "You can say, for example" in declined.text
