"""The fenced blocks of the public pages: what they show, and how a claim is taken out of them.

Four kinds are known. `console` holds commands after `$ ` and what they print; `python` is a program, or a file that
the programs after it share where a name follows, and `output` what the program before it prints; `text` is a drawing or
a sample and claims nothing that runs. In what is printed, `…` stands for anything.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tests.rules.sources import ROOT, files, name

KINDS = {"console", "python", "output", "text"}
FENCE = re.compile(
    r"^(?P<indent> *)```(?P<kind>\S*) *(?P<file>\S*)\n(?P<body>.*?)^(?P=indent)```$", re.MULTILINE | re.DOTALL
)


@dataclass(frozen=True, slots=True)
class Block:
    """One fenced block: its kind, its text without indentation, where it stands, and the file that it is, if any."""

    page: Path
    line: int
    kind: str
    body: str
    file: str = ""

    def __str__(self) -> str:
        return f"{name(self.page)}:{self.line}"


@dataclass(slots=True)
class Step:
    """One command of a console block and the lines it is shown to print."""

    command: str
    shown: list[str] = field(default_factory=list[str])


def pages() -> list[Path]:
    """Every page that a newcomer may read."""
    return [*files("README.md", "CONTRIBUTING.md", "docs", suffixes=(".md",))]


def blocks(page: Path) -> Iterator[Block]:
    """The fenced blocks of `page`, in order."""
    text = page.read_text(encoding="utf-8")
    for found in FENCE.finditer(text):
        indent = found["indent"]
        body = "\n".join(line.removeprefix(indent) for line in found["body"].splitlines())
        yield Block(page, text.count("\n", 0, found.start()) + 1, found["kind"], body, found["file"])


def steps(block: Block) -> list[Step]:
    """The commands of a console block. A command that ends in a backslash goes on in the next line."""
    found: list[Step] = []
    for line in block.body.splitlines():
        if line.startswith("$ "):
            found.append(Step(line[2:]))
        elif found and found[-1].command.endswith("\\"):
            found[-1].command = found[-1].command[:-1] + line.strip()
        elif line.strip() and found:
            found[-1].shown.append(line.rstrip())
    return found


def missing(shown: list[str], printed: str) -> list[str]:
    """The shown lines that were not printed, each looked for after the one before it."""
    rest, absent = printed.splitlines(), list[str]()
    for line in shown:
        pattern = re.compile(".*".join(re.escape(piece.strip()) for piece in line.split("…")))
        for index, said in enumerate(rest):
            if pattern.search(said):
                rest = rest[index + 1 :]
                break
        else:
            absent.append(line)
    return absent


__all__ = ["KINDS", "ROOT", "Block", "Step", "blocks", "missing", "pages", "steps"]
