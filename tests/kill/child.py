"""Servers that are born to be killed: `python -m tests.kill.child`.

The parent does first what every server would have to do, keeps no loop, thread, pool or database of that, and forks a
child for every order that it reads: one line of JSON. The child is a whole Parlour, served as `parlour serve` does it.
On standard output stand, as one line of JSON each, where a child listens and how it ended.
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

from parlour import __version__
from parlour.app import App
from parlour.cli.serve import run
from parlour.clock import SystemClock
from parlour.config import Settings
from parlour.journal.writer import open_writer
from parlour.models.base import Model
from parlour.models.openai import OpenAIModel
from parlour.telling import configure_logging
from tests.doors import build_ahead, standing_doors
from tests.kill.boundary import Boundary, Fuse, writer_with
from tests.kill.forking import make_ready
from tests.kill.scenarios import scripted
from tests.kill.unfinished import tell_what_waits
from tests.lifted import LIFTED

REFUSED = 78


@dataclass(frozen=True, slots=True)
class Order:
    """A server to be born: over which data, answering with whom, and when its own writer shall kill it."""

    data_dir: str
    database_url: str
    provider: str | None = None
    """The base URL of whoever answers over OpenAI's wire; None for the scripted model."""
    dies: Boundary | None = None
    lease_s: float = 5.0
    """How long it may be silent before others take over."""
    clock_ahead_s: float = 0.0
    """How much its clock is ahead of everybody else's."""
    rests_after: str = ""
    """The words after which its scripted model says nothing more, so that it stays in mid-stream."""

    def encoded(self) -> bytes:
        """One line of JSON."""
        return orjson.dumps(asdict(self)) + b"\n"

    @staticmethod
    def decoded(line: bytes) -> "Order":
        """What `encoded` made."""
        raw: dict[str, Any] = orjson.loads(line)
        dies = raw.pop("dies")
        return Order(**raw, dies=Boundary(**dies) if dies else None)


class AheadClock(SystemClock):
    """The clock of a machine that nobody has set."""

    def __init__(self, seconds: float) -> None:
        self._ahead = timedelta(seconds=seconds)

    def now(self) -> datetime:
        return super().now() + self._ahead


def tell(**news: object) -> None:
    """One line of JSON to whoever gives the orders; written at once and whole."""
    os.write(sys.stdout.fileno(), orjson.dumps(news) + b"\n")


def end_with_the_orders() -> None:
    """End this process, whatever it does, as soon as nobody is there any more who could give orders."""
    os.read(sys.stdin.fileno(), 1)
    os._exit(0)


def serve(order: Order) -> None:
    """Be the server that was ordered, until it is told to stop, killed, or left by whoever ordered it."""
    log = os.open(Path(order.data_dir) / "server.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.dup2(log, sys.stderr.fileno())
    configure_logging("info", "text")
    threading.Thread(target=end_with_the_orders, name="orders", daemon=True).start()
    models: list[Model] = [scripted(order.rests_after)]
    if order.provider is not None:
        models = [OpenAIModel(name="bench/bench", base_url=order.provider)]

    async def ready(app: App) -> None:
        asyncio.get_running_loop().add_signal_handler(signal.SIGUSR1, tell_what_waits)
        tell(pid=os.getpid(), port=app.settings.port)

    with standing_doors() as rest_of:
        run(
            Settings(
                data_dir=Path(order.data_dir),
                database_url=order.database_url,
                port=0,
                node_lease_seconds=order.lease_s,
                **LIFTED,
            ),
            models=models,
            open_writer=writer_with(Fuse(order.dies)) if order.dies else open_writer,
            clock=AheadClock(order.clock_ahead_s),
            rest_of=rest_of,
            ready=ready,
        )


def born(order: Order) -> int:
    """Fork a server; its process id. Comes back in the parent alone."""
    assert threading.active_count() == 1, "a thread would be missing in the child"
    child = os.fork()
    if child:
        return child
    try:
        serve(order)
    except BaseException as error:  # noqa: BLE001 - a child must never go on as if it were the parent
        tell(refused=f"{type(error).__name__}: {error}")
        os._exit(REFUSED)
    os._exit(0)


def main() -> None:
    """Carry out one order after the other."""
    make_ready()
    build_ahead(__version__)
    while line := sys.stdin.buffer.readline():
        _, status = os.waitpid(born(Order.decoded(line)), 0)
        tell(ended=os.waitstatus_to_exitcode(status))


if __name__ == "__main__":
    main()
