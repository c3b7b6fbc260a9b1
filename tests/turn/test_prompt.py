"""A language model is told what it is here for, and on whose behalf."""

import pytest

from parlour.protocol.content import UserRole
from parlour.protocol.roles import permissions_of
from parlour.tools.caller import Caller
from parlour.turn.prompt import ACTS, LOOKS, MANAGES, PURPOSE, system_prompt


@pytest.mark.parametrize(
    ("role", "sentence"), [("admin", MANAGES), ("moderator", ACTS), ("user", ACTS), ("guest", LOOKS)]
)
def test_each_role_has_a_sentence_of_its_own_after_the_purpose(role: UserRole, sentence: str) -> None:
    assert system_prompt(Caller("tenant", "ann", "home", permissions_of(role))) == f"{PURPOSE} {sentence}"


def test_the_words_name_nobody_and_stay_the_same_from_person_to_person() -> None:
    ann, bob = (Caller("tenant", name, name, permissions_of("user")) for name in ("ann", "bob"))
    assert system_prompt(ann) == system_prompt(bob)
