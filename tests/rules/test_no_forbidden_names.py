"""The project explains itself: no marks that only a planning document could explain, no unfinished corners."""

import re

from tests.rules.sources import ROOT, files, name

PLACES = ("src", "web", "tests", "bench", "gen", "docs", "deploy", ".ci", "Makefile", "README.md", "CONTRIBUTING.md")
TEXTS = (".py", ".ts", ".tsx", ".css", ".html", ".md", ".toml", ".yaml", ".yml", ".sh", "Makefile", "run", ".mako")
KINDS = "RT|CV|MS|SM|CX|ML|TL|KG|DS|MR|UI|CL|ST|AP|OF|ID|PR|CA|OB|OP|DB|TS|SU|C|D|J|T"
MARKS = re.compile(rf"\b({KINDS})-\d\d\b")
UNFINISHED = re.compile(r"\b(TODO|FIXME|XXX)\b|\bNotImplementedError\b")


def lines(pattern: re.Pattern[str], *places: str) -> list[str]:
    """Where `pattern` occurs, this rule's own file apart."""
    found: list[str] = []
    for path in files(*places, suffixes=TEXTS):
        if path.name in {"test_no_forbidden_names.py", "package-lock.json"}:
            continue
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            if pattern.search(line):
                found.append(f"{name(path)}:{number}: {line.strip()}")
    return found


def test_nothing_is_explained_by_a_mark() -> None:
    assert not lines(MARKS, *(place for place in PLACES if (ROOT / place).exists()))


def test_nothing_is_left_for_later() -> None:
    assert not lines(UNFINISHED, *(place for place in PLACES if (ROOT / place).exists()))
