"""Commands: what is told to which devices, what is changed, what is asked first, and what is left undone."""

import pytest

from parlour.models.intents.answering import asked_back
from parlour.models.intents.outcome import Asked, Declined, Plan
from tests.models.intents.asking import acting_cottage, understood
from tests.models.intents.maple import acting_maple
from tests.models.intents.talking import told

MAPLE = acting_maple()
COTTAGE = acting_cottage()

ACTS = {
    "turn on the hall light": "hall-light turn_on",
    "Turn the hall light on, please.": "hall-light turn_on",
    "hall light off": "hall-light turn_off",
    "switch off all lights in the kitchen": "kitchen-ceiling-light,worktop-lights turn_off",
    "kitchen lights off": "kitchen-ceiling-light,worktop-lights turn_off",
    "lock the front door": "front-door-lock lock",
    "open the garage door": "garage-opener open",
    "play music in the kitchen": "kitchen-speaker start",
    "start the vacuum": "robot-vacuum start",
    "send the vacuum home": "robot-vacuum return",
    "activate movie time": "movie-time activate",
    "set the left bedside lamp to 50 percent": "left-bedside-lamp set_brightness 50",
    "set the hall light to half": "hall-light set_brightness 50",
    "open the awning halfway": "awning set_position 50",
    "set the thermostat to twenty one": "thermostat set_temperature 21",
    "set the temperature in the study to 20.5": "study-radiator set_temperature 20.5",
    "make it a bit warmer in the bedroom": "bedroom-radiator set_temperature +0.5",
    "dim the kitchen lights by 20 %": "kitchen-ceiling-light,worktop-lights set_brightness -20",
    "make the study 2 degrees warmer": "study-radiator set_temperature +2",
    "volume 30 in the kitchen": "kitchen-speaker set_volume 30",
    "make the floor lamp red": "floor-lamp set_color red",
    "mute the tv": "television set_volume 0",
    "set the thermostat to eco mode": "thermostat set_mode eco",
    "turn on the kitchen and hall lights": "kitchen-ceiling-light,worktop-lights,hall-light turn_on",
    "turn on the floor lamp, the desk lamp and the hall light": "floor-lamp,desk-lamp,hall-light turn_on",
    "turn off the tv and close the bedroom curtains": "television turn_off & bedroom-curtains close",
    "switch on the chandelier and dim it to 30": (
        "living-room-ceiling-light turn_on & living-room-ceiling-light set_brightness 30"
    ),
    "swich off teh desk lmap": "desk-lamp turn_off",
}


@pytest.mark.parametrize("said", ACTS)
def test_a_command_is_told_to_just_what_it_means(said: str):
    assert told(said, MAPLE) == ACTS[said]


CHANGES = {
    "Add a floor lamp to the study": "create_entity content=lamp entity_type=device name=Floor Lamp place=study",
    "create a room called Library upstairs": "create_entity entity_type=room name=Library place=first-floor",
    "rename the desk lamp to Big Lamp": "update_entity entity=desk-lamp name=Big Lamp",
    "call the easel light Studio Spot": "update_entity entity=easel-light name=Studio Spot",
    "rename the desk lamp to “Lamp of the year 2026”": "update_entity entity=desk-lamp name=Lamp of the year 2026",
    "move the ceiling fan to the bedroom": "update_entity entity=ceiling-fan place=main-bedroom",
    "the hub controls the floor lamp": (
        "create_relationship from_entity=home-hub relationship_type=controls to_entity=floor-lamp"
    ),
    "connect the study to the landing": (
        "create_relationship from_entity=study relationship_type=connects_to to_entity=landing"
    ),
}


@pytest.mark.parametrize("said", CHANGES)
def test_the_house_is_described_anew_with_names_as_they_were_written(said: str):
    assert told(said, MAPLE) == CHANGES[said]


UNDONE = (
    "turn on the hall light tomorrow",
    "turn on the hall light if it rains",
    "don't turn on the hall light",
    "my uncle said turn on the hall light",
    "turn on the hall light and book a table",
    "turn on the hall light and the banana",
    "turn off the coffee machine in 10 minutes",
    "rename the desk lamp to Big Lamp tomorrow",
    "rename the desk lamp to sunny lamp if it rains",
    "add a banana lamp to the study",
    "delete the floor lamp",
    "how do I turn on the hall light",
    "I turned on the hall light",
)


