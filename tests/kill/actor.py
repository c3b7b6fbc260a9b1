"""A house that acts and is killed over it: `python -m tests.kill.actor`.

As in `tests.kill.child` the parent has done what it can do first and forks a child for every order. The child opens the
house, has something done in it, says yes to whatever it is asked, and tells how it ended; unless it is killed before.
"""

import asyncio
import os
import signal
import sys
import threading
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import orjson

from parlour.app import App, running
from parlour.clock import SystemClock
from parlour.config import Settings
from parlour.identity.access import message_for
from parlour.identity.who import Who, who_is
from parlour.journal.writer import open_writer
from parlour.models.scripted import Script, ScriptedModel, call, says
from parlour.protocol.approvals import UndoToolCall
from parlour.protocol.commands import DecideToolCall, SendMessage
from parlour.protocol.content import Approval, ToolCallPart
from parlour.protocol.events import ENDED
from parlour.store.database import Database, database_url
from parlour.store.queries.approvals import inbox_of
from parlour.telling import configure_logging
from tests.acting import Workbench, World
from tests.curious import TOLD, Curious
from tests.kill.boundary import Boundary, Fuse, Side, writer_with
from tests.kill.child import tell
from tests.kill.forking import make_ready
from tests.kill.outside import Buttons, Outside, Pantry

ASKS = {
    "own data": call("add_note", text="milk"),
    "idempotent": call("set_level", level=3),
    "read back": call("send", to="Ann"),
    "none": call("press", button="red"),
    "asks first": call("deliver", what="tea"),
}
"""What is asked of each kind of tool, and the call that it comes to."""
TOOL_S = 0.3
"""How long a tool of this house may take: so long somebody else waits who finds it begun."""
AFTER_ALL_TIME = timedelta(minutes=5)
"""A life that doubts is one so much later, outside: by then the time of what was begun there is over."""


@dataclass(frozen=True, slots=True)
class Deed:
    """Something to be done in a house, and where its server is killed over it."""

    folder: str
    database_url: str
    asks: str
    dies: Boundary | None = None
    """Counted from the moment at which it is certain that the change is wanted."""
    dies_at: str | None = None
    """What the world meets when it happens: "about to press red"."""
    undoes: bool = False
    """Whether it is then taken back."""
    doubts: bool = False
    """Whether no is said where it may have been done already."""
    api: str | None = None
    """Where an API is that outlives the house, and changes the same world."""

    def encoded(self) -> bytes:
        """One line of JSON."""
        return orjson.dumps(asdict(self)) + b"\n"

    @staticmethod
    def decoded(line: bytes) -> "Deed":
        """What `encoded` made."""
        raw: dict[str, Any] = orjson.loads(line)
        dies = raw.pop("dies")
        return Deed(**raw, dies=Boundary(**dies) if dies else None)


class LaterFuse(Fuse):
    """Counts nothing before it is lit."""

    is_lit = False

    def passes(self, side: Side) -> None:
        if self.is_lit:
            super().passes(side)


class Later(SystemClock):
    """The machine's clock, some minutes on."""

    def now(self) -> datetime:
        return super().now() + AFTER_ALL_TIME


def outside_of(deed: Deed, world: World) -> Outside | None:
    """What the tools of a datasource change, for what is asked of one."""
    if deed.asks == "sql":
        return Pantry(Path(deed.folder))
    return Buttons(deed.api, world) if deed.api else None


