"""Questions that are answered, made into ones that must not be answered as if nothing had happened.

Every mutation says what may still come of it: nothing at all, or only calls about things that its words justify.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from rapidfuzz.distance import OSA

from parlour.models.intents.fitting import PLACES
from parlour.models.intents.index import NameIndex
from parlour.models.intents.normalise import plain_words
from parlour.models.intents.nouns import stem
from parlour.models.intents.outcome import Outcome, Plan


@dataclass(frozen=True)
class WordSet:
    """Words to mutate with."""

    places: tuple[str, ...]
    things: tuple[str, ...]
    requests: tuple[str, ...]
    commands: tuple[str, ...]
    times: tuple[str, ...]
    conditions: tuple[str, ...]
    exceptions: tuple[str, ...]


TUNED = WordSet(
    places=("ballroom", "attic", "pool house", "treehouse", "mushroom cellar", "stable"),
    things=("banana", "table", "rocket", "violin", "wardrobe", "piano", "unicorn"),
    requests=(
        "and book a table",
        "and what is the weather",
        ", then call my mother",
        "and tell me a joke",
        "and who won the match",
        "and how tall is the tower",
    ),
    commands=("turn on", "switch off", "open", "lock", "set", "delete", "rename", "start", "dim", "please turn off"),
    times=("yesterday", "last week", "tomorrow", "at noon", "on Monday", "next year"),
    conditions=("if it rains", "when I am away", "unless it is dark", "after the storm"),
    exceptions=("except the lamp", "but not the old one", "without the sensors", "other than the hub"),
)

# Never looked at while the lexicon was written.
UNSEEN = WordSet(
    places=("observatory", "boathouse", "wine vault", "sauna", "chapel", "gymnasium", "crypt"),
    things=("giraffe", "curtain rod", "submarine", "trumpet", "sofa", "cactus", "marmalade", "dragon"),
    requests=(
        "and order some flowers",
        "and what does a train ticket cost",
        ". Also wake my brother",
        "and sing a song",
        "as well as the news",
        "plus the stock prices",
        ", and why is the sky blue",
    ),
    commands=(
        "fire up",
        "shut",
        "crank up",
        "erase",
        "activate",
        "kill",
        "stop",
        "toggle",
        "could you unlock",
        "go and close",
    ),
    times=("last night", "in two hours", "during the holidays", "before breakfast", "a year ago", "this weekend"),
    conditions=("provided nobody is home", "as soon as the sun sets", "while I sleep", "in case of fire"),
    exceptions=("excluding the kitchen", "apart from lights", "minus the sensors", "barring the old ones"),
)


@dataclass(frozen=True)
class Mutation:
    """A mutated question. `may` says what may be looked up: nothing, or what the words justify."""

    text: str
    kind: str
    may: Literal["nothing", "justified"]


ROOM = (
    "what's in the {}?",
    "which lights are on in the {}",
    "list the devices in the {}",
    "is anything open in the {}?",
    "what's connected to the {}",
    "which automations are in the {}?",
    "tell me about the {}",
    "how many lights are there in the {}?",
)
DEVICE = (
    "tell me about the {}",
    "is the {} on?",
    "where is the {}?",
    "what can the {} do",
    "is there a manual for the {}?",
    "how do I use the {}?",
    "is there anything like the {}?",
    "what does the {} control?",
    "what is connected to the {}?",
    "what's the state of the {}",
)
PAIR = ("how is the {} connected to the {}?", "what is the connection between the {} and the {}?")


@dataclass(frozen=True)
class Base:
    """A question and the names in it."""

    template: str
    names: tuple[str, ...]

    @property
    def text(self) -> str:
        """The question itself."""
        return self.template.format(*self.names)


def bases(index: NameIndex) -> list[Base]:
    """Every template with every name that goes into it."""
    rooms = [name for n in index.things.values() if n.kind in PLACES for name in n.names]
    devices = [name for n in index.things.values() if n.kind == "device" for name in n.names]
    found = [Base(t, (r,)) for t in ROOM for r in rooms] + [Base(t, (d,)) for t in DEVICE for d in devices]
    pairs = list(zip(devices, devices[5:] + devices[:5], strict=True)) + list(
        zip(rooms, rooms[3:] + rooms[:3], strict=True)
    )
    return found + [Base(t, pair) for t in PAIR for pair in pairs]


def mutations(index: NameIndex, words: WordSet, seed: int) -> Iterator[Mutation]:
    """Every base mutated in every way, with words drawn from `words`."""
    draw = random.Random(seed)
    for base in bases(index):
        yield from _of_target(base, words, draw)
        yield from _of_whole(base, words, draw)
        yield from _into_command(base, words, draw)


def _of_target(base: Base, words: WordSet, draw: random.Random) -> Iterator[Mutation]:
    for at, name in enumerate(base.names):
        parts = name.split()
        for word in range(len(parts)):
            for thing in draw.sample(words.things, 2):
                changed = " ".join([*parts[:word], thing, *parts[word + 1 :]])
                yield Mutation(_with(base, at, changed), "one word replaced", "nothing")
        other = draw.choice(sorted({w for n in bases_words(base, draw) for w in n.split()}))
        swapped = " ".join([*parts[:-1], other])
        yield Mutation(_with(base, at, swapped), "one word from another name", "justified")
        yield Mutation(_with(base, at, f"{draw.choice(words.things)} {name}"), "one word added", "nothing")
        yield Mutation(_with(base, at, draw.choice(words.places)), "unknown instead", "nothing")
        yield Mutation(_with(base, at, _slip(name, draw)), "slip of a finger", "justified")
    yield Mutation(f"{base.text.rstrip('?')} in the {draw.choice(words.places)}?", "unknown place added", "nothing")


def bases_words(base: Base, draw: random.Random) -> tuple[str, ...]:
    """Words of names that all houses have."""
    return (
        "lamp",
        "light",
        "kitchen",
        "machine",
        "door",
        "sensor",
        "blinds",
        "bedroom",
        draw.choice(("hub", "study", "hall")),
    )


def _of_whole(base: Base, words: WordSet, draw: random.Random) -> Iterator[Mutation]:
    text = base.text.rstrip("?")
    for request in draw.sample(words.requests, 2):
        yield Mutation(f"{text} {request}", "second request", "nothing")
    yield Mutation(f"{text} {draw.choice(words.times)}?", "another time", "nothing")
    yield Mutation(f"{text} {draw.choice(words.conditions)}", "a condition", "nothing")
    yield Mutation(f"{text} {draw.choice(words.exceptions)}", "an exception", "nothing")
    yield Mutation(f"don't {text}" if draw.random() < 0.5 else f"{text} not", "negated", "nothing")
    yield Mutation(f"my uncle asked {text}", "reported", "nothing")
    yield Mutation(f"why {text}", "another question", "nothing")
    yield Mutation(f"imagine someone said {text}", "hypothetical", "nothing")
    for now, then in (
        (" is ", " was "),
        ("what's", "what was"),
        (" are ", " were "),
        ("is ", "was "),
        (" does ", " did "),
    ):
        if now in text:
            yield Mutation(text.replace(now, then, 1), "past", "nothing")
            break


def _into_command(base: Base, words: WordSet, draw: random.Random) -> Iterator[Mutation]:
    verb = draw.choice(words.commands)
    yield Mutation(f"{verb} the {base.names[0]}", "a command", "nothing")
    yield Mutation(f"{base.text.rstrip('?')} and {verb} the {base.names[-1]}", "a command added", "nothing")
    yield Mutation(f"{verb} the {base.names[0]} and {base.text}", "a command before", "nothing")
    yield Mutation(f"could you {verb} everything in the {base.names[0]}?", "a polite command", "nothing")


def _with(base: Base, at: int, name: str) -> str:
    return base.template.format(*(name if i == at else n for i, n in enumerate(base.names)))


def _slip(name: str, draw: random.Random) -> str:
    at = draw.randrange(len(name))
    letter = draw.choice("abcdefghijklmnopqrstuvwxyz")
    return draw.choice(
        (name[:at] + letter + name[at + 1 :], name[:at] + name[at + 1 :], name[:at] + letter + name[at:])
    )


# --- judging -------------------------------------------------------------------------------------------------------


def harm(mutation: Mutation, outcome: Outcome, index: NameIndex) -> str | None:
    """What is wrong with the outcome; None when nothing is."""
    if not isinstance(outcome, Plan):
        return None
    if mutation.may == "nothing":
        return f"looked up {[dict(a) for a in outcome.arguments]}"
    spoken = plain_words(mutation.text, index.spoken)
    for arguments in outcome.arguments:
        for value in arguments.values():
            if isinstance(value, str) and value in index.things and not is_justified(value, spoken, index):
                return f"“{value}” is not what was named"
    return None


def is_justified(thing: str, spoken: tuple[str, ...], index: NameIndex) -> bool:
    """Whether the question holds enough of a name, or the class, of the thing.

    One letter of a word, or one space, may be wrong.
    """
    named = index.things[thing]
    ways = [plain_words(name, index.spoken) for name in (*named.names, *named.classes)]
    ways += [(*way[:at], way[at] + way[at + 1], *way[at + 2 :]) for way in ways for at in range(len(way) - 1)]
    return any(all(any(_alike(w, s) for s in spoken) for w in way) for way in ways) or _part(thing, spoken, index)


def _part(thing: str, spoken: tuple[str, ...], index: NameIndex) -> bool:
    own = index.stems_of(thing)
    return sum(any(_alike(w, stem(s)) for s in spoken) for w in own) >= 2


def _alike(one: str, other: str) -> bool:
    """Whether two words are the same but for one slip, or two exchanged letters, with or without a plural's ending."""
    pairs = ((one, other), (stem(one), stem(other)))
    return any(a == b or (min(len(a), len(b)) >= 3 and OSA.distance(a, b) <= _slips(a)) for a, b in pairs)


def _slips(word: str) -> int:
    return 2 if len(word) >= 9 else 1
