"""What may be a verb, by the list of English words alone."""

import pytest

from parlour.models.intents.verb_forms import forms, is_base, is_participle, is_regular_past, is_third


@pytest.mark.parametrize("word", ["dump", "run", "make", "lie", "confess", "tidy"])
def test_a_verb_is_known_by_its_form_in_ing(word: str):
    assert is_base(word)


@pytest.mark.parametrize("word", ["lamp_", "banana", "is", "kitchen", "so"])
def test_what_has_no_such_form_is_no_verb(word: str):
    assert not is_base(word)


def test_the_forms_of_a_verb_are_told_apart():
    assert is_regular_past("dumped")
    assert is_regular_past("tidied")
    assert is_regular_past("stopped")
    assert is_third("dumps")
    assert is_third("watches")
    assert is_participle("dumping")
    assert not is_regular_past("bed")
    assert not is_third("glass")
    assert not is_participle("ceiling_")


def test_a_regular_verb_is_written_in_every_form():
    assert {"hint", "hints", "hinted", "hinting"} <= set(forms("hint"))
    assert {"deny", "denies", "denied", "denying"} <= set(forms("deny"))
    assert {"agree", "agrees", "agreed", "agreeing"} <= set(forms("agree"))
