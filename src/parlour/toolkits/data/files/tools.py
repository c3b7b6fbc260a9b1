"""The tools that files are looked at with."""

from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import Field

from parlour.clock import isoformat
from parlour.toolkits.data.files.faults import LOOK
from parlour.toolkits.data.files.globs import Glob
from parlour.toolkits.data.files.naming import meant
from parlour.toolkits.data.files.paths import Parts, file_named, folder_named, shown
from parlour.toolkits.data.files.searching import MOST_FILES, Hit, hit, words_of
from parlour.toolkits.data.files.settings import FilesLimits
from parlour.toolkits.data.files.source import Document, FilesSource
from parlour.toolkits.data.files.texts import sliced
from parlour.toolkits.data.files.walking import Entry
from parlour.toolkits.data.files.wording import LIST, READ, SEARCH
from parlour.toolkits.data.kinds import Shelf
from parlour.toolkits.data.phrasebook import language_of
from parlour.tools.outcomes import BadArguments, NotThere, ToolProblem
from parlour.tools.tool import Tool, ToolContext, make_tool

KIND = "files"
WHAT = "folder of files"
"""What such a datasource is called."""
PAGE = 200
"""Entries of a folder in one answer."""
MOST_NAMED = 10
"""So many of one name are told."""
_SLACK_S = 10.0
"""Beside what takes long: to wait for a thread, and to open things."""

Path = Annotated[
    str, Field(min_length=1, max_length=1_000, description="As list_files tells it, such as “reports/2026.md”.")
]
PathOrName = Annotated[
    str,
    Field(
        min_length=1,
        max_length=1_000,
        description="As list_files tells it, such as “reports/2026.md”; or just its name, where only one has it.",
    ),
]
Folder = Annotated[str, Field(max_length=1_000, description="As list_files tells it; left out: everything.")]
Named = Annotated[
    str | None,
    Field(max_length=100, description="Name or id of the datasource; may be left out where there is only one."),
]
Pattern = Annotated[
    str | None,
    Field(min_length=1, max_length=200, description="Such as “*.md”, or “**/*.pdf” for all folders below as well."),
]
Words = Annotated[str, Field(min_length=1, max_length=200, description="Each of them has to be in the name or text.")]


