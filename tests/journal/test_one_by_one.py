"""Whoever changes the same thing waits; whoever changes another does not; and nobody is remembered."""

import asyncio
import gc

from parlour.journal.one_by_one import OneByOne


async def test_those_who_change_one_thing_come_in_their_order_and_others_pass_by() -> None:
    queues, told = OneByOne(), list[str]()
    goes_on = asyncio.Event()

    async def change(thing: str | None, name: str) -> None:
        async with queues.with_all_of(thing):
            told.append(f"{name} begins")
            if name == "first":
                await goes_on.wait()
            told.append(f"{name} ends")

    waiting = [asyncio.create_task(change("c", name)) for name in ("first", "second")]
    await asyncio.sleep(0)
    await asyncio.gather(change("d", "another"), change(None, "a new one"))
    goes_on.set()
    await asyncio.gather(*waiting)
    assert told == [
        "first begins",
        "another begins",
        "another ends",
        "a new one begins",
        "a new one ends",
        "first ends",
        "second begins",
        "second ends",
    ]
    del waiting
    gc.collect()
    assert not dict(queues._queues)  # pyright: ignore[reportPrivateUsage]
