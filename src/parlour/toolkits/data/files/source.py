"""An open datasource of files: what looks at them and changes them blocks, so it runs in a few threads of its own."""

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TypeVar

from parlour.clock import Clock
from parlour.toolkits.data.files.area import Area, Going, version_of
from parlour.toolkits.data.files.extracting import AT_ONCE, extracted
from parlour.toolkits.data.files.paths import Parts, folder_named
from parlour.toolkits.data.files.settings import FilesLimits, FilesSettings
from parlour.toolkits.data.files.texts import Form, Text, form_of, plain
from parlour.toolkits.data.files.walking import read_whole

T = TypeVar("T")

_REMEMBERED_CHARS = 4_000_000
"""Of documents whose text was taken out, for whoever reads on."""


@dataclass(frozen=True, slots=True)
class Document:
    """A file as it was read."""

    form: Form
    version: str
    size: int
    """In bytes."""
    text: Text


class FilesSource:
    """The files of one datasource."""

    def __init__(self, root: Path, project_id: str, settings: FilesSettings, limits: FilesLimits, clock: Clock) -> None:
        """Raises BadArguments and Refused for a folder that may not be."""
        self.area = Area(root, project_id, folder_named(settings.folder), limits)
        self.limits = limits
        self.clock = clock
        self._threads = ThreadPoolExecutor(limits.at_once, thread_name_prefix="files")
        self._extracting = asyncio.Semaphore(AT_ONCE)
        self._texts: OrderedDict[str, Text] = OrderedDict()

    async def run(self, work: Callable[[Going], T]) -> T:
        """Do some work in a thread. Whoever is cancelled waits until it has stopped: nothing happens behind them."""
        going = Going()
        under_way = asyncio.get_running_loop().run_in_executor(self._threads, work, going)
        try:
            return await asyncio.shield(under_way)
        except asyncio.CancelledError:
            going.abandon()
            await asyncio.wait([under_way])
            if not under_way.cancelled():
                under_way.exception()  # nobody is told any more
            raise

    async def read(self, parts: Parts) -> Document:
        """A file and its text. Raises NotThere, Refused for what is no text, Failed."""
        content = await self.run(partial(self._content, parts))
        form, version = form_of(parts, content), version_of(content)
        text = plain(content) if form == "text" else await self._document(form, version, content, "/".join(parts))
        return Document(form, version, len(content), text)

    async def close(self) -> None:
        """Let go of the threads. What is under way ends by itself."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _content(self, parts: Parts, going: Going) -> bytes:
        with self.area.spot(parts, going) as spot:
            return read_whole(spot, self.limits.file_bytes, going.check)[0]

    async def _document(self, form: Form, version: str, content: bytes, path: str) -> Text:
        known = self._texts.get(version)
        if known is None:
            async with self._extracting:
                known = await extracted(form, content, path, self.limits)
            self._texts[version] = known
        self._texts.move_to_end(version)
        while len(self._texts) > 1 and sum(each.size for each in self._texts.values()) > _REMEMBERED_CHARS:
            self._texts.popitem(last=False)
        return known
