"""What every task of a server waits for, told when somebody asks with SIGUSR1: where a turn that never ends hangs."""

import asyncio
import gc
import inspect
import sys
from typing import Any


def tell_what_waits() -> None:
    """Write each task of the running loop to standard error, and the line that each of its coroutines stands at."""
    for task in sorted(asyncio.all_tasks(), key=lambda task: task.get_name()):
        sys.stderr.write(f"TASK {task.get_name()}: {' > '.join(_chain(task.get_coro()))}\n")
    sys.stderr.flush()


def _chain(awaited: Any) -> list[str]:
    """A coroutine, and whom it waits for, and so on."""
    lines: list[str] = []
    while awaited is not None:
        awaited = next(filter(inspect.isasyncgen, gc.get_referents(awaited)), awaited)
        frame = _first(awaited, "cr_frame", "ag_frame", "gi_frame")
        lines.append(f"{frame.f_code.co_name}:{frame.f_lineno}" if frame else type(awaited).__name__)
        awaited = _first(awaited, "cr_await", "ag_await", "gi_yieldfrom")
    return lines


def _first(awaited: Any, *names: str) -> Any:
    return next((found for name in names if (found := getattr(awaited, name, None)) is not None), None)
