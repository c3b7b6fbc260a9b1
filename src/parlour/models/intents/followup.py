"""Continuing: "and the bedroom?", "is it on?", "the second one". All from the history, nothing is remembered."""

import json
from collections.abc import Iterable, Iterator, Sequence, Set
from dataclasses import dataclass, replace

from pydantic import JsonValue

from parlour.models.base import AssistantMessage, ModelMessage, ToolMessage, UserMessage
from parlour.models.intents.fitting import PLACES, Fill, Fit, said, with_fill
from parlour.models.intents.frames import Grammar, slot_key
from parlour.models.intents.index import NameIndex
from parlour.models.intents.lexicon import Lexicon
from parlour.models.intents.normalise import Word, plain_words
from parlour.models.intents.nouns import plural, stem
from parlour.models.intents.outcome import Asked
from parlour.models.intents.referring import PLACE_KEY, Talk, gone_on
from parlour.models.intents.tagging import Reading, Tag
from parlour.models.intents.variants import Phrase
from parlour.tools.language import Slot

_LISTED = ("devices", "results", "similar", "automations")
_LINKING = frozenset({"on", "to", "from", "about"})


@dataclass(frozen=True, slots=True)
class Turn:
    """What a person said, and what was called for it."""

    text: str
    calls: tuple[tuple[str, dict[str, JsonValue]], ...] = ()
    found: tuple[tuple[str, ...], ...] = ()
    """The ids of what each call found or made, in its order."""


def turns_of(messages: Sequence[ModelMessage]) -> tuple[Turn, ...]:
    """The talk as turns, the present one last."""
    turns: list[Turn] = []
    for message in messages:
        if isinstance(message, UserMessage):
            turns.append(Turn(message.text))
        elif isinstance(message, AssistantMessage) and turns:
            calls = tuple((c.name, c.arguments) for c in message.calls if c.arguments is not None)
            turns[-1] = replace(turns[-1], calls=turns[-1].calls + calls)
        elif isinstance(message, ToolMessage) and turns and len(turns[-1].found) < len(turns[-1].calls):
            turns[-1] = replace(turns[-1], found=(*turns[-1].found, tuple(_ids_in(message.content))))
    return tuple(turns)


def _ids_in(content: str) -> Iterator[str]:
    """What a result lists, or the one thing that it is about; what is no JSON, or is cut, lists nothing."""
    try:
        result: JsonValue = json.loads(content)
    except ValueError:
        return
    if not isinstance(result, dict):
        return
    rows = next((v for key in _LISTED if isinstance(v := result.get(key), list)), [result.get("entity")])
    for row in rows:
        if isinstance(row, dict) and isinstance(row.get("id"), str):
            yield str(row["id"])


def talk_of(turns: Sequence[Turn], index: NameIndex) -> Talk:
    """What the calls so far were about: the last place, the last thing, the last class; and what they found.

    Where something was named and nothing was called for it, the talk is no longer of the thing before, and not yet of
    another, unless one thing alone was asked about.
    """
    talk = Talk()
    for turn in turns:
        named = _named(turn.text, index) if not turn.calls else None
        if named is not None:
            is_asked = len(named) == 1 and turn.text.rstrip().endswith("?")
            thing = min(named) if is_asked else None
            place = thing if thing is not None and index.things[thing].kind in PLACES else talk.place
            talk = Talk(place, thing, unheard=True)
        for at, (_, arguments) in enumerate(turn.calls):
            talk = gone_on(talk, arguments, index, turn.found[at] if at < len(turn.found) else ())
    return talk


def _named(text: str, index: NameIndex) -> frozenset[str] | None:
    """The things that a text may be about; None where it names nothing at all."""
    words = plain_words(text, index.spoken)
    named, found, at = False, set[str](), 0
    while at < len(words):
        end, ids = index.trie.longest(words, at)
        noun_end, noun, _ = index.noun_at(words, at)
        if (noun and noun_end > end) or not ids:
            end, ids = noun_end, frozenset(index.classes.get(noun, ()))
        named = named or bool(ids) or bool(noun)
        found |= ids
        at = max(end, at + 1)
    things = frozenset(i for i in found if index.things[i].kind not in PLACES)
    return (things or frozenset(found)) if named else None


