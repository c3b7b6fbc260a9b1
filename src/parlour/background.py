"""What goes on in the background for as long as the server lives, and what becomes of the server when it does not."""

import asyncio
import os
from collections.abc import Callable, Coroutine, Mapping
from contextlib import AsyncExitStack
from typing import Any

import structlog

log = structlog.get_logger(__name__)


def go_on_with(
    jobs: Mapping[str, Coroutine[Any, Any, None]], fatal: Callable[[BaseException], None], stack: AsyncExitStack
) -> None:
    """Do all of them from now on until the end."""
    for name, job in jobs.items():
        stack.callback(_endless(name, job, fatal).cancel)


def _endless(name: str, job: Coroutine[Any, Any, None], fatal: Callable[[BaseException], None]) -> "asyncio.Task[None]":
    """A job that only ends by being cancelled; its death is never silent."""

    def ended(task: "asyncio.Task[None]") -> None:
        if task.cancelled():
            return
        error = task.exception() or RuntimeError(f"the job {name} has ended by itself")
        log.critical("a job in the background has died", job=name, exc_info=error)
        fatal(error)

    task = asyncio.create_task(job, name=name)
    task.add_done_callback(ended)
    return task


def die(error: BaseException) -> None:
    """End the process at once: nothing can be kept any more, so nothing must be said."""
    log.critical("a part has died that nothing can go on without, so the server ends", exc_info=error)
    os._exit(70)
