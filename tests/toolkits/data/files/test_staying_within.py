"""Nobody comes to a file that is not theirs, whatever a path, a link, a device or a name pretends."""

import asyncio
import os
import socket
import unicodedata
from pathlib import Path

import pytest

from parlour.errors import InvalidRequest
from parlour.toolkits.data.files.settings import FilesLimits
from parlour.tools.outcomes import Failed, NotThere, Refused, ToolProblem
from tests.toolkits.data.files.conftest import Files, Give

GONE = "0" * 32
SECRET = "the secret of somebody else"

CALLS: tuple[tuple[str, dict[str, str]], ...] = (
    ("read_file", {}),
    ("write_file", {"content": "x"}),
    ("write_file", {"content": "x", "expected": GONE}),
    ("edit_file", {"old": "t", "new": "x", "expected": GONE}),
    ("move_file", {"to": "taken.md", "expected": GONE}),
    ("delete_file", {"expected": GONE}),
)

OUTSIDE = {
    "../{stranger}/secret.md": "leads out of the folder",
    "a/../../{stranger}/secret.md": "leads out of the folder",
    "./../secret.md": "is empty|leads out",
    "/etc/passwd": "leads out of the folder",
    "//etc/passwd": "leads out of the folder",
    "~/secret.md": "leads out of the folder",
    "C:/secret.md": "leads out of the folder",
    "..\\secret.md": "has a backslash",
    "a//b.md": "a name in it is empty",
    "a\0b.md": r"cannot be seen, \\u0000",
    "a\nb.md": r"cannot be seen, \\u000a",
    "gpj.\u202eexe.md": r"cannot be seen, \\u202e",
    "a\u200bb.md": r"cannot be seen, \\u200b",
    "\ufeffa.md": r"cannot be seen, \\ufeff",
    "a\u00a0b.md": r"cannot be seen, \\u00a0",
    "half\ud800.md": r"cannot be seen, \\ud800|a valid string",
    ".parlour/lock": "begin with a dot are hidden",
    ".parlour/old/x": "begin with a dot are hidden",
    "a/.env": "begin with a dot are hidden",
    " a.md": "begins or ends with a space",
    "a.md ": "begins or ends with a space",
    "a.": "ends with a dot",
    "é" * 130: "longer than 240 bytes",
    "/".join(["a"] * 21): "At most 20 folders|leads out",
}


async def refused(files: Files, path: str, problem: str) -> None:
    """Nothing is done with such a path, as a source or as a goal; the same is said before and after a yes."""
    for tool, more in CALLS:
        with pytest.raises(ToolProblem, match=problem):
            await files.ask(tool, path=path, **more)
        if tool != "read_file":
            with pytest.raises(ToolProblem, match=problem):
                await files.foresee(tool, path=path, **more)
    with pytest.raises(ToolProblem, match=problem):
        await files.ask("move_file", path="mine.md", to=path, expected=await files.version("mine.md"))


@pytest.fixture
async def mine(files: Files) -> Files:
    """A project with a file, beside one with a secret."""
    files.put("mine.md", "mine")
    stranger = files.stranger()
    stranger.put("secret.md", SECRET)
    (files.root / "secret.md").write_text(SECRET)
    return files


@pytest.mark.parametrize("path", OUTSIDE, ids=ascii)
async def test_a_path_stays_within_the_folder(mine: Files, path: str) -> None:
    stranger = (set(os.listdir(mine.root)) - {mine.project.caller.project_id, "secret.md"}).pop()
    there = mine.there()
    await refused(mine, path.format(stranger=stranger), OUTSIDE[path])
    for arguments in ({"folder": path}, {"after": path}):
        if path not in ("", "."):
            with pytest.raises(ToolProblem):
                await mine.ask("list_files", **arguments)
    assert mine.there() == there


@pytest.mark.parametrize("pattern", ["../*", "**/../*", "a//b", "."])
async def test_a_pattern_leads_nowhere_else(mine: Files, pattern: str) -> None:
    with pytest.raises(ToolProblem, match="is no pattern"):
        await mine.ask("list_files", pattern=pattern)


@pytest.mark.parametrize("folder", ["..", "../x", "/etc", ".parlour", "a/.git", "a\\b", "\u202ea"], ids=ascii)
async def test_no_settings_lead_out_of_the_project(files: Files, folder: str) -> None:
    with pytest.raises(InvalidRequest):
        await files.project.add("wrong", {"folder": folder}, kind="files")


