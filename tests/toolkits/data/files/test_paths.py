"""What holds of every path, pattern and diff, whatever somebody thinks of."""

import os
import tempfile
import unicodedata
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath

from hypothesis import example, given
from hypothesis import strategies as st

from parlour.toolkits.data.files.area import Area, Going
from parlour.toolkits.data.files.changing import put, seen
from parlour.toolkits.data.files.differing import LONGEST_LINE, MOST_CHARS, MOST_LINES, difference
from parlour.toolkits.data.files.globs import Glob
from parlour.toolkits.data.files.paths import alike, file_named, folder_named, is_plain, shown
from parlour.toolkits.data.files.settings import FilesLimits
from parlour.toolkits.data.files.texts import Text, in_lines, sliced
from parlour.tools.outcomes import BadArguments, ToolProblem

UNSEEN = ("Cc", "Cf", "Cs", "Co", "Zl", "Zp")
NASTY = st.sampled_from(
    [
        "..",
        ".",
        "",
        "/",
        "\\",
        "~",
        "\0",
        "\u202e",
        "e\u0301",
        "é",
        "ﬁ",
        "Ａ",
        " ",
        ".parlour",
        "a",
        "A",
        "b.md",
        "%2e%2e",
    ]
)
PATHS = st.one_of(
    st.text(max_size=40),
    st.lists(NASTY, max_size=6).map("/".join),
    st.lists(NASTY, max_size=6).map("".join),
)
NAMES = st.text(alphabet="abA.*?[]-", min_size=1, max_size=8)


@given(PATHS)
@example("a/../b")
@example("a/" * 30)
def test_a_path_that_is_taken_is_one_that_stays_within(path: str) -> None:
    try:
        parts = file_named(path)
    except ToolProblem:
        return
    joined = PurePosixPath("/within", *parts)
    assert os.path.normpath(joined) == str(joined)
    assert joined.is_relative_to("/within")
    assert len(joined.parts) == len(parts) + 2
    assert all(is_plain(part) and unicodedata.is_normalized("NFC", part) for part in parts)
    assert file_named("/".join(parts)) == folder_named("/".join(parts)) == parts


@given(PATHS)
def test_what_is_shown_hides_nothing(text: str) -> None:
    assert not any(unicodedata.category(each) in UNSEEN for each in shown(text))


@given(st.lists(PATHS, min_size=1, max_size=8))
def test_whatever_is_written_lies_within_and_no_two_names_are_alike(paths: list[str]) -> None:
    with tempfile.TemporaryDirectory() as made:
        root = Path(made) / "root"
        area = Area(root, "project", (), FilesLimits())
        area.prepare()
        for path in paths:
            try:
                parts = file_named(path)
                put(area, parts, path.encode("utf-8", "replace"), None, False, Going())
            except ToolProblem:
                continue
            now = seen(area, parts, Going())
            assert now is not None
            assert now.content == path.encode("utf-8", "replace")
        assert [each.name for each in Path(made).iterdir()] == ["root"]
        assert [each.name for each in root.iterdir()] == ["project"]
        for folder, folders, files in os.walk(root / "project"):
            there = [alike(name) for name in (*folders, *files)]
            assert len(there) == len(set(there)), folder


@given(st.lists(NAMES, min_size=1, max_size=3), st.lists(NAMES, min_size=1, max_size=3))
def test_a_pattern_without_double_stars_fits_name_by_name(pattern: list[str], parts: list[str]) -> None:
    try:
        glob = Glob("/".join(pattern))
    except BadArguments:
        return
    if "**" in pattern:
        return
    fits = len(pattern) == len(parts) and all(
        fnmatchcase(part.lower(), piece.lower()) for piece, part in zip(pattern, parts, strict=True)
    )
    assert glob.fits(tuple(parts)) == fits


@given(st.lists(NAMES, max_size=4), st.lists(NAMES, min_size=1, max_size=2), st.lists(NAMES, max_size=3))
def test_double_stars_stand_for_any_folders(before: list[str], behind: list[str], between: list[str]) -> None:
    if any(set(name) & set("*?[]") or name in (".", "..") for name in (*before, *behind)):
        return
    glob = Glob("/".join([*before, "**", *behind]))
    assert glob.fits((*before, *between, *behind))
    assert not glob.fits((*before, *between, *behind, "more")) or behind[-1].lower() == "more"


@given(st.text(max_size=300), st.integers(1, 20), st.integers(1, 20), st.integers(1, 50))
def test_pieces_of_a_text_make_the_whole(text: str, first: int, most: int, chars: int) -> None:
    whole = Text(in_lines(text), cut=False)
    seen_lines, at = list[str](), 1
    while at <= len(whole.lines):
        piece = sliced(whole, at, most, chars, 1_000)
        assert 1 <= piece.count <= most
        seen_lines += piece.text.split("\n") if piece.count else []
        at += piece.count
        assert piece.cut == (at <= len(whole.lines))
    assert tuple(seen_lines) == whole.lines
    del first


@given(st.text(max_size=400), st.text(max_size=400))
def test_a_diff_shows_every_character_and_has_an_end(before: str, after: str) -> None:
    told = difference("a.md", before, after)
    lines = told.split("\n")
    assert len(lines) <= MOST_LINES + 1
    assert all(len(line) <= LONGEST_LINE * 10 + 100 for line in lines)
    assert len(told) <= MOST_CHARS + 100
    assert not any(unicodedata.category(each) in UNSEEN and each not in "\n\t" for each in told)


def test_a_wide_diff_says_how_much_is_not_shown() -> None:
    told = difference("a.md", "", "\n".join(["x" * 1_000] * 100))
    assert len(told) <= MOST_CHARS + 100
    assert "more lines that are not shown" in told


def test_a_long_diff_says_how_much_is_not_shown() -> None:
    many = "\n".join(f"line {number}" for number in range(1_000))
    assert difference("a.md", "", many).endswith("and 804 more lines that are not shown")
    too_many = "\n".join(f"line {number}" for number in range(10_000))
    assert difference("a.md", "x", too_many) == (
        "a.md: 1 lines become 10,000; that is too much to show what is different."
    )
    changed = too_many.replace("line 5000\n", "other\n")
    assert "-line 5000\n+other" in difference("a.md", too_many, changed)
