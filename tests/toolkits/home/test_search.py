"""Search finds by name, alias, content and place, misspelt or not, and keeps its threshold and limit."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parlour.toolkits.home.demo.loader import demo_house
from parlour.toolkits.home.index import NameIndex
from parlour.toolkits.home.names import classes_of
from parlour.toolkits.home.words import fold, name_form, words
from parlour.tools.language import NameChanges, Named
from tests.toolkits.home.conftest import Ask

maple = pytest.mark.usefixtures("maple")


@maple
@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("thermostatt", "Thermostat"),
        ("lights in the living room", "Living Room Ceiling Light"),
        ("telly", "Television"),
        ("coffe machin", "Coffee Machine"),
        ("espreso machine", "Coffee Machine"),
        ("norrland dishwasher", "Dishwasher"),
        ("E133", "Boiler manual"),
        ("main water valve", "Where the water is turned off"),
        ("stopcock", "Where the water is turned off"),
        ("guest wifi password", "Wi-Fi for guests"),
        ("pixel care", "Television manual"),
        ("descaling", "Descale the coffee machine"),
        ("Mrs Petrov", "Alarm rules"),
        ("robot vaccum", "Robot Vacuum"),
        ("beamer", "Projector"),
        ("CO2", "Air Quality Sensor"),
    ],
)
async def test_the_thing_that_is_meant_is_among_the_first(ask: Ask, query: str, expected: str) -> None:
    answer = await ask("search_entities", query=query)
    assert expected in [r["name"] for r in answer["results"][:3]]


@maple
async def test_the_threshold_and_the_limit_are_kept(ask: Ask) -> None:
    loose = await ask("search_entities", query="living room lamp", threshold=0.2, limit=50)
    strict = await ask("search_entities", query="living room lamp", threshold=0.9, limit=50)
    assert loose["count"] > strict["count"]
    assert all(r["score"] >= 0.9 for r in strict["results"])
    scores = [r["score"] for r in loose["results"]]
    assert scores == sorted(scores, reverse=True)
    assert len((await ask("search_entities", query="living room lamp", threshold=0.2, limit=2))["results"]) == 2


@maple
async def test_types_narrow_a_search(ask: Ask) -> None:
    answer = await ask("search_entities", query="coffee machine", entity_types=["manual", "procedure"])
    assert {r["type"] for r in answer["results"]} == {"manual", "procedure"}


@maple
async def test_a_content_hit_shows_the_sentence_it_was_found_in(ask: Ask) -> None:
    (manual, *_) = (await ask("search_entities", query="E133"))["results"]
    assert manual["matched"] == "content"
    assert manual["excerpt"].startswith("Error E133 means that no gas arrives")


@maple
@pytest.mark.parametrize("query", ["zeppelin", "???", "' OR 1=1 --", '"', "name:*", "(", "NOT kitchen zeppelin"])
async def test_odd_queries_are_only_words(ask: Ask, query: str) -> None:
    answer = await ask("search_entities", query=query, threshold=0.9)
    assert answer["count"] == 0


def _whole_house() -> tuple[NameIndex, list[Named]]:
    things, edges = demo_house()
    place = {e.from_id: e.to_id for e in edges if e.type in ("located_in", "part_of")}
    named = [
        Named(
            t.id,
            t.type,
            (t.name, *t.aliases),
            classes_of(t.type, str(t.content.get("device_class") or "") or None, None),
            place.get(t.id),
        )
        for t in things
    ]
    index = NameIndex()
    index.apply(NameChanges(1, named, (), whole=True))
    return index, named


INDEX, NAMED = _whole_house()
LONG = [n for n in NAMED if max(map(len, n.names[0].split())) >= 6]


@st.composite
def misspelt(draw: st.DrawFn) -> tuple[Named, str]:
    """A thing and its name with one letter swapped, doubled, dropped or replaced, in one of its longer words."""
    named = draw(st.sampled_from(LONG))
    parts = named.names[0].split()
    which = draw(st.sampled_from([i for i, part in enumerate(parts) if len(part) >= 6]))
    word = parts[which]
    at = draw(st.integers(1, len(word) - 2))
    kind = draw(st.sampled_from(["swap", "double", "drop", "replace"]))
    match kind:
        case "swap":
            word = word[:at] + word[at + 1] + word[at] + word[at + 2 :]
        case "double":
            word = word[:at] + word[at] + word[at:]
        case "drop":
            word = word[:at] + word[at + 1 :]
        case _:
            word = word[:at] + draw(st.sampled_from("aeiorstn")) + word[at + 1 :]
    return named, " ".join([*parts[:which], word, *parts[which + 1 :]])


@settings(max_examples=300, deadline=None)
@given(misspelt())
def test_a_name_with_one_slip_is_still_found(case: tuple[Named, str]) -> None:
    named, said = case
    assert named.id in [m.named.id for m in INDEX.alike(said, limit=3)]


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=60))
def test_any_text_can_be_looked_up(text: str) -> None:
    found = INDEX.alike(text, limit=5)
    assert len(found) <= 5
    assert all(0 <= m.likeness <= 1 for m in found)
    INDEX.called(text)


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=60))
def test_folding_settles(text: str) -> None:
    assert fold(fold(text)) == fold(text)
    assert name_form(name_form(text)) == name_form(text)


def test_words_are_compared_without_case_accents_or_possessives() -> None:
    assert words("Juno’s CAFÉ, the Wi-Fi") == ["juno", "cafe", "the", "wifi"]
    assert name_form("The Kitchen") == "kitchen"
    assert name_form("the") == "the"


def test_what_is_forgotten_is_not_found() -> None:
    index = NameIndex()
    lamp = Named("1", "device", ("Floor Lamp",), ("lamp", "light"))
    index.apply(NameChanges(1, (lamp,), (), whole=True))
    assert index.called("the floor lamp") == [lamp]
    index.apply(NameChanges(2, (), ("1",), whole=False))
    assert index.called("floor lamp") == []
    assert index.alike("flor lamp") == []
    assert len(index) == 0
