"""Words to mutate commands with: those that the lexicon was tuned on, and those that nobody looked at meanwhile."""

from dataclasses import replace

from tests.models.intents.act_mutating import ActWords
from tests.models.intents.mutating import TUNED, UNSEEN

TUNED_ACTS = ActWords(
    words=replace(TUNED, times=(*TUNED.times, "at 8", "at 10 pm", "in 5 minutes", "until 7", "at half past six")),
    hypothetical=("imagine you could", "what if you", "suppose I said", "if only I could", "it would be nice to"),
    reported=("my uncle said", "she told me to", "he asked me to", "the manual says", "Anna wants me to"),
    negated=("don't", "do not", "never", "please don't", "you should not"),
    asked=("should I", "did you", "why did you", "how do I", "is it a good idea to", "who can"),
    rooms=("ballroom", "pool", "rocket", "yellow submarine", "thing"),
)

# Never looked at while the lexicon was written.
UNSEEN_ACTS = ActWords(
    words=UNSEEN,
    hypothetical=(
        "pretend to",
        "in theory you could",
        "let's say you",
        "I might want to",
        "I was thinking you might",
        "one day I will",
    ),
    reported=(
        "the neighbours always",
        "according to dad we should",
        "grandma used to",
        "the instructions tell you to",
        "they keep asking to",
        "somebody on the radio said",
    ),
    negated=("under no circumstances", "I'd rather you didn't", "stop trying to", "avoid", "no need to", "refuse to"),
    asked=(
        "have you ever",
        "when did we",
        "what happens when you",
        "would it help to",
        "are you able to",
        "does anyone",
    ),
    rooms=("boathouse", "giraffe", "old trumpet", "observatory dome", "whatsit", "crypt"),
)
