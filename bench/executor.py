"""What running a tool costs beside what the tool itself takes: `python -m bench.executor --store sqlite`.

The whole house runs in this process, with everything it offers. One of its people has a tool run that does nothing,
has the same told again, and has three run side by side that take a second each; beside it, in the same run, each is
awaited as a bare function. Times are milliseconds, but of the three together, which are seconds.
"""

import argparse
import asyncio
import json
import os
import sqlite3
import statistics
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import structlog

from bench.machine import pinned
from bench.measuring import Bench
from bench.server import ROOT, SOURCES, data_folder
from parlour.app import App, running
from parlour.config import Settings
from parlour.identity.who import who_is
from parlour.protocol.datasources import NewDatasource
from parlour.tools.acts import Ended
from parlour.tools.caller import Caller
from parlour.tools.outcomes import Outcome, RequestedCall
from parlour.tools.tool import Tool, ToolContext, make_tool

TIMES = 500
Act = Callable[[], Awaitable[object]]


def executor(bench: Bench) -> None:
    """What the executor adds to a call, what a call costs that is told again, and whether calls run side by side."""
    for store in bench.stores:
        command = [sys.executable, "-m", "bench.executor", "--store", store]
        settle = pinned(bench.cores.server)
        done = subprocess.run(
            command, cwd=ROOT, env=os.environ | SOURCES, stdout=subprocess.PIPE, check=True, preexec_fn=settle
        )
        told = json.loads(done.stdout)
        for target, values in ((store, told["parlour"]), ("direct", told["bare"])):
            for name, value in values.items():
                bench.found.add(name, target, value)
        bench.tell(f"{store:9} executor {json.dumps(told['parlour'])}, bare {json.dumps(told['bare'])}")


class Workbench:
    """A toolset whose tools do nothing, at once or after a second."""

    name = "bench"

    def __init__(self) -> None:
        self._tools = [make_tool(self.do_nothing, effect="read"), make_tool(self.take_a_second, effect="read")]

    async def open(self) -> None:
        """Nothing to get ready."""

    async def close(self) -> None:
        """Nothing to let go of."""

    async def tools(self, caller: Caller) -> Sequence[Tool]:
        """The two tools."""
        del caller
        return self._tools

    async def do_nothing(self, context: ToolContext, number: int) -> dict[str, int]:
        """Do nothing."""
        return {"number": number}

    async def take_a_second(self, context: ToolContext, number: int) -> dict[str, int]:
        """Do nothing for a second."""
        await asyncio.sleep(1)
        return {"number": number}


class Asking:
    """Somebody of the house, who has its tools run."""

    def __init__(self, app: App) -> None:
        self._app = app
        caller = who_is(app.house.admin, "bench").in_project(app.house.home_project_id)
        self.context = ToolContext(caller, "conversation", "turn", "call")

    async def runs(self, name: str, /, **arguments: Any) -> Outcome:
        """Have a tool run by the executor."""
        came = await self._app.executor.run(RequestedCall("call", name, arguments), self.context)
        if not isinstance(came, Ended) or came.outcome.status != "completed":
            raise RuntimeError(f"{name} did not come to its end: {came}")
        return came.outcome

    async def is_told_again(self, name: str, /, **arguments: Any) -> None:
        """Have a tool run whose result has to have been told before."""
        if not (await self.runs(name, **arguments)).cached:
            raise RuntimeError(f"{name} was not told again")

    async def function(self, name: str, /, **arguments: Any) -> Act:
        """A tool as a bare function, its arguments ready."""
        tool = next(tool for tool in await self._app.executor.offered(self.context.caller) if tool.name == name)
        valid = tool.validated(arguments)
        values = {key: getattr(valid, key) for key in type(valid).model_fields}
        return lambda: tool.function(self.context, **values)

    async def gives_a_database(self) -> None:
        """Give the project a small database that nobody changes."""
        folder = self._app.settings.datasources
        folder.mkdir(parents=True, exist_ok=True)
        with closing(sqlite3.connect(folder / "bench.db")) as made:
            made.execute("CREATE TABLE things (name TEXT)")
        settings = {"dialect": "sqlite", "database": "bench.db"}
        new = NewDatasource.model_validate({"name": "bench", "kind": "sql", "settings": settings})
        made = await self._app.data.desk.add(self.context.caller, new)
        self._app.data.changed(self.context.caller, made)


async def taken(act: Act, times: int) -> list[float]:
    """How long it took each time, one after the other."""
    spent: list[float] = []
    for _ in range(times):
        began = time.perf_counter()
        await act()
        spent.append((time.perf_counter() - began) * 1000)
    return spent


async def together(acts: Sequence[Act]) -> float:
    """How many seconds these take side by side."""
    began = time.perf_counter()
    await asyncio.gather(*(act() for act in acts))
    return round(time.perf_counter() - began, 3)


def p95(times: Sequence[float]) -> float:
    """The time that one in twenty exceeds."""
    return round(statistics.quantiles(times, n=20)[18], 3)


def middle_and_p95(name: str, times: Sequence[float]) -> dict[str, float]:
    """The median and the p95 of a measure."""
    return {f"{name}-p50": round(statistics.median(times), 3), f"{name}-p95": p95(times)}


async def measured(app: App, times: int) -> dict[str, dict[str, float]]:
    """Everything, by the executor and bare."""
    asking = Asking(app)
    await asking.gives_a_database()
    way = {"from_entity": "Kettle", "to_entity": "Router"}
    nothing, found = await asking.function("do_nothing", number=1), await asking.function("find_path", **way)
    schema = await asking.function("database_schema")
    await asking.runs("find_path", **way)
    await asking.runs("database_schema")
    bare = await taken(nothing, times)
    run = await taken(lambda: asking.runs("do_nothing", number=1), times)
    second = await asking.function("take_a_second", number=1)
    seconds: list[Act] = [lambda number=number: asking.runs("take_a_second", number=number) for number in range(3)]
    parlour = {
        "executor-p50": round(statistics.median(run) - statistics.median(bare), 3),
        "executor-p95": round(p95(run) - statistics.median(bare), 3),
        **middle_and_p95("again-home", await taken(lambda: asking.is_told_again("find_path", **way), times)),
        **middle_and_p95("again-data", await taken(lambda: asking.is_told_again("database_schema"), times)),
        "three": await together(seconds),
    }
    anew = {
        **middle_and_p95("executor", bare),
        **middle_and_p95("again-home", await taken(found, times)),
        **middle_and_p95("again-data", await taken(schema, times)),
        "three": await together([second] * 3),
    }
    return {"parlour": parlour, "bare": anew}


async def run(settings: Mapping[str, str], times: int) -> dict[str, dict[str, float]]:
    """Let the demo house run, and measure it."""
    chosen = Settings(data_dir=Path(settings["PARLOUR_DATA_DIR"]), database_url=settings.get("DATABASE_URL", ""))
    async with running(chosen, toolsets=[Workbench()], demo=True) as app:
        return await measured(app, times)


def main() -> None:
    """Print one report as JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--times", type=int, default=TIMES, help="how often each is done")
    parser.add_argument("--store", choices=("sqlite", "postgres"), default="sqlite")
    options = parser.parse_args()
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    with data_folder(options.store) as settings:
        print(json.dumps(asyncio.run(run(settings, options.times)), indent=2))


if __name__ == "__main__":
    main()
