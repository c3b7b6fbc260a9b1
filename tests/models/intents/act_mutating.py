"""Commands that act, made into sentences that must not: nothing may be done, and nothing changed, for any of them."""

import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Literal

from pydantic import JsonValue

from parlour.models.intents.frames import Grammar
from parlour.models.intents.index import NameIndex
from parlour.models.intents.normalise import plain_words
from parlour.models.intents.nouns import stem
from parlour.models.intents.outcome import Outcome, Plan
from tests.models.intents.asking import WRITES, understood
from tests.models.intents.mutating import WordSet, is_justified


@dataclass(frozen=True)
class ActWords:
    """Words to mutate commands with, besides those for questions."""

    words: WordSet
    hypothetical: tuple[str, ...]
    reported: tuple[str, ...]
    negated: tuple[str, ...]
    asked: tuple[str, ...]
    rooms: tuple[str, ...]


@dataclass(frozen=True)
class Command:
    """A command that acts, and the names in it."""

    text: str
    names: tuple[str, ...]
    kind: Literal["act", "write"]
    things: frozenset[str] = frozenset()
    """The ids of what it is told to."""


@dataclass(frozen=True)
class ActMutation:
    """A mutated command. `may` says what may be done: nothing, what its words justify, or the same with less.

    With less: to some of what the command was told to, and to nothing that `without` names.
    """

    text: str
    kind: str
    of: Command
    may: Literal["nothing", "justified", "less"] = "nothing"
    without: str = ""


LIGHT = (
    "turn on the {}",
    "switch the {} off",
    "please turn the {} on",
    "{} off",
    "could you switch on the {}",
    "set the {} to 50 percent",
    "dim the {} by 20 %",
    "make the {} a bit brighter",
    "toggle the {}",
)
COVER = ("open the {}", "close the {}", "set the {} to 30 percent", "shut the {} please")
RUNNING = ("start the {}", "stop the {}")
HEATING = ("set the {} to 21 degrees", "turn up the {}", "make the {} 2 degrees cooler")
LOCK = ("lock the {}", "unlock the {}")
ROUTINE = ("activate {}", "run {}")
PLACE = (
    "turn off all the lights in the {}",
    "turn on the lights in the {}",
    "{} lights off",
    "dim the lights in the {} to 30 percent",
    "set the temperature in the {} to 21 degrees",
    "make it warmer in the {}",
    "close the blinds in the {}",
    "play music in the {}",
    "switch off everything in the {}",
)
CHANGES = (
    "rename the {} to Big Thing",
    "rename the {} to sunny corner",
    "call the {} as Aurora",
)
MOVES = ("move the {} to the {}", "put the {} in the {}")
MAKES = ("add a floor lamp to the {}", "add a lamp called Sunny to the {}", "create a room called Library on the {}")
JOINS = ("the {} controls the {}", "connect the {} to the {}")
BY_CLASS = (
    ("light", LIGHT),
    ("blind", COVER),
    ("curtain", COVER),
    ("vacuum", RUNNING),
    ("dishwasher", RUNNING),
    ("thermostat", HEATING),
    ("radiator", HEATING),
    ("lock", LOCK),
    ("scene", ROUTINE),
)


def commands(grammar: Grammar, index: NameIndex) -> list[Command]:
    """Every command that acts or changes something when it is said by itself."""
    every = [(c, understood(c.text, grammar, index)) for c in _every(index)]
    return [replace(c, things=frozenset(devices_told(outcome))) for c, outcome in every if _does(outcome)]


def _every(index: NameIndex) -> Iterator[Command]:
    named = {c: [n for i in sorted(index.classes.get(c, ())) for n in index.things[i].names] for c, _ in BY_CLASS}
    for class_name, templates in BY_CLASS:
        for template in templates:
            yield from (Command(template.format(n), (n,), "act") for n in named[class_name])
    things = sorted(index.things.values(), key=lambda n: n.id)
    rooms = [name for n in things if n.kind in ("room", "zone") for name in n.names]
    devices = [name for n in things if n.kind == "device" for name in n.names]
    for template in PLACE:
        yield from (Command(template.format(r), (r,), "act") for r in rooms)
    for template in CHANGES:
        yield from (Command(template.format(d), (d,), "write") for d in devices)
    for template in MAKES:
        yield from (Command(template.format(r), (r,), "write") for r in rooms)
    for template in MOVES:
        pairs = zip(devices, rooms * 5, strict=False)
        yield from (Command(template.format(d, r), (d, r), "write") for d, r in pairs)
    for template in JOINS:
        pairs = zip(devices, devices[7:] + devices[:7], strict=True)
        yield from (Command(template.format(d, e), (d, e), "write") for d, e in pairs)


def mutated(every: Iterable[Command], words: ActWords, index: NameIndex, seed: int) -> Iterator[ActMutation]:
    """Every command mutated in every way. A place that the house has is not an unknown one."""
    draw = random.Random(seed)
    places = tuple(p for p in words.words.places if not index.called(plain_words(p, index.spoken)))
    words = replace(words, words=replace(words.words, places=places))
    for command in every:
        yield from _whole(command, words, draw)
        yield from _tense(command, draw)
        yield from _target(command, words, draw)


