"""Lengths and cuts of text in UTF-16 code units, the unit of every offset and length on the wire.

A JavaScript string counts in these units, so both reducers agree without asking each other. A cut never
splits a surrogate pair: where it would, it is made one unit earlier.
"""

STATE_TEXT_UNITS = 65_536
"""How much of one part's text stands in a state; the rest is read by REST."""


def units(text: str) -> int:
    """The length of `text` in UTF-16 code units."""
    if text.isascii():
        return len(text)
    return len(text) + sum(1 for character in text if character > "\uffff")


def first_units(text: str, count: int) -> str:
    """The longest prefix of `text` that has at most `count` units and splits no surrogate pair."""
    if text.isascii() or len(text) * 2 <= count:
        return text[:count]
    kept = 0
    for index, character in enumerate(text):
        kept += 2 if character > "\uffff" else 1
        if kept > count:
            return text[:index]
    return text


def spliced(text: str, length: int, offset: int, chunk: str) -> tuple[str, int]:
    """What stands in a state after `chunk` arrived at `offset`: (text, length).

    `text` is the first `STATE_TEXT_UNITS` units of a part that is `length` units long. A chunk that
    overlaps what is there replaces it from `offset` on, so a repeat changes nothing.

    Raises ValueError when `offset` lies behind the end: something in between is missing.
    """
    if offset > length:
        raise ValueError(f"a chunk at {offset} does not join a text of {length} units")
    total = offset + units(chunk)
    if offset >= STATE_TEXT_UNITS:
        return text, total
    head = text if offset == length else first_units(text, offset)
    if total <= STATE_TEXT_UNITS:
        return head + chunk, total
    return first_units(head + chunk, STATE_TEXT_UNITS), total
