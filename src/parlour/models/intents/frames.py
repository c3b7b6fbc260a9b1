"""The frames of the tools at hand, made ready for matching."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from parlour.models.intents.lexicon import Lexicon
from parlour.models.intents.normalise import plain_words
from parlour.models.intents.nouns import plural
from parlour.models.intents.variants import Phrase, by_first, phrases, variants
from parlour.tools.language import Denial, Frame, Language, Measure, Named, Setting, Slot, Words
from parlour.tools.tool import Tool

OPENS = "…"


@dataclass(frozen=True, slots=True)
class Cue:
    """A word or phrase that a frame asks for."""

    words: Phrase
    opens: bool
    """Whether it has to be the beginning."""


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a command whose words stand in their order: words to choose from, or a slot."""

    choices: tuple[Phrase, ...] = ()
    """The longest first; empty for a slot."""
    slot: str = ""
    required: bool = True

    @property
    def words_of_all(self) -> frozenset[str]:
        """Every single word to choose from."""
        return frozenset(w for p in self.choices for w in p)


@dataclass(frozen=True, slots=True)
class BoundFrame:
    """A frame, the tool that it asks for, and its words made ready."""

    tool: str
    frame: Frame
    cues: tuple[tuple[Cue, ...], ...]
    heads: tuple[frozenset[str], ...]
    """The first words of each group of cues: where none of them is there, the group cannot be."""
    fillers: Mapping[str, tuple[Phrase, ...]]
    """By their first words, those of the frame before those of the language."""
    parts: tuple[Part, ...] = ()

    def slot(self, key: str) -> Slot:
        """The slot that `slot_key` names so."""
        return next(s for s in self.frame.slots if slot_key(s) == key)


@dataclass(frozen=True, slots=True)
class Noun:
    """A noun that means a class of things."""

    name: str
    plural: bool


@dataclass(frozen=True, slots=True)
class Grammar:
    """Everything that can be asked for with the tools at hand."""

    lexicon: Lexicon
    languages: tuple[Language, ...]
    frames: tuple[BoundFrame, ...]
    """What questions are made of."""
    commands: tuple[BoundFrame, ...]
    """What tells things to do something."""
    orders: tuple[BoundFrame, ...]
    """What changes something by words in their order."""
    loose: tuple[BoundFrame, ...]
    """What questions that nothing else reads are made of; they pass over many words more."""
    loose_words: frozenset[str]
    """Every word of those."""
    able: Mapping[str, Callable[[Named], tuple[str, ...]]]
    """By tool, what it can tell a thing to do."""
    settings: tuple[Setting, ...]
    choices: Mapping[Phrase, tuple[str, str]]
    """Words that can be set: their kind, and what is meant."""
    setting_words: Mapping[Phrase, str]
    """Nouns for what can be set: the ability."""
    steps: Mapping[Phrase, tuple[str, int]]
    """Words for more or less of something: what of, "" for anything, and which way."""
    measuring: frozenset[str]
    """Every single word that may say how much."""
    makes: Mapping[Phrase, str]
    """Nouns for what can be made: its kind."""
    kind_of_class: str
    nouns: Mapping[Phrase, Noun]
    states: Mapping[Phrase, str]
    state_classes: Mapping[str, tuple[str, ...]]
    measures: Mapping[Phrase, Measure]
    denials: Mapping[Phrase, Denial]
    structure: frozenset[str]
    """Every word that the language or a frame uses to build a question."""
    vocabulary: frozenset[str]
    """These, and the nouns, states and measures."""


def slot_key(slot: Slot) -> str:
    """What tells the slots of a frame apart."""
    return slot.argument or f"@{slot.takes[0]}"


