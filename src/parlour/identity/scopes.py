"""Who decides about models: a person for themselves, for their conversations and projects, and admins for the house."""

from dataclasses import dataclass
from typing import Literal

from parlour.identity.who import Who
from parlour.store.queries.choices import TENANT

Kind = Literal["tenant", "project", "user", "conversation"]


@dataclass(frozen=True, slots=True)
class Whose:
    """Whom something that was decided is for."""

    kind: Kind
    id: str = ""
    """Of the project, the person or the conversation; empty for the house."""

    @staticmethod
    def own(who: Who) -> "Whose":
        """Somebody's own."""
        return Whose("user", who.user_id)

    @property
    def scope(self) -> str:
        """As it is kept: `tenant`, `user:<id>` …"""
        return f"{self.kind}:{self.id}" if self.id else TENANT

    @property
    def columns(self) -> dict[str, str]:
        """The columns that name it, so that what was decided goes when that goes."""
        return {f"{self.kind}_id": self.id} if self.id else {}

    def id_of(self, kind: Kind) -> str | None:
        """Its id, where it is of this kind."""
        return self.id if self.kind == kind else None


HOUSE = Whose("tenant")
"""For everybody."""
