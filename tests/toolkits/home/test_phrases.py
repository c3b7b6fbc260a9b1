"""The small pieces that sentences are made of."""

from parlour.toolkits.home.phrases import condition, counted, inside, joined, plain, plural_of


def test_names_never_become_markup() -> None:
    assert plain("a*b_[c](d)<e>\n#f") == r"a\*b\_\[c\](d)\<e\> \#f"


def test_small_english() -> None:
    assert counted(1, "switch") == "1 switch"
    assert counted(0, "battery") == "no batteries"
    assert plural_of("dishwasher") == "dishwashers"
    assert joined(["a", "b", "c"]) == "a, b and c"


def test_a_condition_tells_what_matters_and_nothing_else() -> None:
    assert condition({"state": "ok", "value": 20.0, "unit": "°C"}) == "20 °C"
    assert condition({"state": "on", "brightness": 60}) == "on, 60 % bright"
    assert condition({"state": "off", "brightness": 60}) == "off"
    assert condition({"state": "clear", "battery": 12}) == "clear, battery low (12 %)"
    assert condition({}) == ""


def test_one_stands_on_floors_and_in_rooms() -> None:
    assert inside({"name": "Top Floor"}) == "on the **Top Floor**"
    assert inside({"name": "Study"}) == "in the **Study**"
    assert inside({"name": "Juno's Room"}) == "in **Juno's Room**"
