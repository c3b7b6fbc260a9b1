"""Questions that only the looser reader reads: made of words for how they are asked, places, and things."""

from itertools import product

import pytest

from parlour.models.intents.outcome import Declined, Plan
from tests.models.intents.asking import cottage, understood
from tests.models.intents.maple import acting_maple

HOUSE = acting_maple()
BEFORE = ("", "um, sorry, ", "I keep forgetting, ", "any idea: ")
BEHIND = ("?", " by now?", " these days, do you know?", " anyway?")

DEVICES = {"the dryer": "tumble-dryer", "the home hub": "home-hub", "Gina": "coffee-machine"}
PLACES = {"the loft": "studio", "the patio": "terrace", "the lounge": "living-room", "Juno's room": "junos-room"}
ABOUT_DEVICES = {
    "has {} got to the end of it yet": "get_entity_details",
    "what is {} busy with": "get_entity_details",
    "is everything going well with {}": "get_entity_details",
    "what else do we own that is similar to {}": "find_similar_entities",
    "which commands does {} accept exactly": "find_device_controls",
}
ABOUT_PLACES = {
    "which things in {} start of their own accord": "get_automations_in_room",
    "is there anything in {} that happens by itself": "get_automations_in_room",
    "where would one end up straight from {}": "get_room_connections",
    "what kind of gadgets have we actually got over in {}": "get_devices_in_room",
}
WAYS = ("how would she walk from {} down to {}", "what is the quickest way out from {} and over into {}")
NOT_THIS = (
    "why has {} got to the end of it yet",
    "who was busy with {} yesterday",
    "what was {} busy with last week",
    "what would {} be busy with if it rained",
    "my uncle says {} is busy with it",
    "what is {} not busy with",
    "what did {} cost",
    "how old is {}",
    "what is {} busy with when we are away",
    "has {} got a trumpet",
)


def _calls(text: str) -> list[tuple[str, dict[str, object]]]:
    outcome = understood(text, *HOUSE)
    return [(tool, dict(arguments)) for tool, arguments in outcome.calls()] if isinstance(outcome, Plan) else []


def _ways(question: str, names: tuple[str, ...]) -> list[str]:
    """The question in four ways, each beginning and each end once."""
    return [before + question.format(*names) + behind for before, behind in zip(BEFORE, BEHIND, strict=True)]


@pytest.mark.parametrize(("question", "tool"), [*ABOUT_DEVICES.items(), *ABOUT_PLACES.items()])
def test_what_is_said_besides_changes_no_question(question: str, tool: str):
    things = DEVICES if question in ABOUT_DEVICES else PLACES
    for name, thing in things.items():
        found = {said: _calls(said) for said in _ways(question, (name,))}
        missed = {s: c for s, c in found.items() if [t for t, _ in c] != [tool] or thing not in c[0][1].values()}
        assert missed == {}


@pytest.mark.parametrize("question", WAYS)
def test_a_way_keeps_its_beginning_and_its_end(question: str):
    for start, end in zip(PLACES, [*PLACES][1:], strict=False):
        for said in _ways(question, (start, end)):
            assert _calls(said) == [("find_path", {"from_entity": PLACES[start], "to_entity": PLACES[end]})], said


@pytest.mark.parametrize(("said", "thing"), [
    ("when do the bins have to go out", "bin-days"),
    ("which bin is it that goes out this week", "bin-days"),
    ("how does one let all of the air out of our radiators", "bleed-the-radiators"),
])  # fmt: skip
def test_what_was_written_is_found_by_words_that_stand_apart(said: str, thing: str):
    assert _calls(said) == [("get_entity_details", {"entity": thing})]


def test_what_is_done_to_a_thing_is_known_in_every_form_of_its_verb():
    assert _calls("Gina needs descaling, how does that go?") == [
        ("get_procedures_for_device", {"device": "coffee-machine", "task": "descaling"})
    ]


def test_another_question_is_still_declined():
    outcomes = {q.format(name): understood(q.format(name), *HOUSE) for q, name in product(NOT_THIS, DEVICES)}
    assert {q: o for q, o in outcomes.items() if not isinstance(o, Declined)} == {}


@pytest.mark.parametrize("said", ["the hob is still on, see to it", "it would be nice to have the fairy lights on"])
def test_what_is_no_question_is_not_looked_up(said: str):
    assert _calls(said) == []


def test_a_thing_is_not_taken_for_what_is_written_of_it():
    assert _calls("what is Moss up to these days") == [("get_entity_details", {"entity": "robot-mower"})]
    assert isinstance(understood("where was the Coffee Machine", *cottage()), Declined)
