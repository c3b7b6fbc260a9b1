"""Writes every file that is made from another: `python -m gen`; `--check` only says what is stale."""

import sys
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType

from gen import golden, kinds, presets, reference, rest, settings, typescript


@cache
def files() -> Mapping[Path, str]:
    """Every generated file: path below the checkout, and content. Made once: it takes seconds."""
    made = (typescript, presets, kinds, reference, rest, settings, golden)
    return MappingProxyType({path: content for each in made for path, content in each.files().items()})


def stale(root: Path) -> list[Path]:
    """The generated files below `root` that are missing or differ from what they are made from."""
    return [
        path
        for path, content in files().items()
        if not (root / path).is_file() or (root / path).read_text("utf-8") != content
    ]


def main(arguments: list[str]) -> int:
    """Write what is stale below the current folder, or with `--check` name it; the exit code."""
    root = Path()
    behind = stale(root)
    if "--check" in arguments:
        for path in behind:
            print(f"{path} is stale: run `python -m gen` and commit what it writes.")
        return 1 if behind else 0
    for path in behind:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(files()[path], "utf-8")
        print(f"wrote {path}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
