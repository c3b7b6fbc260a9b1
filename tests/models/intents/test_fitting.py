"""Explaining every word."""

from parlour.models.intents.fitting import Fit, fits
from parlour.models.intents.normalise import words_of
from parlour.models.intents.tagging import readings
from tests.models.intents.asking import cottage


def best(text: str, reading: int = 0) -> Fit:
    grammar, index = cottage()
    words = words_of(text, grammar.lexicon.spoken)
    found = readings(tuple(w.text for w in words), grammar, index)[reading]
    return fits(words, found, grammar, index, grammar.frames)[0]


def test_a_frame_fits_when_every_word_is_explained():
    fit = best("which lights are on in the kitchen")
    assert fit.complete
    assert {k: f.said for k, f in fit.fills.items()} == {"device_class": "lights", "state": "on", "room": "kitchen"}


def test_a_word_that_nothing_explains_is_left_over():
    assert best("which purple lights are on in the kitchen").leftover == ("purple",)


def test_a_name_that_has_no_slot_is_left_over():
    assert not best("what can the thermostat of the hub do").complete


def test_word_order_is_free_where_it_means_nothing():
    one, other = best("in the kitchen which lights are on"), best("which lights are on in the kitchen")
    assert one.complete
    assert one.fills.keys() == other.fills.keys()


def test_word_order_counts_between_from_and_to():
    one = best("how do i get from the hall to the study").fills
    other = best("how do i get to the study from the hall").fills
    assert one["from_entity"].said == other["from_entity"].said == "hall"


def test_a_slot_that_has_to_be_filled_is_missing():
    fit = best("tell me about")
    assert fit.missing is not None
    assert fit.missing.argument == "entity"


def test_free_words_keep_how_they_were_written():
    assert best("find anything about Philips Hue").fills["query"].said == "Philips Hue"


def test_free_words_hold_no_second_request():
    assert best("find anything about filters and call my mother").leftover


def test_a_verb_is_explained_by_a_procedure_for_that_very_thing():
    assert best("how do i descale the coffee machine", 1).complete
    assert best("how do i descale the boiler").leftover == ("descale",)
