"""The tools that files are changed with, after a person's yes to what they were shown."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from functools import partial
from typing import Annotated, Any

from pydantic import Field

from parlour.toolkits.data.files import reading_back
from parlour.toolkits.data.files.area import Area, Going, version_of
from parlour.toolkits.data.files.changing import (
    Changed,
    Now,
    check_folders,
    check_free,
    check_room,
    check_version,
    lost,
    move,
    put,
    remove,
    seen,
)
from parlour.toolkits.data.files.editing import edited, encoded
from parlour.toolkits.data.files.foreseeing import foreseen_gone, foreseen_move, foreseen_put
from parlour.toolkits.data.files.paths import Parts, file_named
from parlour.toolkits.data.files.settings import FilesLimits
from parlour.toolkits.data.files.source import FilesSource
from parlour.toolkits.data.files.tools import KIND, WHAT, Named, Path
from parlour.toolkits.data.files.wording import DELETE, EDIT, MOVE, WRITE
from parlour.toolkits.data.kinds import Shelf
from parlour.toolkits.data.leading import leading_to
from parlour.tools.acting import Foreseen, Found
from parlour.tools.outcomes import BadArguments, Refused
from parlour.tools.tool import Acting, Arguments, Foresee, Tool, ToolContext, make_tool

LONGEST = 200_000
"""In characters, of what is written at once."""

Content = Annotated[str, Field(max_length=LONGEST, description="Everything that the file is to hold.")]
Version = Annotated[str, Field(min_length=1, max_length=64, description="The `version` that read_file told.")]
MaybeVersion = Annotated[
    str | None,
    Field(min_length=1, max_length=64, description="The `version` that read_file told; left out for a new file."),
]
Old = Annotated[str, Field(min_length=1, max_length=LONGEST, description="Text that is there exactly once.")]
New = Annotated[str, Field(max_length=LONGEST, description="What comes in its place.")]


class ChangeTools:
    """The tools that change the files of the caller's project."""

    def __init__(self, shelf: Shelf, limits: FilesLimits) -> None:
        self._shelf = shelf
        self._limits = limits
        write = Acting(
            foresee=self._led(self._foresee_write),
            read_back=self._was_written,
            undo=self._undo_put,
            touches=_touched,
        )
        edit = Acting(
            foresee=self._led(self._foresee_edit), read_back=self._was_edited, undo=self._undo_put, touches=_touched
        )
        moves = Acting(
            foresee=self._led(self._foresee_move), read_back=self._was_moved, undo=self._undo_move, touches=_touched
        )
        gone = Acting(
            foresee=self._led(self._foresee_gone), read_back=self._is_gone, undo=self._undo_gone, touches=_touched
        )
        shared: dict[str, Any] = {"open_world": True, "timeout_s": limits.lock_s + 20.0}
        self.tools: tuple[Tool, ...] = (
            make_tool(self.write_file, effect="write", wording=WRITE, acting=write, **shared),
            make_tool(self.edit_file, effect="write", wording=EDIT, acting=edit, **shared),
            make_tool(self.move_file, effect="write", wording=MOVE, acting=moves, **shared),
            make_tool(self.delete_file, effect="destructive", wording=DELETE, acting=gone, **shared),
        )

    # --- writing -----------------------------------------------------------------------------------------------

    async def write_file(
        self,
        context: ToolContext,
        path: Path,
        content: Content,
        expected: MaybeVersion = None,
        datasource: Named = None,
    ) -> dict[str, Any]:
        """Write a text file of this project, a new one or in the place of one, after a person's yes.

        Prefer edit_file for changing a part. In the place of a file that is there only with the version that was read.
        """
        parts = file_named(path)
        new = encoded(parts, content)
        async with self._open(context, datasource) as (name, source):
            done = await source.run(partial(put, source.area, parts, new, expected, _must_keep(context)))
        return _told(name, parts, done, len(new))

    async def _foresee_write(
        self, context: ToolContext, path: str, content: str, expected: str | None = None, datasource: str | None = None
    ) -> Foreseen:
        parts = file_named(path)
        new = encoded(parts, content)

        def foresee(name: str, area: Area, going: Going) -> Foreseen:
            now = _as_expected(area, parts, expected, going)
            return _foreseen(name, area, parts, now, new, going)

        async with self._open(context, datasource) as (name, source):
            return await source.run(partial(foresee, name, source.area))

    async def _was_written(
        self, context: ToolContext, path: str, content: str, expected: str | None = None, datasource: str | None = None
    ) -> Found:
        parts = file_named(path)
        new = encoded(parts, content)
        async with self._open(context, datasource) as (name, source):
            done = await source.run(partial(reading_back.put, source.area, parts, version_of(new), expected))
        return _found(name, parts, done, len(new))

    # --- editing -----------------------------------------------------------------------------------------------

    async def edit_file(
        self, context: ToolContext, path: Path, old: Old, new: New, expected: Version, datasource: Named = None
    ) -> dict[str, Any]:
        """Put other text in the place of some text of a file of this project, after a person's yes.

        The text has to be in the file exactly once. Read the file first; it is changed only as it was read.
        """
        parts = file_named(path)
        async with self._open(context, datasource) as (name, source):
            return await source.run(partial(_edit, name, source.area, parts, old, new, expected, _must_keep(context)))

    async def _foresee_edit(
        self, context: ToolContext, path: str, old: str, new: str, expected: str, datasource: str | None = None
    ) -> Foreseen:
        parts = file_named(path)

        def foresee(name: str, area: Area, going: Going) -> Foreseen:
            now = _there(area, parts, expected, going)
            return _foreseen(name, area, parts, now, edited(parts, now.content, old, new), going)

        async with self._open(context, datasource) as (name, source):
            return await source.run(partial(foresee, name, source.area))

    async def _was_edited(
        self, context: ToolContext, path: str, old: str, new: str, expected: str, datasource: str | None = None
    ) -> Found:
        parts = file_named(path)
        async with self._open(context, datasource) as (name, source):
            before = await source.run(lambda _: source.area.kept(expected))
            after = None if before is None else edited(parts, before, old, new)
            version = None if after is None else version_of(after)
            done = await source.run(partial(reading_back.put, source.area, parts, version, expected))
        return _found(name, parts, done, 0 if after is None else len(after))

    async def _undo_put(self, context: ToolContext, arguments: Arguments, result: Any) -> dict[str, Any]:
        """Bring back what the file held before, or take the new file away."""
        parts = file_named(result["path"])
        async with self._open(context, _of(arguments, result)) as (name, source):
            if result["before"] is None:
                done = await source.run(partial(remove, source.area, parts, result["version"]))
                return _told(name, parts, done, 0)
            content = await _brought_back(source, parts, result["before"])
            done = await source.run(partial(put, source.area, parts, content, result["version"], False))
        return _told(name, parts, done, len(content))

    # --- moving ------------------------------------------------------------------------------------------------

    async def move_file(
        self, context: ToolContext, path: Path, to: Path, expected: Version, datasource: Named = None
    ) -> dict[str, Any]:
        """Move a file of this project, or give it another name, after a person's yes. It never replaces another."""
        parts, goal = file_named(path), file_named(to)
        async with self._open(context, datasource) as (name, source):
            await source.run(partial(move, source.area, parts, goal, expected))
        return _moved(name, parts, goal, expected)

    async def _foresee_move(
        self, context: ToolContext, path: str, to: str, expected: str, datasource: str | None = None
    ) -> Foreseen:
        parts, goal = file_named(path), file_named(to)

        def foresee(name: str, area: Area, going: Going) -> Foreseen:
            _there(area, parts, expected, going)
            with area.spot(parts, going) as spot, area.spot(goal, going) as free:
                check_free(spot, free)
                check_folders(area, free, None, going)
            return foreseen_move(name, "/".join(parts), "/".join(goal))

        async with self._open(context, datasource) as (name, source):
            return await source.run(partial(foresee, name, source.area))

    async def _was_moved(
        self, context: ToolContext, path: str, to: str, expected: str, datasource: str | None = None
    ) -> Found:
        parts, goal = file_named(path), file_named(to)
        async with self._open(context, datasource) as (name, source):
            done = await source.run(partial(reading_back.move, source.area, parts, goal, expected))
        return Found(done, _moved(name, parts, goal, expected) if done else None)

    async def _undo_move(self, context: ToolContext, arguments: Arguments, result: Any) -> dict[str, Any]:
        parts, goal = file_named(result["path"]), file_named(result["to"])
        async with self._open(context, _of(arguments, result)) as (name, source):
            await source.run(partial(move, source.area, goal, parts, result["version"]))
        return _moved(name, goal, parts, result["version"])

    # --- deleting ----------------------------------------------------------------------------------------------

    async def delete_file(
        self, context: ToolContext, path: Path, expected: Version, datasource: Named = None
    ) -> dict[str, Any]:
        """Delete a file of this project, after a person's yes. Read it first: it is deleted only as it was read."""
        parts = file_named(path)
        async with self._open(context, datasource) as (name, source):
            done = await source.run(partial(remove, source.area, parts, expected))
        return _told(name, parts, done, 0)

    async def _foresee_gone(
        self, context: ToolContext, path: str, expected: str, datasource: str | None = None
    ) -> Foreseen:
        parts = file_named(path)
        async with self._open(context, datasource) as (name, source):
            now = await source.run(partial(_there, source.area, parts, expected))
        return foreseen_gone(source.area, name, "/".join(parts), now)

    async def _is_gone(self, context: ToolContext, path: str, expected: str, datasource: str | None = None) -> Found:
        parts = file_named(path)
        async with self._open(context, datasource) as (name, source):
            done = await source.run(partial(reading_back.remove, source.area, parts, expected))
        return _found(name, parts, done, 0)

    async def _undo_gone(self, context: ToolContext, arguments: Arguments, result: Any) -> dict[str, Any]:
        parts = file_named(result["path"])
        async with self._open(context, _of(arguments, result)) as (name, source):
            content = await _brought_back(source, parts, result["before"])
            done = await source.run(partial(put, source.area, parts, content, None, False))
        return _told(name, parts, done, len(content))

    def _led(self, foresee: Foresee) -> Foresee:
        """The same, with the folder that it is about."""

        async def led(context: ToolContext, **arguments: Any) -> Foreseen:
            chosen = await self._shelf.choose(context.caller, KIND, arguments.get("datasource"), WHAT)
            return leading_to(chosen, await foresee(context, **arguments))

        return led

    @asynccontextmanager
    async def _open(self, context: ToolContext, named: str | None) -> AsyncGenerator[tuple[str, FilesSource]]:
        """The datasource that is meant and may be changed: its name, and it. Raises NotThere, Refused."""
        chosen = await self._shelf.choose(context.caller, KIND, named, WHAT)
        if not chosen.writable:
            raise Refused(f"“{chosen.name}” is not changed through tools.", suggestion="An admin can allow it.")
        async with self._shelf.lend(chosen) as source:
            yield chosen.name, source


