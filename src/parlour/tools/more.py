"""A call that wants to know more before it goes on, as what is put to a person."""

from dataclasses import replace

from parlour.tools.asking import Asking, Word
from parlour.tools.forms import LARGEST_STATE, MOST_ROUNDS
from parlour.tools.outcomes import Failed, NeedsInput


def wants_to_know(asking: Asking, need: NeedsInput, word: Word | None) -> Asking:
    """What `asking` is about, put to a person with the form that the call wants filled in.

    Raises Failed for one that has asked too often, or wants too much back with the answers.
    """
    if word is not None and word.rounds >= MOST_ROUNDS:
        raise Failed(f"It asked for more {MOST_ROUNDS} times and came to no end. Nothing was done.")
    state = need.state
    if state is not None and (len(state) > LARGEST_STATE or "\x00" in state):
        raise Failed("It wants more kept until somebody answers than can be kept. Nothing was done.")
    return replace(asking, reason="input", form=need.form, state=state, remember=None, subject="", tries=0)
