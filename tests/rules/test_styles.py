"""A class is styled in one place: two style sheets that each mean something else by a word spoil each other's page."""

import re
from collections import defaultdict

from tests.rules.sources import files, name

COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
SELECTORS = re.compile(r"([^{}]+)\{")
ALONE = re.compile(r"\.([a-zA-Z][\w-]*)(?::[\w-]+(?:\([^)]*\))?)*")


def test_no_two_style_sheets_style_the_same_class() -> None:
    where: defaultdict[str, set[str]] = defaultdict(set)
    for path in files("web/src", suffixes=(".css",)):
        text = COMMENT.sub("", path.read_text(encoding="utf-8"))
        for selectors in SELECTORS.findall(text):
            for selector in selectors.split(","):
                if found := ALONE.fullmatch(selector.strip()):
                    where[found[1]].add(name(path))
    assert where
    assert {style: places for style, places in where.items() if len(places) > 1} == {}
