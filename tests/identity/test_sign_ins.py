"""Signing in with a password, as a browser and as a program."""

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import nullcontext
from dataclasses import dataclass, replace
from typing import Any

import jwt
import pytest
from sqlalchemy import select

from parlour.errors import Forbidden, InvalidRequest, NotFound, Unauthenticated
from parlour.identity.household import Household
from parlour.identity.passwords import Passwords
from parlour.identity.who import Visit
from parlour.protocol.people import MyChange, UserChange
from parlour.store.tables import audit, credentials
from tests.house import Lived, anybody, cheap_passwords

WORDS = "three quiet words"
HERE = Visit("192.0.2.7", "Firefox")


@pytest.fixture
async def ready(lived: Lived, household: Household) -> Household:
    """ann has a password and an address."""
    await household.oneself.set_password(anybody(lived.ann), WORDS, None)
    await household.oneself.change(anybody(lived.ann), MyChange(email="Ann@House.Example"))
    return household


@pytest.mark.parametrize("name", ["ann", "ANN", "ann@house.example"])
async def test_a_name_or_an_address_and_the_password_let_one_in(ready: Household, name: str) -> None:
    who, session = await ready.sign_ins.browser(name, WORDS, HERE)
    assert (who.username, await ready.gate.by_session(session.secret)) == ("ann", who)


@pytest.mark.parametrize(("name", "password"), [("ann", "three quiet word"), ("bob", WORDS), ("nobody", WORDS)])
async def test_whatever_is_wrong_the_answer_is_the_same(ready: Household, name: str, password: str) -> None:
    with pytest.raises(Unauthenticated, match=r"The name or the password is wrong\."):
        await ready.sign_ins.browser(name, password, HERE)


async def test_a_program_goes_on_with_one_refresh_token_after_the_other(lived: Lived, ready: Household) -> None:
    tokens = await ready.sign_ins.program("ann", WORDS, HERE)
    for _ in range(3):
        who = await ready.gate.by_bearer(tokens.access_token)
        assert who.username == "ann"
        lived.clock.advance(15 * 60)
        with pytest.raises(Unauthenticated):
            await ready.gate.by_bearer(tokens.access_token)
        tokens = await ready.sign_ins.refresh(tokens.refresh_token)


async def test_a_lost_answer_can_be_asked_for_again_for_half_a_minute(lived: Lived, ready: Household) -> None:
    first = (await ready.sign_ins.program("ann", WORDS)).refresh_token
    at_once = await asyncio.gather(*(ready.sign_ins.refresh(first) for _ in range(5)))
    lived.clock.advance(29)
    later = await ready.sign_ins.refresh(first)
    assert len({tokens.refresh_token for tokens in (*at_once, later)}) == 1
    await ready.sign_ins.refresh(later.refresh_token)


async def test_a_refresh_token_that_comes_again_later_ends_its_session(lived: Lived, ready: Household) -> None:
    other = await ready.sign_ins.program("ann", WORDS)
    first = (await ready.sign_ins.program("ann", WORDS)).refresh_token
    second = await ready.sign_ins.refresh(first)
    lived.clock.advance(31)
    for token in (first, second.refresh_token):
        with pytest.raises(Unauthenticated, match="no longer holds"):
            await ready.sign_ins.refresh(token)
    with pytest.raises(Unauthenticated):
        await ready.gate.by_bearer(second.access_token)
    await ready.gate.by_bearer(other.access_token)
    async with lived.database.read() as connection:
        said = select(audit.c.user_id).where(audit.c.action == "refresh_token_reused")
        assert (await connection.scalars(said)).all() == [lived.ann.id]


Deed = Callable[[Lived, Household], Coroutine[Any, Any, object]]


async def _deactivated(lived: Lived, house: Household) -> object:
    return await house.people.change(anybody(lived.house.admin), lived.ann.id, UserChange(is_active=False))


async def _signed_out_everywhere(lived: Lived, house: Household) -> object:
    return await house.oneself.end_sessions(anybody(lived.ann))


async def _another_password(lived: Lived, house: Household) -> object:
    return await house.oneself.set_password(anybody(lived.ann), "four other quiet words", WORDS)


@pytest.mark.parametrize("deed", [_deactivated, _signed_out_everywhere, _another_password])
async def test_an_access_token_ends_at_once_with_what_stands_behind_it(
    lived: Lived, ready: Household, deed: Deed
) -> None:
    tokens = await ready.sign_ins.program("ann", WORDS)
    await deed(lived, ready)
    with pytest.raises(Unauthenticated):
        await ready.gate.by_bearer(tokens.access_token)
    with pytest.raises(Unauthenticated):
        await ready.sign_ins.refresh(tokens.refresh_token)


async def test_a_token_that_we_did_not_sign_says_nothing(lived: Lived, ready: Household) -> None:
    ours = (await ready.sign_ins.program("ann", WORDS)).access_token
    claims = jwt.decode(ours, options={"verify_signature": False})
    forged = [
        jwt.encode(claims, "another key of thirty-two bytes or more", "HS256"),
        jwt.encode(claims, "", "none"),
        ours[:-2] + ("AA" if ours[-2:] != "AA" else "BB"),
        ours.replace(".", ".."),
        "a.b.c",
        "",
        "pk_nonsense",
    ]
    for token in forged:
        with pytest.raises(Unauthenticated):
            await ready.gate.by_bearer(token)


