"""What counts for a question, by what each scope decided."""

import pytest

from parlour.errors import NotAvailable
from parlour.models.effective import SCOPES, Said, Shipped, Skipped, effective
from parlour.protocol.content import Parameters
from parlour.protocol.effective import ModelSettings, Scope


def said(scope: Scope, model: str | None = None, **parameters: object) -> Said:
    return Said(scope, ModelSettings(model=model, parameters=Parameters.model_validate(parameters)))


def anybody(name: str) -> None:
    """Everybody may answer."""


def nobody_but(*names: str):
    def why_not(name: str) -> str | None:
        return None if name in names else f"{name} is away."

    return why_not


def test_the_nearest_scope_that_says_something_counts_in_whatever_order_they_come() -> None:
    decided = [said(scope, f"from {scope}", temperature=number / 10) for number, scope in enumerate(SCOPES)]
    for first in range(len(SCOPES)):
        found = effective([*reversed(decided[first:])], anybody)
        nearest = SCOPES[first]
        assert (found.model, found.parameters.temperature) == (f"from {nearest}", first / 10)
        assert found.origins == {"model": nearest, "temperature": nearest}


def test_each_value_is_taken_by_itself() -> None:
    found = effective(
        [
            said("message", prefer="speed"),
            said("conversation", temperature=0.0),
            said("user", "acme/small", temperature=1.5, max_tokens=300),
            said("project", "acme/large", top_p=0.5),
            said("tenant", None, max_tokens=9, presence_penalty=-1, frequency_penalty=2),
        ],
        anybody,
    )
    assert found.model == "acme/small"
    assert found.parameters == Parameters(
        temperature=0.0, top_p=0.5, presence_penalty=-1, frequency_penalty=2, max_tokens=300, prefer="speed"
    )
    assert found.origins == {
        "model": "user",
        "prefer": "message",
        "temperature": "conversation",
        "max_tokens": "user",
        "top_p": "project",
        "presence_penalty": "tenant",
        "frequency_penalty": "tenant",
    }


def test_a_model_that_cannot_answer_is_passed_over_and_it_is_said_why() -> None:
    decided = [said("conversation", "acme/old", temperature=1), said("user", "bee/gone"), said("tenant", "acme/new")]
    found = effective(decided, nobody_but("acme/new"))
    assert (found.model, found.origins["model"], found.origins["temperature"]) == ("acme/new", "tenant", "conversation")
    assert found.skipped == (
        Skipped("conversation", "acme/old", "acme/old is away."),
        Skipped("user", "bee/gone", "bee/gone is away."),
    )
    assert effective(decided, nobody_but()).model is None
    assert "model" not in effective(decided, nobody_but()).origins


def test_what_the_message_itself_asks_for_is_never_replaced() -> None:
    with pytest.raises(NotAvailable, match=r"acme/old is away\."):
        effective([said("message", "acme/old"), said("tenant", "acme/new")], nobody_but("acme/new"))


def test_what_nobody_decided_is_as_it_is_shipped() -> None:
    acting = Shipped().below(Parameters(), has_tools=True)
    assert acting == Parameters(temperature=0.1, max_tokens=2_048)
    assert Shipped().below(Parameters(), has_tools=False).temperature == 0.7
    assert Shipped(acting=0.4).below(Parameters(), has_tools=True).temperature == 0.4
    assert Shipped().below(Parameters(temperature=0), has_tools=True).temperature == 0


def test_nobody_decides_for_an_answer_beyond_the_ceiling() -> None:
    assert Shipped().below(Parameters(max_tokens=4_096), has_tools=True).max_tokens == 4_096
    assert Shipped().below(Parameters(max_tokens=100_000), has_tools=True).max_tokens == 4_096
    assert Shipped(ceiling=500).below(Parameters(), has_tools=True).max_tokens == 500
