"""Servers that are not there, do not speak, speak too much, or would have us look where we must not."""

import asyncio
import os
import sys
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest
from pydantic import SecretStr
from structlog.testing import capture_logs

from parlour.toolkits.data.masking import MASK
from parlour.toolkits.data.mcp.addresses import addresses_of
from parlour.toolkits.data.mcp.commands import Command
from parlour.toolkits.data.mcp.dialing import link_to
from parlour.toolkits.data.mcp.http import Guarded
from parlour.toolkits.data.mcp.link import FIRST_PAUSE_S, Link
from parlour.toolkits.data.mcp.settings import McpLimits, McpSettings
from parlour.toolkits.data.network import Reach
from parlour.tools.outcomes import Failed, Refused, ToolProblem
from tests.conftest import ManualClock
from tests.toolkits.data.mcp import plain
from tests.toolkits.data.mcp.conftest import over_http, program, until

PLAIN = Path(plain.__file__)
PATIENT = McpLimits(connect_s=60.0)
BRIEF = McpLimits(connect_s=1.0, message_bytes=64 * 1024)
SILENT = "import sys, time; sys.stdin.read()"


@asynccontextmanager
async def linked(
    settings: Mapping[str, Any], command: Command | None, clock: ManualClock, limits: McpLimits = PATIENT
) -> AsyncGenerator[Link]:
    """The way to a server, closed at the end."""
    link = link_to(McpSettings.model_validate(settings), "there", command, Reach.of("127.0.0.0/8"), limits, clock)
    try:
        yield link
    finally:
        await link.close()


def script(words: str) -> Command:
    """A program of one line of Python."""
    return Command((sys.executable, "-c", words))


def told(logs: list[Any], event: str) -> int:
    return sum(each["event"] == event for each in logs)


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
        # One that nobody has waited for yet is dead all the same.
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (ProcessLookupError, FileNotFoundError):  # it may end between the two looks
        return False


async def test_a_server_that_is_away_is_tried_less_and_less_often_and_named_once(
    tmp_path: Path, clock: ManualClock
) -> None:
    async with over_http(tmp_path) as port:
        pass
    with capture_logs() as logs:
        async with linked({"url": f"http://127.0.0.1:{port}/mcp"}, None, clock) as link:
            with pytest.raises(Failed, match="does not answer as an MCP server"):
                await link.listing()
            with pytest.raises(Failed, match="tried again in 1 seconds"):
                await link.listing()
            clock.advance(FIRST_PAUSE_S)
            with pytest.raises(Failed, match="does not answer as an MCP server"):
                await link.listing()
            clock.advance(FIRST_PAUSE_S)
            with pytest.raises(Failed, match="tried again in 1 seconds"):
                await link.listing()
            clock.advance(FIRST_PAUSE_S)
            async with over_http(tmp_path, port):
                assert len((await link.listing()).tools) == 19
    assert told(logs, "an MCP server does not answer") == 1
    assert told(logs, "an MCP server answers again") == 1


async def test_a_server_that_was_started_anew_is_found_again(tmp_path: Path, clock: ManualClock) -> None:
    async with over_http(tmp_path) as port:
        async with linked({"url": f"http://127.0.0.1:{port}/mcp"}, None, clock) as link:
            await link.listing()
            (tmp_path / "notes").write_text("")
        async with linked({"url": f"http://127.0.0.1:{port}/mcp"}, None, clock) as link:
            await link.listing()
            os.kill(int((tmp_path / "pid").read_text()), 9)
            await until(lambda: not is_alive(int((tmp_path / "pid").read_text())))
            async with over_http(tmp_path, port):
                answers = [await _adds(link, clock) for _ in range(2)]
    assert answers[-1] == {"server": "s", "data": {"result": 3}}


async def _adds(link: Link, clock: ManualClock) -> Any:
    try:
        return await link.call("s", "add", {"a": 1, "b": 2}, {}, changes=False)
    except Failed:
        clock.advance(FIRST_PAUSE_S)
        return None


@pytest.mark.parametrize(
    "words",
    [
        SILENT,
        "",
        "raise SystemExit(3)",
        "print('hello', flush=True)\n" * 3 + SILENT,
        "import sys\nwhile True: sys.stdout.write('x' * 65536)",
        'print(\'{"jsonrpc": "2.0", "id": 1, "result": 7}\', flush=True)\n' + SILENT,
        "print('[' * 50000, flush=True)\n" + SILENT,
    ],
    ids=["silent", "gone", "failing", "no-json", "endless-line", "no-result", "deep"],
)
async def test_a_program_that_does_not_speak_the_protocol_is_ended_and_said_to_be_none(
    words: str, clock: ManualClock
) -> None:
    async with linked({"program": "it"}, script(words), clock, BRIEF) as link:
        with pytest.raises(Failed, match="does not answer as an MCP server"):
            await link.listing()


