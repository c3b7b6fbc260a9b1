"""What words are taken for."""

from parlour.models.intents.tagging import readings
from tests.models.intents.asking import cottage


def tags(text: str, reading: int = 0) -> list[tuple[str, str]]:
    """(words, role) of one reading."""
    grammar, index = cottage()
    words = tuple(text.split())
    found = readings(words, grammar, index)
    return [(" ".join(words[t.start : t.end]), t.role) for t in found[min(reading, len(found) - 1)]]


def test_the_longest_name_wins_and_hides_the_words_in_it():
    assert tags("is the open shelf lamp open") == [("open shelf lamp", "name"), ("open", "state")]


def test_class_nouns_are_known_in_both_numbers():
    assert tags("lamps and a lamp") == [("lamps", "class"), ("lamp", "class")]


def test_on_before_an_article_is_no_state():
    assert tags("on the ground floor") == [("ground floor", "name")]
    assert ("on", "state") in tags("which lights are on upstairs")


def test_there_after_is_or_are_is_no_place():
    assert tags("are there lamps") == [("lamps", "class")]
    assert tags("what is in there") == [("there", "there")]


def test_part_of_a_name_is_a_later_reading():
    assert tags("the shelf lamp") == [("lamp", "class")]
    assert tags("the shelf lamp", 1) == [("shelf lamp", "name")]


def test_a_single_english_word_of_a_name_is_never_sure():
    grammar, index = cottage()
    last = readings(("washing",), grammar, index)[-1]
    assert [(t.ids, t.sure) for t in last] == [(frozenset({"washing-machine", "washing-machine-manual"}), False)]


def test_a_procedure_does_not_hide_the_thing_that_it_is_for():
    assert tags("descale the coffee machine") == [("descale the coffee machine", "name")]
    assert tags("descale the coffee machine", 1) == [("coffee machine", "name")]
