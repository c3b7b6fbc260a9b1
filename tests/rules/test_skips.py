"""What a machine lacks is said last, and is a failure where CI is set: each case in a pytest of its own."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

LACKING = """
import pytest
from tests.rules.skips import missing

def test_asks_the_store():
    missing("PostgreSQL")

@pytest.fixture
def browser():
    missing("Chromium")

def test_looks_at_the_page(browser):
    pass

def test_is_there():
    pass
"""
COMPLETE = "def test_is_there():\n    pass\n"
BARE_SKIP = "import pytest\n\ndef test_is_left_out():\n    pytest.skip('no time')\n"
WHOLE_FILE = "import pytest\n\npytest.importorskip('a_package_that_is_not_here')\n"


def run(folder: Path, body: str, *, ci: str) -> tuple[int, list[str]]:
    """The exit code and the lines of a pytest over one file with `body`."""
    (folder / "test_it.py").write_text(body)
    command = [sys.executable, "-m", "pytest", "-p", "tests.rules.skips", "-p", "no:cacheprovider", "test_it.py"]
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "CI": ci,
        "PYTEST_ADDOPTS": "",
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
    }
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout.strip().splitlines()


def test_what_is_missing_is_named_in_the_last_line(tmp_path: Path) -> None:
    code, lines = run(tmp_path, LACKING, ci="")
    assert code == 0
    assert lines[-1].startswith("Left out, because it is missing here: Chromium (1), PostgreSQL (1).")


def test_with_nothing_missing_the_last_line_is_the_summary(tmp_path: Path) -> None:
    code, lines = run(tmp_path, COMPLETE, ci="")
    assert code == 0
    assert "1 passed" in lines[-1]


@pytest.mark.parametrize("body", [LACKING, BARE_SKIP, WHOLE_FILE], ids=["missing", "bare", "whole file"])
def test_with_ci_set_a_skip_is_a_failure(tmp_path: Path, body: str) -> None:
    code, lines = run(tmp_path, body, ci="true")
    assert code != 0
    assert "passed" not in lines[-1] or "failed" in lines[-1]


def test_a_bare_skip_is_named_too(tmp_path: Path) -> None:
    code, lines = run(tmp_path, BARE_SKIP, ci="")
    assert code == 0
    assert "no time" in lines[-1]
