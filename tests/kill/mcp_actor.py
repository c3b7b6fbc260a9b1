"""A house that writes into a notebook through an MCP server and is killed over it: `python -m tests.kill.mcp_actor`.

It lives as the one in `tests.kill.actor` does. What is noted outlives it: elsewhere, over HTTP, or in a file that the
program writes which the house runs. Each house writes its own name, so that one notebook is enough for all of them.
"""

import json
import sys
from dataclasses import replace
from importlib import import_module
from pathlib import Path

from parlour.app import App
from parlour.config import Settings
from parlour.identity.who import Who
from parlour.models.scripted import Step, call
from parlour.protocol.content import Json
from parlour.protocol.datasources import NewDatasource
from tests.kill.actor import ASKS, Acting, Deed, main
from tests.kill.outside import Outside
from tests.rules.sources import ROOT

PROGRAM = ROOT / "tests" / "toolkits" / "data" / "mcp" / "plain.py"
NAME = "notebook"


def notebook_of(house: str | Path) -> Path:
    """Where the notebook lies that a house and its neighbours write into."""
    return Path(house).parent / "notebook"


class Notebook:
    """What an MCP server writes down."""

    def __init__(self, deed: Deed) -> None:
        self._text = Path(deed.folder).name
        self._notes = notebook_of(deed.folder) / "notes"
        self._settings: Json = {"url": deed.api} if deed.api else {"program": NAME}

    @property
    def step(self) -> Step:
        return call(f"{NAME}__note", text=self._text)

    @property
    def changes(self) -> list[str]:
        if not self._notes.exists():
            return []
        return ["noted" for line in self._notes.read_text().splitlines() if line == self._text]

    async def join(self, app: App, who: Who) -> None:
        caller = who.in_project(app.house.home_project_id)
        if await app.data.desk.kept(caller.project_id):
            return
        settings: Json = {**self._settings, "timeout_s": 30.0}
        made = await app.data.desk.add(caller, NewDatasource(name=NAME, kind="mcp", settings=settings, writable=True))
        there = await app.data.desk.one(caller.project_id, made)
        async with app.data.lend(there) as link:
            await app.data.remember(there, (await link.listing()).as_json())


class Noting(Acting):
    """One life of the house."""

    def settings(self) -> Settings:
        listed = Path(self.deed.folder) / "servers.json"
        words = {"command": sys.executable, "args": [str(PROGRAM), str(notebook_of(self.deed.folder))]}
        listed.write_text(json.dumps({"mcpServers": {NAME: words}}))
        return replace(super().settings(), mcp_servers_file=str(listed))

    def outside(self) -> Outside | None:
        return None if self.deed.asks in ASKS else Notebook(self.deed)


if __name__ == "__main__":
    import_module("parlour.toolkits.data.mcp.dialing")
    main(Noting)
