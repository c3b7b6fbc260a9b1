"""Requests in other words than a frame's, and with a reason beside them; and what must still not be done."""

import pytest

from parlour.models.intents.followup import Turn
from parlour.models.intents.index import NameIndex
from parlour.models.intents.outcome import Plan
from parlour.models.intents.rewording import gerunds
from tests.models.intents.act_mutating import ActWords, Command, act_harm, mutated
from tests.models.intents.act_words import TUNED_ACTS, UNSEEN_ACTS
from tests.models.intents.asking import understander, understood
from tests.models.intents.maple import acting_maple

SAID = [
    ("get the robot mower going", "robot-mower", "start"),
    ("let the hoover start", "robot-vacuum", "start"),
    ("would you mind locking the front door, dear?", "front-door-lock", "lock"),
    ("kill the floor lamp", "floor-lamp", "turn_off"),
    ("pop the kettle on", "kettle", "turn_on"),
    ("draw the curtains shut in our bedroom", "bedroom-curtains", "close"),
    ("draw back the bedroom curtains", "bedroom-curtains", "open"),
    ("roll the sun shade back in", "awning", "close"),
    ("let the awning out", "awning", "open"),
    ("awning out halfway", "awning", "set_position"),
    ("i want my moon lamp to be purple", "moon-night-light", "set_color"),
    ("make sure the front door is locked", "front-door-lock", "lock"),
    ("knock the bedroom radiator down by 2", "bedroom-radiator", "set_temperature"),
    ("stop the dishwasher, I forgot a plate", "dishwasher", "stop"),
    ("granny is here, unlock the front door please", "front-door-lock", "unlock"),
    ("turn the ceiling fan on because it's hot", "ceiling-fan", "turn_on"),
    ("Dusty, go home", "robot-vacuum", "return"),
]

# A reason that is more than one: what it says may be meant to hold for the request.
NOT_DONE = [
    "turn on the hall light, I am joking",
    "turn on the hall light, he said it is dark",
    "turn on the hall light, it is not dark",
    "turn on the hall light, it is 8 o'clock soon",
    "turn on the hall light, we are back tomorrow",
    "it is only an example, turn on the hall light",
    "turn on the hall light, this is a test",
    "turn on the hall light, when it is dark",
    "would you mind not locking the front door",
    "do you mind if I lock the front door",
    "make sure the front door is not locked",
    "we can do without the hall light",
    "did I lock the front door",
    "did somebody leave the hall light on",
    "I thought about getting the robot mower going",
    "get the robot mower going tomorrow",
    "let the hoover start at noon",
    "kill the floor lamp if nobody is home",
    "roll the awning back in the attic of my uncle",
    "someone got the mower going",
    "bedroom radiator down 8 degrees",
]


def _calls(text: str) -> list[tuple[str, dict[str, object]]]:
    outcome = understander(*acting_maple()).understand([Turn(text)])
    return [(tool, dict(arguments)) for tool, arguments in outcome.calls()] if isinstance(outcome, Plan) else []


@pytest.mark.parametrize(("text", "thing", "action"), SAID)
def test_a_command_in_other_words_does_the_same(text: str, thing: str, action: str):
    ((tool, arguments),) = _calls(text)
    assert (tool, arguments["devices"], arguments["action"]) == ("control_devices", [thing], action)


def test_down_by_some_is_less_and_never_more():
    for verb in ("knock", "take", "bring", "nudge", "turn"):
        ((_, arguments),) = _calls(f"{verb} the bedroom radiator down by 2 degrees")
        assert (arguments["value"], arguments["relative"]) == (-2, True)


@pytest.mark.parametrize("text", NOT_DONE)
def test_a_reason_that_is_more_than_one_lets_nothing_be_done(text: str):
    assert [tool for tool, _ in _calls(text) if tool == "control_devices"] == []


@pytest.mark.parametrize("words", [TUNED_ACTS, UNSEEN_ACTS], ids=["tuned", "unseen"])
def test_no_mutation_of_a_command_in_other_words_does_anything(words: ActWords):
    grammar, index = acting_maple()
    every = [Command(text, (_named(text, index),), "act") for text, _, _ in SAID[::5] if "," not in text]
    found = [(m, act_harm(m, understood(m.text, grammar, index), index)) for m in mutated(every, words, index, 3)]
    assert len(found) > 50
    assert [(m.kind, m.text) for m, harm in found if harm is not None] == []


def _named(text: str, index: NameIndex) -> str:
    """The longest name of the house that stands in the text."""
    names = (name for thing in index.things.values() for name in thing.names)
    return max((n.lower() for n in names if n.lower() in text), key=len, default=text)


def test_a_verb_in_ing_is_known_by_its_verb():
    known = gerunds(["lock", "close", "set", "open"])
    assert (known["locking"], known["closing"], known["setting"], known["opening"]) == ("lock", "close", "set", "open")