async def test_the_present_password_is_asked_for_before_another_is_set(lived: Lived, ready: Household) -> None:
    for wrong in (None, "wrong"):
        with pytest.raises(InvalidRequest, match="present password is wrong"):
            await ready.oneself.set_password(anybody(lived.ann), "four other quiet words", wrong)
    await ready.sign_ins.browser("ann", WORDS)


async def test_a_new_password_ends_every_other_session_but_no_key(lived: Lived, ready: Household) -> None:
    who, mine = await ready.sign_ins.browser("ann", WORDS, HERE)
    _, other = await ready.sign_ins.browser("ann", WORDS)
    key = await ready.gate.make_api_key(tenant_id=who.tenant_id, user_id=who.user_id, name="wall")
    await ready.oneself.set_password(who, "four other quiet words", WORDS)
    await ready.gate.by_session(mine.secret)
    await ready.gate.by_api_key(key.secret)
    with pytest.raises(Unauthenticated):
        await ready.gate.by_session(other.secret)


@dataclass
class Meanwhile:
    """The passwords of a house; something is done between the moment in which one was found right and its answer."""

    passwords: Passwords
    deed: Callable[[], Coroutine[Any, Any, object]]

    async def matches(self, password: str, kept: str | None) -> bool:
        matched = await self.passwords.matches(password, kept)
        await self.deed()
        return matched


@pytest.mark.parametrize("deed", [_deactivated, _another_password])
@pytest.mark.parametrize("way", ["browser", "program"])
async def test_a_sign_in_that_was_overtaken_lets_nobody_in(
    lived: Lived, ready: Household, deed: Deed, way: str
) -> None:
    slow: Any = Meanwhile(cheap_passwords(), lambda: deed(lived, ready))
    overtaken = replace(ready.sign_ins, passwords=slow)
    with pytest.raises(Unauthenticated, match=r"The name or the password is wrong\."):
        await getattr(overtaken, way)("ann", WORDS, HERE)
    assert await ready.oneself.sessions(anybody(lived.ann)) == []


@pytest.mark.parametrize("deed", [_deactivated, _signed_out_everywhere, _another_password])
async def test_an_open_link_ends_with_the_sessions(lived: Lived, ready: Household, deed: Deed) -> None:
    hers, of_bob = await ready.gate.make_link(lived.ann), await ready.gate.make_link(lived.bob)
    await deed(lived, ready)
    with pytest.raises(Unauthenticated, match="used before or has expired"):
        await ready.gate.sign_in(hers.secret)
    await ready.gate.sign_in(of_bob.secret)


async def test_with_a_key_nobody_makes_what_lasts_when_the_key_is_revoked(lived: Lived, household: Household) -> None:
    for person, managed in ((lived.ann, None), (lived.house.admin, lived.house.admin.id)):
        by_key = await lived.enters(person)
        ticket = await household.gate.make_ticket(by_key)
        by_ticket = await household.gate.by_ticket(ticket.secret)
        _, session = await household.gate.sign_in((await household.gate.make_link(person)).secret)
        in_person = await household.gate.by_session(session.secret)
        for who, is_let in ((by_key, False), (by_ticket, False), (in_person, True)):
            for deed in (
                household.gate.make_own_key(who, "another"),
                household.oneself.set_password(who, WORDS, None),
                *([household.people.link(who, managed)] if managed else []),
            ):
                with nullcontext() if is_let else pytest.raises(Forbidden, match="with the token of a program"):
                    await deed
    assert (await household.people.link(await lived.enters(lived.house.admin), lived.bob.id)).secret


async def test_one_sees_where_one_is_signed_in_and_signs_out_there(lived: Lived, ready: Household) -> None:
    who, _ = await ready.sign_ins.browser("ann", WORDS, HERE)
    lived.clock.advance(60)
    await ready.sign_ins.program("ann", WORDS)
    program, browser = await ready.oneself.sessions(who)
    assert (program.name, browser.name, browser.address, browser.agent) == (
        "program",
        "browser",
        *("192.0.2.7", "Firefox"),
    )
    for stranger in (anybody(lived.bob), anybody(lived.house.admin)):
        with pytest.raises(NotFound):
            await ready.oneself.end_session(stranger, browser.id)
    await ready.oneself.end_session(who, browser.id)
    with pytest.raises(NotFound):
        await ready.oneself.end_session(who, browser.id)
    assert [session.id for session in await ready.oneself.sessions(who)] == [program.id]


async def test_no_secret_of_a_program_is_kept(lived: Lived, ready: Household) -> None:
    tokens = await ready.sign_ins.program("ann", WORDS)
    again = await ready.sign_ins.refresh(tokens.refresh_token)
    async with lived.database.read() as connection:
        kept = str((await connection.execute(select(credentials))).mappings().all())
    for secret in (tokens.refresh_token, again.refresh_token, tokens.access_token):
        assert secret not in kept