async def test_a_program_that_is_not_there_is_said_not_to_start(clock: ManualClock) -> None:
    async with linked({"program": "it"}, Command(("no-such-program",)), clock) as link:
        with pytest.raises(Failed, match="cannot be started"):
            await link.listing()


async def test_a_program_that_talks_and_talks_is_left_and_named(tmp_path: Path, clock: ManualClock) -> None:
    listed = Command((sys.executable, str(PLAIN), str(tmp_path)))
    with capture_logs() as logs:
        async with linked({"program": "it", "timeout_s": 100}, listed, clock) as link:
            await link.listing()
            for _ in range(2):
                with pytest.raises(Failed, match="lost"):
                    await link.call("s", "flood", {}, {}, changes=False)
            assert (await link.call("s", "note", {"text": "sound again"}, {}, changes=True))["text"] == "noted"
    left = [each for each in logs if each["event"].startswith("an MCP server was left")]
    assert [each["address"] for each in left] == ["there", "there"]


async def test_a_program_may_say_much_as_long_as_it_answers(tmp_path: Path, clock: ManualClock) -> None:
    listed = Command((sys.executable, str(PLAIN), str(tmp_path)))
    limits = McpLimits(connect_s=60.0, unasked=20)
    async with linked({"program": "it"}, listed, clock, limits) as link:
        for _ in range(30):
            assert (await link.call("s", "chatter", {}, {}, changes=False))["text"] == "and so on"


async def test_what_a_program_has_started_ends_with_it(tmp_path: Path, clock: ManualClock) -> None:
    file = tmp_path / "child"
    words = (
        "import os, signal, subprocess, time\n"
        "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        "child = subprocess.Popen(['sleep', '1000'], stdout=subprocess.DEVNULL)\n"
        f"open({str(file)!r}, 'w').write(str(child.pid))\n"
        "os.close(1)\n"
        "time.sleep(1000)"
    )
    async with linked({"program": "it"}, script(words), clock) as link:
        with pytest.raises(Failed):
            await link.listing()
        await until(lambda: not file.exists() or not is_alive(int(file.read_text())))
    assert file.exists()


async def test_a_program_sees_nothing_of_our_environment_and_is_logged_within_reason(
    tmp_path: Path, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-ours")
    listed = program(tmp_path, env={"OWN": "listed"}, takes=["TOKEN"])
    settings = {"program": "it", "variables": {"TOKEN": "theirs", "LD_PRELOAD": "evil"}}
    with capture_logs() as logs:
        async with linked(settings, listed, clock) as link:
            seen = (await link.call("s", "variables", {}, {}, changes=False))["data"]
            await link.call("s", "complain", {"lines": 5_000}, {}, changes=False)
            await until(lambda: told(logs, "a program says more than is logged") == 1)
    assert {name: seen.get(name) for name in ("OWN", "TOKEN", "OPENAI_API_KEY", "LD_PRELOAD", "HOME")} == {
        "OWN": "listed",
        "TOKEN": MASK,
        "OPENAI_API_KEY": None,
        "LD_PRELOAD": None,
        "HOME": None,
    }
    assert told(logs, "a program says") == 50
    assert told(logs, "a program says more than is logged") == 1
    assert "theirs" not in str(logs)


async def test_secrets_are_sent_as_headers(tmp_path: Path, clock: ManualClock) -> None:
    async with over_http(tmp_path) as port:
        settings = {"url": f"http://127.0.0.1:{port}/mcp", "token": "hush", "headers": {"X-Own": "mine"}}
        async with linked(settings, None, clock) as link:
            await link.listing()
    assert set((tmp_path / "seen").read_text().splitlines()) == {"Bearer hush mine"}


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "127.1",
        "localhost",
        "0.0.0.0",
        "10.0.0.7",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "::1",
        "::",
        "fe80::1",
        "fd00::1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "64:ff9b::7f00:1",
        "2002:7f00:1::",
        "224.0.0.1",
    ],
)
async def test_nobody_inside_of_a_network_is_asked_unless_it_is_listed(host: str) -> None:
    with pytest.raises(Refused, match="inside of a network"):
        await addresses_of(host, 80, Reach.of("172.30.0.0/16"))
    assert await addresses_of(host, 80, Reach.of("0.0.0.0/0,::/0"))


async def test_hosts_elsewhere_are_asked() -> None:
    assert await addresses_of("93.184.216.34", 443, Reach()) == ["93.184.216.34"]
    assert await addresses_of("2606:2800:220:1::1", 443, Reach()) == ["2606:2800:220:1::1"]


