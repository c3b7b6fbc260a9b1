"""Read, build, commit; and once more from the reading when somebody else was quicker."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from sqlalchemy.ext.asyncio import AsyncConnection

from parlour.errors import Moved
from parlour.journal.unit import Receipt, Unit, Writer
from parlour.store.database import Reads

TRIES = 100
"""Of those who change one thing at once somebody always comes through, so this is how many may do so together."""

Result = TypeVar("Result")
Built = tuple[Result, Unit | None]


async def read_and_commit(
    reads: Reads,
    writer: Writer,
    build: Callable[[AsyncConnection], Awaitable[Built[Result]]],
    *,
    prepare: Callable[[], Awaitable[None]] | None = None,
) -> tuple[Result, Receipt | None]:
    """Commit the unit that `build` makes of what it reads, and hand back its result with the receipt.

    `build` runs again on what then stands whenever a guard says Moved; it must change nothing itself. When it
    makes no unit there is nothing to do, and no receipt. `prepare` runs before each try, while no connection is
    held. Raises Moved when `TRIES` tries were overtaken, and whatever else `build` or a guard raises.
    """
    overtaken = Moved()
    for _ in range(TRIES):
        if prepare is not None:
            await prepare()
        async with reads.read() as connection:
            result, unit = await build(connection)
        if unit is None:
            return result, None
        try:
            return result, await writer.commit(unit)
        except Moved as moved:
            overtaken = moved
    raise overtaken
