"""What is put to a person before a call is made, and the word they give. Values."""

import hashlib
from dataclasses import dataclass, replace
from typing import Literal

import orjson

from parlour.protocol.content import Effect, Json, Preview

Reason = Literal["effect", "changed", "again", "unknown", "tainted", "input"]
"""Why it is asked; see `Approval.reason`."""


@dataclass(frozen=True, slots=True)
class Input:
    """What a person told a tool that wanted to know more."""

    answers: Json
    """They fit the form."""
    state: str | None
    """What the tool wanted back with them."""


@dataclass(frozen=True, slots=True)
class Asking:
    """A call that waits for a person, and everything they are shown of it."""

    tool_call_id: str
    tool: str
    label: str
    effect: Effect
    arguments: Json
    """As validated: canonical, with defaults filled in."""
    preview: Preview | None
    reason: Reason = "effect"
    subject: str = ""
    """What a rule about such calls would be about."""
    remember: str | None = None
    """What "always" would mean, in words; None where it is asked every time."""
    tries: int = 0
    """How often it was begun without anybody knowing what came of it; a yes holds for one more time only."""
    form: Json | None = None
    """What the tool wants to know before it goes on, for "input"."""
    state: str | None = None
    """What the tool wants back together with the answers."""

    @property
    def digest(self) -> str:
        """What a word is given on: SHA-256 over the arguments and the preview, and over a form and its state."""
        preview = self.preview.model_dump() if self.preview else None
        shown = [self.arguments, preview, self.tries]
        if self.form is not None:
            shown += [self.form, self.state]
        return hashlib.sha256(orjson.dumps(shown, option=orjson.OPT_SORT_KEYS)).hexdigest()


@dataclass(frozen=True, slots=True)
class Word:
    """What came of asking about a call, the last time it was asked."""

    status: Literal["pending", "approved", "denied", "expired", "superseded"]
    reason: Reason
    digest: str
    """Of what was approved."""
    arguments: Json
    """What it was given on: as it was asked, or as a person changed that."""
    decided_by: str | None = None
    decided_by_name: str | None = None
    form: Json | None = None
    state: str | None = None
    answers: Json | None = None
    """What the tool is told, where it wanted to know more."""
    rounds: int = 0
    """How often the call has asked for more so far."""

    @property
    def is_no(self) -> bool:
        """Whether it is a no, said or by default."""
        return self.status in ("denied", "expired", "superseded")

    def allows(self, asking: Asking) -> bool:
        """Whether it is a yes to exactly this. Who answers what a call wants to know lets it go on with that."""
        if self.reason == "input":
            asking = replace(asking, form=self.form, state=self.state)
        return self.status == "approved" and self.digest == asking.digest

    def input_for(self, asking: Asking) -> Input | None:
        """What the call is told that it had asked for; None where it asked for nothing, or for something else."""
        if self.reason != "input" or self.answers is None or not self.allows(asking):
            return None
        return Input(self.answers, self.state)