# --- the same question about something else ------------------------------------------------------------------------


def continued(base: Fit, words: Sequence[Word], reading: Reading, grammar: Grammar, index: NameIndex) -> Fit | None:
    """`base` asked again with what these words name instead; None when a word is left unexplained."""
    if not reading:
        return None
    covered = {at for tag in reading for at in range(tag.start, tag.end)}
    texts = tuple(w.text for w in words)
    acts = base.bound.frame.act is not None
    if not _only_fillers(texts, covered, grammar.lexicon.commanding.fillers if acts else grammar.lexicon.fillers):
        return None
    fit = _without_target(base, reading, index) if acts else base
    replaced: set[str] = set()
    for tag in reading:
        tag = tag if acts else _surely(tag, base, index)
        fill = Fill(tag, said(words, tag.start, tag.end))
        before = texts[tag.start - 1] if tag.start else ""
        before = texts[tag.start - 2] if before in grammar.lexicon.determiners and tag.start > 1 else before
        key = _key_for(base, tag, before, index)
        if key is None or key in replaced:
            return None
        replaced.add(key)
        fit = replace(fit, place=fill) if key == PLACE_KEY else with_fill(fit, key, fill)
        if tag.role in ("class",) and "@state" not in fit.fills and "state" in fit.fills and "state" not in replaced:
            fit = replace(fit, fills={k: f for k, f in fit.fills.items() if k != "state"})
    return replace(_in_the_new_place(fit, replaced, grammar, index) if acts else fit, clause="")


def _surely(tag: Tag, base: Fit, index: NameIndex) -> Tag:
    """Half a name is enough behind a question about something of the same sort: "and Ines's?" behind Robin's lamp."""
    before = {c for fill in base.fills.values() for i in fill.tag.ids for c in index.things[i].classes}
    if tag.role != "name" or len(tag.ids) != 1 or before.isdisjoint(index.things[min(tag.ids)].classes):
        return tag
    return replace(tag, sure=True)


def _in_the_new_place(fit: Fit, replaced: Set[str], grammar: Grammar, index: NameIndex) -> Fit:
    """Where only another place was said, a thing by name is no longer meant, but what is of its sort there."""
    key = slot_key(fit.bound.frame.slots[0])
    named = fit.fills.get(key)
    if replaced != {"@room"} or named is None or named.tag.role != "name":
        return fit
    noun = grammar.nouns.get(tuple(named.said.lower().split()[-1:]))
    classes = [c for i in named.tag.ids for c in index.things[i].classes[:1]] if len(named.tag.ids) == 1 else []
    if noun is None and not classes:
        return fit
    tag = Tag("class", 0, 0, value=noun.name if noun else classes[0], plural=noun is not None and noun.plural)
    return replace(fit, fills={**fit.fills, key: Fill(tag, named.said)})


def _without_target(base: Fit, reading: Reading, index: NameIndex) -> Fit:
    """A command told to something else: not to "all" of it, nor, where it has a name, in the place said before."""
    named = any(t.role == "name" and not _is_place(t, index) for t in reading)
    dropped = {"@all"} if named or any(t.role == "class" for t in reading) else set[str]()
    if named:
        dropped.add("@room")
    return replace(base, fills={k: f for k, f in base.fills.items() if k not in dropped}, without=frozenset())


def _only_fillers(texts: tuple[str, ...], covered: set[int], fillers: Iterable[Phrase]) -> bool:
    allowed = {filler[0] for filler in fillers if len(filler) == 1} | _LINKING
    return all(at in covered or text in allowed for at, text in enumerate(texts))


