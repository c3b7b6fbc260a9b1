"""Files are changed as they were seen, whole or not at all, and what was there can be brought back."""

import asyncio
import errno
import os
import stat
import time
from functools import partial

import pytest

from parlour.toolkits.data.files.area import Going, version_of
from parlour.toolkits.data.files.changing import put
from parlour.toolkits.data.files.faults import Abandoned, told
from parlour.toolkits.data.files.settings import FilesLimits
from parlour.tools.outcomes import BadArguments, Failed, NotThere, Refused
from tests.toolkits.data.files.conftest import Files, Give, pdf

GONE = "0" * 32


async def test_a_new_file_is_shown_as_a_diff_and_then_written(files: Files) -> None:
    seen = await files.foresee("write_file", path="notes/tea.md", content="Buy tea.\nAnd milk.\n")
    (change,) = seen.preview.changes
    assert (change.what, change.before, change.after) == ("notes/tea.md in “papers”", None, "2 lines (19 bytes)")
    assert seen.preview.note.split("\n")[:2] == ["--- notes/tea.md now", "+++ notes/tea.md afterwards"]
    assert "+And milk." in seen.preview.note.split("\n")
    assert seen.preview.note.endswith("\nIt goes to “papers”: files:.")
    assert (seen.effect, seen.label, files.there()) == ("write", "Write “notes/tea.md” in “papers”", [])
    done = await files.ask("write_file", path="notes/tea.md", content="Buy tea.\nAnd milk.\n")
    assert files.text("notes/tea.md") == "Buy tea.\nAnd milk.\n"
    assert (done["before"], done["version"]) == (None, await files.version("notes/tea.md"))


async def test_a_file_is_replaced_only_as_it_was_read(files: Files) -> None:
    script = files.put("run.sh", "echo one\n")
    script.chmod(0o750)
    for deed in (files.ask, files.foresee):
        with pytest.raises(BadArguments, match=r"There is a file “run\.sh” already"):
            await deed("write_file", path="run.sh", content="echo two\n")
    read = await files.version("run.sh")
    seen = await files.foresee("write_file", path="run.sh", content="echo two\n", expected=read)
    assert [line for line in seen.preview.note.split("\n") if line[1:5] == "echo"] == ["-echo one", "+echo two"]
    files.put("run.sh", "echo three\n")
    for deed in (files.ask, files.foresee):
        with pytest.raises(Failed, match="is not as it was"):
            await deed("write_file", path="run.sh", content="echo two\n", expected=read)
    assert files.text("run.sh") == "echo three\n"
    done = await files.ask("write_file", path="run.sh", content="echo two\n", expected=await files.version("run.sh"))
    assert (files.text("run.sh"), stat.S_IMODE(script.stat().st_mode)) == ("echo two\n", 0o750)
    assert done["version"] == await files.version("run.sh")
    with pytest.raises(BadArguments, match="holds already"):
        await files.foresee("write_file", path="run.sh", content="echo two\n", expected=done["version"])


async def test_what_was_not_there_is_not_expected(files: Files) -> None:
    for tool, more in (
        ("write_file", {"content": "x", "expected": GONE}),
        ("edit_file", {"old": "x", "new": "y", "expected": GONE}),
        ("move_file", {"to": "b.md", "expected": GONE}),
        ("delete_file", {"expected": GONE}),
    ):
        for deed in (files.ask, files.foresee):
            with pytest.raises(NotThere, match=r"There is no “a\.md”"):
                await deed(tool, path="a.md", **more)


async def test_a_piece_of_a_file_is_changed_where_it_is_there_exactly_once(files: Files) -> None:
    files.put("a.txt", "one\r\ntwo\r\none more\r\n")
    read = await files.version("a.txt")
    for old, problem in (("three", "does not hold that text"), ("one", "holds that text 2 times")):
        for deed in (files.ask, files.foresee):
            with pytest.raises(BadArguments, match=problem):
                await deed("edit_file", path="a.txt", old=old, new="x", expected=read)
    seen = await files.foresee("edit_file", path="a.txt", old="two\none", new="2\n1", expected=read)
    assert seen.preview.changes[0].after == "3 lines (16 bytes)"
    assert "\\u000d" not in seen.preview.note
    await files.ask("edit_file", path="a.txt", old="two\none", new="2\n1", expected=read)
    assert files.text("a.txt") == "one\r\n2\r\n1 more\r\n"


