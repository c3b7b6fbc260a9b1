"""Who somebody is, by what they show."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from sqlalchemy import LargeBinary, select, update

from parlour.errors import NotFound, Unauthenticated
from parlour.identity.who import Visit, Who
from parlour.journal.unit import Unit
from parlour.store.queries.people import person
from parlour.store.tables import audit, credentials, metadata, users
from tests.house import Lived, anybody

DAY = 24 * 3600.0


async def test_a_link_signs_its_owner_in_once(lived: Lived) -> None:
    link = await lived.gate.make_link(lived.ann)
    who, session = await lived.gate.sign_in(link.secret)
    assert who == await lived.gate.by_session(session.secret)
    assert (who.user_id, who.role) == (lived.ann.id, "user")
    with pytest.raises(Unauthenticated, match="used before or has expired"):
        await lived.gate.sign_in(link.secret)


async def test_of_many_that_press_at_once_one_gets_in(lived: Lived) -> None:
    link = await lived.gate.make_link(lived.ann)
    outcomes = await asyncio.gather(*(lived.gate.sign_in(link.secret) for _ in range(10)), return_exceptions=True)
    assert sum(isinstance(outcome, tuple) for outcome in outcomes) == 1
    assert sum(isinstance(outcome, Unauthenticated) for outcome in outcomes) == 9


async def test_a_link_lasts_fifteen_minutes(lived: Lived) -> None:
    link = await lived.gate.make_link(lived.ann)
    lived.clock.advance(15 * 60)
    with pytest.raises(Unauthenticated):
        await lived.gate.sign_in(link.secret)


async def test_signing_in_ends_every_other_link_of_the_person(lived: Lived) -> None:
    older, newer = await lived.gate.make_link(lived.ann), await lived.gate.make_link(lived.ann)
    of_bob = await lived.gate.make_link(lived.bob)
    await lived.gate.sign_in(newer.secret)
    with pytest.raises(Unauthenticated):
        await lived.gate.sign_in(older.secret)
    who, _ = await lived.gate.sign_in(of_bob.secret)
    assert who.user_id == lived.bob.id


async def test_signing_in_is_remembered_with_where_it_came_from(lived: Lived) -> None:
    link = await lived.gate.make_link(lived.ann)
    await lived.gate.sign_in(link.secret, Visit("192.0.2.7", "Firefox"))
    async with lived.database.read() as connection:
        row = (await connection.execute(select(audit).where(audit.c.action == "sign_in"))).mappings().one()
        ann = await person(connection, lived.ann.id)
    assert (row["user_id"], row["address"], row["agent"]) == (lived.ann.id, "192.0.2.7", "Firefox")
    assert ann is not None
    assert ann.signed_in_at == row["at"]


async def test_a_session_lasts_thirty_days_after_it_was_last_used(lived: Lived) -> None:
    _, session = await lived.gate.sign_in((await lived.gate.make_link(lived.ann)).secret)
    for _ in range(3):
        lived.clock.advance(29 * DAY)
        assert await lived.gate.by_session(session.secret)
    lived.clock.advance(30 * DAY)
    with pytest.raises(Unauthenticated):
        await lived.gate.by_session(session.secret)


async def test_signing_out_ends_that_session_only(lived: Lived) -> None:
    who, session = await lived.gate.sign_in((await lived.gate.make_link(lived.ann)).secret)
    _, elsewhere = await lived.gate.sign_in((await lived.gate.make_link(lived.ann)).secret)
    await lived.gate.sign_out(who)
    with pytest.raises(Unauthenticated):
        await lived.gate.by_session(session.secret)
    assert await lived.gate.by_session(elsewhere.secret)
    assert await lived.gate.again(who) is None


async def test_an_api_key_holds_until_it_is_revoked(lived: Lived) -> None:
    key = await lived.gate.make_api_key(tenant_id=lived.ann.tenant_id, user_id=lived.ann.id, name="laptop")
    assert key.secret.startswith("pk_")
    lived.clock.advance(1000 * DAY)
    who = await lived.gate.by_api_key(key.secret)
    assert [k.name for k in await lived.gate.api_keys(who)] == ["laptop"]
    await lived.gate.revoke_api_key(who, key.id)
    assert await lived.gate.api_keys(who) == []
    with pytest.raises(Unauthenticated):
        await lived.gate.by_api_key(key.secret)


async def test_nobody_revokes_what_is_not_theirs_or_not_a_key(lived: Lived) -> None:
    who, _ = await lived.gate.sign_in((await lived.gate.make_link(lived.ann)).secret)
    of_bob = await lived.gate.make_api_key(tenant_id=lived.bob.tenant_id, user_id=lived.bob.id, name="")
    for stranger in (of_bob.id, who.credential_id, "nonsense\x00"):
        with pytest.raises(NotFound):
            await lived.gate.revoke_api_key(who, stranger)
    assert await lived.gate.by_api_key(of_bob.secret)


async def test_a_ticket_opens_one_socket_within_a_minute(lived: Lived) -> None:
    who = await lived.enters(lived.ann)
    ticket = await lived.gate.make_ticket(who)
    assert await lived.gate.by_ticket(ticket.secret) == who
    with pytest.raises(Unauthenticated):
        await lived.gate.by_ticket(ticket.secret)
    late = await lived.gate.make_ticket(who)
    lived.clock.advance(60)
    with pytest.raises(Unauthenticated):
        await lived.gate.by_ticket(late.secret)


async def test_a_ticket_ends_with_what_it_was_made_with(lived: Lived) -> None:
    who = await lived.enters(lived.ann)
    ticket = await lived.gate.make_ticket(who)
    await lived.gate.sign_out(who)
    with pytest.raises(Unauthenticated):
        await lived.gate.by_ticket(ticket.secret)


async def test_tickets_that_were_never_used_do_not_pile_up(lived: Lived) -> None:
    who = await lived.enters(lived.ann)
    for _ in range(3):
        await lived.gate.make_ticket(who)
        lived.clock.advance(61)
    async with lived.database.read() as connection:
        rows = await connection.execute(select(credentials.c.id).where(credentials.c.kind == "ticket"))
    assert len(rows.all()) == 1


async def test_what_has_expired_goes_when_its_owner_signs_in_again(lived: Lived) -> None:
    await lived.gate.sign_in((await lived.gate.make_link(lived.ann)).secret)
    lived.clock.advance(31 * DAY)
    key = await lived.gate.make_api_key(tenant_id=lived.ann.tenant_id, user_id=lived.ann.id, name="")
    _, session = await lived.gate.sign_in((await lived.gate.make_link(lived.ann)).secret)
    async with lived.database.read() as connection:
        rows = await connection.execute(select(credentials.c.id).where(credentials.c.kind.in_(["session", "api_key"])))
    assert set(rows.scalars()) == {key.id, session.id}


async def test_each_secret_opens_only_its_own_door(lived: Lived) -> None:
    who = await lived.enters(lived.ann)
    secrets = [
        (await lived.gate.make_link(lived.ann)).secret,
        (await lived.gate.make_api_key(tenant_id=who.tenant_id, user_id=who.user_id, name="")).secret,
        (await lived.gate.make_ticket(who)).secret,
        "nonsense",
        "",
    ]
    doors: list[Callable[[str], Awaitable[Who]]] = [lived.gate.by_session, lived.gate.by_api_key, lived.gate.by_ticket]
    opened = [(n, m) for n, secret in enumerate(secrets) for m, door in enumerate(doors) if await _opens(door, secret)]
    assert opened == [(1, 1), (2, 2)]


async def test_whoever_is_no_longer_active_is_nobody(lived: Lived) -> None:
    key = await lived.gate.make_api_key(tenant_id=lived.ann.tenant_id, user_id=lived.ann.id, name="")
    who = await lived.gate.by_api_key(key.secret)
    await lived.writer.commit(Unit(changes=[update(users).where(users.c.id == who.user_id).values(is_active=False)]))
    assert await lived.gate.again(who) is None
    with pytest.raises(Unauthenticated):
        await lived.gate.by_api_key(key.secret)


async def test_no_secret_is_kept_anywhere(lived: Lived) -> None:
    who = await lived.enters(lived.ann)
    link = await lived.gate.make_link(lived.ann)
    ticket = await lived.gate.make_ticket(who)
    _, session = await lived.gate.sign_in(link.secret)
    secrets = [link.secret, ticket.secret, session.secret]
    async with lived.database.read() as connection:
        for table in metadata.tables.values():
            columns = [column for column in table.c if not isinstance(column.type, LargeBinary)]
            rows = str((await connection.execute(select(*columns))).all())
            assert not any(secret in rows for secret in secrets), table.name


async def test_a_link_is_remembered_with_who_made_it_for_whom_and_who_came_in_by_it(lived: Lived) -> None:
    admin = anybody(lived.house.admin)
    link = await lived.gate.make_link(lived.ann, Visit("192.0.2.7", "Firefox"), by=admin)
    await lived.gate.sign_in(link.secret)
    at_the_machine = await lived.gate.make_link(lived.bob)
    async with lived.database.read() as connection:
        kept = select(audit).where(audit.c.action.in_(["link_created", "sign_in"])).order_by(audit.c.id)
        made, came, printed = (await connection.execute(kept)).mappings().all()
    assert (made["user_id"], made["resource_type"], made["resource_id"]) == (admin.user_id, "user", lived.ann.id)
    assert (made["address"], made["details"]) == ("192.0.2.7", {"link": link.id})
    assert (came["user_id"], came["details"]) == (lived.ann.id, {"by": "link", "link": link.id})
    assert (printed["user_id"], printed["resource_id"]) == (None, lived.bob.id)
    assert printed["details"] == {"link": at_the_machine.id}


async def _opens(door: Callable[[str], Awaitable[Who]], secret: str) -> bool:
    try:
        await door(secret)
    except Unauthenticated:
        return False
    return True
