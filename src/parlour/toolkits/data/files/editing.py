"""Text that becomes what a file holds: checked, and put in the place of other text."""

from parlour.toolkits.data.files.paths import Parts, shown
from parlour.toolkits.data.files.texts import DOCUMENTS, written
from parlour.tools.outcomes import BadArguments, Refused


def encoded(parts: Parts, text: str) -> bytes:
    """Text as a file holds it. Raises Refused for a file that is no plain text, BadArguments for what is no text."""
    path = "/".join(parts)
    if parts[-1].lower().endswith(DOCUMENTS):
        raise Refused(f"“{shown(path)}” would be no document: only plain text is written.", suggestion="Write a .md.")
    try:
        content = text.encode()
        written(content, path)
    except (UnicodeEncodeError, Refused) as error:
        raise BadArguments("This is no plain text: it has control characters or halves of characters.") from error
    return content


def edited(parts: Parts, content: bytes, old: str, new: str) -> bytes:
    """What a file holds, with `new` in the place of the only `old`. Raises BadArguments and Refused."""
    path = "/".join(parts)
    text = written(content, path)
    if "\r\n" in text and "\r" not in old:
        old, new = old.replace("\n", "\r\n"), new.replace("\r\n", "\n").replace("\n", "\r\n")
    count = text.count(old)
    if count == 0:
        raise BadArguments(
            f"“{shown(path)}” does not hold that text.", suggestion="Read it, and give the text exactly as it is there."
        )
    if count > 1:
        raise BadArguments(
            f"“{shown(path)}” holds that text {count:,} times.", suggestion="Give more of what stands around it."
        )
    return encoded(parts, text.replace(old, new))
