"""Functions of SQLite that no limit to the time would end.

It looks at the time between the steps of its machine, and a function is one step. Those here look for one text all
through another: with two of some megabytes they would be at it for days, in a thread that nothing stops. So what they
look for is short, and that is seen beforehand.
"""

from typing import Any

from parlour.tools.outcomes import Refused

LONGEST_PATTERN = 250
"""In bytes: of LIKE and GLOB, where SQLite itself has a limit."""
_SOUGHT = {"StrPosition": ("substr", 1_000), "Replace": ("expression", 1_000), "Trim": ("expression", 100),
           "Unhex": ("expression", 100)}  # fmt: skip
"""By the parser's types: the argument that is looked for, and how many characters of it are borne."""
_BY_NAME = {"json_patch": (1, 1_000)}


def check_lengthy(call: Any) -> None:
    """Raise Refused for a call that looks for something that is, or may be, long."""
    sought, most = _sought(call)
    if sought is None or _longest(sought) <= most:
        return
    raise Refused(
        f"What {_name(call)} looks for may be long, and nothing would end that here.",
        suggestion=f"Write it into the query, or use SUBSTR(…, 1, {most}) of it; at most {most:,} characters.",
    )


def _name(call: Any) -> str:
    known = {"StrPosition": "INSTR", "Anonymous": str(call.name).upper()}
    return known.get(type(call).__name__) or str(call.sql_name())


def _sought(call: Any) -> tuple[Any, int]:
    """What a call looks for, None for one that looks for nothing, and how long it may be."""
    kind = type(call).__name__
    if kind in _SOUGHT:
        name, most = _SOUGHT[kind]
        return call.args.get(name), most
    if kind == "Anonymous" and call.name.lower() in _BY_NAME:
        number, most = _BY_NAME[call.name.lower()]
        return next(iter(call.expressions[number:]), None), most
    return None, 0


def _longest(sought: Any) -> float:
    """How many characters it may have."""
    kind = type(sought).__name__
    if kind in ("Literal", "Null"):
        return len(sought.name)
    length: Any = sought.args.get("length") if kind == "Substring" else None
    if type(length).__name__ == "Literal" and length.name.isdigit():
        return int(length.name)
    return float("inf")
