"""Every command and program on a public page, run as a reader would: in order, page by page, in an empty folder."""

import os
import re
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from parlour.ids import new_id
from tests.docs.blocks import KINDS, Block, Step, blocks, pages, steps
from tests.docs.session import Session
from tests.rules.skips import missing
from tests.rules.sources import ROOT, name
from tests.storage import POSTGRES, postgres_is_there, run_on_postgres

ELSEWHERE = {
    "make test": "it is what runs this test",
    "make check": ".ci/run",
    "make docs-check": "it is what runs this test",
    "make bench": "it measures for minutes",
    "make soak N=1000": "it kills for an hour; the kill matrix runs its small form",
    "make lock": "it asks the package index; test_locks.py holds what it writes",
    "make gen": "the tests of the generated files",
    "make clean": "it would remove what runs this test",
    "pip install .": "tests/package/test_package.py",
}
"""Commands that are too long to run here, each with what proves it. Their make targets are still looked up."""
DATABASE = "postgresql://parlour:secret@127.0.0.1:5432/parlour"
"""What pages call an empty database on PostgreSQL."""
PAGES = [page for page in pages() if any(block.kind in {"console", "python"} for block in blocks(page))]
SPOKEN = re.compile(r"`((?:make|parlour) [^`…]+)`")


def run_here(block: Block) -> Block:
    """`block` without the commands that are proved elsewhere."""
    if block.kind != "console":
        return block
    kept = [step for step in steps(block) if step.command not in ELSEWHERE]
    return replace(block, body="\n".join(line for step in kept for line in written(step)))


def written(step: Step) -> list[str]:
    return [f"$ {step.command}", *step.shown]


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_what_a_page_shows_comes_true(page: Path, tmp_path: Path) -> None:
    found = [run_here(block) for block in blocks(page)]
    installed()
    if "$ make run" in "\n".join(block.body for block in found) and not (ROOT / ".venv/made/run").exists():
        missing("a .venv made by make")
    with places(found) as here, Session(tmp_path, os.environ, here) as session:
        for block in found:
            session.run(block)


@contextmanager
def places(found: list[Block]) -> Generator[dict[str, str]]:
    """What stands here for what the blocks name: an empty database, where they want one."""
    if not any(DATABASE in block.body for block in found):
        yield {}
        return
    if not postgres_is_there():
        missing("PostgreSQL")
    database = f"parlour_docs_{new_id().replace('-', '')}"
    run_on_postgres(f"CREATE DATABASE {database}")
    try:
        yield {DATABASE: f"postgresql://postgres@{POSTGRES[0]}:{POSTGRES[1]}/{database}"}
    finally:
        run_on_postgres(f"DROP DATABASE {database} WITH (FORCE)")


def installed() -> Path:
    """The `parlour` beside the Python that runs this; leaves the test out where there is none."""
    command = Path(sys.executable).parent / "parlour"
    if not command.exists():
        missing("Parlour installed in this Python")
    return command


def spoken() -> list[str]:
    """The commands that the pages name in a sentence, and those that are proved elsewhere."""
    named = {command for page in pages() for command in SPOKEN.findall(page.read_text(encoding="utf-8"))}
    return sorted(named.union(command for command in ELSEWHERE if command.startswith("make")))


@pytest.mark.parametrize("command", spoken())
def test_a_command_that_a_page_names_exists(command: str) -> None:
    words = [word for word in command.split() if not word.startswith(("[", "--"))]
    asked = [*words, "-n"] if words[0] == "make" else [str(installed()), *words[1:], "--help"]
    plain = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS"))}
    done = subprocess.run(asked, cwd=ROOT, env=plain, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("page", pages(), ids=name)
def test_a_page_says_what_each_block_is(page: Path) -> None:
    for block in blocks(page):
        assert block.kind in KINDS, f"{block}: mark it as one of {sorted(KINDS)}"
        assert block.kind != "console" or steps(block), f"{block}: a command stands after `$ `"
