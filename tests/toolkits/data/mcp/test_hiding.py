"""What a server was given to be let in is shown nowhere, whatever the server sends back."""

import sys
from pathlib import Path

import orjson
import pytest
from pydantic import SecretStr
from structlog.testing import capture_logs

from parlour.toolkits.data.masking import MASK
from parlour.toolkits.data.mcp.commands import Command
from parlour.toolkits.data.mcp.hiding import Hidden
from parlour.toolkits.data.mcp.settings import McpSettings
from parlour.tools.outcomes import Failed, NeedsInput
from tests.conftest import ManualClock
from tests.toolkits.data.mcp.conftest import until
from tests.toolkits.data.mcp.test_bad_servers import linked

KEY = "sk-very/secret+123"
TELLING = """
import base64, os, sys
import mcp_types as types
from typing import Annotated
from mcp.server.mcpserver import MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from mcp.server.mcpserver.resolve import Elicit, Resolve
from pydantic import BaseModel

KEY = os.environ["API_KEY"]
server = MCPServer("telling")

class Wanted(BaseModel):
    why: str

def wanted() -> Elicit[Wanted]:
    return Elicit(f"Why {KEY}?", Wanted)

@server.tool(description=f"Use it with {KEY}")
def tell() -> dict[str, object]:
    return {"key": KEY, KEY: [base64.b64encode(KEY.encode()).decode(), os.environ["LISTED_TOKEN"], os.environ["MODE"]]}

@server.tool(structured_output=False)
def say() -> str:
    return f"It is {KEY[:4]}\\u202e{KEY[4:]}."

@server.tool()
def fail() -> str:
    raise ToolError(f"not with {KEY}")

@server.tool()
def ask(told: Annotated[Wanted, Resolve(wanted)]) -> str:
    return told.why

server.add_tool(lambda: "x", name="named_" + os.environ["NAMED"])
print("x" * 8_185 + KEY, file=sys.stderr, flush=True)
print("starting with", KEY, file=sys.stderr, flush=True)
server.run("stdio")
"""


async def test_a_program_shows_nobody_what_it_was_given(tmp_path: Path, clock: ManualClock) -> None:
    file = tmp_path / "telling.py"
    file.write_text(TELLING)
    environment = {"LISTED_TOKEN": "listed-token-1", "MODE": "debugging"}
    command = Command((sys.executable, str(file)), environment, None, frozenset({"API_KEY", "NAMED"}))
    settings = {"program": "it", "variables": {"API_KEY": KEY, "NAMED": "named_secret"}}
    with capture_logs() as logs:
        async with linked(settings, command, clock) as link:
            listing = await link.listing()
            told = await link.call("s", "tell", {}, {}, changes=False)
            said = await link.call("s", "say", {}, {}, changes=False)
            with pytest.raises(Failed) as failed:
                await link.call("s", "fail", {}, {}, changes=False)
            with pytest.raises((NeedsInput, Failed)) as asked:
                await link.call("s", "ask", {}, {}, changes=False)
            await until(lambda: any("starting with" in str(each.get("line")) for each in logs))
    assert told["data"] == {"key": MASK, MASK: [MASK, MASK, "debugging"]}
    assert said["text"] == f"It is {MASK}."
    assert (listing.find("tell") or listing.tools[0]).description == f"Use it with {MASK}"
    assert ([each.name for each in listing.tools], listing.left_out) == (["tell", "say", "fail", "ask"], 1)
    assert f"not with {MASK}" in failed.value.message
    shown = orjson.dumps(
        [logs, listing.as_json(), asked.value.message, getattr(asked.value, "form", None)], default=str
    )
    assert f"starting with {MASK}" in shown.decode()
    assert KEY[:9] not in shown.decode()
    assert "named_secret" not in shown.decode()


def test_what_is_sent_to_be_let_in_is_hidden_and_what_comes_after_it_is_renewed() -> None:
    signed_in = ["first-token"]
    settings = McpSettings(
        url="https://there.example/mcp",
        client_secret=SecretStr("client-secret"),
        headers={"X-Key": SecretStr("Basic abcdefgh"), "X-Mode": SecretStr("debug")},
    )
    hidden = Hidden(settings, None, lambda: tuple(signed_in))
    every = "client-secret, Basic abcdefgh, abcdefgh, debug, Basic, first-token, second-token"
    assert hidden.masks.text(every) == f"{MASK}, {MASK}, {MASK}, debug, Basic, {MASK}, second-token"
    signed_in[0] = "second-token"
    assert hidden.masks.text("first-token, second-token, client-secret") == f"first-token, {MASK}, {MASK}"
