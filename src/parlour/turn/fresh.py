"""Whether somebody wants to know how things are at this very moment, and not what was told before.

A word too many here costs a reading; one too few tells somebody what was so a while ago, though it is said how long.
"""

import re

from parlour.turn.record import Past

_WORDS = (
    "now",
    "right away",
    "currently",
    "current",
    "at the moment",
    "at this moment",
    "this (?:very )?(?:moment|minute|second)",
    "at present",
    "presently",
    "just now",
    "as of (?:now|this)",
    "live",
    "fresh(?:ly)?",
    "anew",
    "afresh",
    "again",
    "latest",
    "newest",
    "most recent",
    "up[ -]to[ -]date",
    "up[ -]to[ -]the[ -](?:minute|second)",
    "real[ -]?time",
    "refresh",
    "reload",
    "re-?check",
    "re-?read",
    "update(?:d|s)?",
    "still",
    "uncached",
    "(?:not|un|no|without|ignore|skip|bypass)[ -](?:the |any )?cached?",
)
_FRESH = re.compile(rf"\b(?:{'|'.join(_WORDS)})\b", re.IGNORECASE)
LOOKED_AT = 2_000
"""Characters of a question at each of its ends: what is between is read, not asked."""


def wants_fresh(question: str) -> bool:
    """Whether `question` asks for how things are at this moment, rather than for what is known."""
    if len(question) > 2 * LOOKED_AT:
        question = f"{question[:LOOKED_AT]} {question[-LOOKED_AT:]}"
    return _FRESH.search(question) is not None


def is_fresh(past: Past) -> bool:
    """Whether a turn wants nothing that was told before.

    Whoever asks for another answer, or in other words, wants another one, and not what was told once more.
    """
    return past.is_another or past.turn.question_edit > 0 or wants_fresh(past.question)
