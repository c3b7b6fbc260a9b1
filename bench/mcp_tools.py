"""How fast the tools of an MCP server are there: `python -m bench.mcp_tools --tools 100 --store sqlite`.

A house is given a server with N tools. Then its tools are asked for as a turn asks for them: at first, when the house
was just started and makes them of what it remembers; again, as every step of an answer does; and the server itself is
asked for them anew. Times are milliseconds.
"""

import argparse
import asyncio
import json
import os
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from bench.machine import pinned
from bench.measuring import Bench
from bench.server import ROOT, SOURCES, data_folder
from bench.tally import percentile
from parlour.app import App, running
from parlour.config import Settings
from parlour.datasources import kinds_of
from parlour.identity.who import who_is
from parlour.models.scripted import ScriptedModel
from parlour.protocol.datasources import NewDatasource
from parlour.telling import configure_logging
from parlour.toolkits.data import DataToolkit
from parlour.tools.caller import Caller

TOOLS = 100
ASKED = 30
MANY = 300
"""How often each thing is asked for."""


def mcp_tools(bench: Bench) -> None:
    """The tools of an MCP server with 100 of them."""
    for store in bench.stores:
        command = [sys.executable, "-m", "bench.mcp_tools", "--tools", str(TOOLS), "--store", store]
        settle = pinned(bench.cores.server)
        done = subprocess.run(
            command, cwd=ROOT, env=os.environ | SOURCES, stdout=subprocess.PIPE, check=True, preexec_fn=settle
        )
        told = json.loads(done.stdout)
        for name in ("first", "again", "anew"):
            bench.found.add(f"mcp-{name}", store, told[name])
        bench.tell(f"{store:9} {TOOLS} MCP tools p95: " + ", ".join(f"{each} {told[each]}" for each in told))


def described(number: int) -> dict[str, Any]:
    """One tool of the server, with the arguments that such tools have."""
    properties = {
        "query": {"type": "string", "description": "What to look for, in plain words.", "maxLength": 500},
        "limit": {"type": "integer", "minimum": 1, "maximum": 100, "default": 20},
        "states": {"type": "array", "items": {"type": "string", "enum": ["open", "closed", "draft"]}},
        "since": {"type": "string", "format": "date-time"},
        "where": {"type": "object", "properties": {"owner": {"type": "string"}, "name": {"type": "string"}}},
    }
    return {
        "name": f"find_things_of_kind_{number}",
        "description": f"Find things of the kind {number}. " + "It takes words and a few filters. " * 5,
        "inputSchema": {"type": "object", "properties": properties, "required": ["query"]},
        "annotations": {"readOnlyHint": True},
    }


def serve(count: int) -> None:
    """Be that server, over the standard streams."""
    hello: dict[str, Any] = {
        "protocolVersion": "2025-06-18",
        "capabilities": {"tools": {}},
        "serverInfo": {"name": "bench", "version": "1"},
    }
    answers: dict[str, Any] = {
        "initialize": hello,
        "tools/list": {"tools": [described(number) for number in range(count)]},
    }
    for line in sys.stdin:
        asked = json.loads(line)
        if "id" in asked:
            known = asked.get("method") in answers
            came: dict[str, Any] = (
                {"result": answers[asked["method"]]} if known else {"error": {"code": -32601, "message": "unknown"}}
            )
            print(json.dumps({"jsonrpc": "2.0", "id": asked["id"], **came}), flush=True)


async def run(settings: Settings, count: int) -> dict[str, float]:
    """The p95 of each."""
    async with running(settings, models=[ScriptedModel()]) as app:
        who = who_is(app.house.admin, "bench").in_project(app.house.home_project_id)
        new = NewDatasource(name="bench", kind="mcp", settings={"program": "bench", "trusted": True})
        there = await app.data.desk.one(who.project_id, await app.data.desk.add(who, new))
        async with app.data.lend(there) as link:
            await app.data.remember(there, (await link.listing()).as_json())
            anew = await _taken(link.listing)
        again = await _taken(lambda: _offered(app.data, who, count), MANY)
        first = [await _first(app, settings, who, count) for _ in range(ASKED)]
        return {"first": _p95(first), "again": _p95(again), "anew": _p95(anew)}


async def _first(app: App, settings: Settings, who: Caller, count: int) -> float:
    """How long it takes in a house that has just been started, and has made no tool so far."""
    unused = {kind.name: kind for kind in kinds_of(settings, app.clock)}
    fresh = DataToolkit(app.data.desk, unused, app.clock, settings.datasource_idle)
    (took,) = await _taken(lambda: _offered(fresh, who, count), 1)
    await fresh.close()
    return took


async def _offered(data: DataToolkit, who: Caller, count: int) -> None:
    offered = await data.tools(who)
    assert len(offered) == count, f"{len(offered)} tools"


async def _taken(work: Callable[[], Awaitable[object]], times: int = ASKED) -> list[float]:
    taken: list[float] = []
    for _ in range(times):
        began = time.perf_counter()
        await work()
        taken.append((time.perf_counter() - began) * 1000)
    return taken


def _p95(taken: list[float]) -> float:
    return round(percentile(taken, 95), 2)


def main() -> None:
    """Print one report as JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tools", type=int, default=TOOLS)
    parser.add_argument("--store", choices=("sqlite", "postgres"), default="sqlite")
    parser.add_argument("--serve", action="store_true", help="be the server with so many tools")
    options = parser.parse_args()
    if options.serve:
        serve(options.tools)
        return
    # The report is on standard output, so nothing else may be.
    configure_logging("warning", "text")
    with data_folder(options.store) as given:
        folder = Path(given["PARLOUR_DATA_DIR"])
        words = [__file__, "--serve", "--tools", str(options.tools)]
        listed = {"command": sys.executable, "args": words, "env": SOURCES}
        (folder / "servers.json").write_text(json.dumps({"mcpServers": {"bench": listed}}))
        settings = Settings(
            data_dir=folder, database_url=given.get("DATABASE_URL", ""), mcp_servers_file=str(folder / "servers.json")
        )
        print(json.dumps(asyncio.run(run(settings, options.tools)), indent=2))


if __name__ == "__main__":
    main()
