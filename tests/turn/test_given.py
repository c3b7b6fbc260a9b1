"""What comes along with a message is kept with it as it is, and what was kept before there was more of it is read."""

import orjson
from hypothesis import given
from hypothesis import strategies as st

from parlour.models.forms import JsonForm
from parlour.protocol.content import Json, Message
from parlour.turn.given import NOTHING_GIVEN, Given
from tests.models.test_direct import JSON

WORDS = st.text(max_size=20)
FORMS = st.none() | st.builds(
    JsonForm, st.none() | st.dictionaries(st.text(), JSON, max_size=3), WORDS, WORDS, is_strict=st.booleans()
)
GIVEN = st.builds(
    Given,
    WORDS,
    st.lists(st.tuples(WORDS, WORDS), max_size=3).map(tuple),
    st.lists(WORDS, max_size=4).map(tuple),
    FORMS,
)


def with_metadata(metadata: Json) -> Message:
    """A message that this was kept with."""
    return Message(
        id="m",
        conversation_id="c",
        role="user",
        parts=[],
        status="sent",
        created_at="2026-01-01T00:00:00.000Z",
        position=1,
        rev=1,
        metadata=orjson.loads(orjson.dumps(metadata)),
    )


@given(given_with=GIVEN)
def test_what_was_given_is_read_as_it_was_kept(given_with: Given) -> None:
    assert Given.with_message(with_metadata(given_with.as_metadata())) == given_with


def test_nothing_is_kept_of_nothing() -> None:
    assert NOTHING_GIVEN.as_metadata() == {}
    assert Given.with_message(with_metadata({})) == NOTHING_GIVEN


def test_what_was_kept_by_an_earlier_release_asks_for_no_end_and_no_form() -> None:
    before: Json = {"given": {"instructions": "Be kind.", "talk": [["Hello", ""]]}}
    assert Given.with_message(with_metadata(before)) == Given("Be kind.", (("Hello", ""),))


def test_a_form_that_nobody_understands_is_none() -> None:
    strange: Json = {"given": {"instructions": "", "talk": [], "stop": "END", "form": {"schema": "any"}}}
    assert Given.with_message(with_metadata(strange)) == NOTHING_GIVEN