class Acting:
    """One life of the house."""

    def __init__(self, deed: Deed) -> None:
        self.deed = deed
        self.fuse = LaterFuse(deed.dies) if deed.dies else None
        self.world = World(Path(deed.folder) / "world", meets=self._met)

    def _met(self, what: str) -> None:
        if what == self.deed.dies_at:
            os.kill(os.getpid(), signal.SIGKILL)
            signal.pause()

    def settings(self) -> Settings:
        """What this house is set to."""
        return Settings(
            data_dir=Path(self.deed.folder),
            database_url=self.deed.database_url,
            datasource_private_networks="127.0.0.0/8",
            datasource_timeout=10.0,
        )

    def outside(self) -> Outside | None:
        """What its tools change, where that lies behind a datasource."""
        return outside_of(self.deed, self.world)

    async def go(self) -> None:
        """Have it done, and tell what came of it."""
        deed = self.deed
        outside = self.outside()
        clock = Later() if outside and deed.doubts else SystemClock()
        step = outside.step if outside else ASKS[deed.asks]
        model = ScriptedModel({deed.asks: Script.of(step, says("That is all."))})
        reads = Database(database_url(deed.database_url))
        tools = [Workbench(self.world, reads, timeout_s=TOOL_S), Curious(self.world, timeout_s=TOOL_S)]
        writer = writer_with(self.fuse) if self.fuse else open_writer
        async with running(self.settings(), models=[model], toolsets=tools, open_writer=writer, clock=clock) as app:
            who = who_is(app.house.admin, "test")
            if outside:
                await outside.join(app, who)
            part = await self._done(app, who)
            changes = outside.changes if outside else self.world.changes
            tell(status=part.status, undo=part.undo, changes=changes)
        await reads.close()

    async def _done(self, app: App, who: Who) -> ToolCallPart:
        if self.deed.asks in ("idempotent", "asks first"):
            self._light()
        said = await app.talk.say(
            who, SendMessage(type="send_message", content=self.deed.asks, client_message_id=self.deed.asks)
        )
        async with asyncio.timeout(30):
            while (turn := await app.talk.wait_for_turn(said.ids["turn_id"], 0.05, or_waits=True)).status not in ENDED:
                async with app.database.read() as connection:
                    waiting = await inbox_of(connection, who.user_id)
                for approval in waiting:
                    await self._decide(app, who, approval)
                await asyncio.sleep(0.01)
        if self.deed.undoes:
            self._light()
            part = await self._part(app, who, turn.answer_id or "")
            if part.undo == "offered":
                command = UndoToolCall(
                    message_id=turn.answer_id or "", tool_call_id=part.tool_call_id, command_id="undo"
                )
                await app.talk.undo(who, command)
        return await self._part(app, who, turn.answer_id or "")

    async def _decide(self, app: App, who: Who, approval: Approval) -> None:
        if not self.deed.undoes:
            self._light()
        denies = self.deed.doubts and approval.reason == "unknown"
        command = DecideToolCall(
            type="decide_tool_call",
            approval_id=approval.id,
            decision="deny" if denies else "approve",
            answers=TOLD if approval.reason == "input" else None,
            command_id=approval.id,
        )
        await app.talk.decide(who, command)

    async def _part(self, app: App, who: Who, answer_id: str) -> ToolCallPart:
        async with app.database.read() as connection:
            answer = (await message_for(connection, who, answer_id)).value
        (part,) = [part for part in answer.parts if isinstance(part, ToolCallPart)]
        return part

    def _light(self) -> None:
        if self.fuse:
            self.fuse.is_lit = True


def born(deed: Deed, kind: type[Acting]) -> int:
    """Fork a house; its process id. Comes back in the parent alone."""
    assert threading.active_count() == 1, "a thread would be missing in the child"
    child = os.fork()
    if child:
        return child
    log = os.open(Path(deed.folder) / "server.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.dup2(log, sys.stderr.fileno())
    configure_logging("info", "text")
    try:
        asyncio.run(kind(deed).go())
    except BaseException as error:  # noqa: BLE001 - a child must never go on as if it were the parent
        tell(refused=f"{type(error).__name__}: {error}")
        os._exit(78)
    os._exit(0)


def main(kind: type[Acting] = Acting) -> None:
    """Carry out one order after the other."""
    make_ready("parlour.toolkits.data.http.source")
    while line := sys.stdin.buffer.readline():
        _, status = os.waitpid(born(Deed.decoded(line), kind), 0)
        tell(ended=os.waitstatus_to_exitcode(status))


if __name__ == "__main__":
    main()