async def test_a_file_is_moved_and_never_onto_another(files: Files) -> None:
    files.put("a.md", "a")
    files.put("b.md", "b")
    read = await files.version("a.md")
    for deed in (files.ask, files.foresee):
        with pytest.raises(Failed, match=r"There is a “b\.md” already"):
            await deed("move_file", path="a.md", to="b.md", expected=read)
    seen = await files.foresee("move_file", path="a.md", to="old/A.md", expected=read)
    assert (seen.preview.changes[0].before, seen.preview.changes[0].after) == ("a.md", "old/A.md")
    await files.ask("move_file", path="a.md", to="old/A.md", expected=read)
    await files.ask("move_file", path="b.md", to="B.md", expected=await files.version("b.md"))
    assert files.there() == ["B.md", "old/A.md"]


async def test_a_file_is_deleted_and_that_is_destructive(files: Files) -> None:
    files.put("a.md", "one\ntwo\n")
    read = await files.version("a.md")
    seen = await files.foresee("delete_file", path="a.md", expected=read)
    (change,) = seen.preview.changes
    assert (seen.effect, change.before, change.after) == ("destructive", "2 lines (8 bytes)", None)
    assert "-two" in seen.preview.note
    await files.ask("delete_file", path="a.md", expected=read)
    assert files.there() == []


async def test_every_change_is_taken_back_once_nothing_came_after_it(files: Files) -> None:
    files.put("a.md", "before\n")
    read = await files.version("a.md")
    written = await files.ask("write_file", path="a.md", content="after\n", expected=read)
    await files.undo("write_file", {}, written)
    assert files.text("a.md") == "before\n"
    made = await files.ask("write_file", path="new.md", content="new")
    await files.undo("write_file", {}, made)
    changed = await files.ask("edit_file", path="a.md", old="before", new="after", expected=read)
    await files.undo("edit_file", {}, changed)
    moved = await files.ask("move_file", path="a.md", to="b/c.md", expected=read)
    await files.undo("move_file", {}, moved)
    gone = await files.ask("delete_file", path="a.md", expected=read)
    await files.undo("delete_file", {}, gone)
    assert (files.there(), files.text("a.md")) == (["a.md"], "before\n")
    written = await files.ask("write_file", path="a.md", content="after\n", expected=read)
    files.put("a.md", "somebody else\n")
    with pytest.raises(Failed, match="is not as it was"):
        await files.undo("write_file", {}, written)
    assert files.text("a.md") == "somebody else\n"


async def test_what_is_too_large_to_be_kept_is_said_to_be_gone_for_good(give: Give) -> None:
    files = await give(FilesLimits(kept_bytes=10))
    files.put("a.md", "0123456789+")
    read = await files.version("a.md")
    seen = await files.foresee("write_file", path="a.md", content="x", expected=read)
    assert (seen.effect, "cannot be taken back" in seen.preview.note) == ("destructive", True)
    gone = await files.ask("write_file", path="a.md", content="x", expected=read)
    with pytest.raises(Failed, match="is not kept any more"):
        await files.undo("write_file", {}, gone)


async def test_the_oldest_of_what_is_kept_goes_first(give: Give) -> None:
    files = await give(FilesLimits(kept_bytes=10))
    old = files.folder / ".parlour" / "old"
    last = await files.ask("write_file", path="a.md", content="11111")
    for content in ("22222", "33333", "44444"):
        last = await files.ask("write_file", path="a.md", content=content, expected=last["version"])
        lately = time.time() - 100 + int(content[0])
        os.utime(old / last["before"], (lately, lately))
    assert sorted(each.read_text() for each in old.iterdir()) == ["22222", "33333"]


async def test_what_was_kept_for_a_month_goes(files: Files) -> None:
    old = files.folder / ".parlour" / "old"
    first = await files.ask("write_file", path="a.md", content="1")
    second = await files.ask("write_file", path="a.md", content="2", expected=first["version"])
    long_ago = time.time() - 31 * 86_400
    os.utime(old / second["before"], (long_ago, long_ago))
    await files.ask("write_file", path="a.md", content="3", expected=second["version"])
    assert [each.read_text() for each in old.iterdir()] == ["2"]


