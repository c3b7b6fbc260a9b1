"""Phrases written as one, and looked up by their length."""

from parlour.models.intents.variants import PhraseSet, phrases, variants


def test_one_text_stands_for_many_phrases():
    assert set(variants("can|could you please?")) == {
        ("can", "you"),
        ("can", "you", "please"),
        ("could", "you"),
        ("could", "you", "please"),
    }


def test_the_longest_phrase_at_a_place_is_found():
    known = PhraseSet.of(phrases(["no", "no wait", "wait a_minute"]))
    said = ("no", "wait", "a", "minute")
    assert known.at(said) == ("no", "wait")
    assert known.at(said, 1) == ("wait", "a", "minute")
    assert known.at(said, 2) == ()
    assert known.ending(said) == ("wait", "a", "minute")
    assert known.ending(("a", "minute")) == ()
    assert ("no",) in known
    assert ("wait",) not in known
    assert set(known) == {("no",), ("no", "wait"), ("wait", "a", "minute")}
