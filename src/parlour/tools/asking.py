"""What is put to a person before a call is made, and the word they give. Values."""

import hashlib
from dataclasses import dataclass
from typing import Literal

import orjson

from parlour.protocol.content import Effect, Json, Preview

Reason = Literal["effect", "changed", "again", "unknown", "tainted"]
"""Why it is asked; see `Approval.reason`."""


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

    @property
    def digest(self) -> str:
        """What a word is given on: SHA-256 over the arguments and the preview."""
        preview = self.preview.model_dump() if self.preview else None
        shown = [self.arguments, preview, self.tries]
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

    @property
    def is_no(self) -> bool:
        """Whether it is a no, said or by default."""
        return self.status in ("denied", "expired", "superseded")

    def allows(self, asking: Asking) -> bool:
        """Whether it is a yes to exactly this."""
        return self.status == "approved" and self.digest == asking.digest
