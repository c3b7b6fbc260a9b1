"""Doing it: "do it again" is what was done last in this talk, "do it" what was asked back about. Else it is not known.

"Do" alone is never "turn on".
"""

from parlour.models.intents.clauses import Words, bare, texts
from parlour.models.intents.lexicon import Lexicon
from parlour.models.intents.outcome import Declined, Outcome, Plan
from parlour.models.intents.talk_now import TalkNow


def repeated(words: Words, talk: TalkNow, lexicon: Lexicon) -> Outcome | None:
    """What it is that is to be done, or done again; None where something else was said."""
    rest, is_anew = _without_again(words, lexicon)
    if texts(bare(rest, lexicon)) not in lexicon.doing:
        return None
    unclear = Declined("command", tuple({w.start: w.raw for w in words if not w.stop}.values()))
    if is_anew:
        return _done_last(talk) or unclear
    asked = talk.pending()
    return talk.resolver.resolve(asked.fits) if asked is not None and asked.why == "meant" else unclear


def _without_again(words: Words, lexicon: Lexicon) -> tuple[Words, bool]:
    said = texts(words)
    for at in range(len(said)):
        if phrase := lexicon.anew.at(said, at):
            return (*words[:at], *words[at + len(phrase) :]), True
    return words, False


def _done_last(talk: TalkNow) -> Plan | None:
    """What was done last, read from the same words once more; None where they are not read as they were then."""
    for back in range(1, len(talk.turns)):
        called = list(talk.turns[-1 - back].calls)
        if not called:
            continue
        outcome = talk.before(back)
        if not isinstance(outcome, Plan) or outcome.calls() != called:
            return None
        if all(fit.bound.frame.act is not None for fit in outcome.fits):
            return outcome
    return None
