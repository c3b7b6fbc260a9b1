"""Tagging: which words are a name, a class, a state, a measure or a pronoun.

Whole names come first and hide the words in them: nothing looks for a cue inside "Open Shelf Lamp". Parts of names
are a second reading, single words of names a third, which is only ever asked about.
"""

from collections.abc import Callable, Iterable, Sequence, Set
from dataclasses import dataclass
from typing import Literal

from parlour.models.intents.frames import Grammar
from parlour.models.intents.index import NameIndex
from parlour.models.intents.nouns import stem
from parlour.models.intents.spelling import english_words
from parlour.models.intents.variants import Phrase, PhraseSet
from parlour.tools.language import Measure

Role = Literal[
    "name",
    "class",
    "state",
    "measure",
    "it",
    "there",
    "them",
    "quantity",
    "setting",
    "all",
    "everything",
    "nth",
    "new",
    "text",
]
Allowed = Callable[[str], bool]
_LONGEST = 6
_BEING = frozenset({"is", "are", "still"})
_PAPERS = frozenset({"procedure", "manual", "note", "automation", "schedule", "app"})
"""What is named after other things: "Descale the coffee machine"."""


@dataclass(frozen=True, slots=True)
class Quantity:
    """How much, as it was said."""

    kind: Literal["number", "step", "word"]
    number: float = 0.0
    """Of a step, how many of the usual ones."""
    unit: str = ""
    """ "%", "°" or nothing; of a word its kind, such as "colour"."""
    text: str = ""
    """The word that is meant."""
    relative: bool | None = None
    """Whether it is a change ("by") or where to get to ("to"); None where it was not said."""
    ability: str = ""
    """What it is more or less of, where a word said so: "warmer"."""
    sign: int = 0


@dataclass(frozen=True, slots=True)
class Tag:
    """What the words from `start` to before `end` stand for."""

    role: Role
    start: int
    end: int
    ids: frozenset[str] = frozenset()
    value: str = ""
    """The class or the state."""
    plural: bool = False
    measure: Measure | None = None
    only: tuple[str, ...] | None = None
    """The classes for which a state may be said so; None for all."""
    sure: bool = True
    """Whether it may be acted on without asking."""
    quantity: Quantity | None = None
    makes: tuple[str, str] | None = None
    """Of something new, its kind and its class."""


Reading = tuple[Tag, ...]


def readings(words: tuple[str, ...], grammar: Grammar, index: NameIndex) -> list[Reading]:
    """The ways of tagging `words`, the best first: by whole names, by parts of names, by single words of names."""
    whole = _whole(words, grammar, index)
    things = _whole(words, grammar, index, lambda thing: index.things[thing].kind not in _PAPERS)
    classes = _merged(whole, _named_like_classes(words, whole, grammar))
    parts = _parts(words, whole, grammar, index)
    single = _single(words, parts, grammar, index)
    found = [whole]
    for reading in (things, classes, parts, single):
        if reading not in found:
            found.append(reading)
    return found


def _whole(words: tuple[str, ...], grammar: Grammar, index: NameIndex, allowed: Allowed | None = None) -> Reading:
    tags: list[Tag] = []
    at = 0
    while at < len(words):
        tag = _tag_at(words, at, grammar, index, allowed)
        if tag is None:
            at += 1
        else:
            tags.append(tag)
            at = tag.end
    return tuple(tags)


def _tag_at(words: tuple[str, ...], at: int, grammar: Grammar, index: NameIndex, allowed: Allowed | None) -> Tag | None:
    """The longest tag that begins here; among equally long ones a name is before a class before a state.

    Behind "are", a state is before a class: "which radiators are heating".
    """
    found = [
        t
        for t in (_name_at(words, at, grammar, index, allowed), *_known_at(words, at, grammar, index))
        if t is not None
    ]
    behind_being = at > 0 and words[at - 1] in _BEING
    order = {"name": 2, "state": 1 if behind_being else 0}
    return max(found, key=lambda tag: (tag.end, order.get(tag.role, 0))) if found else None


def _name_at(
    words: tuple[str, ...], at: int, grammar: Grammar, index: NameIndex, allowed: Allowed | None
) -> Tag | None:
    end, ids = index.trie.longest(words, at, allowed)
    if not ids or (words[at:end] in grammar.lexicon.fillers):
        return None
    return Tag("name", at, end, ids)


def _known_at(words: tuple[str, ...], at: int, grammar: Grammar, index: NameIndex) -> Iterable[Tag | None]:
    yield _noun_at(words, at, grammar, index)
    denial = _longest(words, at, grammar.denials.keys())
    if denial:
        denied = grammar.denials[denial]
        yield Tag("state", at, at + len(denial), value=denied.state, only=denied.classes)
    state = _longest(words, at, grammar.states.keys())
    if state and not _is_preposition(words, at, grammar):
        yield Tag("state", at, at + len(state), value=grammar.states[state])
    measure = _longest(words, at, grammar.measures.keys())
    if measure:
        yield Tag("measure", at, at + len(measure), measure=grammar.measures[measure])
    lexicon = grammar.lexicon
    pronouns: tuple[tuple[Role, PhraseSet], ...] = (
        ("it", lexicon.it),
        ("there", lexicon.there),
        ("them", lexicon.them),
    )
    for role, phrases in pronouns:
        said = phrases.at(words, at)
        if said and not (said == ("there",) and _is_expletive(words, at)):
            yield Tag(role, at, at + len(said))


