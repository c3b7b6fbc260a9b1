"""What a person asks for counts once: the command is kept with what it made, in the unit that makes it."""

import hashlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import TypeVar

import orjson
from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from parlour.errors import Conflict, Duplicate, IdempotencyConflict
from parlour.identity.limits import Asking
from parlour.identity.who import Who
from parlour.journal.retrying import TRIES, Built, read_and_commit
from parlour.journal.unit import Filled, Guard, Writer, seq_of
from parlour.protocol.commands import Command
from parlour.protocol.content import Json
from parlour.store.database import Reads
from parlour.store.prepared import rows
from parlour.store.tables import commands

_COMMAND = select(commands).where(
    commands.c.user_id == bindparam("user_id"), commands.c.command_id == bindparam("command_id")
)
_NUMBERED = update(commands).where(
    commands.c.user_id == bindparam("the_user"), commands.c.command_id == bindparam("the_command")
)
_KEEP_COMMAND = insert(commands)

Made = TypeVar("Made")
Ids = dict[str, str]
Build = Callable[[AsyncConnection], Awaitable[Built[tuple[Ids, Made]]]]
"""Makes the unit of a command: the ids it makes, what else comes of it, and the unit; None where nothing changes."""
Begin = Callable[[], Awaitable[None]]
Prepare = Callable[[AsyncConnection], Awaitable[Begin]]
"""Reads what is to be done before, as it stands while the command is not carried out; what it makes of that does it."""


@dataclass(frozen=True, slots=True)
class Said:
    """What came of a command: the ids it made, the seq it was said at, and whether that had been before."""

    ids: Ids
    seq: int
    duplicate: bool = False


@dataclass(frozen=True, slots=True)
class Once:
    """One command of somebody, under the id that they gave it."""

    who: Who
    command_id: str
    kind: str
    digest: str

    @staticmethod
    def of(who: Who, command_id: str, command: Command, brought: Json | None = None) -> "Once":
        """The command under its id: what it says counts, and what was `brought` along, whatever frame it came in.

        What is left out says nothing, so that a repeat means the same to a version that knows more fields.
        """
        kind = command.model_dump(include={"type"})
        body = command.model_dump(mode="json", exclude={"id"}, exclude_defaults=True) | kind | (brought or {})
        digest = hashlib.sha256(orjson.dumps(body, option=orjson.OPT_SORT_KEYS)).hexdigest()
        return Once(who, command_id, kind["type"], digest)

    def kept(self, ids: Ids, at: str, asking: Asking | None = None) -> Guard:
        """Keeps the command with what it made; Duplicate when it was kept before.

        With `asking` it is kept only within what they may ask, and Duplicate where that, or the moment, is taken.
        """
        values = {
            "user_id": self.who.user_id,
            "command_id": self.command_id,
            "kind": self.kind,
            "digest": self.digest,
            "ids": ids,
            "seq": 0,
            "at": at,
        }
        if asking is not None:
            return Guard(Filled(*asking.statement(values)), Duplicate())
        return Guard(Filled(_KEEP_COMMAND, values), Duplicate())

    def numbered(self) -> Filled:
        """The command's seq is that of the first thing it said."""
        which = {"the_user": self.who.user_id, "the_command": self.command_id}
        return Filled(_NUMBERED, which | {"seq": seq_of(0)})

    async def before(self, connection: AsyncConnection) -> Said | None:
        """What came of it when it was carried out before. Raises IdempotencyConflict when it said something else."""
        found = await rows(connection, _COMMAND, user_id=self.who.user_id, command_id=self.command_id)
        if not found:
            return None
        if found[0]["digest"] != self.digest:
            raise IdempotencyConflict
        return Said(found[0]["ids"], found[0]["seq"], duplicate=True)


async def carry_out(
    once: Once,
    reads: Reads,
    writer: Writer,
    build: Build[Made],
    *,
    prepare: Prepare | None = None,
    asking: Callable[[AsyncConnection], Awaitable[Asking]] | None = None,
) -> tuple[Said, Made | None]:
    """Commit what `build` makes, unless the command was carried out before: then nothing of it is checked anew.

    `prepare` comes before each try. None is made of what was carried out before. Where it was kept within what somebody
    may ask, `asking` is that as it stands: raises RateLimited once it is used up.
    """
    overtaken = False

    async def prepare_once() -> None:
        async with reads.read() as connection:
            if prepare is None or await once.before(connection) is not None:
                return
            if asking is not None:
                await (await asking(connection)).check(connection)
            begin = await prepare(connection)
        await begin()

    async def build_once(connection: AsyncConnection) -> Built[tuple[Said, Made | None]]:
        earlier = await once.before(connection)
        if earlier is not None:
            return (earlier, None), None
        if overtaken and asking is not None:
            await (await asking(connection)).check(connection)
        (ids, made), unit = await build(connection)
        return (Said(ids, seq=0), made), unit

    ready = prepare_once if prepare is not None else None
    for _ in range(TRIES):
        try:
            (said, made), receipt = await read_and_commit(reads, writer, build_once, prepare=ready)
        except Duplicate:
            # It was said elsewhere in the same moment, and is found now; or something else was, and it is tried again.
            overtaken = True
            continue
        except Conflict as conflict:
            return await _done_before(once, reads, conflict), None
        return (replace(said, seq=receipt.seqs[0]) if receipt else said), made
    raise Duplicate


async def _done_before(once: Once, reads: Reads, conflict: Conflict) -> Said:
    """What stands in a command's way may be what it did itself, when it was said elsewhere in the same moment."""
    async with reads.read() as connection:
        earlier = await once.before(connection)
    if earlier is None:
        raise conflict
    return earlier
