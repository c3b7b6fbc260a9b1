"""Everything that asking a model through pydantic-ai takes. Importing this loads it."""

from dataclasses import dataclass

import httpx2
from pydantic_ai.models import Model

from parlour.clock import Clock
from parlour.models.base import ModelRequest
from parlour.models.openai_limits import Limits
from parlour.models.openai_stream import Times
from parlour.models.other_kinds import Access
from parlour.models.pydantic_ai_access import connected, model_of
from parlour.models.pydantic_ai_faults import OtherFaults
from parlour.models.pydantic_ai_listing import other_models
from parlour.models.pydantic_ai_reply import OtherReply
from parlour.models.pydantic_ai_request import messages_of, parameters_of, settings_of
from parlour.models.pydantic_ai_stream import OtherExchange


@dataclass(frozen=True, slots=True)
class Connection:
    """A model of pydantic-ai, and the client that it asks with."""

    access: Access
    model: Model
    client: httpx2.AsyncClient
    faults: OtherFaults
    limits: Limits
    clock: Clock

    def exchange(self, request: ModelRequest, started: float) -> OtherExchange:
        """One try at an answer; the first began at `started`, in seconds of `clock.monotonic()`."""
        kind, limits = self.access.kind, self.limits
        messages = messages_of(request, kind, self.model)
        settings = settings_of(request, kind, self.access.options)
        if self.model.profile.get("anthropic_disallows_sampling_settings"):
            # Its package would leave them out too, and warn of it each time.
            settings.pop("temperature", None)
            settings.pop("top_p", None)
        parameters = parameters_of(request)
        return OtherExchange(
            lambda: self.model.request_stream(messages, settings, parameters),
            OtherReply(limits.calls, kind=kind.name),
            self.faults,
            self.clock,
            Times(
                started + limits.total_s,
                self.clock.monotonic() + limits.first_event_s,
                limits.silence_s,
                limits.end_s,
            ),
        )

    async def models(self, seconds: float) -> list[str]:
        """What the provider says it has, within so many seconds. Raises ModelProblem."""
        return await other_models(self.access, self.client, self.faults, self.clock, seconds)

    async def close(self) -> None:
        """Let go of every connection."""
        await self.client.aclose()


def connection_to(access: Access, name: str, model: str, limits: Limits, clock: Clock) -> Connection:
    """A connection to a provider that is asked for `model`; `name` is what people know it by. Asks nobody yet.

    Raises ModelProblem for an address at which nobody can be.
    """
    faults = OtherFaults(name, access.api_key)
    client = connected(access, faults, limits)
    try:
        return Connection(access, model_of(access, model, client, limits), client, faults, limits, clock)
    except (httpx2.InvalidURL, ValueError) as error:
        raise faults.unreachable(error) from error