async def test_links_are_not_followed_wherever_they_lead(mine: Files) -> None:
    (mine.folder / "within.md").symlink_to("mine.md")
    (mine.folder / "out.md").symlink_to(mine.root / "secret.md")
    (mine.folder / "nowhere.md").symlink_to("nothing")
    (mine.folder / "folder").symlink_to(mine.root)
    for path in ("within.md", "out.md", "nowhere.md"):
        with pytest.raises(Refused, match="is a link"):
            await mine.ask("read_file", path=path)
        for content, expected in (("x", None), ("x", GONE)):
            with pytest.raises(Refused, match="is a link"):
                await mine.ask("write_file", path=path, content=content, expected=expected)
    for path in ("folder/secret.md", "folder/new.md", "folder/new/new.md"):
        await refused(mine, path, "leads through a link")
    with pytest.raises(Refused, match="leads through a link"):
        await mine.ask("list_files", folder="folder")
    with pytest.raises(Failed, match=r"There is a “out\.md” already"):
        await mine.ask("move_file", path="mine.md", to="out.md", expected=await mine.version("mine.md"))
    assert [each["path"] for each in (await mine.ask("list_files", pattern="**/*"))["entries"]] == ["mine.md"]
    assert (await mine.ask("search_files", words="secret"))["files"] == []
    assert (mine.root / "secret.md").read_text() == SECRET
    assert sorted(os.listdir(mine.root)) == sorted({*os.listdir(mine.root)} - {"new.md", "new"})


async def test_the_folder_of_a_datasource_or_project_is_no_link_either(mine: Files) -> None:
    (mine.folder / "linked").symlink_to(mine.root)
    await mine.project.add("linked", {"folder": "linked"}, kind="files")
    await mine.project.add("written", {"folder": "linked"}, kind="files", writable=True)
    for call in (
        mine.ask("list_files", datasource="linked"),
        mine.ask("read_file", path="secret.md", datasource="linked"),
        mine.ask("write_file", path="new.md", content="x", datasource="written"),
    ):
        with pytest.raises(Refused, match="link"):
            await call
    mine.folder.rename(mine.root / "moved")
    mine.folder.symlink_to(mine.root / "moved")
    for call in (
        mine.ask("list_files", datasource="papers"),
        mine.ask("read_file", path="mine.md", datasource="papers"),
        mine.ask("write_file", path="new.md", content="x", datasource="papers"),
    ):
        with pytest.raises(Refused, match="link"):
            await call


async def test_a_second_name_of_a_file_elsewhere_is_neither_read_nor_changed(mine: Files) -> None:
    os.link(mine.root / "secret.md", mine.folder / "hard.md")
    for tool, more in CALLS:
        with pytest.raises(Refused, match="a hard link"):
            await mine.ask(tool, path="hard.md", **more)
    assert "hard.md" not in str(await mine.ask("list_files"))


async def test_what_is_no_plain_file_is_not_opened(mine: Files) -> None:
    os.mkfifo(mine.folder / "pipe")
    (mine.folder / "folder").mkdir()
    with socket.socket(socket.AF_UNIX) as listening:
        here = os.getcwd()
        os.chdir(mine.folder)  # the name of a socket is short
        try:
            listening.bind("socket")
        finally:
            os.chdir(here)
        if os.geteuid() == 0:
            os.mknod(mine.folder / "device", 0o020666, os.makedev(1, 5))
        async with asyncio.timeout(20):  # a pipe that is opened waits for ever
            for path in ("pipe", "socket", *(["device"] if os.geteuid() == 0 else [])):
                for tool, more in CALLS:
                    with pytest.raises(Refused, match="is no plain file"):
                        await mine.ask(tool, path=path, **more)
            with pytest.raises(Refused, match="is a folder"):
                await mine.ask("read_file", path="folder")
            with pytest.raises(Refused, match="leads through a file"):
                await mine.ask("read_file", path="mine.md/x.md")
            listed = await mine.ask("list_files", pattern="**/*")
    assert [each["path"] for each in listed["entries"]] == ["folder", "mine.md"]


async def test_a_folder_that_becomes_a_link_while_it_is_walked_leads_nowhere(mine: Files) -> None:
    """What was opened stays what it was: the write goes where it was checked, or nowhere."""
    (mine.folder / "a").mkdir()
    outside = mine.root / "outside"
    outside.mkdir()

    def swap() -> None:
        for number in range(300):
            (mine.folder / "a").rename(mine.folder / f"b{number}")
            try:
                (mine.folder / "a").symlink_to(outside)
                (mine.folder / "a").unlink()
                (mine.folder / f"b{number}").rename(mine.folder / "a")
            except OSError:
                continue  # a write has made the folder anew meanwhile

    swapping = asyncio.get_running_loop().run_in_executor(None, swap)
    number = 0
    while not swapping.done():
        number += 1
        try:
            await mine.ask("write_file", path=f"a/{number}.md", content="x")
        except ToolProblem:
            continue
    await swapping
    assert list(outside.iterdir()) == []