@pytest.mark.parametrize(
    ("limits", "problem"),
    [
        (FilesLimits(file_bytes=10), "at most 10 bytes here, and this would have 11"),
        (FilesLimits(total_bytes=20), "room for 9 bytes more, and this would take 11"),
        (FilesLimits(count=2), "There are 2 files and folders"),
    ],
)
async def test_a_project_has_so_much_room_and_no_more(give: Give, limits: FilesLimits, problem: str) -> None:
    files = await give(limits)
    files.put("folder/a.md", "x" * 10)
    if limits.total_bytes == 20:
        files.put("b.md", "x")
    for deed in (files.ask, files.foresee):
        with pytest.raises(Failed, match=problem):
            await deed("write_file", path="more.md", content="y" * 11)
    assert "more.md" not in files.there()


async def test_folders_that_are_made_on_the_way_take_their_room(give: Give) -> None:
    files = await give(FilesLimits(count=4))
    files.put("a.md", "a")
    read = await files.version("a.md")
    for deed in (files.foresee, files.ask):
        with pytest.raises(Failed, match="There are 1 files and folders, and not 4 more may be added"):
            await deed("move_file", path="a.md", to="1/2/3/4/a.md", expected=read)
        with pytest.raises(Failed, match="not 4 more may be added"):
            await deed("write_file", path="1/2/3/b.md", content="b")
    await files.ask("move_file", path="a.md", to="1/2/3/a.md", expected=read)
    with pytest.raises(Failed, match="There are 4 files and folders, and no more may be added"):
        await files.ask("move_file", path="1/2/3/a.md", to="other/a.md", expected=read)
    await files.ask("move_file", path="1/2/3/a.md", to="1/a.md", expected=read)
    assert files.there() == ["1/a.md"]


async def test_the_room_is_that_of_the_whole_project(give: Give) -> None:
    files = await give(FilesLimits(total_bytes=20), folder="inner")
    files.put("elsewhere.md", "x" * 15)
    with pytest.raises(Failed, match="room for 5 bytes"):
        await files.ask("write_file", path="a.md", content="123456")


async def test_only_plain_text_is_written(files: Files) -> None:
    files.put("report.pdf", pdf("First page"))
    files.put("old.txt", "Käse".encode("cp1252"))
    with pytest.raises(Refused, match="would be no document"):
        await files.foresee("write_file", path="new.PDF", content="x")
    for content in ("nul \0", "half \ud800"):
        with pytest.raises(BadArguments, match="no plain text"):
            await files.foresee("write_file", path="a.md", content=content)
    with pytest.raises(Refused, match="is not text in UTF-8"):
        await files.foresee("edit_file", path="old.txt", old="K", new="k", expected=await files.version("old.txt"))


async def test_what_may_not_be_changed_is_not(give: Give) -> None:
    files = await give(writable=False)
    files.put("a.md", "a")
    assert sorted(await files.project.tools()) == ["list_files", "read_file", "search_files"]
    await files.project.add("drafts", {"folder": "drafts"}, writable=True, kind="files")
    for deed in (files.ask, files.foresee):
        with pytest.raises(Refused, match="“papers” is not changed through tools"):
            await deed("write_file", path="b.md", content="b", datasource="papers")
    await files.ask("write_file", path="b.md", content="b", datasource="drafts")
    assert files.there() == ["a.md", "drafts/b.md"]


async def test_what_was_foreseen_as_a_write_loses_nothing_for_good(files: Files, give: Give) -> None:
    small = await give(FilesLimits(kept_bytes=1))
    small.put("a.md", "long")
    tool = (await small.project.tools())["write_file"]
    caller = small.project.caller
    context = type(small.project.context)(caller, "c", "t", "call", "key", "write")
    with pytest.raises(Refused, match="was not asked about"):
        await tool.function(context, path="a.md", content="x", expected=await small.version("a.md"), datasource=None)
    assert small.text("a.md") == "long"


