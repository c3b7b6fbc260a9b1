"""Which questions want to know how things are at this very moment."""

import pytest

from parlour.turn.fresh import LOOKED_AT, wants_fresh


@pytest.mark.parametrize(
    "question",
    [
        "What is the price of tea right now?",
        "Current exchange rate, please",
        "CHECK AGAIN",
        "What are the latest orders?",
        "refresh the forecast",
        "Give me up-to-date numbers",
        "is the queue still empty",
        "The real-time load, not the cached one",
        "How is it at the moment",
        "no cache please",
        f"{'x' * 10_000} — and that now.",
        f"Right now: {'x' * 10_000}",
    ],
)
def test_these_do(question: str) -> None:
    assert wants_fresh(question)


@pytest.mark.parametrize(
    "question",
    [
        "What is the price of tea?",
        "What do you know of snow?",
        "How do I descale the kettle?",
        "Which currency do they take?",
        "Against what is it insured?",
        f"{'x' * LOOKED_AT}{' now ' * 100}{'x' * LOOKED_AT}",
    ],
)
def test_these_do_not(question: str) -> None:
    assert not wants_fresh(question)