def grammar_of(tools: Iterable[Tool], lexicon: Lexicon) -> Grammar:
    """The grammar of these tools; tools without a language add nothing."""
    speaking = [(tool.name, tool.language) for tool in tools if tool.language is not None]
    frames = tuple(_bound(name, frame, lexicon) for name, language in speaking for frame in language.frames)
    subjects = _subjects([language for _, language in speaking])
    nouns = {p: noun for words in subjects for p, noun in _nouns(words, lexicon).items()}
    states = {tuple(t.split()): state for words in subjects for state, texts in words.states.items() for t in texts}
    measures = {tuple(t.split()): measure for words in subjects for measure in words.measures for t in measure.words}
    denials = {tuple(t.split()): d for words in subjects for d in words.denials for t in d.words}
    options = [(kind, *pair) for words in subjects for kind, each in words.choices.items() for pair in each.items()]
    choices = {tuple(said.split()): (kind, meant) for kind, said, meant in options}
    settings = tuple(setting for words in subjects for setting in words.settings)
    makes = {tuple(t.split()): kind for words in subjects for kind, texts in words.kinds.items() for t in texts}
    known = {*_words_of(frames), *_words_to_set(settings)} | {w for p in [*choices, *makes] for w in p}
    loose = tuple(_bound(name, f, lexicon, lexicon.loose) for name, language in speaking for f in language.loose)
    return Grammar(
        lexicon=lexicon,
        languages=tuple(language for _, language in speaking),
        frames=tuple(f for f in frames if f.frame.act is None and not f.frame.order),
        commands=tuple(f for f in frames if f.frame.act is not None),
        orders=tuple(f for f in frames if f.frame.order),
        loose=loose,
        loose_words=frozenset(_words_of(loose)),
        able={name: language.abilities for name, language in speaking if language.abilities is not None},
        settings=settings,
        choices=choices,
        setting_words={tuple(text.split()): s.ability for s in settings for text in s.words},
        steps=(steps := _steps(settings, lexicon)),
        measuring=frozenset(w for p in (*steps, *choices, *lexicon.commanding.measures) for w in p) | {"one"},
        makes=makes,
        kind_of_class=next((words.kind_of_class for words in subjects if words.kind_of_class), ""),
        nouns=nouns,
        states=states,
        state_classes={state: classes for words in subjects for state, classes in words.state_classes.items()},
        measures=measures,
        denials=denials,
        structure=frozenset(known) | lexicon.vocabulary,
        vocabulary=frozenset(known) | lexicon.vocabulary | {w for p in [*nouns, *states, *measures] for w in p},
    )


def _subjects(languages: Iterable[Language]) -> list[Words]:
    """The words of each subject once, whoever shares them."""
    subjects: list[Words] = []
    for language in languages:
        if language.words not in subjects:
            subjects.append(language.words)
    return subjects


def _steps(settings: Iterable[Setting], lexicon: Lexicon) -> dict[Phrase, tuple[str, int]]:
    commanding = lexicon.commanding
    found: dict[Phrase, tuple[str, int]] = {(w,): ("", 1) for w in commanding.more}
    found |= {(w,): ("", -1) for w in commanding.less}
    for setting in settings:
        found |= {tuple(t.split()): (setting.ability, 1) for t in setting.more}
        found |= {tuple(t.split()): (setting.ability, -1) for t in setting.less}
    return found


def _words_to_set(settings: Iterable[Setting]) -> Iterable[str]:
    """Every single word for what can be set, and for more or less of it."""
    return (w for s in settings for text in (*s.words, *s.more, *s.less) for w in text.split())


def _words_of(frames: Iterable[BoundFrame]) -> Iterable[str]:
    """Every single word that frames are made of."""
    for f in frames:
        yield from (w for group in f.cues for cue in group for w in cue.words)
        yield from (w for fillers in f.fillers.values() for filler in fillers for w in filler)
        yield from (w for slot in f.frame.slots for w in slot.after)
        yield from (w for part in f.parts for w in part.words_of_all)


def _bound(tool: str, frame: Frame, lexicon: Lexicon, more: tuple[Phrase, ...] = ()) -> BoundFrame:
    cues = tuple(_cues(group, lexicon) for group in frame.cues)
    return BoundFrame(
        tool=tool,
        frame=frame,
        cues=cues,
        heads=tuple(frozenset(cue.words[0] for cue in group) for group in cues),
        fillers=by_first([*sorted(phrases(frame.fillers) + more, key=len, reverse=True), *_fillers(frame, lexicon)]),
        parts=tuple(part_of(text) for text in frame.order),
    )


def _fillers(frame: Frame, lexicon: Lexicon) -> tuple[Phrase, ...]:
    """A command passes over little: what it does not explain is not done."""
    return tuple(lexicon.fillers) if frame.act is None else lexicon.commanding.fillers


def part_of(text: str) -> Part:
    """A part as it is written: "{slot}", "{slot}?", "one|another", "maybe?"."""
    if text.startswith("{"):
        return Part(slot=text.strip("{}?"), required=not text.endswith("?"))
    return Part(phrases(text.removesuffix("?").split("|")), required=not text.endswith("?"))


def _cues(group: tuple[str, ...], lexicon: Lexicon) -> tuple[Cue, ...]:
    """Cues of a group, its named groups written out; "@which…" opens as each of its members would."""
    texts: list[tuple[str, bool]] = []
    for text in group:
        opens = text.endswith(OPENS)
        plain = text.removesuffix(OPENS)
        texts.extend((t, opens) for t in lexicon.cues.get(plain, (plain,)))
    cues = [Cue(phrase, opens) for text, opens in texts for phrase in variants(text)]
    return tuple(sorted(cues, key=lambda cue: len(cue.words), reverse=True))


def _nouns(words: Words, lexicon: Lexicon) -> dict[Phrase, Noun]:
    found: dict[Phrase, Noun] = {}
    for name, texts in words.classes.items():
        for text in texts:
            found[plain_words(plural(text), lexicon.spoken)] = Noun(name, True)
            found[plain_words(text, lexicon.spoken)] = Noun(name, False)
    return found