async def test_a_server_in_our_own_network_is_refused_in_words(clock: ManualClock) -> None:
    link = link_to(McpSettings(url="http://localhost:9/mcp"), "there", None, Reach(), PATIENT, clock)
    with pytest.raises(Refused, match="inside of a network"):
        await link.listing()
    await link.close()


async def test_a_server_that_sends_us_on_is_not_followed_elsewhere(clock: ManualClock) -> None:
    seen: list[bytes] = []

    async def elsewhere(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        seen.append(await reader.readline())
        writer.close()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        to = f"http://127.0.0.1:{other.sockets[0].getsockname()[1]}/mcp"
        writer.write(f"HTTP/1.1 307 Go\r\nLocation: {to}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode())
        await writer.drain()
        writer.close()

    async with (
        await asyncio.start_server(elsewhere, "127.0.0.1", 0) as other,
        await asyncio.start_server(answer, "127.0.0.1", 0) as here,
    ):
        url = f"http://127.0.0.1:{here.sockets[0].getsockname()[1]}/mcp"
        async with linked({"url": url, "token": "hush"}, None, clock) as link:
            with pytest.raises(ToolProblem):
                await link.listing()
    assert seen == []


async def test_a_server_that_sends_us_on_within_itself_is_followed_by_the_name_that_it_was_asked_by(
    clock: ManualClock,
) -> None:
    seen: list[list[str]] = []

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode().lower().splitlines()
        seen.append([head[0], *(line for line in head if line.startswith(("host:", "authorization:")))])
        says = "404 No" if head[0].startswith("post /mcp/") else f"307 Go\r\nLocation: {origin}/mcp/"
        writer.write(f"HTTP/1.1 {says}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode())
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as here:
        # A name of this machine that needs no looking up, and is not its address.
        origin = f"http://127.1:{here.sockets[0].getsockname()[1]}"
        async with linked({"url": f"{origin}/mcp", "token": "hush"}, None, clock) as link:
            with pytest.raises(ToolProblem):
                await link.listing()
    host = f"host: {origin.removeprefix('http://')}"
    assert seen[:2] == [[f"post {path} http/1.1", host, "authorization: bearer hush"] for path in ("/mcp", "/mcp/")]


async def test_a_request_that_is_sent_again_is_for_the_same_host() -> None:
    async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 401 No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        await writer.drain()
        writer.close()

    async with (
        await asyncio.start_server(refuse, "127.0.0.1", 0) as here,
        httpx2.AsyncClient(transport=Guarded(Reach.of("127.0.0.0/8"), 1_000)) as client,
    ):
        request = client.build_request("GET", f"http://127.1:{here.sockets[0].getsockname()[1]}/mcp")
        for _ in range(2):
            response = await client.send(request)
            # What a certificate is held against, and what "the same origin" is.
            assert (response.status_code, response.request.url.host) == (401, "127.1")


@pytest.mark.parametrize(
    "head",
    ["Content-Encoding: gzip\r\nContent-Type: application/json", "Content-Type: application/json"],
    ids=["packed", "endless"],
)
async def test_an_answer_beyond_all_measure_is_not_read(head: str, clock: ManualClock) -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(f"HTTP/1.1 200 OK\r\n{head}\r\nConnection: close\r\n\r\n".encode())
        try:
            while True:
                writer.write(b" " * 65_536)
                await writer.drain()
        except ConnectionError:
            writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as here:
        url = f"http://127.0.0.1:{here.sockets[0].getsockname()[1]}/mcp"
        async with linked({"url": url}, None, clock) as link:
            with pytest.raises(Failed, match="does not answer as an MCP server"):
                await link.listing()


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({}, "either a url or a program"),
        ({"url": "http://a", "program": "b"}, "either a url or a program"),
        ({"url": "file:///etc/passwd"}, "http:// or https://"),
        ({"url": "http://user:hush@a/"}, "no password"),
        ({"url": "http://a:99999/"}, "[Pp]ort"),
        ({"url": "http://a", "variables": {"A": "b"}}, "takes no variables"),
        ({"program": "a", "token": "hush"}, "no token"),
        ({"url": "http://a", "headers": {"Host": "b"}}, "not yours to set: Host"),
        ({"url": "http://a", "headers": {"X-A": "b\r\nHost: c"}}, "one line"),
        ({"url": "http://a", "headers": {"X A": "b"}}, "pattern"),
        ({"url": "http://a", "allow": [""]}, "at least 1"),
        ({"url": "http://a", "timeout_s": 1_000}, "less than or equal"),
    ],
)
def test_settings_that_cannot_be_are_refused(wrong: dict[str, Any], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        McpSettings.model_validate(wrong)
    assert isinstance(McpSettings(url="http://a", token=SecretStr("x")).token, SecretStr)
