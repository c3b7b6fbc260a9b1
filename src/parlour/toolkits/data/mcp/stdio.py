"""A program of this machine, spoken to over its standard streams: a group of processes of its own that ends with us.

It sees nothing of this server's environment.
"""

import asyncio
import os
import signal
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager, suppress
from typing import Any

import anyio
import structlog
from mcp.shared.message import SessionMessage
from mcp_types import jsonrpc_message_adapter

from parlour.toolkits.data.masking import Masks
from parlour.toolkits.data.mcp.commands import Command
from parlour.tools.outcomes import Failed

GRACE_S = 2.0
"""To end by itself once its input is closed, and again once it is asked to."""
MOST_LOGGED = 50
"""Lines that one run of a program may write into our log."""
LONGEST_LOGGED = 500
LONGEST_LINE = 64 * 1024
"""In bytes."""

log = structlog.get_logger(__name__)


@asynccontextmanager
async def standard_streams(
    command: Command, environment: Mapping[str, str], name: str, message_bytes: int, masks: Masks
) -> AsyncGenerator[Any]:
    """Run a program: the streams of messages from and to it. Raises Failed when it cannot be started.

    A message of more than `message_bytes` ends the connection. What is logged of it is without what `masks` hides.
    """
    process = await _started(command, environment, message_bytes)
    heard, incoming = anyio.create_memory_object_stream[SessionMessage | Exception](0)
    outgoing, said = anyio.create_memory_object_stream[SessionMessage](0)
    tasks = [
        asyncio.create_task(_hear(process, heard, name)),
        asyncio.create_task(_say(process, said)),
        asyncio.create_task(_log_errors(process, name, masks)),
    ]
    try:
        yield incoming, outgoing
    finally:
        # Before anything is waited for: whoever is in a hurry may end the waiting, too.
        for stream in (heard, incoming, outgoing, said):
            stream.close()
        try:
            await _end(process)
        finally:
            _let_go(process)
            for task in tasks:
                task.cancel()
            await asyncio.gather(process.wait(), *tasks, return_exceptions=True)


async def _started(command: Command, environment: Mapping[str, str], message_bytes: int) -> Process:
    try:
        return await asyncio.create_subprocess_exec(
            *command.words,
            stdin=PIPE,
            stdout=PIPE,
            stderr=PIPE,
            env=environment,
            cwd=command.folder,
            start_new_session=True,
            limit=message_bytes,
        )
    except (OSError, ValueError) as error:
        log.warning("a program could not be started", program=command.words[0], exc_info=error)
        raise Failed(
            "Its program cannot be started on this server.", suggestion="The server's log says why."
        ) from error


async def _hear(process: Process, heard: Any, name: str) -> None:
    """Hand on each line that is a message, until there is none or one is too long."""
    assert process.stdout is not None
    with heard, suppress(anyio.BrokenResourceError, anyio.ClosedResourceError):
        while True:
            try:
                line = await process.stdout.readuntil(b"\n")
            except asyncio.LimitOverrunError:
                log.warning("a program was ended: one message of its was too long", server=name)
                return
            except asyncio.IncompleteReadError:
                return
            try:
                message = jsonrpc_message_adapter.validate_json(line, by_name=False)
            except ValueError:
                continue
            await heard.send(SessionMessage(message))


async def _say(process: Process, said: Any) -> None:
    assert process.stdin is not None
    with suppress(OSError, anyio.ClosedResourceError):
        async for message in said:
            process.stdin.write(message.message.model_dump_json(by_alias=True, exclude_unset=True).encode() + b"\n")
            await process.stdin.drain()


async def _log_errors(process: Process, name: str, masks: Masks) -> None:
    """What a program writes to its standard error, into our log, within reason. The rest is read and dropped."""
    assert process.stderr is not None
    count, is_whole = 0, True
    async for line in _lines(process.stderr):
        count += 1
        if count <= MOST_LOGGED and line.strip():
            log.info("a program says", server=name, line=masks.text(line)[:LONGEST_LOGGED])
        if count > MOST_LOGGED and is_whole:
            is_whole = False
            log.info("a program says more than is logged", server=name)


async def _lines(stream: asyncio.StreamReader) -> AsyncGenerator[str]:
    """Each line whole, as it is looked through; what is too long for one is dropped but for its beginning."""
    line = b""
    while chunk := await stream.read(8_192):
        *ended, rest = (line + chunk).splitlines(keepends=True)
        if rest.endswith((b"\n", b"\r")):
            ended, rest = [*ended, rest], b""
        for each in ended:
            yield each.decode("utf-8", "replace").rstrip("\r\n")
        line = rest[:LONGEST_LINE]
    if line:
        yield line.decode("utf-8", "replace")


async def _end(process: Process) -> None:
    """Let a program end, and make it where it does not."""
    if process.stdin is not None:
        process.stdin.close()
    if not await _has_ended(process):
        _signal(process, signal.SIGTERM)
        await _has_ended(process)
    _signal(process, signal.SIGKILL)
    await _has_ended(process)


def _let_go(process: Process) -> None:
    """End what is left of a program and of whatever it has started, now."""
    _signal(process, signal.SIGKILL)
    transport = getattr(process, "_transport", None)
    if transport is not None:
        # Something that left the group may hold the pipes open: they are ours to close all the same.
        transport.close()


async def _has_ended(process: Process) -> bool:
    try:
        async with asyncio.timeout(GRACE_S):
            await process.wait()
    except TimeoutError:
        return False
    return True


def _signal(process: Process, which: signal.Signals) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, which)
