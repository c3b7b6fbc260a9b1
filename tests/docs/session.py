"""A reader at a terminal: runs what a page shows, in order, against a Parlour of its own."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.docs.blocks import Block, Step, missing, steps
from tests.lifted import IN_WORDS
from tests.ports import free_port
from tests.rules.sources import ROOT

USUAL = "127.0.0.1:8000"
OURS = re.compile(r"^(PARLOUR_|OPENAI_|OLLAMA_|DATABASE_URL$|ENVIRONMENT$|LOG_|MAKE|MFLAGS)")
"""What a machine may have set for a Parlour, or for a make, of its own; a reader starts without it."""
STAYS = re.compile(r"^(make run|parlour serve)\b")
STOPS = "sudo systemctl stop parlour"
"""How a page says that the server is stopped, however it was started."""
WITHIN = 90.0


class Session:
    """Runs the blocks of one page. The server that a page starts stays up until the page ends."""

    def __init__(self, home: Path, environment: Mapping[str, str], here: Mapping[str, str] | None = None) -> None:
        """`here` says what stands in this place for what a page names, such as a database."""
        self._home = home
        self._address = f"127.0.0.1:{free_port()}"
        self._places = {USUAL: self._address, **(here or {})}
        self._environment = {
            **{name: value for name, value in environment.items() if not OURS.match(name)},
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{environment['PATH']}",
            "PARLOUR_DATA_DIR": str(home / "data"),
            "PARLOUR_HOST": "127.0.0.1",
            "PARLOUR_PORT": self._address.rpartition(":")[2],
            "PARLOUR_URL": f"http://{self._address}",
            "COLUMNS": "200",
            **installing_here(home / "site", environment),
            **IN_WORDS,
        }
        self._server: subprocess.Popen[bytes] | None = None
        self._printed = ""
        (home / ".venv").symlink_to(sys.prefix)  # as in a checkout

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._stop()

    def _stop(self) -> None:
        if self._server is None or self._server.poll() is not None:
            return
        os.killpg(self._server.pid, signal.SIGINT)  # to all of the group, as a terminal does for Ctrl+C
        try:
            self._server.wait(WITHIN)
        except subprocess.TimeoutExpired:
            os.killpg(self._server.pid, signal.SIGKILL)
            self._server.wait()
            raise

    def run(self, block: Block) -> None:
        """Do what `block` shows. Raises AssertionError where it does not come true."""
        if block.file:
            (self._home / block.file).write_text(self._here(block.body), "utf-8")
        elif block.kind == "python":
            self._step(Step(f"{sys.executable} -W error -", shown=[]), given=self._here(block.body), at=str(block))
        elif block.kind == "output":
            self._compare([line for line in block.body.splitlines() if line.strip()], at=str(block))
        elif block.kind == "console":
            for step in steps(block):
                at = f"{block}: {step.command}"
                if STAYS.match(step.command):
                    self._serve(step, at)
                elif step.command == STOPS:
                    self._stop()
                else:
                    self._step(step, given="", at=at)

    def _here(self, text: str) -> str:
        for named, meant in self._places.items():
            text = text.replace(named, meant)
        return text

    def _step(self, step: Step, *, given: str, at: str) -> None:
        after = self._home / "environment"
        script = f"set -e\n{self._here(step.command)}\nenv -0 > {after}\n"
        done = subprocess.run(
            ["bash", "-c", script], cwd=self._home, env=self._environment, input=given, timeout=WITHIN,
            text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False,
        )  # fmt: skip
        assert done.returncode == 0, f"{at} left with {done.returncode}:\n{done.stdout}"
        self._printed = done.stdout
        self._compare(step.shown, at=at)
        pairs = (pair.partition("=") for pair in after.read_text().split("\0") if pair)
        self._environment = {key: value for key, _, value in pairs}

    def _compare(self, shown: list[str], *, at: str) -> None:
        absent = missing([self._here(line) for line in shown], self._printed)
        assert not absent, f"{at} did not print {absent}, but:\n{self._printed}"

    def _serve(self, step: Step, at: str) -> None:
        folder = ROOT if step.command.startswith("make") else self._home
        log = self._home / "server.log"
        with log.open("wb") as out:
            self._server = subprocess.Popen(
                step.command.split(), cwd=folder, env=self._environment, stdout=out, stderr=subprocess.STDOUT,
                start_new_session=True,
            )  # fmt: skip
        deadline = time.monotonic() + WITHIN
        while (absent := missing([self._here(line) for line in step.shown], log.read_text())) or not self._listens():
            assert time.monotonic() < deadline, f"{at} did not print {absent}, but:\n{log.read_text()}"
            with suppress(subprocess.TimeoutExpired):
                code = self._server.wait(0.05)
                raise AssertionError(f"{at} ended by itself with {code}:\n{log.read_text()}")

    def _listens(self) -> bool:
        host, _, port = self._address.partition(":")
        with socket.socket() as knock:
            return knock.connect_ex((host, int(port))) == 0


def installing_here(site: Path, environment: Mapping[str, str]) -> dict[str, str]:
    """What makes pip install a package into a folder of the reader's own, with what is there already and no network."""
    return {
        "PIP_TARGET": str(site),
        "PIP_NO_INDEX": "1",
        "PIP_NO_DEPS": "1",
        "PIP_NO_BUILD_ISOLATION": "false",  # as pip reads it: no isolation
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "PYTHONPATH": os.pathsep.join(filter(None, (str(site), environment.get("PYTHONPATH")))),
    }
