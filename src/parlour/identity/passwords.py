"""Passwords: what may be one, and how it is kept (argon2id) and told from another.

Telling costs a tenth of a second and 64 MiB on purpose. It runs in threads, only so many at once, so that whoever
guesses stalls neither the server nor its memory.
"""

import asyncio
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from parlour.errors import InvalidRequest

if TYPE_CHECKING:
    from pwdlib import PasswordHash

SHORTEST = 10

_COMMON = """
0123456789 01234567890 0987654321 1111111111 1122334455 1212121212 123123123123 1234512345 1234554321 1234567890
12345678900 123456789a 123456789q 1234567891 12345678910 123456789123 1357924680 147258369 1q2w3e4r5t 1q2w3e4r5t6y
1qaz2wsx3edc 3.1415926535 9876543210 a123456789 aa123456789 aaaaaaaaaa abc123456789 abcd123456 abcdefghij
abcdefghijk administrator adminadmin baseball123 basketball changeme123 chocolate1 computer123 football123
iloveyou12 iloveyou123 letmein123 letmeinnow liverpool1 manchester mypassword mypassword1 p@ssw0rd123 passw0rd123
password00 password01 password10 password11 password12 password123 password1234 password12345 password123456
passwordpassword princess123 q1w2e3r4t5 q1w2e3r4t5y6 qazwsxedcrfv qwerty1234 qwerty12345 qwerty123456 qwertyqwerty
qwertyuiop qwertyuiop123 samsung123 sunshine123 superman123 trustno1trustno1 welcome123 welcome1234 zaq12wsxcde3
zxcvbnm123 zxcvbnm1234
"""
"""The commonest of those that are long enough."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What it costs to tell a password from another, as RFC 9106 recommends where memory is short."""

    memory_kib: int = 65_536
    rounds: int = 3
    lanes: int = 4

    @property
    def nobodys(self) -> str:
        """Kept of a password that nobody has: as costly to tell from another as anybody's."""
        cost = f"m={self.memory_kib},t={self.rounds},p={self.lanes}"
        return f"$argon2id$v=19${cost}$Yml0IG9mIHNhbHQgaGVyZQ$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"


def check_password(password: str, *names: str | None) -> None:
    """Raise InvalidRequest, which says why, for a password that is too easily guessed for somebody of these names."""
    folded = password.casefold()
    if len(password) < SHORTEST:
        raise InvalidRequest(f"A password has at least {SHORTEST} characters. Three or four words make a good one.")
    if folded in {name.casefold() for name in names if name}:
        raise InvalidRequest("A password must not be one's own name or address. Choose another one.")
    if folded in _COMMON.split() or len(set(folded)) < 3:
        raise InvalidRequest("This password is among the first that anybody would guess. Choose another one.")


class Passwords:
    """Keeps passwords and tells them apart, `width` at once."""

    def __init__(self, width: int = 2, cost: Cost = Cost()) -> None:
        """More than `width` at once wait for their turn; what is kept from now on is kept at `cost`."""
        self._turn = asyncio.Semaphore(width)
        self._cost = cost

    async def kept(self, password: str) -> str:
        """What is kept of a password: its argon2id hash, with a salt of its own."""
        async with self._turn:
            return await asyncio.to_thread(lambda: _argon2id(self._cost).hash(password))

    async def matches(self, password: str, kept: str | None) -> bool:
        """Whether it is the password that was kept. Where none was, it takes as long to say no."""
        async with self._turn:
            matched = await asyncio.to_thread(_verified, password, kept or self._cost.nobodys)
        return matched and kept is not None


def _verified(password: str, kept: str) -> bool:
    from pwdlib.exceptions import UnknownHashError

    try:
        return _argon2id(Cost()).verify(password, kept)
    except UnknownHashError:
        return False


@cache
def _argon2id(cost: Cost) -> "PasswordHash":
    # Loaded here: whoever signs in by links only does not wait for it.
    from pwdlib import PasswordHash
    from pwdlib.hashers.argon2 import Argon2Hasher

    return PasswordHash((Argon2Hasher(cost.rounds, cost.memory_kib, cost.lanes),))