async def test_of_changes_that_meet_one_is_made(files: Files) -> None:
    files.put("a.md", "start")
    read = await files.version("a.md")
    writes = (files.ask("write_file", path="a.md", content=f"{number}", expected=read) for number in range(8))
    came = await asyncio.gather(*writes, return_exceptions=True)
    (done,) = [each for each in came if isinstance(each, dict)]
    assert all(isinstance(each, Failed) for each in came if each is not done)
    assert version_of(files.text("a.md").encode()) == done["version"]


async def test_a_file_that_changes_in_the_last_moment_is_not_replaced(files: Files) -> None:
    files.put("a.md", "start")
    read = await files.version("a.md")
    async with files.project.kit.lend(
        (await files.project.kit.desk.kept(files.project.caller.project_id))[0]
    ) as source:

        class Late(Going):
            """Somebody who knows of no lock writes once everything was looked at."""

            times = 0

            def check(self) -> None:
                self.times += 1
                if (files.folder / ".parlour.tmp").exists():
                    files.put("a.md", "other")

        with pytest.raises(Failed, match="is not as it was"):
            await asyncio.to_thread(put, source.area, ("a.md",), b"mine", read, False, Late())
    assert (files.text("a.md"), files.there()) == ("other", ["a.md"])


async def test_a_change_that_nobody_waits_for_any_more_is_not_made(files: Files) -> None:
    async with files.project.kit.lend(
        (await files.project.kit.desk.kept(files.project.caller.project_id))[0]
    ) as source:
        going = Going()
        going.abandon()
        with pytest.raises(Abandoned):
            put(source.area, ("a.md",), b"x", None, False, going)
        with source.area.held(Going()):
            waiting = asyncio.create_task(source.run(partial(put, source.area, ("b.md",), b"x", None, False)))
            await asyncio.sleep(0)
            waiting.cancel()
            with pytest.raises(asyncio.CancelledError):
                await waiting
    assert files.there() == []


async def test_a_change_waits_only_so_long_for_others(give: Give) -> None:
    files = await give(FilesLimits(lock_s=0.05))
    async with files.project.kit.lend(
        (await files.project.kit.desk.kept(files.project.caller.project_id))[0]
    ) as source:
        with source.area.held(Going()), pytest.raises(Failed, match="Others are changing files"):
            await files.ask("write_file", path="a.md", content="x")


async def test_what_a_dead_server_left_half_written_is_no_file(files: Files) -> None:
    files.put(".parlour.tmp", "half")
    assert (await files.ask("list_files"))["entries"] == []
    await files.ask("write_file", path="a.md", content="whole")
    assert files.there() == ["a.md"]


async def test_reading_back_tells_what_came_of_every_change(files: Files) -> None:
    files.put("a.md", "one")
    read = await files.version("a.md")
    write = {"path": "a.md", "content": "two", "expected": read}
    edit = {"path": "a.md", "old": "one", "new": "one more", "expected": read}
    move = {"path": "a.md", "to": "b.md", "expected": read}
    gone = {"path": "a.md", "expected": read}
    calls = [("write_file", write), ("edit_file", edit), ("move_file", move), ("delete_file", gone)]
    for tool, arguments in calls:
        assert (await files.read_back(tool, **arguments)).done is False
        done = await files.ask(tool, **arguments)
        found = await files.read_back(tool, **arguments)
        assert (found.done, found.result) == (True, done)
        await files.undo(tool, arguments, done)
        assert (await files.read_back(tool, **arguments)).done is False
    files.put("a.md", "somebody else")
    for tool, arguments in calls:
        assert (await files.read_back(tool, **arguments)).done is None
    fresh = {"path": "new.md", "content": "new"}
    assert (await files.read_back("write_file", **fresh)).done is False
    done = await files.ask("write_file", **fresh)
    assert (await files.read_back("write_file", **fresh)).result == done


@pytest.mark.parametrize(
    ("code", "says"),
    [
        (errno.ENOSPC, "The disk of the server is full."),
        (errno.EACCES, "The server may not do that with “a.md”."),
        (errno.EXDEV, "“a.md” lies on another disk."),
        (errno.EIO, "The disk of the server failed with “a.md” (EIO)."),
    ],
)
def test_what_the_disk_says_is_told_in_words_and_without_the_place(code: int, says: str) -> None:
    with pytest.raises(Failed) as problem, told("a.md"):
        raise OSError(code, "no", "/srv/secret/a.md")
    assert problem.value.message == says
