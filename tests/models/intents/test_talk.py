"""Talks, as transcripts: what is said, and what is looked up for it or said back."""

import pytest

from parlour.models.base import AssistantMessage, RequestedCall, UserMessage
from tests.models.intents.asking import Chat

Talk = list[tuple[str, str]]


async def told(talk: Talk) -> Talk:
    """The same talk with what the model really made of it; a question back is cut to its candidates."""
    chat = Chat()
    return [(said, _short(await chat.says(said))) for said, _ in talk]


def _short(answer: str) -> str:
    first = answer.split("\n")[0]
    return first.removeprefix("Which one do you mean: ")


TALKS: dict[str, Talk] = {
    "the place goes on": [
        ("What's in the kitchen?", "get_devices_in_room(room=kitchen)"),
        ("and the bedroom?", "get_devices_in_room(room=bedroom)"),
        ("what about upstairs", "get_devices_in_room(room=upstairs)"),
    ],
    "one part of the question changes at a time": [
        ("which lights are on downstairs", "get_devices_in_room(device_class=light room=downstairs state=on)"),
        ("and off?", "get_devices_in_room(device_class=light room=downstairs state=off)"),
        ("and upstairs?", "get_devices_in_room(device_class=light room=upstairs state=off)"),
        ("what about the blinds?", "get_devices_in_room(device_class=blind room=upstairs)"),
    ],
    "them is what was listed": [
        ("what lights are in the kitchen", "get_devices_in_room(device_class=light room=kitchen)"),
        ("which of them are on?", "get_devices_in_room(device_class=light room=kitchen state=on)"),
    ],
    "it is the last thing": [
        ("what can the thermostat do", "find_device_controls(device=thermostat)"),
        ("where is it?", "get_entity_details(entity=thermostat)"),
        ("is it on", "get_entity_details(entity=thermostat)"),
        ("and the hub?", "get_entity_details(entity=hub)"),
    ],
    "there is the last place": [
        ("where is the boiler", "get_entity_details(entity=boiler)"),
        ("what's in there?", "get_devices_in_room(room=utility-room)"),
    ],
    "a measure goes to the next room": [
        ("what's the temperature in the study", "get_entity_details(entity=study-sensor)"),
        ("and in the bedroom?", "get_entity_details(entity=bedroom-sensor)"),
    ],
    "the place of the talk tells which": [
        ("what's in the bedroom", "get_devices_in_room(room=bedroom)"),
        ("is the lamp on", "get_entity_details(entity=bedside-lamp)"),
    ],
    "a path gets another end": [
        ("how is the hub connected to the fridge", "find_path(from_entity=hub to_entity=fridge)"),
        ("and to the boiler?", "find_path(from_entity=hub to_entity=boiler)"),
    ],
    "which one, by name": [
        ("tell me about the lamp", "Bedside Lamp, Floor Lamp, Open Shelf Lamp or Study Desk Lamp?"),
        ("the bedside one", "get_entity_details(entity=bedside-lamp)"),
    ],
    "which one, by place": [
        ("tell me about the lamp", "Bedside Lamp, Floor Lamp, Open Shelf Lamp or Study Desk Lamp?"),
        ("the one in the study please", "get_entity_details(entity=study-desk-lamp)"),
    ],
    "which one, by number": [
        ("tell me about the lamp", "Bedside Lamp, Floor Lamp, Open Shelf Lamp or Study Desk Lamp?"),
        ("the third", "get_entity_details(entity=open-shelf-lamp)"),
    ],
    "which one, in two steps": [
        ("how is the hub connected to the lamp", "Bedside Lamp, Floor Lamp, Open Shelf Lamp or Study Desk Lamp?"),
        ("living room", "Floor Lamp or Open Shelf Lamp?"),
        ("open shelf", "find_path(from_entity=hub to_entity=open-shelf-lamp)"),
    ],
    "a new question instead of an answer": [
        ("tell me about the lamp", "Bedside Lamp, Floor Lamp, Open Shelf Lamp or Study Desk Lamp?"),
        ("what's in the hall?", "get_devices_in_room(room=hall)"),
    ],
    "a pronoun with nothing before it": [
        ("is it on?", "I am not sure what you mean by “it”. Please say its name."),
        ("the hub", "get_entity_details(entity=hub)"),
    ],
    "nothing is known, then the place is said": [
        ("what's the temperature?", "Bedroom Sensor or Study Sensor?"),
        ("in the study", "get_entity_details(entity=study-sensor)"),
    ],
    "a part of a name is asked about": [
        ("where is the machine", "Coffee Machine, Washing Machine or Washing Machine Manual?"),
        ("the washing machine", "get_entity_details(entity=washing-machine)"),
    ],
    "after a refusal nothing goes on": [
        ("what's in the ballroom?", "I did not understand “ballroom”, so I have looked nothing up."),
        ("and the kitchen?", "What would you like to know about the kitchen?"),
    ],
    "a command in the middle changes nothing": [
        ("what's in the kitchen?", "get_devices_in_room(room=kitchen)"),
        ("turn it off", "I can only look things up for you; I cannot change or switch anything."),
    ],
    "two questions at once": [
        ("what's in the kitchen and the hall?", "get_devices_in_room(room=kitchen) & get_devices_in_room(room=hall)"),
        ("and the study?", "get_devices_in_room(room=study)"),
    ],
}


@pytest.mark.parametrize("name", TALKS)
async def test_a_talk_goes_on(name: str):
    assert await told(TALKS[name]) == TALKS[name]


async def test_what_another_model_called_is_understood_as_the_talk_before():
    chat = Chat()
    call = RequestedCall("1", "get_devices_in_room", {"room": "The Kitchen"})
    chat.messages += [UserMessage("Was gibt es hier zu sehen?"), AssistantMessage("", (call,)), AssistantMessage("…")]
    assert await chat.says("which lights are on in there?") == (
        "get_devices_in_room(device_class=light room=kitchen state=on)"
    )


async def test_a_question_back_is_forgotten_after_the_next_answer():
    chat = Chat()
    await chat.says("tell me about the lamp")
    await chat.says("what's in the hall?")
    assert "understand" in await chat.says("the second one")
