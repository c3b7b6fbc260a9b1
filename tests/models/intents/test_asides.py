"""What stands beside a request, with words that nobody knows; and what would change the request, and so is no aside."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parlour.models.intents.asides import Asides
from parlour.models.intents.followup import Turn
from parlour.models.intents.hesitating import without_hesitations
from parlour.models.intents.lexicon import english
from parlour.models.intents.normalise import words_of
from parlour.models.intents.outcome import Plan
from parlour.models.intents.rewording import english_rewordings
from tests.models.intents.asking import understander
from tests.models.intents.maple import acting_maple

MAPLE = acting_maple()
ASIDES = Asides(*MAPLE)

IDLE = [
    "my zither teacher is on the doorstep",
    "because the quokkas have escaped",
    "I can't find my spectacles",
    "he'd like to read a bit",
    "the children want to play on the lawn",
    "dinners ready",
    "forgot a plate",
    "so windy",
    "thank you for the marvellous soup",
    "for grandma",
    "since it's getting late",
    "hands full",
    "my eyes are not what they were",
    "we shall be sitting outside",
]
NOT_IDLE = [
    "my teacher says so",
    "if the quokkas escape",
    "the quokkas escape tomorrow",
    "the quokkas escape at six",
    "it is not needed",
    "I do not want it",
    "wake my brother",
    "we need milk and wake my brother",
    "could you order milk",
    "it is hot in the wine vault",
    "I am only joking",
    "the rule is simple",
    "for Christmas",
    "my habit is to",
    "you shall sit outside",
    "we shall see tomorrow",
]
BARRED = (
    *("if", "unless", "when", "tomorrow", "said", "shouted", "pretend", "joke", "except", "later", "every", "instead"),
)


@pytest.mark.parametrize("said", IDLE)
def test_how_things_are_is_an_aside(said: str):
    assert ASIDES.aside(words_of(said, english().spoken)) is not None


@pytest.mark.parametrize("said", NOT_IDLE)
def test_what_could_change_a_request_is_none(said: str):
    assert ASIDES.aside(words_of(said, english().spoken)) is None


@given(st.sampled_from(IDLE[:5]), st.sampled_from(BARRED), st.data())
def test_no_aside_holds_a_condition_another_time_or_what_others_said(said: str, barred: str, data: st.DataObject):
    words = said.split()
    at = data.draw(st.integers(1, len(words)))
    changed = " ".join([*words[:at], barred, *words[at:]])
    outcome = understander(*MAPLE).understand([Turn(f"turn on the hall light, {changed}")])
    assert not isinstance(outcome, Plan)


@pytest.mark.parametrize(
    "said", ["do turn on the hall light", "Do turn the hall light on, please.", "please do turn on the hall light"]
)
def test_do_only_urges_before_a_command(said: str):
    outcome = understander(*MAPLE).understand([Turn(said)])
    assert isinstance(outcome, Plan)
    assert [arguments["action"] for _, arguments in outcome.calls()] == ["turn_on"]


@pytest.mark.parametrize("said", ["do not turn on the hall light", "do you turn on the hall light", "do"])
def test_do_urges_nothing_else(said: str):
    assert not isinstance(understander(*MAPLE).understand([Turn(said)]), Plan)


def test_what_is_named_beside_a_request_is_told():
    aside = ASIDES.aside(words_of("the dishwasher is rattling", english().spoken))
    assert aside is not None
    assert [mention.ids for mention in aside.mentions] == [frozenset({"dishwasher"})]


def test_hesitations_go_and_what_was_begun_is_said_once():
    words = words_of("put the um the kettle on, you know, to uh to 80", english().spoken)
    left = without_hesitations(words, english(), MAPLE[1].knows)
    assert " ".join(w.text for w in left if not w.stop) == "put the kettle on to 80"


def test_a_hesitation_alone_stays():
    words = words_of("um", english().spoken)
    assert without_hesitations(words, english(), MAPLE[1].knows) == words


def test_no_other_wording_leaves_anything_out():
    """Whatever a gap takes has still to be explained, so every gap is in what a wording means."""
    dropped = [
        rewording.means
        for rewording in english_rewordings()
        if {p.slot for p in rewording.parts if p.slot}
        - {text[1:-1] for text in rewording.means if text.startswith("{")}
    ]
    assert dropped == []
