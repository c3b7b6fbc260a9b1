"""The parser and what writes anew what it understood, held to a number of steps.

Where words may be read in two ways it tries one, goes back and tries the other; and some functions are written as
others that have an argument twice. Where such words stand inside each other, each of them doubles the work. A statement
of a hundred characters could keep it busy for years, in a thread that nobody can end.
"""

from functools import cache
from typing import Any

_STEPS = 5_000
"""Any statement may take these many,"""
_STEPS_A_TOKEN = 20
"""and these for each token of it besides. What people write takes at most three or four."""

_STEPS_TO_WRITE = 100_000
_LONGEST = 200_000
"""In characters: of what is written."""


def statements(text: str, dialect: str) -> list[Any]:
    """The trees of the statements in `text`, None for an empty one, in a dialect as the parser calls it.

    Raises SqlglotError for what is not understood, RecursionError for what would take too long.
    """
    from sqlglot.dialects.dialect import Dialect

    spoken: Any = Dialect.get_or_raise(dialect)
    tokens: list[Any] = spoken.tokenize(text)
    parser = _bounded(spoken.parser_class)(dialect=spoken)
    parser.steps_left = _STEPS + _STEPS_A_TOKEN * len(tokens)
    return parser.parse(tokens, text)


@cache
def _bounded(parser: Any) -> Any:
    """The parser of a dialect, which ends once it has taken its steps."""

    class Bounded(parser):
        steps_left = 0

        def _advance(self, times: int = 1) -> None:
            self.steps_left -= 1
            if self.steps_left < 0:
                # No error of the parser's own: those are caught where it tries one way and then the other.
                raise RecursionError
            usual: Any = super()
            usual._advance(times)

    return Bounded


def written_anew(tree: Any, dialect: str, **options: Any) -> str:
    """A tree as text in a dialect, "" for that of the parser itself.

    Raises SqlglotError for what that dialect has no words for, RecursionError for what would be far too long.
    """
    from sqlglot.dialects.dialect import Dialect

    spoken: Any = Dialect.get_or_raise(dialect)
    return _brief(spoken.generator_class)(dialect=spoken, **options).generate(tree)


@cache
def _brief(generator: Any) -> Any:
    """What writes in a dialect, which ends once it has taken its steps."""

    class Brief(generator):
        steps_left = _STEPS_TO_WRITE

        def sql(self, *args: Any, **more: Any) -> str:
            self.steps_left -= 1
            if self.steps_left < 0:
                raise RecursionError
            usual: Any = super()
            text: str = usual.sql(*args, **more)
            if len(text) > _LONGEST:
                raise RecursionError
            return text

    return Brief
