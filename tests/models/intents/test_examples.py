"""Questions made of what is there."""

from parlour.models.intents.explaining import explained
from parlour.models.intents.explanation_wording import in_words
from parlour.models.intents.model import IntentsModel
from parlour.models.intents.outcome import Plan
from parlour.models.intents.second_reader import SecondReader
from parlour.tools.language import Named
from tests.models.intents.asking import Chat, cottage, tools_of
from tests.models.intents.house import CALLER, HouseNames
from tests.models.intents.maple import acting_maple


async def suggested(names: HouseNames, count: int = 4) -> list[str]:
    return await IntentsModel().suggestions(tools_of(names), CALLER, count)


async def test_there_are_four_different_questions_and_each_can_be_asked_by_itself():
    questions = await suggested(HouseNames())
    assert len(set(questions)) == 4
    for question in questions:
        assert "(" in await Chat().says(question), question


async def test_the_same_home_gives_the_same_questions():
    assert await suggested(HouseNames()) == await suggested(HouseNames())


async def test_they_follow_when_rooms_are_renamed():
    names = HouseNames()
    before = await suggested(names)
    for number, room in enumerate([n for n in names.things.values() if n.kind == "room"]):
        names.put(Named(room.id, "room", (f"Chamber {number}",), room.classes, room.place))
    after = await suggested(names)
    assert before != after
    assert not any("kitchen" in question.lower() for question in after)
    assert sum("Chamber" in question or "chamber" in question for question in after) >= 2
    chat = Chat(names)
    for question in after:
        assert "(" in await chat.says(question), question


async def test_an_empty_home_suggests_nothing():
    assert await suggested(HouseNames({})) == []


async def test_as_many_as_can_be_made():
    questions = await suggested(HouseNames(), 50)
    assert len(questions) == len(set(questions)) >= 10


def test_an_explanation_shows_every_stage():
    grammar, index = cottage()
    found = explained(["whihc lights are purple in the kitchen"], grammar, index, SecondReader())
    assert found.repairs == (("whihc", "which"),)
    assert [(t.words, t.role) for t in found.tags] == [("lights", "class"), ("kitchen", "name")]
    assert ("purple",) in [t.leftover for t in found.tried]
    assert not isinstance(found.outcome, Plan)


def test_an_explanation_of_a_command_tells_what_the_second_reader_makes_of_it():
    house = acting_maple()
    found = explained(["is the hall light on?", "set it to 40 percent"], *house, SecondReader())
    assert found.calls == (("control_devices", {"devices": ["Hall Light"], "action": "set_brightness", "value": 40}),)
    alone = explained(["turn on the desk lamp"], *house, SecondReader())
    assert [(r.action, r.things) for r in alone.second] == [("turn_on", frozenset({"desk-lamp"}))]
    lines = in_words(alone, "", house[1])
    assert [line.split()[0] for line in lines if not line.startswith(" ")] == [
        "Said",
        "Read",
        "Taken",
        "Tried",
        "Second",
        "Calls",
        "Verdict",
    ]
