"""Whatever is written, there is an outcome."""

from hypothesis import given, settings
from hypothesis import strategies as st

from parlour.models.intents.explaining import explained
from parlour.models.intents.explanation_wording import in_words
from parlour.models.intents.followup import Turn
from parlour.models.intents.outcome import Asked, Declined, Plan, Social
from parlour.models.intents.second_reader import SecondReader
from parlour.models.intents.understanding import Understander
from tests.models.intents.asking import acting_cottage, cottage, understander
from tests.models.intents.mutating import TUNED

GRAMMAR, INDEX = cottage()
ACTING, _ = acting_cottage()
PIECES = sorted({w for cues in GRAMMAR.lexicon.cues.values() for c in cues for w in c.split()})
VERBS = [
    "turn",
    "off",
    "set",
    "to",
    "50",
    "percent",
    "rename",
    "move",
    "add",
    "a bit",
    "warmer",
    "all",
    "second",
    "dim",
]
HINGES = ["and", ",", "?", "the", "it", "there", "them", "one", "kitchen", "lamp", "lights", "on", "bedroom", "hub"]
WORDS = st.sampled_from([*PIECES, *TUNED.things, *HINGES, *VERBS])
SAID = st.one_of(st.text(max_size=80), st.lists(WORDS, max_size=14).map(" ".join))


@settings(max_examples=150, deadline=None)
@given(st.lists(SAID, min_size=1, max_size=4))
def test_any_talk_has_an_outcome_and_the_same_one_twice(said: list[str]):
    turns = [Turn(text) for text in said]
    for grammar in (GRAMMAR, ACTING):
        outcome = understander(grammar, INDEX).understand(turns)
        assert isinstance(outcome, Plan | Asked | Declined | Social)
        assert understander(grammar, INDEX).understand(turns) == outcome


@settings(max_examples=60, deadline=None)
@given(SAID)
def test_any_text_can_be_explained(text: str):
    for grammar in (GRAMMAR, ACTING):
        explanation = explained([text], grammar, INDEX, SecondReader())
        assert explanation.text == text
        assert in_words(explanation, "", INDEX)


def test_a_heap_of_conjunctions_is_declined_at_once():
    outcome = Understander(GRAMMAR, INDEX).understand([Turn("what's in the kitchen " + "and the hall " * 40)])
    assert isinstance(outcome, Declined)


def test_a_long_talk_of_nothing_but_follow_ups_ends():
    turns = [Turn("what's in the kitchen?"), *[Turn("and there?") for _ in range(60)]]
    Understander(GRAMMAR, INDEX).understand(turns)
