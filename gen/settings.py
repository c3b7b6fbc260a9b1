"""The page of every setting, made from the settings themselves."""

from pathlib import Path

from parlour.environment import described

TARGET = Path("docs/reference/settings.md")

HEAD = """# Settings

Parlour reads these from its environment, once, when it starts. A value that does not fit stops the start with an
error that names the setting. `parlour settings` prints what is in force.

This page is written by `make gen`.

| name | takes | default | meaning |
|---|---|---|---|
"""


def page() -> str:
    """The whole page."""
    rows = (f"| `{s.name}` | {s.kind} | {f'`{s.default}`' if s.default else 'none'} | {s.help} |" for s in described())
    return HEAD + "\n".join(rows) + "\n"


def files() -> dict[Path, str]:
    """The file and its content."""
    return {TARGET: page()}
