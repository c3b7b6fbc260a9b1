"""`parlour backup`, `restore` and `db copy`, as somebody types them."""

import asyncio
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from parlour.app import running
from parlour.cli.main import command_line
from parlour.config import Settings
from parlour.errors import ParlourError
from parlour.store.lock import DataLock


def house_in(folder: Path) -> Path:
    """A house with the demo in it, not running."""

    async def start() -> None:
        async with running(Settings(data_dir=folder), demo=True):
            pass

    asyncio.run(start())
    return folder


def parlour(folder: Path, *words: str, typed: str = "") -> Result:
    """Run a command as the process would."""
    done = CliRunner().invoke(command_line(list(words)), words, input=typed, env={"PARLOUR_DATA_DIR": str(folder)})
    assert done.exception is None or isinstance(done.exception, ParlourError | SystemExit), done.exception
    return done


def refused(done: Result) -> str:
    """What a command refused with, which the process prints as one line."""
    assert isinstance(done.exception, ParlourError)
    assert "\n" not in done.exception.safe
    return done.exception.safe


@pytest.fixture
def house(tmp_path: Path) -> Path:
    return house_in(tmp_path / "data")


def test_a_backup_says_where_it_is_and_what_is_not_in_it(house: Path) -> None:
    done = parlour(house, "backup")
    (made,) = (house / "backups").iterdir()
    assert str(made) in done.stdout
    assert re.search(r"[\d,]+ rows of \d+ tables", done.stdout)
    assert "no master key yet" in done.stderr
    (house / "parlour.key").write_text("x")
    done = parlour(house, "backup", str(house / "by-name.backup"))
    assert "The master key is not in it" in done.stderr
    assert str(house / "parlour.key") in done.stderr
    assert "`parlour key forget`" in done.stderr
    assert "Files are not in it" not in done.stderr
    (house / "files" / "project").mkdir(parents=True)
    (house / "files" / "project" / "plan.md").write_text("x")
    (house / "datasources").mkdir()
    done = parlour(house, "backup", str(house / "with-files.backup"))
    assert f"Files are not in it: keep a copy of {house / 'files'} as well." in done.stderr


def test_a_restore_asks_first_and_keeps_what_was_there(house: Path) -> None:
    file = house / "house.backup"
    parlour(house, "backup", str(file))
    assert parlour(house, "restore", str(file), typed="n\n").exit_code == 1
    assert list(house.glob("parlour.db.*")) == []
    done = parlour(house, "restore", str(file), typed="y\n")
    (aside,) = house.glob("parlour.db.before-restore-*")
    assert str(aside) in done.stdout
    assert "are back, as of" in done.stdout


def test_nothing_is_done_while_a_server_has_the_data_folder(house: Path, tmp_path: Path) -> None:
    file = house / "house.backup"
    lock = DataLock(house)
    try:
        assert parlour(house, "backup", str(file)).exit_code == 0
        assert "Another Parlour" in refused(parlour(house, "restore", str(file), "--yes"))
        to = f"sqlite:///{tmp_path / 'other' / 'parlour.db'}"
        assert "Another Parlour" in refused(parlour(house, "db", "copy", "--to", to))
        other = tmp_path / "elsewhere"
        assert "Another Parlour" in refused(
            parlour(other, "db", "copy", "--from", f"sqlite:///{house / 'parlour.db'}", "--to", to)
        )
    finally:
        lock.release()


def test_a_copy_tells_what_each_table_came_to(house: Path, tmp_path: Path) -> None:
    to = tmp_path / "other" / "parlour.db"
    done = parlour(house, "db", "copy", "--to", f"sqlite:///{to}")
    assert re.search(r"^home_entities +1\d\d$", done.stdout, re.MULTILINE)
    assert re.search(r"^all of it +[\d,]+ rows, the same in both$", done.stdout, re.MULTILINE)
    assert to.exists()
    again = refused(parlour(house, "db", "copy", "--to", f"sqlite:///{to}"))
    assert "holds something already" in again


def test_what_cannot_be_is_said_in_a_line(house: Path, tmp_path: Path) -> None:
    assert "There is no file" in refused(parlour(house, "restore", str(tmp_path / "none.backup"), "--yes"))
    assert "is no backup" in refused(parlour(house, "restore", str(house / "parlour.db"), "--yes"))
    for wrong in ("nonsense", "mysql://db/parlour", "postgresql://db:port/parlour", "postgresql://db:65536/parlour"):
        assert "--to is no address" in refused(parlour(house, "db", "copy", "--to", wrong))
    assert "never started" in refused(parlour(tmp_path / "nowhere", "backup", str(tmp_path / "x.backup")))
    away = "postgresql://nobody:secret@127.0.0.1:1/none"
    unreachable = refused(parlour(house, "db", "copy", "--to", away))
    assert "secret" not in unreachable
    assert "cannot be reached" in unreachable
    file = house / "house.backup"
    parlour(house, "backup", str(file))
    assert "is there already" in refused(parlour(house, "backup", str(file)))
