"""The reader of pages can be trusted: it runs what stands there and notices what is not so."""

import os
from dataclasses import replace
from pathlib import Path

import pytest

from tests.docs.blocks import Block, blocks, missing, steps
from tests.docs.session import Session


def block(kind: str, body: str) -> Block:
    return Block(Path(__file__), 1, kind, body)


def read(folder: Path, *found: Block) -> None:
    with Session(folder, os.environ) as session:
        for one in found:
            session.run(one)


def test_commands_share_what_they_export(tmp_path: Path) -> None:
    read(tmp_path, block("console", "$ export NAME=kitchen\n$ echo the $NAME\nthe kitchen"))


def test_a_line_that_was_not_printed_is_noticed(tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match="did not print"):
        read(tmp_path, block("console", "$ echo the kitchen\nthe bedroom"))


def test_a_command_that_fails_is_noticed(tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match="left with 3"):
        read(tmp_path, block("console", "$ exit 3"))


def test_a_program_sees_what_the_commands_exported(tmp_path: Path) -> None:
    program = "import os\nassert os.environ['NAME'] == 'kitchen'\n"
    read(tmp_path, block("console", "$ export NAME=kitchen"), block("python", program))


def test_a_program_that_breaks_is_noticed(tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match="ZeroDivisionError"):
        read(tmp_path, block("python", "1 / 0"))


def test_what_a_program_prints_stands_below_it(tmp_path: Path) -> None:
    read(tmp_path, block("python", "print('the kitchen')"), block("output", "the …"))


def test_what_a_program_does_not_print_is_noticed(tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match="did not print"):
        read(tmp_path, block("python", "print('the kitchen')"), block("output", "the bedroom"))


def test_a_file_is_there_for_the_programs_after_it(tmp_path: Path) -> None:
    house = replace(block("python", "NAME = 'the kitchen'"), file="house.py")
    read(tmp_path, house, block("python", "from house import NAME\nprint(NAME)"), block("output", "the kitchen"))


def test_a_block_may_have_the_name_of_a_file(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("```python house.py\nNAME = 'the kitchen'\n```\n\n```python\nfrom house import NAME\n```\n")
    assert [(found.kind, found.file) for found in blocks(page)] == [("python", "house.py"), ("python", "")]


def test_what_a_page_names_is_what_stands_for_it_here(tmp_path: Path) -> None:
    with Session(tmp_path, os.environ, {"db.example": "127.0.0.1"}) as session:
        session.run(block("console", "$ echo 'db.example' | wc -c\n10"))


def test_an_ellipsis_stands_for_anything() -> None:
    assert not missing(["link: http://…/x"], "starting\n  link: http://127.0.0.1:1/x")
    assert missing(["second", "first"], "first\nsecond") == ["first"]


def test_a_long_command_goes_on_after_a_backslash() -> None:
    (step,) = steps(block("console", "$ echo a \\\n    b\na b"))
    assert (step.command, step.shown) == ("echo a b", ["a b"])


def test_blocks_inside_a_list_are_found_too(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("1. Do\n\n   ```console\n   $ make run\n   ```\n")
    (found,) = (Block(page, b.line, b.kind, b.body) for b in blocks(page))
    assert (found.line, found.kind, found.body) == (3, "console", "$ make run")
