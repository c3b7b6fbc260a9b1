"""What may be a password, and how one is told from another."""

import pytest

from parlour.errors import InvalidRequest
from parlour.identity.passwords import Passwords, check_password


@pytest.mark.parametrize(
    ("password", "because"),
    [
        ("short", "at least 10 characters"),
        ("ninechars", "at least 10 characters"),
        ("Ann-Other-1", "one's own name"),
        ("ann@house.example", "one's own name"),
        ("Password123", "anybody would guess"),
        ("qwertyuiop", "anybody would guess"),
        ("ababababababab", "anybody would guess"),
    ],
)
def test_a_password_that_is_too_easy_is_refused_with_the_reason(password: str, because: str) -> None:
    with pytest.raises(InvalidRequest, match=because):
        check_password(password, "ann-other-1", "", "ann@house.example", None)


@pytest.mark.parametrize("password", ["three quiet words", "暖かい部屋と静かな庭です", "x7Kp-qLm2R"])
def test_any_other_may_be_one(password: str) -> None:
    check_password(password, "ann", "Ann Other", None)


async def test_a_password_is_kept_as_argon2id_and_never_twice_the_same() -> None:
    passwords = Passwords(1)
    kept, again = await passwords.kept("three quiet words"), await passwords.kept("three quiet words")
    assert kept.startswith("$argon2id$")
    assert kept != again
    assert await passwords.matches("three quiet words", again)
    assert not await passwords.matches("three quiet word", kept)


@pytest.mark.parametrize("kept", [None, "", "unknown", "$2b$12$abcdefghijklmnopqrstuv"])
async def test_nothing_matches_where_none_is_kept(kept: str | None) -> None:
    assert not await Passwords(1).matches("three quiet words", kept)
