"""Every mutation of every command that acts, over both houses and both sets of words.

Run: PYTHONPATH=src:. python -m tests.models.intents.mutation_report [count]     (of each; all of them without a count)
"""

import random
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache

from parlour.models.intents.frames import Grammar
from parlour.models.intents.index import NameIndex
from tests.models.intents.act_mutating import Command, act_harm, commands, mutated
from tests.models.intents.act_words import TUNED_ACTS, UNSEEN_ACTS
from tests.models.intents.asking import acting_cottage, understood
from tests.models.intents.maple import acting_maple

House = Callable[[], tuple[Grammar, NameIndex]]
HOUSES: dict[str, House] = {"cottage": acting_cottage, "maple": acting_maple}
WORDS = {"tuned on": TUNED_ACTS, "never looked at": UNSEEN_ACTS}


@dataclass
class Report:
    """What came of the mutations of one house with one set of words."""

    total: int
    harmed: list[tuple[str, str, str]] = field(default_factory=list[tuple[str, str, str]])
    """("act" or "write", the kind of mutation, its words)."""
    kinds: Counter[str] = field(default_factory=Counter[str])


@cache
def house_with_commands(house: House) -> tuple[Grammar, NameIndex, list[Command]]:
    """The grammar and the index of a house, and every command that acts in it; worked out once."""
    grammar, index = house()
    return grammar, index, commands(grammar, index)


def report(house: House, words: str, count: int | None, seed: int = 7) -> Report:
    """`count` mutations of the commands of a house, drawn at random; all of them when it is None."""
    grammar, index, acting = house_with_commands(house)
    every = list(mutated(acting, WORDS[words], index, seed))
    drawn = every if count is None else random.Random(f"{words} {seed}").sample(every, min(count, len(every)))
    found = Report(len(drawn))
    for mutation in drawn:
        found.kinds[mutation.kind] += 1
        harm = act_harm(mutation, understood(mutation.text, grammar, index), index)
        if harm is not None:
            found.harmed.append((harm, mutation.kind, mutation.text))
    return found


def main(arguments: list[str]) -> None:
    """Print a line for each house and each set of words, and every sentence that did harm."""
    count = int(arguments[0]) if arguments else None
    total = harmed = 0
    for name, house in HOUSES.items():
        for words in WORDS:
            start = time.perf_counter()
            found = report(house, words, count)
            total, harmed = total + found.total, harmed + len(found.harmed)
            wrong = Counter(kind for kind, _, _ in found.harmed)
            taken = time.perf_counter() - start
            _tell(
                f"{name}, words {words}: {found.total} mutations of {len(found.kinds)} kinds,"
                f" {wrong['act']} wrong acts, {wrong['write']} wrong writes, {taken:.0f} s"
            )
            for harm in found.harmed:
                _tell("    " + " · ".join(harm))
    _tell(f"together: {harmed} of {total} ({100 * harmed / total:.3f} %)")


def _tell(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1:])