def _edit(
    name: str, area: Area, parts: Parts, old: str, new: str, expected: str, must_keep: bool, going: Going
) -> dict[str, Any]:
    content = edited(parts, _there(area, parts, expected, going).content, old, new)
    return _told(name, parts, put(area, parts, content, expected, must_keep, going), len(content))


def _as_expected(area: Area, parts: Parts, expected: str | None, going: Going) -> Now | None:
    now = seen(area, parts, going)
    check_version(now, expected, "/".join(parts))
    return now


def _there(area: Area, parts: Parts, expected: str, going: Going) -> Now:
    now = _as_expected(area, parts, expected, going)
    assert now is not None
    return now


def _foreseen(name: str, area: Area, parts: Parts, now: Now | None, new: bytes, going: Going) -> Foreseen:
    if now is not None and now.content == new:
        raise BadArguments("That is what it holds already.")
    with area.spot(parts, going) as spot:
        check_room(area, now, len(new), len(spot.missing), None, going)
    return foreseen_put(area, name, "/".join(parts), now, new.decode())


async def _brought_back(source: FilesSource, parts: Parts, version: str) -> bytes:
    content = await source.run(lambda _: source.area.kept(version))
    if content is None:
        raise lost("/".join(parts))
    return content


def _touched(arguments: Arguments) -> list[Any]:
    return [arguments.get("path"), arguments.get("to", "")]


def _must_keep(context: ToolContext) -> bool:
    """Whether it was foreseen as something that can be taken back."""
    return context.effect == "write"


def _of(arguments: Arguments, result: Any) -> str:
    return str(arguments.get("datasource") or result["datasource"])


def _told(name: str, parts: Parts, done: Changed, size: int) -> dict[str, Any]:
    return {
        "datasource": name,
        "path": "/".join(parts),
        "before": done.before,
        "version": done.after,
        "bytes": size,
        "kept": done.kept,
    }


def _moved(name: str, parts: Parts, goal: Parts, version: str) -> dict[str, Any]:
    return {"datasource": name, "path": "/".join(parts), "to": "/".join(goal), "version": version}


def _found(name: str, parts: Parts, done: Changed | bool | None, size: int) -> Found:
    if isinstance(done, Changed):
        return Found(True, _told(name, parts, done, size))
    return Found(done)
