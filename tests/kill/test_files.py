"""A server is ended around every boundary of a change of files: it is made once, and what came of it is found out."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.kill.file_actor import BEFORE
from tests.kill.test_acts import Houses, actors, boundaries
from tests.storage import Templates

ACTOR = "tests.kill.file_actor"
FEWEST = 6
DONE: dict[str, tuple[str, dict[str, str]]] = {
    "write": ("rename new.md", {"a.md": BEFORE, "notes/new.md": "new\n"}),
    "replace": ("rename a.md", {"a.md": "two\n"}),
    "edit": ("rename a.md", {"a.md": "one and two\n"}),
    "move": ("rename b.md", {"b.md": BEFORE}),
    "delete": ("unlink a.md", {}),
}
"""What the disk is asked for by each kind of change, and what lies there afterwards."""


@pytest.fixture
def houses(migrated: Templates, tmp_path: Path) -> Houses:
    """The template is made here: that takes a loop of its own."""
    with migrated.fresh("sqlite"):
        return Houses(migrated, tmp_path)


def check(asks: str, told: dict[str, Any] | None) -> None:
    """It was done, once, and that is what is said."""
    change, files = DONE[asks]
    assert told is not None
    assert (told["status"], told["changes"], told["files"]) == ("completed", [change], files)


@pytest.mark.parametrize("asks", ["edit"])
async def test_a_server_killed_around_any_commit_of_a_change_of_files_makes_it_once(asks: str, houses: Houses) -> None:
    rungs = 0
    async with actors(ACTOR) as born:
        for boundary in boundaries():
            async with houses.one(asks) as deed:
                told = await born.live(replace(deed, dies=boundary))
                if told is not None:
                    check(asks, told)
                    break
                rungs += 1
                check(asks, await born.live(replace(deed, doubts=True)))
    assert rungs >= FEWEST


@pytest.mark.parametrize("moment", ["about to", "did"])
@pytest.mark.parametrize("asks", DONE)
async def test_a_server_killed_while_a_file_is_changed_finds_out_what_became_of_it(
    asks: str, moment: str, houses: Houses
) -> None:
    change, _ = DONE[asks]
    async with actors(ACTOR) as born, houses.one(asks) as deed:
        assert await born.live(replace(deed, dies_at=f"{moment} {change}")) is None
        check(asks, await born.live(replace(deed, doubts=True)))


@pytest.mark.parametrize("asks", ["edit", "delete"])
async def test_a_server_killed_around_any_commit_of_an_undoing_brings_back_the_file(asks: str, houses: Houses) -> None:
    rungs = 0
    async with actors(ACTOR) as born:
        for boundary in boundaries():
            async with houses.one(asks) as deed:
                told = await born.live(replace(deed, undoes=True, dies=boundary))
                is_over = told is not None
                told = told or await born.live(replace(deed, undoes=True, doubts=True))
                assert told is not None
                assert (told["status"], told["undo"], told["files"]) == ("completed", "done", {"a.md": BEFORE}), told
                assert len(told["changes"]) == 2
                if is_over:
                    break
                rungs += 1
    assert rungs >= 2