def _key_for(base: Fit, tag: Tag, before: str, index: NameIndex) -> str | None:
    slots = {slot_key(s): s for s in base.bound.frame.slots}
    if tag.role == "name":
        marked = next((k for k, s in slots.items() if before in s.after), None)
        if marked is not None:
            return marked
        return _key_for_name(base, tag, slots, index)
    if tag.role == "there":
        return next((k for k, s in slots.items() if set(s.takes) <= PLACES), None)
    wanted = {"class": ("class", "classes")}.get(tag.role, (tag.role,))
    direct = next((k for k, s in slots.items() if set(s.takes) & set(wanted)), None)
    if direct is None and tag.role == "class" and not tag.plural:
        return next((k for k, s in slots.items() if "device" in s.takes), None)
    return direct


def _key_for_name(base: Fit, tag: Tag, slots: dict[str, Slot], index: NameIndex) -> str | None:
    kinds = {index.things[i].kind for i in tag.ids}
    taking = [k for k, s in slots.items() if kinds & set(s.takes)]
    if len(taking) > 1:
        return None
    if kinds <= PLACES:
        filled_by_place = [k for k in taking if k in base.fills and _is_place(base.fills[k].tag, index)]
        only_places = [k for k in taking if set(slots[k].takes) <= PLACES]
        if filled_by_place or only_places:
            return (filled_by_place or only_places)[0]
        narrowed = base.place is not None or any("measure" in s.takes for s in slots.values())
        if narrowed:
            return PLACE_KEY
    return taking[0] if taking else None


def _is_place(tag: Tag, index: NameIndex) -> bool:
    return tag.role in ("there", "it") or any(i in index.things and index.things[i].kind in PLACES for i in tag.ids)


# --- an answer to a question of ours -------------------------------------------------------------------------------


def narrowed(asked: Asked, words: Sequence[Word], lexicon: Lexicon, index: NameIndex) -> tuple[str, ...] | None:
    """The candidates that the words choose; None when they are no such answer."""
    texts = tuple(w.text for w in words if not w.stop)
    if not texts or not asked.candidates:
        return None
    if texts in lexicon.yes:
        return asked.candidates if len(asked.candidates) == 1 else None
    if texts in lexicon.commanding.all_of_them:
        return asked.candidates if asked.fits[asked.at].bound.frame.act is not None else None
    content = [t for t in texts if t not in lexicon.choosing]
    ordinal = _ordinal(texts, content, lexicon, len(asked.candidates))
    if ordinal is not None:
        return (asked.candidates[ordinal],)
    if not content:
        return None
    left = tuple(c for c in asked.candidates if all(stem(w) in _words_of(c, index) for w in content))
    exact = tuple(c for c in left if tuple(content) in index.phrases(index.things[c]))
    return exact or left or None


def _ordinal(texts: tuple[str, ...], content: list[str], lexicon: Lexicon, count: int) -> int | None:
    chosen = content or [t for t in texts if t in lexicon.ordinals]
    if len(chosen) != 1 or chosen[0] not in lexicon.ordinals:
        return None
    at = lexicon.ordinals[chosen[0]]
    if at < 0:
        return count - 1
    return at - 1 if at <= count else None


def _words_of(thing: str, index: NameIndex) -> frozenset[str]:
    """The words by which somebody may choose it: of its names, its classes and its places."""
    known = index.things.get(thing)
    found = index.stems_of(thing)
    if known is None:
        return found
    nouns = {stem(w) for noun in known.classes for w in [*noun.split(), *plural(noun).split()]} | {known.kind}
    place = known.place
    while place and place in index.things:
        nouns |= index.stems_of(place)
        place = index.things[place].place if index.things[place].place != place else None
    return found | nouns


def chosen(asked: Asked, candidates: tuple[str, ...], *, together: bool) -> tuple[Fit, ...]:
    """The fits of a question of ours with the answer filled in; `together` when all of these are meant."""
    fit = asked.fits[asked.at]
    tag = Tag("name", 0, 0, frozenset(candidates), plural=together)
    fill = Fill(tag, asked.said)
    done = replace(fit, place=fill) if asked.key == PLACE_KEY else with_fill(fit, asked.key, fill)
    return (*asked.fits[: asked.at], done, *asked.fits[asked.at + 1 :])
