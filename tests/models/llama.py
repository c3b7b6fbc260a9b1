"""llama.cpp's own server on the loopback, over a model that is made up: what a user of it runs, without its weights."""

import asyncio
import json
import sys
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from select import select
from subprocess import PIPE, Popen
from typing import Any

import aiohttp

from tests.models.llama_weights import TEMPLATE, write_model
from tests.ports import free_port
from tests.rules.skips import missing

CHILD = Path(__file__).with_name("llama_child.py")
NAME, KEY = "made-up", "sk-of-the-cellar"
SLOTS, WINDOW = 2, 8_192
"""How many answers it gives at once, and how many tokens each has."""
SEED = 7
PATIENCE_S = 60.0
"""It takes a third of a second; a busy machine may take long to start a program."""

Json = dict[str, Any]


@dataclass(frozen=True)
class Llama:
    """A server that runs."""

    address: str
    kill: Callable[[], None]
    """End it at once, whatever it is doing."""

    @property
    def base_url(self) -> str:
        """What a user enters."""
        return f"{self.address}/v1"

    async def told(self, path: str, body: Json | None = None) -> Any:
        """What it answers at a door of its own: by GET, or with a body by POST."""
        headers = {"Authorization": f"Bearer {KEY}"}
        async with aiohttp.ClientSession(self.address, headers=headers) as session:
            asked = session.get(path) if body is None else session.post(path, json=body)
            async with asked as response:
                assert response.status == 200, await response.text()
                return await response.json()

    async def tokens_of(self, messages: list[Json], tools: list[Json] | None = None) -> int:
        """How many tokens a talk is, by its own template and its own tokenizer."""
        talk = {"messages": messages} | ({"tools": tools} if tools else {})
        prompt = (await self.told("/apply-template", talk))["prompt"]
        return len((await self.told("/tokenize", {"content": prompt, "add_special": True}))["tokens"])

    async def busy(self) -> int:
        """How many answers it is giving."""
        return sum(slot["is_processing"] for slot in await self.told("/slots"))

    async def until_idle(self) -> None:
        """Wait until it gives none."""
        async with asyncio.timeout(PATIENCE_S):
            while True:
                if not await self.busy():
                    return
                await asyncio.sleep(0.01)


@contextmanager
def llama(
    folder: Path,
    *,
    leans: Mapping[str, float] | None = None,
    template: str = TEMPLATE,
    name: str = NAME,
    **settings: int,
) -> Generator[Llama]:
    """The server, with settings by the names that llama.cpp has for them in its code.

    Leaves the calling test out where the package is missing.
    """
    if find_spec("xllamacpp") is None:
        missing("xllamacpp, which brings llama.cpp's server")
    path = folder / "made-up.gguf"
    write_model(path, leans=leans, template=template)
    told: Json = {"path": str(path), "names": [name] if name else [], "key": KEY, "seed": SEED}
    told["settings"] = {"port": free_port(), "n_parallel": SLOTS, "n_ctx": SLOTS * WINDOW, **settings}
    log = folder / "llama.log"
    with log.open("wb") as lines, Popen([sys.executable, CHILD], stdin=PIPE, stdout=PIPE, stderr=lines) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            process.stdin.write(json.dumps(told).encode() + b"\n")
            process.stdin.flush()
            said, _, _ = select([process.stdout], [], [], PATIENCE_S)
            address = process.stdout.readline().decode().strip() if said else ""
            assert address, log.read_text(errors="replace")
            yield Llama(address, process.kill)
        finally:
            process.kill()
