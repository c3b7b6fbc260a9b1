"""Files and what is done with them, in words."""

from typing import Any

from parlour.toolkits.data.files.paths import shown
from parlour.tools.tool import Arguments, Wording

_SHOWN_LINES = 40
"""So many of a text stand in an answer in words; the rest is with the call."""


def counted(count: int, noun: str) -> str:
    """A number of things: "1 file", "1,000 files"."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def sized(size: int) -> str:
    """An amount of bytes, rounded: "3.4 MB"."""
    amount, unit = float(size), "bytes"
    for unit in ("bytes", "KB", "MB", "GB", "TB"):
        if amount < 1000 or unit == "TB":
            break
        amount /= 1024
    return f"{amount:,.0f} {unit}" if unit == "bytes" or amount >= 100 else f"{amount:,.1f} {unit}"


def _named(arguments: Arguments, key: str = "path") -> str:
    return f"“{shown(str(arguments.get(key)))}”"


def _listed(_: Arguments, result: Any) -> str:
    if not result["entries"]:
        return f"There are no such files in “{result['datasource']}”."
    lines = [f"- {_escaped(each['path'])}{_told(each)}" for each in result["entries"]]
    more = f" The first {len(lines)} of them:" if result["cut"] else ""
    there = f"{result['count']:,} {'is' if result['count'] == 1 else 'are'} there"
    return f"In “{result['datasource']}” {there}.{more}\n\n" + "\n".join(lines)


def _told(entry: dict[str, Any]) -> str:
    return "/" if entry["kind"] == "folder" else f" ({sized(entry['bytes'])})"


def _read(_: Arguments, result: Any) -> str:
    lines = result["text"].split("\n")
    shown_lines = lines[:_SHOWN_LINES]
    fence = "`" * max(3, _longest_run(result["text"]) + 1)
    is_cut = result["cut"] or len(lines) > len(shown_lines)
    cut = " There is more of it with the call." if is_cut else ""
    return f"This is in “{shown(result['path'])}”.{cut}\n\n{fence}\n" + "\n".join(shown_lines) + f"\n{fence}"


def _longest_run(text: str) -> int:
    longest = run = 0
    for character in text:
        run = run + 1 if character == "`" else 0
        longest = max(longest, run)
    return longest


def _found(_: Arguments, result: Any) -> str:
    files = result["files"]
    left = "" if not result["cut"] else " Not everything was searched, or not everything is shown."
    if not files:
        return f"No file in “{result['datasource']}” has these words.{left}"
    lines = [
        f"- **{_escaped(each['path'])}**{''.join(f'{chr(10)}  - {line}: {_escaped(text)}' for line, text in _of(each))}"
        for each in files
    ]
    return f"{counted(len(files), 'file')} in “{result['datasource']}”:{left}\n\n" + "\n".join(lines)


def _of(found: dict[str, Any]) -> list[tuple[int, str]]:
    return [(each["line"], each["text"]) for each in found["lines"]]


def _escaped(text: str) -> str:
    """What stays text in Markdown."""
    plain = shown(text)
    for mark in "\\`*_[]<>|":
        plain = plain.replace(mark, f"\\{mark}")
    return plain


LIST = Wording(
    label=lambda a: f"Looking at the files in {_named(a, 'folder')}" if a.get("folder") else "Looking at the files",
    summary=lambda _, result: f"{result['count']:,} there",
    sentence=_listed,
    done=lambda _, result: f"Looked at the files of “{result['datasource']}”",
)
READ = Wording(
    label=lambda a: f"Reading {_named(a)}",
    summary=lambda _, result: counted(result["line_count"], "line"),
    sentence=_read,
    done=lambda _, result: f"Read “{shown(result['path'])}”",
)
SEARCH = Wording(
    label=lambda a: f"Searching the files for {_named(a, 'words')}",
    summary=lambda _, result: counted(len(result["files"]), "file"),
    sentence=_found,
    done=lambda _, result: f"Searched the files of “{result['datasource']}”",
)
WRITE = Wording(
    label=lambda a: f"Writing {_named(a)}",
    summary=lambda _, result: sized(result["bytes"]),
    sentence=lambda _, result: (
        f"“{shown(result['path'])}” is {'written' if result['before'] is None else 'changed'}: "
        f"{sized(result['bytes'])} in “{result['datasource']}”."
    ),
    done=lambda _, result: f"Wrote “{shown(result['path'])}”",
)
EDIT = Wording(
    label=lambda a: f"Changing {_named(a)}",
    summary=WRITE.summary,
    sentence=WRITE.sentence,
    done=lambda _, result: f"Changed “{shown(result['path'])}”",
)
MOVE = Wording(
    label=lambda a: f"Moving {_named(a)} to {_named(a, 'to')}",
    summary=lambda _, __: "moved",
    sentence=lambda _, result: f"“{shown(result['path'])}” is “{shown(result['to'])}” now.",
    done=lambda _, result: f"Moved “{shown(result['path'])}” to “{shown(result['to'])}”",
)
DELETE = Wording(
    label=lambda a: f"Deleting {_named(a)}",
    summary=lambda _, __: "deleted",
    sentence=lambda _, result: f"“{shown(result['path'])}” is deleted from “{result['datasource']}”.",
    done=lambda _, result: f"Deleted “{shown(result['path'])}”",
)
