"""The one line of words that a list shows of a message."""

import re

PREVIEW_CHARACTERS = 100
_READ = 4 * PREVIEW_CHARACTERS
"""So much of a text is looked at: marks and white space may take up most of it."""

_BEFORE_A_LINE = re.compile(r"^(?:(?:#{1,6}|>|[-*+]|\d{1,3}[.)])\s+)*")
_FENCE = re.compile(r"`{3,}|~{3,}")
_RULE = frozenset("-*_= ")
_UNDER_A_TABLES_HEAD = frozenset("|:- ")
_LINK = re.compile(r"!?\[([^\[\]]*)\]\([^()\s]*(?:\s+\"[^\"]*\")?\)")
_CODE = re.compile(r"`+([^`]*)`+")
_MARKED = re.compile(r"(?<![\w\\])(\*{1,3}|_{1,3}|~~)(?=\S)(.+?)(?<=[^\s\\])\1(?!\w)")
_ESCAPED = re.compile(r"\\([\\`*_{}\[\]()#+.!|~>-])")


def preview(text: str) -> str:
    """The first hundred characters of `text` on one line, and dots where there was more."""
    line = " ".join(text[:_READ].split())
    if len(line) > PREVIEW_CHARACTERS:
        return line[:PREVIEW_CHARACTERS] + "..."
    return line if len(text) <= _READ else line + "..."


def plain(markdown: str) -> str:
    """The words of `markdown` without its marks: of the beginning that a preview may show, and a little more."""
    text = markdown[: _READ + 1]
    text = "\n".join(_plain_line(line.strip()) for line in text.splitlines())
    text = _LINK.sub(r"\1", text)
    text = _CODE.sub(r"\1", text)
    for _ in range(3):
        text = _MARKED.sub(r"\2", text)
    return _ESCAPED.sub(r"\1", text)


def _plain_line(line: str) -> str:
    """A line without the marks that make it a heading, an item, a row and the like."""
    letters = set(line)
    if _FENCE.match(line) or (letters <= _RULE and len(line) >= 3) or {"|", "-"} <= letters <= _UNDER_A_TABLES_HEAD:
        return ""
    if len(line) > 1 and line[0] == line[-1] == "|":
        return line[1:-1].replace("|", " ")
    return _BEFORE_A_LINE.sub("", line, count=1)
