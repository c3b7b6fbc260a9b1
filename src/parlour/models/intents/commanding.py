"""Commands: the ways in which the words of one may stand, and the frame that explains all of them."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from parlour.models.intents.clauses import Words, is_command, texts, without_commas
from parlour.models.intents.command_words import CommandWords
from parlour.models.intents.fitting import Fit, fits
from parlour.models.intents.frames import Grammar, slot_key
from parlour.models.intents.index import NameIndex
from parlour.models.intents.normalise import Word
from parlour.models.intents.ordering import Ordering
from parlour.models.intents.outcome import Asked, Declined, Outcome, Plan
from parlour.models.intents.quantities import with_quantities
from parlour.models.intents.resolving import Resolver
from parlour.models.intents.tagging import Reading, Tag
from parlour.models.intents.variants import Phrase

_SHORT = 3
_LAST_HOUR = 12
Tagger = Callable[[Words], list[Reading]]
PhraseTagger = Callable[[Phrase], list[Reading]]


@dataclass(frozen=True, slots=True)
class Commander:
    """Finds what a clause tells to do. The best that does not explain everything is kept for the refusal."""

    grammar: Grammar
    index: NameIndex
    tagger: Tagger
    phrases: PhraseTagger
    """The same of mere texts."""

    def told(self, words: Words, text: str, resolver: Resolver) -> Fit | None:
        """The command that begins with its verb, complete or not; None where nothing is like one."""
        best = self._best(parted(without_commas(words), self.grammar, self.tagger), resolver, texts(words))
        if best is None or not best.complete:
            ordered = Ordering(self.grammar, self.index, text, self.phrases).fits(words)
            best = next((f for f in ordered if f.complete), best or next(iter(ordered), None))
        return best

    def begun_with_target(self, words: Words, text: str, resolver: Resolver) -> Fit | None:
        """A command without its verb, "kitchen lights off", or a statement of what is to be so; only when complete."""
        lexicon = self.grammar.lexicon
        if not self.grammar.commands and not self.grammar.orders:
            return None
        if not words or words[0].text in lexicon.questions:
            return None
        if tells_how_it_is(words, lexicon.commanding):
            return None
        if is_command(words, lexicon) and not self.index.noun_at(texts(words), 0)[1]:
            return None
        best = self._best(elided(without_commas(words), self), resolver, texts(words))
        if best is not None and best.complete:
            return best
        return next((f for f in Ordering(self.grammar, self.index, text, self.phrases).fits(words) if f.complete), None)

    def readings(self, words: Words) -> list[Reading]:
        """The ways of tagging these words, with what says how much."""
        plain = self.tagger(words)
        found: list[Reading] = []
        for reading in [*(with_quantities(texts(words), r, self.grammar) for r in plain), plain[0]]:
            if reading not in found:
                found.append(reading)
        return found

    def _best(self, every: Iterator[Words], resolver: Resolver, clause: tuple[str, ...]) -> Fit | None:
        """The first fit that explains everything and comes to something; otherwise what is nearest to it."""
        best: Fit | None = None
        for words in every:
            found = [f for reading in self.readings(words) for f in self._fits(words, reading)]
            complete = [f for f in found if f.complete]
            if complete:
                nearest = replace(_agreed(complete, resolver), clause=" ".join(clause))
                if not isinstance(resolver.resolve((nearest,)), Declined):
                    return nearest
            else:
                nearest = min(found, key=self._distance, default=None)
            if best is None or (nearest is not None and _leaves(nearest) < _leaves(best)):
                best = nearest
        return best

    def _distance(self, fit: Fit) -> tuple[int, bool, bool]:
        """How far a fit is from explaining everything; of equals, one that leaves a particle is farther."""
        particles = self.grammar.lexicon.commanding.particles
        return len(fit.leftover), fit.missing is not None, any(w.lower() in particles for w in fit.leftover)

    def _fits(self, words: Words, reading: Reading) -> list[Fit]:
        return fits(words, reading, self.grammar, self.index, self.grammar.commands)


def _leaves(fit: Fit) -> tuple[int, bool]:
    return len(fit.leftover), not fit.complete


def _agreed(found: Sequence[Fit], resolver: Resolver) -> Fit:
    """The first that means something; where another means other things, all of them are left to be asked about."""
    outcomes: list[tuple[Fit, Plan | Asked | Declined]] = [(f, resolver.resolve((f,))) for f in found]
    meaning = [pair for pair in outcomes if not isinstance(pair[1], Declined)]
    before = (pair for pair in meaning if _is_told_to_it(pair, resolver.talk.thing))
    fit, outcome = next(before, next(iter(meaning), outcomes[0]))
    key = slot_key(fit.bound.frame.slots[0])
    if not isinstance(outcome, Plan) or key not in fit.fills:
        return fit
    meant = _devices(outcome)
    others = [_devices(o) for _, o in outcomes if isinstance(o, Plan)]
    if all(other == meant for other in others):
        return fit
    either = frozenset(i for ids in (meant, *others) for i in ids)
    return replace(fit, fills={**fit.fills, key: replace(fit.fills[key], tag=Tag("name", 0, 0, either))})


def _is_told_to_it(told: tuple[Fit, Plan | Asked | Declined], thing: str | None) -> bool:
    """Whether "it" is what was talked about, which can be told just that, and nothing else: "turn it down by 10"."""
    fit, outcome = told
    fill = fit.fills.get(slot_key(fit.bound.frame.slots[0]))
    return fill is not None and fill.tag.role == "it" and told_things(outcome) == (thing,)


def _devices(plan: Plan) -> frozenset[str]:
    return frozenset(told_things(Plan(plan.fits[:1], plan.arguments[:1])))


def told_things(outcome: Outcome) -> tuple[str, ...]:
    """The ids of what the last command of a plan is told to; nothing where nothing is."""
    if not isinstance(outcome, Plan) or outcome.fits[-1].bound.frame.act is None:
        return ()
    value = outcome.arguments[-1].get(outcome.fits[-1].bound.frame.slots[0].argument)
    return tuple(map(str, value)) if isinstance(value, list) else ()


# --- how its words may stand ---------------------------------------------------------------------------------------


def parted(words: Words, grammar: Grammar, tagger: Tagger) -> Iterator[Words]:
    """The words as they stand, and "turn the light on" as "turn on the light"."""
    commanding = grammar.lexicon.commanding
    if words and words[0].text in commanding.parted and len(words) > 2 and words[1].text not in commanding.particles:
        hidden = _named(words, tagger)
        for at in range(len(words) - 1, 1, -1):
            if words[at].text in commanding.particles and at not in hidden:
                yield (words[0], words[at], *words[1:at], *words[at + 1 :])
    yield words


def elided(words: Words, commander: Commander) -> Iterator[Words]:
    """The words with the verb that they leave away, where they begin with what they are about."""
    commanding = commander.grammar.lexicon.commanding
    hidden = _named(words, commander.tagger)
    for at in range(len(words) - 1, 0 if len(words) > _SHORT else -1, -1):
        if words[at].text in commanding.particles and at not in hidden:
            yield (_verb(commanding.elided["particle"], words), words[at], *words[:at], *words[at + 1 :])
    if not hidden & {len(words) - 2, len(words) - 1} and _is_amount_at(words, commanding):
        yield (_verb(commanding.elided["number"], words), *words[:-2], replace(words[-2], text="to"), words[-1])
    said = [t.quantity for t in commander.readings(words)[0] if t.quantity is not None]
    if said:
        verb = "step" if said[0].kind == "step" or said[0].relative else "number"
        yield (_verb(commanding.elided[verb], words), *words)


def _is_amount_at(words: Words, commanding: CommandWords) -> bool:
    """ "The radiators at 18": where nothing else says what to do, and it is no hour of the clock."""
    at = len(words) - 2
    is_plain = at > 0 and words[at].text in commanding.at and commanding.particles.isdisjoint(texts(words))
    return is_plain and words[-1].text.isdigit() and int(words[-1].text) > _LAST_HOUR


def tells_how_it_is(words: Words, commanding: CommandWords) -> bool:
    """ "The light's on" tells how it is, and nothing to be done."""
    pairs = pairwise(without_commas(words))
    return any(w.raw.lower().replace("’", "'").endswith("'s") and b.text in commanding.particles for w, b in pairs)


def _verb(text: str, words: Words) -> Word:
    return Word(text, "", words[0].start, words[0].start)


def _named(words: Words, tagger: Tagger) -> set[int]:
    return {at for t in tagger(words)[0] if t.role == "name" for at in range(t.start, t.end)}


def refused(fit: Fit | None, words: Words) -> Outcome:
    """What to say of a command that is not understood to its last word."""
    if fit is None:
        return Declined("command", tuple(w.raw for w in words[:1]))
    if fit.leftover:
        return Declined("naming" if fit.bound.frame.order else "command", fit.leftover)
    if fit.missing is not None:
        return Asked("missing", (fit,), 0, slot_key(fit.missing), "")
    return Declined("command")


def sure_of(plan: Plan) -> Plan | Asked:
    """The plan; where something would be done or changed, the question whether it is meant so."""
    acting = next((at for at, f in enumerate(plan.fits) if f.bound.frame.act is not None or f.bound.frame.order), None)
    if acting is None:
        return plan
    act, arguments = plan.fits[acting].bound.frame.act, plan.arguments[acting]
    said = plan.fits[acting].bound.frame.name
    if act is not None:
        value = arguments.get(act.value)
        said = f"{arguments[act.argument]}".replace("_", " ") + (f" to {value}" if value is not None else "")
    things = tuple(
        v for value in arguments.values() for v in (value if isinstance(value, list) else [value]) if isinstance(v, str)
    )
    return Asked("meant", plan.fits, acting, "", said, things)
