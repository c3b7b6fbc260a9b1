"""A real server for the tests in a browser: a process of its own, which can be killed and started again."""

import asyncio
import json
import os
import re
import sqlite3
import sys
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path

from tests.lifted import IN_WORDS
from tests.ports import free_port
from tests.rules.sources import ROOT

PATIENCE_S = 60.0
PARLOUR = (sys.executable, "-c", "from parlour.cli.main import app; app()")
SETTINGS_OF_PARLOUR = re.compile(r"PARLOUR_|OPENAI_|OLLAMA_|AI_|CHAT_|TURN_|WEBSOCKET_|DATABASE_URL|LOG_|ENVIRONMENT")


@dataclass
class Serving:
    """`parlour serve` over a data folder. After `kill`, `start` serves the same data at the same address."""

    folder: Path
    settings: dict[str, str] = field(default_factory=dict[str, str])
    demo: bool = True
    address: str = ""
    link: str = ""
    """The one-time link that the first start printed."""
    _process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        """Return once everything listens."""
        port = self.address.rpartition(":")[2] or str(free_port())
        with self._log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                *PARLOUR,
                "serve",
                *(["--demo"] if self.demo else []),
                env=self._environment(port),
                stdout=asyncio.subprocess.PIPE,
                stderr=log,
            )
        assert self._process.stdout is not None
        async with asyncio.timeout(PATIENCE_S):
            said = (await self._process.stdout.readline()).decode()
        ready = re.match(r"Parlour is ready: (http://[^/\s]+)(\S*)", said)
        assert ready is not None, f"the server did not start: {said}{self.log}"
        self.address = ready[1]
        self.link = ready[0].removeprefix("Parlour is ready: ") if ready[2] else self.link

    async def kill(self) -> None:
        """End the process as a power cut does."""
        assert self._process is not None
        self._process.kill()
        await self._process.wait()
        self._process = None

    async def stop(self) -> None:
        """End the process as a person does; nothing when it is ended already."""
        if self._process is not None:
            with suppress(ProcessLookupError):
                self._process.terminate()
            async with asyncio.timeout(PATIENCE_S):
                await self._process.wait()
            self._process = None

    async def new_link(self, user: str = "admin") -> str:
        """Another way in for somebody, as it is made at the server's terminal."""
        return await self.command("link", user)

    async def command(self, *words: str) -> str:
        """What a command at the server's terminal prints."""
        port = self.address.rpartition(":")[2]
        made = await asyncio.create_subprocess_exec(
            *PARLOUR, *words, env=self._environment(port), stdout=asyncio.subprocess.PIPE
        )
        said, _ = await made.communicate()
        assert made.returncode == 0, f"parlour {' '.join(words)} did not work"
        return said.decode().strip()

    def kept(self, words: str) -> int:
        """How many messages of people with just these words the database holds."""
        with closing(sqlite3.connect(f"file:{self.folder / 'data' / 'parlour.db'}?mode=ro", uri=True)) as database:
            rows = database.execute("SELECT parts FROM messages WHERE role = 'user'").fetchall()
        return sum("".join(part["text"] for part in json.loads(parts)) == words for (parts,) in rows)

    @property
    def log(self) -> str:
        """What the server has logged."""
        return self._log.read_text(encoding="utf-8")

    @property
    def _log(self) -> Path:
        return self.folder / "server.log"

    def _environment(self, port: str) -> dict[str, str]:
        own = {name: value for name, value in os.environ.items() if not SETTINGS_OF_PARLOUR.match(name)}
        path = os.pathsep.join((str(ROOT / "src"), os.environ.get("PYTHONPATH", ""))).rstrip(os.pathsep)
        here = {"PYTHONPATH": path, "PARLOUR_DATA_DIR": str(self.folder / "data"), "PARLOUR_PORT": port}
        return own | IN_WORDS | here | self.settings