@pytest.mark.parametrize("said", UNDONE)
def test_what_is_not_explained_to_the_last_word_is_not_done(said: str):
    outcome = understood(said, *MAPLE)
    calls = outcome.calls() if isinstance(outcome, Plan) else []
    assert [tool for tool, _ in calls if not tool.startswith(("get_", "find_", "search_"))] == []


ASKED = {
    "turn off the lights": "which",
    "turn everything off": "which",
    "turn on the lamp in the bedroom": "which",
    "turn it on": "antecedent",
    "set the bedroom to 50": "missing",
    "set the volume to 20": "which",
    "turn on the hall light?": "meant",
}


@pytest.mark.parametrize("said", ASKED)
def test_what_could_mean_several_things_is_asked(said: str):
    outcome = understood(said, *MAPLE)
    assert isinstance(outcome, Asked)
    assert outcome.why == ASKED[said]


@pytest.mark.parametrize("said", ["set the hall light", "arm the alarm"])
def test_how_far_or_in_which_way_is_asked_with_examples_of_both(said: str):
    outcome = understood(said, *MAPLE)
    assert isinstance(outcome, Asked)
    assert asked_back(outcome, MAPLE[1]) == "To what? Please say it, such as 50 percent, 21 degrees or away mode."


def test_what_a_thing_cannot_do_is_said():
    outcome = understood("turn on the fridge", *MAPLE)
    assert isinstance(outcome, Declined)
    assert (outcome.why, outcome.thing) == ("unable", "fridge")


def test_a_window_is_not_taken_for_the_blind_before_it():
    assert isinstance(understood("open the skylight", *MAPLE), Declined)


TALKS = (
    [("turn off the lights", "ask"), ("in the kitchen", "kitchen-ceiling-light,worktop-lights turn_off")],
    [("turn on the lamp in the bedroom", "ask"), ("the left one", "left-bedside-lamp turn_on")],
    [("turn on the lamp in the bedroom", "ask"), ("both", "left-bedside-lamp,right-bedside-lamp turn_on")],
    [("turn off the lights", "ask"), ("no", "dropped")],
    [("turn on the hall light", "hall-light turn_on"), ("turn off everything", "ask")],
    [("turn on the hall light?", "ask"), ("yes", "hall-light turn_on")],
    [("set the volume to 20", "ask"), ("the tv", "television set_volume 20")],
    [
        ("is the hall light on?", "read"),
        ("turn it off", "hall-light turn_off"),
        ("and the desk lamp", "desk-lamp turn_off"),
    ],
    [
        ("set the study radiator to 21", "study-radiator set_temperature 21"),
        ("make it warmer", "study-radiator set_temperature +1"),
    ],
    [("what's in the kitchen?", "read"), ("turn off the lights", "kitchen-ceiling-light,worktop-lights turn_off")],
    [
        ("turn off the lights in the kitchen", "kitchen-ceiling-light,worktop-lights turn_off"),
        ("and in the hall", "hall-light turn_off"),
        ("turn it on again", "hall-light turn_on"),
    ],
    [
        ("Which lights are on upstairs?", "read"),
        ("turn the second one off", "landing-light turn_off"),
    ],
    [
        ("Which lights are on upstairs?", "read"),
        ("turn them off", "desk-lamp,landing-light,left-bedside-lamp,moon-night-light turn_off"),
    ],
)


@pytest.mark.parametrize("talk", TALKS, ids=lambda talk: talk[-1][0])
def test_a_talk_goes_on_from_what_was_said_and_found(talk: list[tuple[str, str]]):
    texts = [said for said, _ in talk]
    assert told(texts, MAPLE) == talk[-1][1]
    for at, (_, right) in enumerate(talk):
        assert told(texts[: at + 1], MAPLE) == right


def test_a_house_that_does_not_say_what_it_can_do_is_told_all_the_same():
    assert told("dim the hall light to 20", COTTAGE) == "hall-light set_brightness 20"
