"""The rules as a table: what runs, what asks and why, what is refused."""

from itertools import product

import pytest

from parlour.protocol.content import Effect
from parlour.tools.policy import Ask, Proposal, Refuse, Run, Verdict, graver, judged

WRITES = Proposal("write", "lamps")
LOCKS = Proposal("destructive", "locks")
CONTROLS = Proposal("control", "lights")


@pytest.mark.parametrize(
    ("proposal", "verdict"),
    [
        (CONTROLS, Run()),
        (WRITES, Ask("effect", "Always here, for lamps")),
        (Proposal("write"), Ask("effect", None)),
        (LOCKS, Ask("effect", None)),
        (Proposal("write", "lamps", is_remembered=True), Run()),
        (Proposal("destructive", "locks", is_remembered=True), Ask("effect")),
        (Proposal("write", "lamps", is_remembered=True, is_tainted=True), Ask("tainted")),
        (Proposal("control", "lights", is_tainted=True), Ask("tainted")),
        (Proposal("write", "lamps", is_remembered=True, is_after_acting=True), Ask("again")),
        (Proposal("control", "lights", is_after_acting=True), Ask("again")),
        (Proposal("write", "lamps", is_remembered=True, is_in_doubt=True), Ask("unknown")),
        (Proposal("control", "lights", is_in_doubt=True), Ask("unknown")),
        (Proposal("control", "lights", is_permitted=False), Refuse()),
    ],
)
def test_each_row_of_the_table(proposal: Proposal, verdict: Verdict) -> None:
    assert judged(proposal) == verdict


def test_nothing_that_destroys_ever_runs_unasked_or_may_be_remembered() -> None:
    for flags in product((False, True), repeat=4):
        verdict = judged(Proposal("destructive", "locks", True, *flags))
        assert isinstance(verdict, Ask)
        assert verdict.remember is None


def test_whoever_may_not_is_refused_whatever_else_is_so() -> None:
    effects: list[Effect] = ["control", "write", "destructive"]
    for effect, flags in product(effects, product((False, True), repeat=4)):
        assert judged(Proposal(effect, "lamps", False, *flags)) == Refuse()


def test_the_graver_of_two_effects_counts() -> None:
    assert graver("control", "destructive") == "destructive"
    assert graver("write", "control") == "write"
    assert graver("write", None) == "write"
