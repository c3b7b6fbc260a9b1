"""The index of names, changed name by name."""

from hypothesis import given
from hypothesis import strategies as st

from parlour.models.intents.index import NameIndex
from parlour.models.intents.lexicon import english
from parlour.models.intents.nouns import plural, stem
from parlour.models.intents.trie import Trie
from parlour.tools.language import NameChanges, Named
from tests.models.intents.house import larch_cottage, named

SPOKEN = english().spoken


def indexed(*things: Named) -> NameIndex:
    index = NameIndex(SPOKEN)
    index.apply(NameChanges(1, things, (), True))
    return index


def found(index: NameIndex, *words: str) -> set[str]:
    end, ids = index.trie.longest(words, 0)
    return set(ids) if end == len(words) else set()


def test_a_thing_is_found_by_its_name_and_its_aliases():
    index = indexed(named("room", "Living Room", "lounge"))
    assert found(index, "living", "room") == found(index, "lounge") == {"living-room"}


def test_a_name_of_two_words_may_be_written_in_one():
    assert found(indexed(named("room", "Living Room")), "livingroom") == {"living-room"}


def test_a_hyphen_may_be_left_out():
    index = indexed(named("note", "Wi-Fi Password"))
    assert found(index, "wifi", "password") == found(index, "wi", "fi", "password") == {"wi-fi-password"}


def test_a_renamed_thing_is_no_longer_found_by_its_old_name():
    index = indexed(named("room", "Study", "office"))
    index.apply(NameChanges(2, [Named("study", "room", ("Library",))], (), False))
    assert found(index, "library") == {"study"}
    assert not found(index, "study")
    assert not index.knows("office")


def test_a_thing_that_is_gone_leaves_nothing_behind():
    index = indexed(*larch_cottage())
    index.apply(NameChanges(2, (), [n.id for n in larch_cottage()], False))
    assert index.things == index.words == index.stems == index.classes == {}
    assert not index.long_words
    assert not index.class_words
    assert index.trie == Trie()


def test_a_whole_list_replaces_everything():
    index = indexed(named("room", "Study"), named("room", "Hall"))
    index.apply(NameChanges(7, [named("room", "Hall")], (), True))
    assert set(index.things) == {"hall"}
    assert index.version == 7


def test_a_thing_is_within_its_room_and_its_floor_and_its_house():
    index = indexed(*larch_cottage())
    assert index.within("hub", "hall")
    assert index.within("hub", "downstairs")
    assert index.within("hub", "larch-cottage")
    assert not index.within("hub", "upstairs")


def test_places_that_are_in_one_another_do_not_hang():
    index = indexed(named("room", "Study", place="Hall"), named("room", "Hall", place="Study"))
    assert not index.within("study", "kitchen")


@st.composite
def things(draw: st.DrawFn) -> Named:
    words = draw(st.text("abc -", max_size=8))
    return Named(
        id=f"id-{words}",
        kind=draw(st.sampled_from(["room", "device"])),
        names=(words or "x", *words.split()[:1]),
        classes=tuple(draw(st.lists(st.sampled_from(["lamp", "light", "coffee machine"]), max_size=2, unique=True))),
        place=draw(st.sampled_from([None, "id-a", "id-b"])),
    )


def _id(thing: Named) -> str:
    return thing.id


names = st.lists(things(), max_size=8, unique_by=_id)


@given(names, names)
def test_changing_name_by_name_is_as_good_as_building_anew(before: list[Named], after: list[Named]):
    index = indexed(*before)
    kept = {n.id for n in after}
    index.apply(NameChanges(2, after, [n.id for n in before if n.id not in kept], False))
    anew = indexed(*after)
    assert (index.things, index.words, index.stems) == (anew.things, anew.words, anew.stems)
    assert (index.classes, index.trie, index.class_words) == (anew.classes, anew.trie, anew.class_words)


def test_plurals():
    assert [plural(n) for n in ("light", "switch", "coffee machine", "battery", "shelf")] == [
        "lights",
        "switches",
        "coffee machines",
        "batteries",
        "shelves",
    ]
    assert [stem(w) for w in ("lamps", "lamp", "glass", "batteries")] == ["lamp", "lamp", "glass", "battery"]