async def test_names_that_are_easily_taken_for_each_other_do_not_come_side_by_side(mine: Files) -> None:
    mine.put("Straße.md", "one")
    mine.put("Reports/a.md", "two")
    for path, instead in (
        ("straße.md", "Straße.md"),
        ("STRASSE.md", "Straße.md"),
        ("ＭＩＮＥ.md", "mine.md"),
        ("reports/b.md", "Reports"),
    ):
        for deed in (mine.ask, mine.foresee):
            with pytest.raises(Failed, match=f"“{instead}” is there already"):
                await deed("write_file", path=path, content="x")
        with pytest.raises(NotThere) as told:
            await mine.ask("read_file", path=path)
        assert told.value.suggestion == f"Is “{instead}” meant?"
    with pytest.raises(Failed, match="easily taken for"):
        await mine.ask("move_file", path="mine.md", to="straße.MD", expected=await mine.version("mine.md"))


async def test_a_name_is_the_same_in_whichever_code_points(mine: Files) -> None:
    name = "Café.md"
    mine.put(unicodedata.normalize("NFD", name), "coffee")
    for form in ("NFC", "NFD"):
        assert (await mine.ask("read_file", path=unicodedata.normalize(form, name)))["text"] == "coffee"  # pyright: ignore[reportArgumentType]
    read = await mine.version(name)
    await mine.ask("write_file", path=name, content="tea", expected=read)
    assert mine.there() == [unicodedata.normalize("NFD", name), "mine.md"]
    await mine.ask("write_file", path=unicodedata.normalize("NFD", "né/ü.md"), content="new")
    assert "né/ü.md" in mine.there()


async def test_names_that_nobody_could_say_are_not_told(mine: Files) -> None:
    Path(os.fsdecode(os.fsencode(mine.folder) + b"/\xff\xfe.md")).write_text("bytes")
    mine.put("bidi\u202e.md", "turned")
    mine.put(".env", "hidden")
    assert [each["path"] for each in (await mine.ask("list_files"))["entries"]] == ["mine.md"]


async def test_projects_with_equal_names_have_different_files(give: Give) -> None:
    one, other = await give(), await give()
    made = await one.ask("write_file", path="a.md", content=SECRET)
    assert (await other.ask("list_files"))["entries"] == []
    for tool, more in CALLS[2:]:
        with pytest.raises(NotThere):
            await other.ask(tool, path="a.md", **{**more, "expected": made["version"]})
    with pytest.raises(NotThere):
        await other.ask("read_file", path="a.md")
    await other.ask("write_file", path="a.md", content="other")
    assert (one.text("a.md"), other.text("a.md")) == (SECRET, "other")


async def test_a_stranger_meets_nothing_by_name_or_id(mine: Files) -> None:
    (kept,) = await mine.project.kit.desk.kept(mine.project.caller.project_id)
    for named in ("papers", kept.id, None):
        for tool, more in (("list_files", {}), *((name, {"path": "mine.md", **rest}) for name, rest in CALLS)):
            found = (await mine.project.tools())[tool]
            values = found.validated({**more, "datasource": named})
            arguments = {name: getattr(values, name) for name in type(values).model_fields}
            with pytest.raises(NotThere, match="This project has no folder of files"):
                await found.function(mine.stranger().project.context, **arguments)
    assert mine.text("mine.md") == "mine"


async def test_what_is_kept_to_take_back_is_of_one_project_only(give: Give) -> None:
    one, other = await give(), await give()
    first = await one.ask("write_file", path="a.md", content=SECRET)
    done = await one.ask("write_file", path="a.md", content="new", expected=first["version"])
    await other.ask("write_file", path="a.md", content="new")
    with pytest.raises(ToolProblem, match="not kept any more"):
        await other.undo("write_file", {}, done)
    assert other.text("a.md") == "new"


async def test_a_trial_says_how_much_is_there_and_how_much_room_is_left_and_makes_nothing(give: Give) -> None:
    files = await give(FilesLimits(total_bytes=10_240, count=5), writable=False)
    desk, project_id = files.project.kit.desk, files.project.caller.project_id
    words = await desk.tried(project_id, "files", {"folder": "papers"})
    assert words.startswith("0 files (0 bytes) can be read. There is room for 10.0 KB and 5 more.")
    assert not files.root.exists()
    files.put("papers/a.md", "x" * 2_048)
    files.put("other.md", "x" * 1_024)
    words = await desk.tried(project_id, "files", {"folder": "papers"})
    assert words == (
        f"1 file (2.0 KB) can be read. There is room for 7.0 KB and 2 more. They lie in {files.folder / 'papers'}."
    )
