"""What the machine gives this server: room on the disk, and memory."""

import asyncio
import os
import shutil
from collections.abc import Sequence
from pathlib import Path

from parlour.api.components.amounts import sized
from parlour.app import App
from parlour.protocol.system import Component

LOW = 1024**3
"""With less room than this an operator should do something."""
_STATM = Path("/proc/self/statm")


async def disk(app: App, tenant_id: str) -> Sequence[Component]:
    """The room where the data folder is."""
    folder = app.settings.data_dir
    free = await asyncio.to_thread(free_bytes, folder)
    if free is None:
        return [Component(kind="disk", name="Disk", state="unknown", words="This machine does not tell what is free.")]
    words = f"{sized(free)} are free where {folder.absolute()} is."
    if free < LOW:
        return [Component(kind="disk", name="Disk", state="degraded", words=f"{words} Make room before it is full.")]
    return [Component(kind="disk", name="Disk", state="ok", words=words)]


async def memory(app: App, tenant_id: str) -> Sequence[Component]:
    """What this process holds."""
    held = memory_bytes()
    if held is None:
        words = "This machine does not tell how much this server holds."
        return [Component(kind="memory", name="Memory", state="unknown", words=words)]
    return [Component(kind="memory", name="Memory", state="ok", words=f"This server holds {sized(held)}.")]


def free_bytes(folder: Path) -> int | None:
    """The room where a folder is; None where that cannot be told."""
    try:
        return shutil.disk_usage(folder).free
    except OSError:
        return None


def memory_bytes() -> int | None:
    """What this process holds of the machine's memory; None where that cannot be told: only Linux says it cheaply."""
    try:
        return int(_STATM.read_text("ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError, IndexError):
        return None
