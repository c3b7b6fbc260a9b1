"""Finding out what came of a call that was begun: once its time is over, by reading back."""

from datetime import datetime
from typing import Any

import structlog

from parlour.clock import Clock, isoformat
from parlour.store.database import Reads
from parlour.store.database_time import Times
from parlour.store.queries.ledger import Entry, entry_at
from parlour.tools.acting import Found
from parlour.tools.running import Limits, in_time
from parlour.tools.tool import Tool, ToolContext

LOOK_S = 0.5
"""How often it is looked whether a call of somebody else is settled."""

log = structlog.get_logger(__name__)


async def until_settled(entry: Entry, reads: Reads, clock: Clock, times: Times) -> Entry:
    """The entry of a call that was begun, once that is settled or its time is over.

    Whoever began it, perhaps on another server, may be at it yet, or only be paused.
    """
    while entry.status == "started" and (now := isoformat(await times.now())) < entry.deadline:
        left = datetime.fromisoformat(entry.deadline) - datetime.fromisoformat(now)
        await clock.sleep(min(LOOK_S, max(0.001, left.total_seconds())))
        async with reads.read() as connection:
            entry = await entry_at(connection, entry.key) or entry
    return entry


async def read_back(tool: Tool, context: ToolContext, values: dict[str, Any], limits: Limits) -> Found:
    """What can be seen of a call. That a tool cannot tell is no failure: then nobody can."""
    look = tool.acting.read_back
    if look is None:
        return Found(None)
    try:
        return await in_time(look(context, **values), tool, limits.seconds(tool))
    except Exception:
        log.warning("what came of a call could not be read back", tool=tool.name, exc_info=True)
        return Found(None)
