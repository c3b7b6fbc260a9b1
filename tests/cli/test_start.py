"""What keeps a server from starting is said in one line, and nothing of the house is touched."""

import socket
import subprocess
import sys
from pathlib import Path

import pytest

from parlour.store.lock import DataLock
from tests.ports import free_port

SERVE = "import sys; sys.argv = ['parlour', 'serve']; from parlour.cli.main import app; app()"


def start(folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Try to start a server that must not come up."""
    search = str(Path(__file__).parents[2] / "src")
    given = {"PYTHONPATH": search, "PARLOUR_DATA_DIR": str(folder), "PARLOUR_PORT": "0"} | environment
    return subprocess.run(
        [sys.executable, "-c", SERVE], env=given, capture_output=True, text=True, timeout=120, check=False
    )


def said(ended: subprocess.CompletedProcess[str]) -> str:
    """The one line that it ended with."""
    assert (ended.returncode, ended.stdout) == (1, "")
    assert "Traceback" not in ended.stderr
    lines = ended.stderr.strip().splitlines()
    assert len(lines) == 1, lines
    return lines[0]


def test_a_second_server_on_the_same_data_says_who_has_it(tmp_path: Path) -> None:
    lock = DataLock(tmp_path)
    try:
        line = said(start(tmp_path))
    finally:
        lock.release()
    assert "Another Parlour" in line
    assert str(tmp_path) in line
    assert "PARLOUR_DATA_DIR" in line
    assert [path.name for path in tmp_path.iterdir()] == ["parlour.lock"]


def test_a_port_that_is_taken_is_named(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        line = said(start(tmp_path / "data", PARLOUR_PORT=port))
    assert "PARLOUR_PORT" in line
    assert port in line
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PARLOUR_PORT", "eighty"),
        ("PARLOUR_PORT", "65536"),
        ("DATABASE_URL", "mysql://somewhere/else"),
        ("LOG_LEVEL", "loud"),
        ("CHAT_MAX_MESSAGE_CHARS", "-1"),
        ("TURN_MAX_SECONDS", "nan"),
        ("OPENAI_BASE_URL", "not a url"),
        ("WEBSOCKET_IDLE", "1"),
        ("WEBSOCKET_TRANSPORT_BYTES", "2048"),
    ],
)
def test_a_setting_that_does_not_fit_is_named(tmp_path: Path, name: str, value: str) -> None:
    assert name in said(start(tmp_path / "data", **{name: value}))
    assert not (tmp_path / "data").exists()


def test_an_address_that_is_not_ours_is_named(tmp_path: Path) -> None:
    assert "PARLOUR_HOST 192.0.2.1" in said(start(tmp_path, PARLOUR_HOST="192.0.2.1"))


def test_a_key_that_cannot_be_sent_is_named_but_not_shown(tmp_path: Path) -> None:
    line = said(start(tmp_path, OPENAI_API_KEY="sk-secrét", PYTHONUTF8="1"))
    assert "OPENAI_API_KEY" in line
    assert "sk-" not in line


def test_a_data_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert "PARLOUR_DATA_DIR" in said(start(tmp_path / "file" / "data"))


def test_a_database_that_is_not_there_is_named_without_its_password(tmp_path: Path) -> None:
    line = said(start(tmp_path, DATABASE_URL=f"postgresql://parlour:hush-hush@127.0.0.1:{free_port()}/parlour"))
    assert "DATABASE_URL" in line
    assert "hush-hush" not in line


def test_a_database_that_is_none_is_named(tmp_path: Path) -> None:
    (tmp_path / "parlour.db").write_bytes(b"this is not a database, whatever its name says" * 100)
    assert "parlour.db" in said(start(tmp_path))
