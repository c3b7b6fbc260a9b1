"""The processes that are measured: started on their own core, made ready, and ended again."""

import os
import re
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from bench.client import RELAY
from bench.machine import Cores, pinned
from bench.postgres import fresh_database

ROOT = Path(__file__).parents[1]
SOURCES = {"PYTHONPATH": f"{ROOT / 'src'}:{ROOT}"}
"""What is measured is this checkout, whatever is installed."""
START_S = 30.0
END_S = 15.0


class DidNotStart(Exception):
    """A server did not answer; its last words are in the message."""


UNLIMITED = {
    "CHAT_MESSAGES_ADMIN": "0/0/0",
    "CHAT_CONVERSATIONS_ADMIN": "0",
    "CHAT_RATE_LIMIT": "0",
    "WEBSOCKET_MAX_CONNECTIONS": "10000",
    "WEBSOCKET_MAX_PER_ADDRESS": "10000",
    "ANSWER_CACHE_ENTRIES": "0",
}
"""One client does here what a hundred people do, and what was answered before is no answer to measure."""


@dataclass(frozen=True, slots=True)
class Served:
    """A server that answers."""

    url: str
    """Where the load client goes."""
    token: str
    pid: int
    ready_s: float
    """From the start of its process to its first healthy answer."""


@contextmanager
def provider(cores: Cores) -> Generator[str]:
    """The fake provider; gives its base URL."""
    command = [sys.executable, "-m", "bench.provider"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, cwd=ROOT, preexec_fn=pinned(cores.others)
    ) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().strip()
        finally:
            process.terminate()


@contextmanager
def relay(cores: Cores, provider_url: str) -> Generator[Served]:
    """The bare relay before the provider."""
    port = _free_port()
    command = [sys.executable, "-m", "bench.relay", "--provider", provider_url, "--port", str(port)]
    with _started(command, {}, cores, port) as (process, ready_s, _):
        yield Served(f"http://127.0.0.1:{port}{RELAY}", "", process.pid, ready_s)


@contextmanager
def data_folder(store: str) -> Generator[dict[str, str]]:
    """The settings of a house that nobody has lived in yet, in "sqlite" or "postgres"; all of it goes afterwards."""
    with tempfile.TemporaryDirectory(prefix="parlour-bench-") as folder:
        settings = {"PARLOUR_DATA_DIR": folder}
        if store == "sqlite":
            yield settings
        else:
            with fresh_database() as url:
                yield settings | {"DATABASE_URL": url}


@contextmanager
def parlour(
    cores: Cores, settings: Mapping[str, str], provider_url: str = "", profile: Path | None = None, token: str = ""
) -> Generator[Served]:
    """Parlour over a data folder. With a provider it is signed in, and the provider allowed, but for a `token`."""
    port = _free_port()
    environment = {**settings, **UNLIMITED, "PARLOUR_PORT": str(port), "LOG_LEVEL": "warning"}
    if provider_url:
        environment["OPENAI_BASE_URL"] = provider_url
    url = f"http://127.0.0.1:{port}"
    with _started(_parlour_command(profile), environment, cores, port) as (process, ready_s, out):
        if provider_url and not token:
            token = _signed_in(url, out)
        yield Served(url, token, process.pid, ready_s)


def _parlour_command(profile: Path | None) -> list[str]:
    """`parlour serve`, as it is installed; under cProfile when it shall write a profile."""
    start = "from parlour.cli.main import app; app()"
    if profile is not None:
        start = f"import cProfile; cProfile.run({start!r}, {str(profile)!r})"
    return [sys.executable, "-c", start, "serve"]


def _signed_in(url: str, out: Path) -> str:
    """A token of the admin, by the link that the first start prints; the provider is allowed with it."""
    link = re.search(r"link\?token=(\S+)", out.read_text())
    if link is None:
        raise DidNotStart("The server printed no link to sign in with.")
    with _post(f"{url}/api/v1/auth/link", {"link": link[1]}) as answer:
        cookie = answer.headers["Set-Cookie"].partition(";")[0]
    with _post(f"{url}/api/v1/auth/tokens", {"name": "bench"}, {"Cookie": cookie, "Origin": url}) as answer:
        token: str = orjson.loads(answer.read())["token"]
    _post(f"{url}/api/v1/models/allowed", {"provider": "openai"}, {"Authorization": f"Bearer {token}"}).close()
    return token


def _post(url: str, body: object, headers: Mapping[str, str] | None = None) -> Any:
    request = urllib.request.Request(
        url, orjson.dumps(body), {"Content-Type": "application/json", **(headers or {})}, method="POST"
    )
    return urllib.request.urlopen(request, timeout=10)


@contextmanager
def _started(
    command: Sequence[str], settings: Mapping[str, str], cores: Cores, port: int
) -> Generator[tuple[subprocess.Popen[bytes], float, Path]]:
    """A process that answers on `port`, how long that took, and the file that has what it prints."""
    own = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG", "TMPDIR")}
    environment = {**own, **SOURCES, **settings}
    with tempfile.TemporaryDirectory(prefix="parlour-bench-") as folder:
        out = Path(folder) / "out"
        with out.open("wb") as printed:
            begun = time.monotonic()
            process = subprocess.Popen(
                command, env=environment, cwd=ROOT, stdout=printed, stderr=printed, preexec_fn=pinned(cores.server)
            )
        try:
            _wait_until_healthy(process, port, begun, out)
            yield process, time.monotonic() - begun, out
        finally:
            process.terminate()
            try:
                process.wait(END_S)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _wait_until_healthy(process: subprocess.Popen[bytes], port: int, begun: float, out: Path) -> None:
    while time.monotonic() - begun < START_S and process.poll() is None:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=START_S) as answer:
                if answer.status == 200:
                    return
        except (urllib.error.URLError, OSError):
            time.sleep(0.005)
    raise DidNotStart(f"The server did not start. Its last words: {out.read_text()[-2000:]}")


def _free_port() -> int:
    with socket.socket() as trying:
        trying.bind(("127.0.0.1", 0))
        return trying.getsockname()[1]
