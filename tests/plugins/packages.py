"""Small packages, installed into a folder as pip leaves them: modules, and a dist-info with entry points."""

import sys
from collections.abc import Generator
from contextlib import contextmanager
from importlib import invalidate_caches
from pathlib import Path
from textwrap import dedent


def installed(site: Path, name: str, source: str, *, version: str = "1.0", **groups: str) -> None:
    """Install a package of one module; `groups` has lines of entry points by group, `_` standing for the dot."""
    (site / f"{name}.py").write_text(dedent(source), "utf-8")
    info = site / f"{name}-{version}.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n", "utf-8")
    lines = [f"[{group.replace('_', '.', 1)}]\n{entries}\n" for group, entries in groups.items()]
    (info / "entry_points.txt").write_text("\n".join(lines), "utf-8")


@contextmanager
def on_the_path(site: Path) -> Generator[None]:
    """Whatever is installed in a folder can be imported, and is forgotten afterwards."""
    before = set(sys.modules)
    sys.path.insert(0, str(site))
    invalidate_caches()
    try:
        yield
    finally:
        sys.path.remove(str(site))
        for module in [*sys.modules]:
            if module not in before and (Path(getattr(sys.modules[module], "__file__", "") or "").parent == site):
                del sys.modules[module]
        invalidate_caches()
