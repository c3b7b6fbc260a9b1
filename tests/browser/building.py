"""The page as it is delivered, built when it is missing or older than its sources."""

import subprocess
import sys
from pathlib import Path

from tests.rules.skips import missing
from tests.rules.sources import ROOT

WEB = ROOT / "web"
DIST = WEB / "dist"
INSTALLED = WEB / "node_modules" / ".installed"
NOT_SOURCES = {"node_modules", "dist"}


def build() -> None:
    """Build the page as `make` does, if that is needed. Leaves the calling test out where there is no Node."""
    if not _older(DIST / "index.html", *_sources()):
        return
    if _npm("--found") != 0:
        missing("Node")
    if _older(INSTALLED, WEB / "package.json", WEB / "package-lock.json"):
        assert _npm("ci", "--no-audit", "--no-fund", "--loglevel=error") == 0, "npm could not install"
        INSTALLED.touch()
    assert _npm("run", "--silent", "build", "--", "--logLevel", "warn") == 0, "the page could not be built"
    (DIST / "index.html").touch()


def _sources() -> list[Path]:
    tops = (top for top in WEB.iterdir() if top.name not in NOT_SOURCES)
    return [path for top in tops for path in (top.rglob("*") if top.is_dir() else (top,)) if path.is_file()]


def _older(made: Path, *sources: Path) -> bool:
    return not made.is_file() or made.stat().st_mtime < max(path.stat().st_mtime for path in sources)


def _npm(*words: str) -> int:
    return subprocess.run([sys.executable, str(WEB / "node.py"), *words], check=False).returncode
