"""What every task of a server waits for, told when somebody asks with SIGUSR1: where a turn that never ends hangs."""

import asyncio
import gc
import inspect
import sys
from collections import Counter
from typing import Any


def tell_what_waits() -> None:
    """Write to standard error where the tasks of the running loop stand, line by line of their coroutines.

    Those that stand at the same lines are told once, with their number; those of which there are few come last.
    """
    stand = Counter(f"{task.get_name()}: {' > '.join(_chain(task.get_coro()))}" for task in asyncio.all_tasks())
    for place, count in stand.most_common():
        sys.stderr.write(f"{count} x {place}\n")
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
