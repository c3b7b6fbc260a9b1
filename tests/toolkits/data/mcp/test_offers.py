"""What servers offer to one person is kept for that person alone, not for long, and not too much of it."""

import asyncio
from dataclasses import replace

import pytest

from parlour.toolkits.data.datasource import Datasource
from parlour.toolkits.data.mcp import offers as limits
from parlour.toolkits.data.mcp.listing import NOTHING
from parlour.toolkits.data.mcp.offers import Offers

DESK = Datasource(
    id="desk",
    tenant_id="t",
    project_id="p",
    name="desk",
    kind="mcp",
    description="",
    settings={"url": "https://a", "personal": True},
    address="https://a",
    secret_names=(),
    sealed_secrets=None,
    writable=False,
    created_at="",
    updated_at="",
    rev=1,
)
LATER = replace(DESK, rev=2)
KNOWN = NOTHING.as_json()


def test_nobody_is_told_what_somebody_else_is_offered() -> None:
    offers = Offers()
    offers.keep(DESK, "robin", KNOWN)
    assert (offers.known(DESK, "robin"), offers.known(DESK, "ines"), offers.known(DESK, "")) == (KNOWN, None, None)


def test_with_every_change_all_that_was_heard_before_is_forgotten() -> None:
    offers = Offers()
    offers.keep(DESK, "robin", KNOWN)
    offers.keep(replace(DESK, id="other"), "robin", KNOWN)
    offers.known(LATER, "ines")
    assert len(offers) == 2
    assert offers.known(LATER, "robin") is None
    offers.keep(DESK, "robin", KNOWN)
    assert offers.known(LATER, "robin") is None
    assert offers.known(replace(DESK, id="other"), "robin") == KNOWN


def test_only_so_much_is_kept() -> None:
    offers = Offers()
    for number in range(limits.MOST + 5):
        offers.keep(DESK, f"person {number}", KNOWN)
    assert len(offers) == limits.MOST
    assert offers.known(DESK, f"person {limits.MOST + 4}") == KNOWN


async def test_the_first_answer_is_waited_for_and_none_after_it() -> None:
    offers = Offers()
    waiting = asyncio.create_task(offers.first(DESK, "robin", 60.0))
    await offers.first(DESK, "ines", 0.0)
    assert not waiting.done()
    offers.asked(DESK, "robin")
    await waiting
    await offers.first(DESK, "robin", 60.0)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.01):
            await offers.first(LATER, "robin", 60.0)


async def test_a_server_that_says_nothing_is_waited_for_once_and_not_at_every_step() -> None:
    offers = Offers()
    await offers.first(DESK, "robin", 0.001)
    async with asyncio.timeout(30):
        await offers.first(DESK, "robin", 3_600.0)