def _noun_at(words: tuple[str, ...], at: int, grammar: Grammar, index: NameIndex) -> Tag | None:
    noun = _longest(words, at, grammar.nouns.keys())
    if noun:
        known = grammar.nouns[noun]
        return Tag("class", at, at + len(noun), value=known.name, plural=known.plural)
    end, class_name, is_plural = index.noun_at(words, at)
    if end == at + 1 and words[at] in grammar.structure:
        return None
    return Tag("class", at, end, value=class_name, plural=is_plural) if class_name else None


def _longest(words: tuple[str, ...], at: int, phrases: Set[Phrase]) -> Phrase | None:
    for end in range(min(len(words), at + _LONGEST), at, -1):
        if words[at:end] in phrases:
            return words[at:end]
    return None


def _is_preposition(words: tuple[str, ...], at: int, grammar: Grammar) -> bool:
    """ "on" in "on the ground floor" is no state."""
    lexicon = grammar.lexicon
    return words[at] in lexicon.prepositions and at + 1 < len(words) and words[at + 1] in lexicon.determiners


def _is_expletive(words: tuple[str, ...], at: int) -> bool:
    """ "there" in "are there lamps" is no place."""
    before = at > 0 and words[at - 1] in {"is", "are"} and at + 1 < len(words)
    return before or (at + 1 < len(words) and words[at + 1] in {"is", "are"})


def _named_like_classes(words: tuple[str, ...], whole: Reading, grammar: Grammar) -> list[Tag]:
    """ "tv" may be the name of one thing, and still mean any: "is there a tv in the guest room"."""
    spans = [(t, grammar.nouns.get(words[t.start : t.end])) for t in whole if t.role == "name"]
    return [Tag("class", t.start, t.end, value=n.name, plural=n.plural) for t, n in spans if n is not None]


# --- parts of names ------------------------------------------------------------------------------------------------


def _parts(words: tuple[str, ...], whole: Reading, grammar: Grammar, index: NameIndex) -> Reading:
    """Runs of two words or more that all stand in the name (or the classes) of the same things."""
    runs: list[Tag] = []
    at = 0
    while at < len(words):
        run = _longest_run(words, at, grammar, index)
        if run is None or any(t.role == "name" and t.start <= run.start and run.end <= t.end for t in whole):
            at += 1
        else:
            runs.append(run)
            at = run.end
    return _merged(whole, runs)


def _longest_run(words: tuple[str, ...], at: int, grammar: Grammar, index: NameIndex) -> Tag | None:
    runs = (_run(words, at, end, grammar, index) for end in range(min(len(words), at + _LONGEST), at + 1, -1))
    return next((run for run in runs if run is not None), None)


def _run(words: tuple[str, ...], start: int, end: int, grammar: Grammar, index: NameIndex) -> Tag | None:
    """What has all of these words; at least one of them in its own name, and none of them a word for anything."""
    ids: frozenset[str] | None = None
    named = False
    if len({stem(w) for w in words[start:end]}) < end - start:
        return None
    for word in words[start:end]:
        if (word,) in grammar.lexicon.fillers:
            return None
        own, of_class = index.things_named(stem(word)), index.things_of(word)
        if not own and not of_class:
            return None
        named = named or bool(own)
        ids = (own | of_class) if ids is None else ids & (own | of_class)
        if not ids:
            return None
    own_names = index.things_named(stem(words[start])) | index.things_named(stem(words[end - 1]))
    return Tag("name", start, end, ids & own_names) if ids and named and ids & own_names else None


def _single(words: tuple[str, ...], reading: Reading, grammar: Grammar, index: NameIndex) -> Reading:
    """Single words of names: sure when the word is no English word, otherwise only to ask about."""
    taken = {at for tag in reading for at in range(tag.start, tag.end)}
    found: list[Tag] = []
    for at, word in enumerate(words):
        if at in taken or word in grammar.structure or word in grammar.lexicon.never_alone or len(word) < 3:
            continue
        ids = index.things_named(stem(word))
        if ids:
            sure = word not in english_words() or _is_only_head(word, ids, grammar, index)
            found.append(Tag("name", at, at + 1, ids, sure=sure))
    return _merged(reading, found)


def _is_only_head(word: str, ids: frozenset[str], grammar: Grammar, index: NameIndex) -> bool:
    """Whether one device alone has this word in a name, and as its noun: "the hood" for the extractor hood."""
    if len(ids) != 1 or word in grammar.lexicon.vague:
        return False
    named = index.things[min(ids)]
    return named.kind == "device" and any(p[-1] == word and len(p) > 1 for p in index.phrases(named))


def _merged(reading: Reading, more: Sequence[Tag]) -> Reading:
    """`reading` with `more` laid over it."""
    kept = [t for t in reading if not any(t.start < m.end and m.start < t.end for m in more)]
    return tuple(sorted([*kept, *more], key=lambda tag: tag.start))
