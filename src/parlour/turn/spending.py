"""What a turn's requests to models use, and what they may.

A `Meter` puts itself between the turn and whoever it asks: it refuses what no budget pays for, ends an answer when a
budget is used up, and keeps a row for every request, which goes into the very unit that settles what was said. The
built-in model is free and always allowed; nothing is kept of it.

Turns of one node take the money and the tokens that they may use from a budget one after the other, so together they
take no more than is left. Turns of other nodes are seen when they settle, and seconds when they are over: each may use
at most one request's share beyond that.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace

from parlour.clock import isoformat
from parlour.identity.allowances import Allowance
from parlour.models.base import Model, ModelRequest, estimate_tokens, longest, thinking_tokens_of
from parlour.models.instances import HOUSE
from parlour.models.intents.model import NAME as BUILT_IN
from parlour.models.prices import Placed
from parlour.models.pricing import Price
from parlour.models.prompt_size import prompt_tokens
from parlour.models.stop_words import Stopping
from parlour.protocol.content import Part, ToolCallPart, Usage
from parlour.protocol.spending import Spent
from parlour.store.queries.spending import NOTHING, Source, StoredBudget, added, budgets_drawn_on, spent_in_turn
from parlour.turn.billing import Bill, Request, estimated, payer_of, provider_of
from parlour.turn.granting import Drawn, Grant, granted
from parlour.turn.means import Means
from parlour.turn.metered import Asked, Metered
from parlour.turn.record import Past


class Meter:
    """What the requests of one claimed turn use."""

    def __init__(self, past: Past, means: Means) -> None:
        self._turn = past.turn
        self._means = means
        self._before = past.spent
        self._open: list[Request] = []
        self._lost_by = past.cut_by[-1] if past.cut_by else ""
        self._lost = "" if self._lost_by == BUILT_IN or past.cut_was_told_again else _words(past.cut)
        """What an owner before had heard, and nobody has kept what it used."""

    def over(self, model: Model, tell: Callable[[], None]) -> Model:
        """The model, with this between: its stream raises OverBudget besides. `tell` is called when it is asked."""
        if model.name != BUILT_IN:
            return Metered(model, self._begin, tell)
        tell()
        return Stopping(model)

    def bill(self) -> Bill:
        """What is to be kept with the next unit."""
        return Bill(tuple(self._open), self._before)

    def last_bill(self) -> Bill:
        """The same with the unit that ends the turn: nothing is asked after it."""
        if self._lost:
            self._keep_lost(self._lost_by, 0, None)
        return self.bill()

    def paid(self, bill: Bill) -> None:
        """The unit with this bill was committed."""
        self._open = self._open[len(bill.requests) :]
        self._before = added([self._before, *(request.spent for request in bill.requests)])
        self._draw()

    def close(self) -> None:
        """Nothing more is asked."""
        self._means.under_way.forget(self._turn.id)

    # --- one request -------------------------------------------------------------------------------------------

    async def _begin(self, model: Model, request: ModelRequest) -> Asked:
        means, now = self._means, self._means.clock.now()
        host = model.host if isinstance(model, Placed) else ""
        price = await means.prices.of(model.name, host, now)
        if self._lost:
            # What it was asked nobody knows any more; it was much the same.
            by = self._lost_by or model.name
            asked = price if by == model.name else await means.prices.of(by, "", now)
            payer = payer_of(model) if by == model.name else HOUSE
            self._keep_lost(by, prompt_tokens(request, model.count_tokens), asked, payer)
        grant = await self._granted(model, request, price)
        most, wanted = grant.completion_tokens, request.parameters.max_tokens
        is_shorter = most is not None and (wanted is None or most < wanted)
        parameters = request.parameters.model_copy(update={"max_tokens": most}) if is_shorter else request.parameters
        request = replace(request, parameters=parameters, most_tokens=most)
        return Asked(model, request, price, grant, is_shorter, means.clock, self._keep)

    def _keep(self, request: Request) -> None:
        self._open.append(request)
        self._draw()

    async def _granted(self, model: Model, request: ModelRequest, price: Price | None) -> Grant:
        turn, means = self._turn, self._means
        source = self._source(provider_of(model.name), payer_of(model))
        self._draw()
        async with means.reads.read() as connection:
            found = await budgets_drawn_on(
                connection, turn.tenant_id, turn.project_id, turn.user_id, source.provider, source.payer
            )
        if not found:
            return Grant()
        prompt = prompt_tokens(request, model.count_tokens)
        async with means.under_way.taking:
            # Read before the database is: what settles meanwhile is then counted twice for a moment, never not at all.
            others = means.under_way.of_others(turn.id)
            grant = granted([await self._allowance(budget, others) for budget in found], price, prompt)
            most = grant.completion_tokens
            if most is not None:
                completion = longest(replace(request, most_tokens=most), thinking_tokens_of(model)) or most
                usage = Usage(prompt_tokens=prompt, completion_tokens=completion, total_tokens=prompt + completion)
                self._draw((source, _spent(usage, price)))
        return grant

    async def _allowance(self, budget: StoredBudget, others: Sequence[Drawn]) -> Allowance:
        """What is left of a budget. What a request used that it does not pay for, of this turn or another, is not its
        concern: in one answer several providers may be asked, and with several keys."""
        now, turn_id = self._means.clock.now(), self._turn.id
        mine = _paid_by(budget, self._drawn)
        async with self._means.reads.read() as connection:
            if budget.period == "turn":
                return Allowance(budget, added([await spent_in_turn(connection, budget, turn_id), *mine]), now)
            used = await self._means.under_way.long_ago.spent_of(connection, budget, now)
        return Allowance(budget, added([used, *mine]), now, _paid_by(budget, others))

    def _source(self, provider: str, payer: str) -> Source:
        turn = self._turn
        return Source(turn.tenant_id, turn.project_id, turn.user_id, provider, payer)

    @property
    def _drawn(self) -> list[Drawn]:
        """What is not settled yet."""
        return [(self._source(provider_of(each.model), each.payer), each.spent) for each in self._open]

    def _draw(self, *more: Drawn) -> None:
        """Say what this turn draws on budgets: what is not settled yet, and `more`."""
        self._means.under_way.put(self._turn.id, [*self._drawn, *more])

    def _keep_lost(self, model: str, prompt: int, price: Price | None, payer: str = HOUSE) -> None:
        completion = estimate_tokens(self._lost)
        self._lost = ""
        at = isoformat(self._means.clock.now())
        self._open.append(Request(model, "cut", estimated(prompt, completion, 0, price), 0, at, payer))


def _paid_by(budget: StoredBudget, drawn: Sequence[Drawn]) -> list[Spent]:
    return [spent for source, spent in drawn if budget.pays_for(source)]


def _words(cut: Sequence[Part]) -> str:
    return "".join("" if isinstance(part, ToolCallPart) else part.text for part in cut)


def _spent(usage: Usage, price: Price | None) -> Spent:
    """What a request of this size uses at most."""
    cost = 0 if price is None else price.cost(usage)
    tokens = {"prompt_tokens": usage.prompt_tokens, "completion_tokens": usage.completion_tokens}
    return NOTHING.model_copy(update=tokens | {"total_tokens": usage.total_tokens, "cost": cost})
