"""Folders of files as a kind of datasource."""

import asyncio
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from pydantic import BaseModel

from parlour.clock import Clock
from parlour.toolkits.data.datasource import Datasource
from parlour.toolkits.data.files.change_tools import ChangeTools
from parlour.toolkits.data.files.paths import folder_named
from parlour.toolkits.data.files.settings import FilesLimits, FilesSettings
from parlour.toolkits.data.files.source import FilesSource
from parlour.toolkits.data.files.tools import KIND, ReadingTools
from parlour.toolkits.data.files.wording import counted, sized
from parlour.toolkits.data.kinds import Shelf
from parlour.tools.tool import Tool


class FilesKind:
    """Files below `root`, where each project has a folder of its own, called as its id."""

    name = KIND
    title = "Folder of files"
    settings: type[BaseModel] = FilesSettings

    def __init__(self, root: Path, clock: Clock, limits: FilesLimits | None = None) -> None:
        self._root = root
        self._clock = clock
        self._limits = limits or FilesLimits()
        self._tools: tuple[ReadingTools, ChangeTools] | None = None

    def address(self, settings: FilesSettings) -> str:
        """The folder in the project's own. There are no secrets. Raises BadArguments and Refused."""
        return f"files:{'/'.join(folder_named(settings.folder))}"

    async def connect(self, settings: FilesSettings, *, project_id: str, writable: bool) -> FilesSource:
        """The folder; made where it may be written to and is not there yet. Raises Refused and Failed."""
        source = FilesSource(self._root, project_id, settings, self._limits, self._clock)
        try:
            if writable:
                await asyncio.to_thread(source.area.prepare)
        except BaseException:
            await source.close()
            raise
        return source

    async def trial(self, source: FilesSource) -> str:
        """How many files are there, how much room the project has left, and where they lie."""
        area = source.area
        found = await source.run(partial(area.listed, (), is_deep=True))
        usage = await source.run(area.usage)
        files = [each for each in found if not each.is_folder]
        room, more = max(0, self._limits.total_bytes - usage.size), max(0, self._limits.count - usage.count)
        there = f"{counted(len(files), 'file')} ({sized(sum(each.size for each in files))})"
        where = self._root.absolute() / area.project_id / "/".join(area.folder)
        return f"{there} can be read. There is room for {sized(room)} and {more:,} more. They lie in {where}."

    def tools(self, shelf: Shelf, there: Sequence[Datasource]) -> Sequence[Tool]:
        """What every folder can be asked, and what changes those that may be changed."""
        if self._tools is None:
            self._tools = ReadingTools(shelf, self._limits), ChangeTools(shelf, self._limits)
        reading, changing = self._tools
        return (*reading.tools, *changing.tools) if any(each.writable for each in there) else reading.tools
