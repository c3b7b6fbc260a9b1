"""What requests to models used, as values and as the rows that keep it."""

from dataclasses import dataclass
from typing import Literal

from sqlalchemy import insert

from parlour.ids import new_id
from parlour.journal.unit import Change, Filled
from parlour.models.base import Model
from parlour.models.instances import HOUSE, Instance
from parlour.models.pricing import Price
from parlour.protocol.content import Usage
from parlour.protocol.spending import Spent
from parlour.store.queries.spending import NOTHING, added, usage_of
from parlour.store.tables import spending
from parlour.turn.record import TurnRow

Outcome = Literal["answered", "cut", "failed"]

_KEEP = insert(spending)


@dataclass(frozen=True, slots=True)
class Request:
    """What one request used."""

    model: str
    outcome: Outcome
    usage: Usage
    duration_ms: int
    at: str
    payer: str = HOUSE
    """Whose key it was made with."""

    @property
    def spent(self) -> Spent:
        """The same as a sum of one."""
        return Spent(
            requests=1,
            prompt_tokens=self.usage.prompt_tokens,
            cached_tokens=self.usage.cached_tokens,
            completion_tokens=self.usage.completion_tokens,
            reasoning_tokens=self.usage.reasoning_tokens,
            total_tokens=self.usage.prompt_tokens + self.usage.completion_tokens,
            cost=self.usage.cost or 0,
            unpriced_requests=int(self.usage.cost is None),
            estimated_requests=int(self.usage.estimated),
            duration_ms=self.duration_ms,
        )


@dataclass(frozen=True, slots=True)
class Bill:
    """The requests that a unit is to keep, and what the whole answer used by then."""

    requests: tuple[Request, ...] = ()
    before: Spent = NOTHING

    @property
    def usage(self) -> Usage | None:
        """What the answer used; None where nobody was asked."""
        return usage_of(added([self.before, *(request.spent for request in self.requests)]))

    def rows(self, turn: TurnRow, answer_id: str) -> list[Change]:
        """The changes that keep the requests, numbered after those before them."""
        return [
            Filled(_KEEP, _row(request, turn, answer_id, self.before.requests + index))
            for index, request in enumerate(self.requests)
        ]


NO_BILL = Bill()


def _row(request: Request, turn: TurnRow, answer_id: str, number: int) -> dict[str, object]:
    usage = request.usage
    return {
        "id": new_id(),
        "tenant_id": turn.tenant_id,
        "project_id": turn.project_id,
        "user_id": turn.user_id,
        "conversation_id": turn.conversation_id,
        "message_id": answer_id,
        "turn_id": turn.id,
        "number": number,
        "provider": provider_of(request.model),
        "payer": request.payer,
        "model": request.model,
        "outcome": request.outcome,
        "prompt_tokens": usage.prompt_tokens,
        "cached_tokens": usage.cached_tokens,
        "completion_tokens": usage.completion_tokens,
        "reasoning_tokens": usage.reasoning_tokens,
        "cost": usage.cost,
        "is_estimated": usage.estimated,
        "duration_ms": request.duration_ms,
        "at": request.at,
    }


def estimated(prompt: int, completion: int, thoughts: int, price: Price | None) -> Usage:
    """What a request used whose provider did not say."""
    usage = Usage(
        prompt_tokens=prompt,
        completion_tokens=completion,
        total_tokens=prompt + completion,
        reasoning_tokens=thoughts,
        estimated=True,
    )
    return usage if price is None else usage.model_copy(update={"cost": price.cost(usage)})


def provider_of(model: str) -> str:
    """The provider in a model's name, as the rows keep it."""
    return model.partition("/")[0][:40]


def payer_of(model: Model) -> str:
    """Whose key a model is asked with: `tenant` for the house's, else `project:<id>` or `user:<id>`."""
    return model.payer if isinstance(model, Instance) else HOUSE
