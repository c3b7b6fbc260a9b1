"""The project's own files, as the house rules read them."""

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
SKIPPED = {"node_modules", "dist", "__pycache__", ".venv", ".git", ".hypothesis", ".ruff_cache", ".pytest_cache"}


def files(*folders: str, suffixes: tuple[str, ...]) -> Iterator[Path]:
    """Every file under `folders` (or the folder itself, if it is a file) that ends in one of `suffixes`."""
    for folder in folders:
        start = ROOT / folder
        found = [start] if start.is_file() else sorted(start.rglob("*"))
        for path in found:
            ours = not SKIPPED.intersection(path.relative_to(ROOT).parts)
            if ours and path.is_file() and path.name.endswith(suffixes):
                yield path


def python(*folders: str) -> Iterator[tuple[Path, ast.Module]]:
    """Every Python file under `folders`, parsed."""
    for path in files(*folders, suffixes=(".py",)):
        yield path, ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def name(path: Path) -> str:
    """`path` as it is called in the project."""
    return path.relative_to(ROOT).as_posix()
