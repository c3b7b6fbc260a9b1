"""Who may know whom in the page: app → features → ui | state → connection → protocol; no feature knows another."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.rules.sources import ROOT, files, name

SOURCE = ROOT / "web" / "src"
IMPORTED = re.compile(r"""(?:\bfrom\s+|\bimport\s*\(?\s*)["']([^"']+)["']""")
MAY = {
    "protocol": {"protocol"},
    "connection": {"connection", "protocol"},
    "state": {"state", "connection", "protocol"},
    "ui": {"ui", "protocol"},
    "features": {"features", "ui", "state", "connection", "protocol"},
}
BRIDGES = {"web/src/state/use-room.tsx", "web/src/state/asked.ts"}  # where React looks in; the rest does not know it


def sources(part: str) -> Iterator[tuple[Path, list[str]]]:
    """Each file of a part of the page with what it imports. Tests may reach further, to set their scene."""
    for path in files(f"web/src/{part}", suffixes=(".ts", ".tsx")):
        if ".test." not in path.name:
            yield path, IMPORTED.findall(path.read_text(encoding="utf-8"))


def led(path: Path, target: str) -> list[str]:
    """The folders that an import leads to, from web/src on; none when it leads to a package."""
    return list((path.parent / target).resolve().relative_to(SOURCE).parts) if target.startswith(".") else []


@pytest.mark.parametrize("part", MAY)
def test_a_part_knows_only_what_lies_below_it(part: str) -> None:
    for path, imports in sources(part):
        for target in imports:
            assert set(led(path, target)[:1]) <= MAY[part], f"{name(path)} imports {target}"


def test_a_feature_knows_no_other_feature() -> None:
    for path, imports in sources("features"):
        own = path.relative_to(SOURCE).parts[1]
        for target in imports:
            there = led(path, target)
            assert there[:1] != ["features"] or there[1] == own, f"{name(path)} imports {target}"


@pytest.mark.parametrize("part", ["protocol", "connection", "state"])
def test_what_is_behind_the_page_knows_no_react(part: str) -> None:
    for path, imports in sources(part):
        react = [target for target in imports if target == "react" or target.startswith(("react/", "react-"))]
        assert not react or name(path) in BRIDGES, f"{name(path)} imports {react}"
