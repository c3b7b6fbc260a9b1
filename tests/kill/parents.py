"""Processes that fork others. To start one takes longer than most of what it forks, so it serves many tests.

Nothing goes from one test to the next: what is killed, or ends by itself, is a fork that lives once.
"""

import asyncio
import atexit
import os
import subprocess
import sys
from collections import defaultdict
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from subprocess import PIPE

from tests.rules.sources import ROOT


class Parent:
    """A process that reads orders and tells what becomes of them, a line of JSON each."""

    def __init__(self, module: str) -> None:
        paths = os.pathsep.join([str(ROOT / "src"), str(ROOT)])
        environment = {**os.environ, "PYTHONPATH": paths}
        command = [sys.executable, "-m", module]
        self._process = subprocess.Popen(command, cwd=ROOT, env=environment, stdin=PIPE, stdout=PIPE, bufsize=0)
        self._heard = asyncio.StreamReader()

    @asynccontextmanager
    async def listened_to(self) -> AsyncGenerator[None]:
        """Hear it in the loop that runs, until the end of this."""
        assert self._process.stdout is not None
        self._heard = asyncio.StreamReader()
        own = os.fdopen(os.dup(self._process.stdout.fileno()), "rb", 0)
        transport, _ = await asyncio.get_running_loop().connect_read_pipe(
            lambda: asyncio.StreamReaderProtocol(self._heard), own
        )
        try:
            yield
        finally:
            transport.close()

    def order(self, line: bytes) -> None:
        """Give it an order."""
        assert self._process.stdin is not None
        self._process.stdin.write(line)

    async def hear(self) -> bytes:
        """The next line that it tells; nothing once it has ended."""
        return await self._heard.readline()

    def end(self) -> None:
        """End it, and what it has forked as soon as that looks for orders."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.kill()
        self._process.stdin.close()
        self._process.stdout.close()
        self._process.wait()


_IDLE: dict[str, list[Parent]] = defaultdict(list)


@asynccontextmanager
async def parent(module: str) -> AsyncGenerator[Parent]:
    """A process that runs `module`, for this alone until the end. After an error nobody uses it again."""
    it = _IDLE[module].pop() if _IDLE[module] else Parent(module)
    try:
        async with it.listened_to():
            yield it
    except BaseException:
        it.end()
        raise
    _IDLE[module].append(it)


@atexit.register
def _end_all() -> None:
    for idle in _IDLE.values():
        for each in idle:
            each.end()
