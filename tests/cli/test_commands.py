"""The commands, as they are typed."""

import asyncio
import importlib
import re
import subprocess
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

import pytest
import typer
from typer.testing import CliRunner

from parlour.cli.main import ENTRIES, Entry, command_line
from parlour.clock import SystemClock
from parlour.errors import BadSetting, Duplicate, InvalidRequest, NotFound, NotNow, ParlourError, Unauthenticated
from parlour.identity.gate import Gate
from parlour.identity.users import ensure_house
from parlour.journal.writer import open_writer
from parlour.store.database import Database
from parlour.store.lock import DataLock
from tests.storage import Storage

Result = TypeVar("Result")


class Terminal:
    """Somebody at a terminal on the machine of a house."""

    def __init__(self, storage: Storage, folder: Path) -> None:
        self._storage = storage
        self._environment = {
            "DATABASE_URL": storage.url.set(drivername=storage.url.get_backend_name()).render_as_string(False),
            "PARLOUR_DATA_DIR": str(folder),
            "PARLOUR_PUBLIC_URL": "",
            "PARLOUR_HOST": "",
            "PARLOUR_PORT": "8123",
        }

    def types(self, *arguments: str, **environment: str) -> str:
        """What a command prints to standard output. Raises what it fails with."""
        result = CliRunner().invoke(command_line(list(arguments)), list(arguments), env=self._environment | environment)
        if result.exception is not None:
            raise result.exception
        return result.stdout.strip()

    def at_the_gate(self, deed: Callable[[Gate], Awaitable[Result]]) -> Result:
        """Do something at the gate of the house, which is made if need be."""

        async def run() -> Result:
            database, clock = Database(self._storage.url), SystemClock()
            writer = open_writer(self._storage.url, clock=clock, publish=lambda _: None, fatal=lambda _: None)
            try:
                await ensure_house(database, writer, clock)
                return await deed(Gate(database, writer, clock))
            finally:
                await writer.close()
                await database.close()

        return asyncio.run(run())


@pytest.fixture
def terminal(storage: Storage, tmp_path: Path) -> Terminal:
    """A terminal beside a house that was started once."""
    made = Terminal(storage, tmp_path)

    async def nothing(_: Gate) -> None:
        return None

    made.at_the_gate(nothing)
    return made


def _secret(link: str) -> str:
    address, _, secret = link.partition("/link?token=")
    assert address == "http://127.0.0.1:8123"
    return secret


def test_a_token_speaks_for_the_admin_unless_told_otherwise(terminal: Terminal) -> None:
    terminal.types("user", "add", "ann")
    tokens = [terminal.types("token", "create"), terminal.types("token", "create", "--user", "Ann", "--name", "x")]
    assert all(re.fullmatch(r"pk_[\w-]{43}", token) for token in tokens)
    names = [terminal.at_the_gate(lambda gate, t=token: gate.by_api_key(t)).username for token in tokens]
    assert names == ["admin", "ann"]


def test_a_link_signs_in_once(terminal: Terminal) -> None:
    secret = _secret(terminal.types("link"))
    who, _ = terminal.at_the_gate(lambda gate: gate.sign_in(secret))
    assert who.username == "admin"
    with pytest.raises(Unauthenticated):
        terminal.at_the_gate(lambda gate: gate.sign_in(secret))


def test_whoever_is_added_gets_a_link_and_their_role(terminal: Terminal) -> None:
    secret = _secret(terminal.types("user", "add", "Bob", "--role", "guest", "--full-name", "Bob B."))
    who, _ = terminal.at_the_gate(lambda gate: gate.sign_in(secret))
    assert (who.username, who.full_name, who.role) == ("bob", "Bob B.", "guest")


@pytest.mark.parametrize(
    ("arguments", "refusal"),
    [
        (("link", "eve"), NotFound),
        (("token", "create", "--user", "eve"), NotFound),
        (("user", "add", "admin"), Duplicate),
        (("user", "add", "no spaces"), InvalidRequest),
    ],
)
def test_what_cannot_be_done_is_refused_by_name(
    terminal: Terminal, arguments: tuple[str, ...], refusal: type[ParlourError]
) -> None:
    with pytest.raises(refusal):
        terminal.types(*arguments)


def test_a_role_that_does_not_exist_is_refused(terminal: Terminal) -> None:
    with pytest.raises(SystemExit) as exit_:
        terminal.types("user", "add", "ann", "--role", "king")
    assert exit_.value.code == 2


