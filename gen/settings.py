"""Writes docs/reference/settings.md from the settings themselves. Run: `python -m gen.settings`."""

from pathlib import Path

from parlour.config import described

TARGET = Path(__file__).parent.parent / "docs" / "reference" / "settings.md"

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


if __name__ == "__main__":
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    TARGET.write_text(page())
