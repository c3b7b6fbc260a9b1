"""How a call to an MCP server's tool is said in words."""

from typing import Any

import orjson

from parlour.protocol.content import Preview
from parlour.tools.acting import Foreseen
from parlour.tools.tool import Arguments, Wording

LONGEST_SHOWN = 1_500
_LONGEST_LABEL = 80


def plain(text: str, most: int) -> str:
    """A text of others, without what no database can hold and what turns the reading round, and not too long."""
    clean = text.replace("\x00", "\ufffd").encode("utf-8", "replace").decode()
    return clean[:most].translate(_TURNS)


_TURNS = dict.fromkeys(map(ord, "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"))


def wording(server: str, tool: str) -> Wording:
    """The words of a tool. Nothing that its server says stands in them but the result itself."""
    name = plain(tool, _LONGEST_LABEL)

    def sentence(arguments: Arguments, result: Any) -> str:
        return _sentence(f"“{server}” answered:", result)

    return Wording(
        label=lambda _: f"{name} on “{server}”",
        summary=lambda _, result: "cut" if result.get("cut") else "done",
        sentence=sentence,
    )


def foreseen(server: str, tool: str, description: str, digest: str) -> Foreseen:
    """What is known of a call before it: what the server says of its tool, as its word and no more.

    With the digest a yes is one to the tool as it was described, and to no other.
    """
    said = " ".join(plain(description, 400).split())
    claims = f"Its server says of it: “{said}”." if said else "Its server says nothing of it."
    note = f"The tool {plain(tool, 100)} of “{server}”, another program. {claims} Whether that is so cannot be told."
    return Foreseen(Preview(changes=[], note=f"{note} Version {digest[:12]}."))


def _sentence(head: str, result: Any) -> str:
    text = result.get("text") or ""
    if not text and "data" in result:
        text = orjson.dumps(result["data"], option=orjson.OPT_INDENT_2).decode()
    shown = text[:LONGEST_SHOWN]
    more = " …" if len(text) > LONGEST_SHOWN or result.get("cut") else ""
    fence = "`" * max(3, _longest_run(shown) + 1)
    return f"{head}\n\n{fence}\n{shown}{more}\n{fence}"


def _longest_run(text: str) -> int:
    """Of backticks, so that none of them ends the block."""
    longest = run = 0
    for each in text:
        run = run + 1 if each == "`" else 0
        longest = max(longest, run)
    return longest
