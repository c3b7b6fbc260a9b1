"""Plain functions of tools, run beside the event loop, so that one that waits holds up nobody else.

The threads are daemons: a function that never comes back must not keep the server from ending.
"""

import asyncio
import threading
from collections.abc import Awaitable, Callable
from concurrent.futures import Future
from contextvars import copy_context
from functools import partial, wraps
from inspect import iscoroutinefunction
from queue import SimpleQueue
from typing import Any

AT_ONCE = 4
"""So many calls of one function run at a time, unless it says otherwise. One that was given up counts until it is back;
what comes meanwhile waits, within its own time limit."""

_Work = tuple[Future[Any], Callable[[], Any]]


class Threads:
    """A few threads, begun when they are needed."""

    def __init__(self, name: str, most: int = AT_ONCE) -> None:
        self._name = name
        self._most = most
        self._begun = 0
        self._unfinished = 0
        self._lock = threading.Lock()
        self._waiting: SimpleQueue[_Work] = SimpleQueue()

    async def run(self, work: Callable[[], Any]) -> Any:
        """What `work` returns or raises. Whoever stops waiting leaves it running; what has not begun never begins."""
        future: Future[Any] = Future()
        with self._lock:
            self._unfinished += 1
            if self._begun < min(self._unfinished, self._most):
                self._begun += 1
                threading.Thread(target=self._go_on, name=f"{self._name}-{self._begun}", daemon=True).start()
        self._waiting.put((future, partial(copy_context().run, work)))
        return await asyncio.wrap_future(future)

    def _go_on(self) -> None:
        while True:
            future, work = self._waiting.get()
            if future.set_running_or_notify_cancel():
                _settle(future, work)
            with self._lock:
                self._unfinished -= 1


def awaitable(function: Callable[..., Any], most: int = AT_ONCE) -> Callable[..., Awaitable[Any]]:
    """`function` as one that can be awaited: itself, or run in `most` threads of its own where it is a plain one."""
    if iscoroutinefunction(function):
        return function
    threads = Threads(getattr(function, "__name__", "tool"), most)

    @wraps(function)
    async def beside(*args: Any, **named: Any) -> Any:
        return await threads.run(partial(function, *args, **named))

    return beside


def _settle(future: Future[Any], work: Callable[[], Any]) -> None:
    try:
        result = work()
    except Exception as error:  # noqa: BLE001 - whoever waits for it is told
        future.set_exception(error)
    except BaseException as error:  # noqa: BLE001 - the same
        # In the event loop this would end the server, which is not for a tool to decide.
        future.set_exception(RuntimeError(f"a tool tried to end the server by {type(error).__name__}"))
    else:
        future.set_result(result)