def _whole(command: Command, words: ActWords, draw: random.Random) -> Iterator[ActMutation]:
    text, plain = command.text, command.text.removeprefix("please ").removeprefix("could you ")
    yield ActMutation(f"{draw.choice(words.hypothetical)} {plain}", "hypothetical", command)
    yield ActMutation(f"{draw.choice(words.negated)} {plain}", "negated", command)
    yield ActMutation(f"{text} not", "negated", command)
    yield ActMutation(f"{draw.choice(words.reported)} {plain}", "reported", command)
    yield ActMutation(f"{draw.choice(words.asked)} {plain}?", "asked about", command)
    yield ActMutation(f"{text} {draw.choice(words.words.times)}", "another time", command)
    yield ActMutation(f"{draw.choice(words.words.times)} {text}", "another time first", command)
    yield ActMutation(f"{text} {draw.choice(words.words.conditions)}", "a condition", command)
    yield ActMutation(f"{draw.choice(words.words.conditions)}, {text}", "a condition first", command)
    exception = draw.choice(words.words.exceptions)
    yield ActMutation(f"{text} {exception}", "an exception", command, "less", exception)
    yield ActMutation(f"{text} {draw.choice(words.words.requests)}", "a second request", command)
    yield ActMutation(f"{text} in the {draw.choice(words.words.places)}", "an unknown place", command)
    yield ActMutation(f"{text} and the {draw.choice(words.words.things)}", "a second unknown thing", command)


def _tense(command: Command, draw: random.Random) -> Iterator[ActMutation]:
    plain = command.text.removeprefix("please ").removeprefix("could you ")
    verb, _, rest = plain.partition(" ")
    past = {"set": "had set", "put": "had put", "make": "made", "shut": "had shut", "run": "ran"}.get(
        verb, verb + ("d" if verb.endswith("e") else "ed")
    )
    if verb in ("turn", "switch", "set", "open", "close", "start", "stop", "lock", "rename", "move", "add", "create"):
        yield ActMutation(f"{draw.choice(('I', 'we', 'Anna', 'somebody'))} {past} {rest}", "past", command)
        yield ActMutation(f"who {past} {rest}", "past", command)


def _target(command: Command, words: ActWords, draw: random.Random) -> Iterator[ActMutation]:
    for name in command.names:
        parts = name.split()
        for at in range(len(parts)):
            thing = draw.choice(words.words.things)
            yield _with(command, name, " ".join([*parts[:at], thing, *parts[at + 1 :]]), "one word replaced")
        yield _with(command, name, f"{draw.choice(words.words.things)} {name}", "one word added")
        yield _with(command, name, f"{name} {draw.choice(words.words.things)}", "one word added behind")
        yield _with(command, name, draw.choice(words.rooms), "an unknown name")
        other = draw.choice(("lamp", "light", "kitchen", "machine", "door", "sensor", "blinds", "bedroom"))
        swapped = _with(command, name, " ".join([*parts[:-1], other]), "one word from another name")
        yield ActMutation(swapped.text, swapped.kind, command, "justified")


def _with(command: Command, name: str, other: str, kind: str) -> ActMutation:
    return ActMutation(command.text.replace(name, other, 1), kind, command)


# --- judging -------------------------------------------------------------------------------------------------------


def _does(outcome: Outcome) -> bool:
    return isinstance(outcome, Plan) and any(tool == "control_devices" or tool in WRITES for tool, _ in outcome.calls())


def devices_told(outcome: Outcome) -> Iterator[str]:
    """What devices are told something."""
    for tool, arguments in outcome.calls() if isinstance(outcome, Plan) else ():
        devices = arguments.get("devices")
        if tool == "control_devices" and isinstance(devices, list):
            yield from map(str, devices)


def act_harm(mutation: ActMutation, outcome: Outcome, index: NameIndex) -> str | None:
    """ "act" or "write" where something would be done that must not be; None when all is well."""
    if not isinstance(outcome, Plan):
        return None
    told = set(devices_told(outcome))
    if mutation.may == "less" and told:
        spared = {i for i in told if _is_said(i, plain_words(mutation.without, index.spoken), index)}
        return None if told <= mutation.of.things and not spared else "act"
    for tool, arguments in outcome.calls():
        kind = "write" if tool in WRITES else "act" if tool == "control_devices" else None
        if kind and (mutation.may != "justified" or not _is_meant(arguments.values(), mutation.text, index)):
            return kind
    return None


def _is_meant(values: Iterable[JsonValue], text: str, index: NameIndex) -> bool:
    """Whether everything in the arguments is justified by the words: a name, a class, or the place of a class."""
    spoken = plain_words(text, index.spoken)
    every = [each for value in values for each in (value if isinstance(value, list) else [value])]
    return all(_is_said(i, spoken, index) for i in every if isinstance(i, str) and i in index.things)


def _is_said(thing: str, spoken: tuple[str, ...], index: NameIndex) -> bool:
    if is_justified(thing, spoken, index):
        return True
    place: str | None = index.things[thing].place
    stems = {stem(word) for word in spoken}
    while place and place in index.things:
        if any(all(stem(w) in stems for w in phrase) for phrase in index.phrases(index.things[place])):
            return True
        place = index.things[place].place
    return False
