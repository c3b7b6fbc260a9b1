"""Slips that only the whole sentence tells."""

import pytest

from parlour.models.intents.mending import slips_into
from tests.models.intents.asking import Chat, cottage, spoken, understood
from tests.models.intents.mutating import bases
from tests.models.intents.slipping import slips

MENDED = {
    "hwat's in hte kitchen": "get_devices_in_room(room=kitchen)",
    "which lights are om": "get_devices_in_room(device_class=light state=on)",
    "where is teh boilerr": "get_entity_details(entity=boiler)",
    "what's in th eoffice": "get_devices_in_room(room=study)",
    "what's inthe study": "get_devices_in_room(room=study)",
    "how do i get form the garage to the study": "find_path(from_entity=garage to_entity=study)",
    "is any window ope upstairs": "get_devices_in_room(device_class=window room=upstairs state=open)",
    "is the front door pocked?": "get_entity_details(entity=front-door)",
    "is the lighty in the hall on": "get_entity_details(entity=hall-light)",
    "which lights are of in the hall": "get_devices_in_room(device_class=light room=hall state=off)",
    "how o i use the dishwasher": "get_procedures_for_device(device=dishwasher)",
}


@pytest.mark.parametrize("typed", MENDED)
def test_a_slip_is_mended_where_the_sentence_allows_one_reading(typed: str):
    assert spoken(understood(typed, *cottage())) == MENDED[typed]


async def test_an_english_word_that_may_be_a_name_is_asked_about():
    chat = Chat()
    assert "Do you mean" in await chat.says("where's rosier?")
    assert await chat.says("yes") == "get_entity_details(entity=rosie)"


def test_a_word_that_may_be_two_names_is_not_mended():
    assert spoken(understood("tell me about the ridge", *cottage())) == "decline"


@pytest.mark.parametrize(
    "typed",
    [
        "what's in the rocket kitchen",
        "is the tall lamp on",
        "which lights are on tonight",
        "tunr off the lamp",
        "turn of the lmap",
        "what's in the kitchen if it rians",
        "is the lamp in the vualt on",
    ],
)
def test_what_is_not_understood_without_a_slip_is_not_understood_with_one(typed: str):
    assert spoken(understood(typed, *cottage())) in ("decline", "command")


def test_fingers_leave_out_exchange_double_and_hit_beside():
    assert all(slips_into("lamp", typed) for typed in ("lmp", "lapm", "lammp", "lsmp", "lamop"))
    assert not any(slips_into("lamp", typed) for typed in ("lump", "lampt", "damp"))


def test_one_slip_seldom_changes_what_is_looked_up():
    grammar, index = cottage()
    told = list(slips([b.text for b in bases(index)], grammar, index, 300, seed=11))
    assert sum(s.kept for s in told) >= 0.9 * len(told)
    assert sum(s.harmful for s in told) <= 0.01 * len(told), [s for s in told if s.harmful]