def test_commands_work_while_the_server_holds_the_data_folder(terminal: Terminal, tmp_path: Path) -> None:
    lock = DataLock(tmp_path)
    try:
        assert terminal.types("token", "create").startswith("pk_")
    finally:
        lock.release()


def test_before_the_first_start_a_command_says_how_to_start(storage: Storage, tmp_path: Path) -> None:
    beside_nothing = Terminal(storage, tmp_path)
    with pytest.raises(NotFound, match="parlour serve"):
        beside_nothing.types("token", "create")
    with pytest.raises(NotFound, match="parlour serve"):
        beside_nothing.types("token", "create", DATABASE_URL="")
    assert list(tmp_path.iterdir()) == []


def test_a_database_that_cannot_be_used_is_no_house_that_was_never_started(storage: Storage, tmp_path: Path) -> None:
    (tmp_path / "parlour.db").write_bytes(b"this is not a database, whatever its name says" * 100)
    elsewhere = {
        "sqlite": "",
        "postgres": storage.url.set(drivername="postgresql", database="not_there").render_as_string(False),
    }
    with pytest.raises(BadSetting, match=r"DATABASE_URL names .* cannot be used: "):
        Terminal(storage, tmp_path).types("link", DATABASE_URL=elsewhere[storage.kind])


def test_the_settings_are_printed_without_secrets(terminal: Terminal) -> None:
    printed = terminal.types("settings", OPENAI_API_KEY="sk-very-secret")
    assert re.search(r"PARLOUR_PORT +8123\n", printed)
    assert re.search(r"OPENAI_API_KEY +\(set\)\n", printed)
    assert "sk-very-secret" not in printed


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: str(entry))
def test_a_command_says_the_same_of_itself_as_the_list_does(entry: Entry) -> None:
    found = getattr(importlib.import_module(entry.module), entry.name)
    own = found.info.help if isinstance(found, typer.Typer) else found.__doc__
    assert own == entry.help
    result = CliRunner().invoke(command_line([entry.name, "--help"]), [entry.name, "--help"])
    assert (result.exit_code, entry.help in " ".join(result.stdout.split())) == (0, True)


def _alone(code: str, **environment: str) -> subprocess.CompletedProcess[str]:
    search = str(Path(__file__).parents[2] / "src")
    return subprocess.run(
        [sys.executable, "-c", code],
        env={"PYTHONPATH": search, **environment},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_the_list_of_commands_imports_nothing_heavy() -> None:
    heavy = ("sqlalchemy", "fastapi", "pydantic", "aiohttp", "uvicorn", "structlog", "alembic")
    code = "import sys; from parlour.cli.main import command_line; command_line(['--help']); print(*sys.modules)"
    imported = _alone(code).stdout.split()
    assert "parlour.cli.main" in imported
    assert [module for module in heavy if module in imported] == []


def test_a_bad_setting_ends_the_command_with_its_name_and_no_traceback() -> None:
    code = "import sys; sys.argv = ['parlour', 'settings']; from parlour.cli.main import app; app()"
    ended = _alone(code, PARLOUR_PORT="eighty")
    assert (ended.returncode, ended.stdout) == (1, "")
    assert "PARLOUR_PORT 'eighty' does not fit" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_people_are_listed_with_what_they_may_do(terminal: Terminal) -> None:
    terminal.types("user", "add", "ann", "--role", "guest")
    assert [line.split() for line in terminal.types("user", "list").splitlines()] == [
        ["admin", "admin", "never"],
        ["ann", "guest", "never"],
    ]
    terminal.types("user", "role", "Ann", "moderator")
    terminal.types("user", "deactivate", "ann")
    assert "ann                  deactivated" in terminal.types("user", "list")
    with pytest.raises(NotNow, match="deactivated"):
        terminal.types("link", "ann")
    terminal.types("user", "activate", "ann")
    assert _secret(terminal.types("link", "ann"))
    assert "moderator" in terminal.types("user", "list")


def test_the_last_admin_stays_one(terminal: Terminal) -> None:
    for command in (["role", "admin", "user"], ["deactivate", "admin"]):
        with pytest.raises(NotNow, match="Somebody has to manage the house"):
            terminal.types("user", *command)


def test_a_sample_is_added_once_and_never_in_production(terminal: Terminal) -> None:
    with pytest.raises(NotNow, match="production"):
        terminal.types("sample", ENVIRONMENT="production")
    for _ in range(2):
        terminal.types("sample")
    assert [line.split()[:2] for line in terminal.types("user", "list").splitlines()] == [
        ["admin", "admin"],
        ["demo", "user"],
        ["guest", "guest"],
    ]
    assert _secret(terminal.types("link", "demo"))
