"""What is said in a turn can be found as soon as it is kept, and no longer once it is gone."""

from parlour.protocol.commands import Regenerate
from parlour.protocol.search import SearchHit
from parlour.store.search.base import Owner
from parlour.store.search.finding import find
from tests.flow.conftest import HeldModel, Opening, Talking


async def finds(robin: Talking, query: str) -> list[SearchHit]:
    async with robin.app.database.read() as connection:
        return (await find(connection, Owner(robin.who.tenant_id, robin.who.user_id), query)).hits


async def test_a_question_is_found_at_once_and_its_answer_when_it_is_whole(opened: Opening, held: HeldModel) -> None:
    async with opened(held) as robin:
        ids = await robin.says("Where is the torch?")
        listener = await robin.listens(ids["conversation_id"])
        held.lets("It hangs ")
        await listener.until(lambda: listener.answers != [] and listener.text == "It hangs ")
        (asked,) = await finds(robin, "torch")
        assert (asked.message_id, asked.title) == (ids["message_id"], "Where is the torch?")
        assert asked.title_marks != []
        assert await finds(robin, "hangs") == []
        held.lets("on the hook.", None)
        await robin.ended(ids["turn_id"])
        (answered,) = await finds(robin, "hangs hook")
        assert answered.message_id == listener.answers[0].id
        assert answered.excerpt == "It hangs on the hook."


async def test_every_version_of_an_answer_is_found_until_the_conversation_is_deleted(
    opened: Opening, held: HeldModel
) -> None:
    async with opened(held) as robin:
        held.lets("On the hook.", None, "In the drawer.", None)
        ids = await robin.says("Where is the torch?")
        await robin.ended(ids["turn_id"])
        (first,) = await finds(robin, "hook")
        command = Regenerate(type="regenerate", message_id=first.message_id or "", command_id="again")
        await robin.ended((await robin.app.talk.regenerate(robin.who, command)).ids["turn_id"])
        (second,) = await finds(robin, "drawer")
        assert second.message_id != first.message_id
        assert [hit.message_id for hit in await finds(robin, "hook")] == [first.message_id]

        async def stop(_: str) -> None:
            raise AssertionError("nothing runs")

        await robin.app.conversations.delete(robin.who, ids["conversation_id"], stop)
        for query in ("torch", "hook", "drawer"):
            assert await finds(robin, query) == []


async def test_words_of_an_answer_that_was_stopped_are_found(opened: Opening, held: HeldModel) -> None:
    async with opened(held) as robin:
        ids, listener = await robin.is_told_a_story(held)
        await robin.app.talk.stop(robin.who, ids["turn_id"])
        await robin.ended(ids["turn_id"])
        assert [hit.message_id for hit in await finds(robin, "once upon")] == [listener.answers[0].id]
