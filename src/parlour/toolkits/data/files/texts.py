"""Text as files hold it: which kind of file it is in, in lines, and held to a size."""

import codecs
import re
from dataclasses import dataclass
from typing import Literal

from parlour.toolkits.data.files.paths import Parts, shown
from parlour.tools.outcomes import Refused

Form = Literal["text", "pdf", "docx"]
DOCUMENTS = (".pdf", ".docx")
"""What text can be taken out of, and never be put into."""

_LINES = re.compile(r"\r\n|\n|\r")
_CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_SUGGESTION = "Plain text of any kind, .pdf and .docx can be read."


@dataclass(frozen=True, slots=True)
class Text:
    """The text of a file."""

    lines: tuple[str, ...]
    cut: bool
    """Whether the file has more than was taken out of it."""
    note: str = ""
    """What else whoever reads it should know."""

    @property
    def size(self) -> int:
        """In characters."""
        return sum(map(len, self.lines))


@dataclass(frozen=True, slots=True)
class Slice:
    """Some lines of a text."""

    text: str
    count: int
    cut: bool
    """Whether a line was cut, or there is more after it."""


def form_of(parts: Parts, content: bytes) -> Form:
    """What kind of file it is, by what it holds; of an archive by its name. Raises Refused where no text is in it."""
    if content.startswith(b"%PDF-"):
        return "pdf"
    if content.startswith(b"PK\x03\x04") and parts[-1].lower().endswith(".docx"):
        return "docx"
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) or not _CONTROL.search(content):
        return "text"
    raise Refused(f"“{shown('/'.join(parts))}” is not text.", suggestion=_SUGGESTION)


def plain(content: bytes) -> Text:
    """Plain text, in whichever of the usual encodings."""
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return Text(in_lines(content.decode("utf-16", "replace")), cut=False, note="written in UTF-16")
    try:
        return Text(in_lines(content.decode("utf-8-sig")), cut=False)
    except UnicodeDecodeError:
        note = "not written in UTF-8; read as Windows-1252"
        return Text(in_lines(content.decode("cp1252", "replace")), cut=False, note=note)


def written(content: bytes, path: str) -> str:
    """Text that may be changed, exactly as it is. Raises Refused for what is not UTF-8."""
    try:
        if _CONTROL.search(content):
            raise ValueError
        return content.decode()
    except ValueError as error:
        raise Refused(
            f"“{shown(path)}” is not text in UTF-8, and only such is changed.", suggestion="It can be moved or deleted."
        ) from error


def in_lines(text: str) -> tuple[str, ...]:
    """The lines of a text; one that ends with a line break has none after it."""
    lines = _LINES.split(text)
    return tuple(lines[:-1] if lines[-1] == "" else lines)


def sliced(text: Text, first: int, most: int, most_chars: int, line_chars: int) -> Slice:
    """At most so many lines and characters of a text, from the line `first` on, counted from 1."""
    taken: list[str] = []
    left, has_cut_line = most_chars, False
    wanted = text.lines[first - 1 : first - 1 + most]
    for line in wanted:
        if len(line) > line_chars:
            line, has_cut_line = f"{line[:line_chars]}… [cut: {len(line):,} characters]", True
        left -= len(line) + 1
        if left < 0 and taken:
            break
        taken.append(line)
    is_all = first - 1 + len(taken) >= len(text.lines)
    return Slice("\n".join(taken), len(taken), cut=has_cut_line or not is_all or text.cut)