class ReadingTools:
    """The tools that look at the files of the caller's project."""

    def __init__(self, shelf: Shelf, limits: FilesLimits) -> None:
        self._shelf = shelf

        # What is in files was written by others: it is never taken for instructions.
        def looks(name: str) -> dict[str, Any]:
            return {"effect": "read", "open_world": True, "language": language_of(name)}

        brief = limits.extract_s + _SLACK_S
        long = limits.search_s + limits.extract_s + _SLACK_S
        self.tools: tuple[Tool, ...] = (
            make_tool(self.list_files, wording=LIST, timeout_s=brief, **looks("list_files")),
            make_tool(self.read_file, wording=READ, timeout_s=brief, **looks("read_file")),
            make_tool(self.search_files, wording=SEARCH, timeout_s=long, **looks("search_files")),
        )

    async def list_files(
        self,
        context: ToolContext,
        folder: Folder = "",
        pattern: Pattern = None,
        after: Annotated[
            str | None, Field(max_length=1_000, description="`next` of the page before, for the one after it.")
        ] = None,
        datasource: Named = None,
    ) -> dict[str, Any]:
        """List the files and folders in a folder of this project, with their sizes.

        "cut" says that there are more: ask again with `next` as `after`.
        """
        above, glob = folder_named(folder), Glob(pattern) if pattern else None
        behind = folder_named(after) if after else ()
        chosen = await self._shelf.choose(context.caller, KIND, datasource, WHAT)
        async with self._shelf.lend(chosen) as source:
            found = await _listed(source, above, is_deep=glob is not None and glob.is_deep)
        fitting = [each for each in found if glob is None or glob.fits(each.parts)]
        left = [each for each in fitting if (*above, *each.parts) > behind]
        page = [_view(above, each) for each in left[:PAGE]]
        cut = len(left) > PAGE
        return {
            "datasource": chosen.name,
            "description": chosen.description,
            "folder": "/".join(above),
            "entries": page,
            "count": len(fitting),
            "cut": cut,
            "next": page[-1]["path"] if cut else None,
        }

    async def read_file(
        self,
        context: ToolContext,
        path: PathOrName,
        from_line: Annotated[int, Field(ge=1, description="The first line wanted, counted from 1.")] = 1,
        lines: Annotated[int, Field(ge=1, le=5_000, description="At most so many lines.")] = 500,
        datasource: Named = None,
    ) -> dict[str, Any]:
        """Read a file of this project: plain text of any kind, and the text of PDF and Word (.docx) documents.

        "cut" says that there is more than was read; read on from `next_line`. `version` is what a change has to name.
        """
        parts = file_named(path)
        chosen = await self._shelf.choose(context.caller, KIND, datasource, WHAT)
        async with self._shelf.lend(chosen) as source:
            parts, document = await _read(source, parts)
            limits = source.limits
        count = len(document.text.lines)
        if from_line > max(count, 1):
            raise BadArguments(f"“{path}” has {count:,} lines; there is no line {from_line:,}.")
        piece = sliced(document.text, from_line, lines, limits.result_chars, limits.line_chars)
        behind = from_line + piece.count
        return {
            "datasource": chosen.name,
            "path": "/".join(parts),
            "kind": document.form,
            "version": document.version,
            "bytes": document.size,
            "line_count": count,
            "from_line": from_line,
            "text": piece.text,
            "cut": piece.cut,
            "next_line": behind if behind <= count else None,
            "note": document.text.note,
        }

    async def search_files(
        self, context: ToolContext, words: Words, folder: Folder = "", datasource: Named = None
    ) -> dict[str, Any]:
        """Find the files of this project that have some words in their names or text, with the lines they are in.

        "cut" says that not everything was searched, or not everything found is told.
        """
        wanted, above = words_of(words), folder_named(folder)
        chosen = await self._shelf.choose(context.caller, KIND, datasource, WHAT)
        async with self._shelf.lend(chosen) as source:
            found = await _listed(source, above, is_deep=True)
            files = [(*above, *each.parts) for each in found if not each.is_folder]
            hits, searched = await _searched(source, files, wanted)
        hits.sort(key=lambda each: not each.in_name)
        return {
            "datasource": chosen.name,
            "words": words,
            "files": [
                {"path": each.path, "lines": [{"line": line, "text": text} for line, text in each.lines]}
                for each in hits[:MOST_FILES]
            ],
            "searched": searched,
            "file_count": len(files),
            "cut": searched < len(files) or len(hits) > MOST_FILES,
        }


async def _listed(source: FilesSource, above: Parts, *, is_deep: bool) -> list[Entry]:
    return await source.run(lambda going: source.area.listed(above, going, is_deep=is_deep))


async def _read(source: FilesSource, parts: Parts) -> tuple[Parts, Document]:
    """A file, or the one of that name where there is no such path. Raises as `FilesSource.read` does."""
    try:
        return parts, await source.read(parts)
    except NotThere as missing:
        if missing.suggestion != LOOK:  # it is easily taken for another path, and that is asked about
            raise
        there = [each.parts for each in await _listed(source, (), is_deep=True) if not each.is_folder]
        named = meant("/".join(parts), there)
        if len(named) == 1:
            return named[0], await source.read(named[0])
        if not named:
            raise
        told = ", ".join(f"“{shown('/'.join(each))}”" for each in named[:MOST_NAMED])
        raise NotThere(f"Several files are called that: {told}.", suggestion="Name one of them.") from missing


async def _searched(source: FilesSource, files: list[Parts], words: list[str]) -> tuple[list[Hit], int]:
    """The files with all the words, and how many were looked through before the time was over."""
    until = source.clock.monotonic() + source.limits.search_s
    hits: list[Hit] = []
    searched = 0
    for parts in files:
        if source.clock.monotonic() > until or len(hits) > MOST_FILES:
            break
        path = "/".join(parts)
        try:
            lines = (await source.read(parts)).text.lines
        except ToolProblem:
            lines = ()  # its name may have the words; what is in it cannot be read
        found = await source.run(lambda _, path=path, lines=lines: hit(path, lines, words))
        searched += 1
        if found is not None:
            hits.append(found)
    return hits, searched


def _view(above: Parts, entry: Entry) -> dict[str, Any]:
    path = "/".join((*above, *entry.parts))
    if entry.is_folder:
        return {"path": path, "kind": "folder"}
    changed = isoformat(datetime.fromtimestamp(entry.changed_at, UTC))
    return {"path": path, "kind": "file", "bytes": entry.size, "changed": changed}
