"""From what was asked for to a route: first which names may answer and in which order, then who of them is able to.

A *group* are those who stand for each other; who of them is asked is balanced. After the first group come others, each
asked only when everybody before it has failed or is not able to. The built-in model is in none: it answers when it is
asked for, never in somebody's place.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from parlour.errors import NotAvailable
from parlour.models.balancing import next_of
from parlour.models.complexity import tier_for
from parlour.models.instances import DEFAULT_CAPABILITY, Bounds, Instance, Instances
from parlour.models.route import Load
from parlour.models.seat import OneSeat
from parlour.protocol.content import Parameters
from parlour.protocol.routing import InstanceRule, Place, Routing, Strategy, Tier

AUTO = "auto"
"""Asked for where the tier shall follow from the question."""
TIERS: tuple[Tier, ...] = ("fast", "balanced", "strong")
_PLACES: tuple[Place, ...] = ("fast", "balanced", "strong", "fallback")
CAPABILITIES: dict[Place, float] = {"strong": 0.9, "balanced": 0.6, "fast": 0.3}
"""How much a model can, by the best tier it stands in, unless an admin said so."""

Names = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Roster:
    """Who is there."""

    built_in: str
    known: Sequence[str]
    """Every other model, in order."""
    usable: Sequence[str]
    """Those of them that may be asked."""
    routing: Routing
    chosen: str | None = None
    """Who shall answer by default, as an admin said: a model or a tier; perhaps one that is gone."""

    @property
    def default(self) -> str:
        """Who answers where nobody is asked for: a model, a tier, "auto", or the built-in one."""
        if self.chosen is not None and self._is_there(self.chosen):
            return self.chosen
        if any(self.of_tier(tier) for tier in TIERS):
            return AUTO
        return self.usable[0] if self.usable else self.built_in

    @property
    def tiers(self) -> list[str]:
        """The tiers that can be asked for, and "auto" where there is any."""
        found: list[str] = [tier for tier in TIERS if self.of_tier(tier)]
        return [AUTO, *found] if found else []

    def of_tier(self, tier: Tier) -> Names:
        """Those of a tier that may be asked."""
        return self._usable(self.routing.tier(tier))

    @property
    def fallback(self) -> Names:
        """Those who answer when the others could not, in order."""
        return self._usable(self.routing.fallback)

    def called(self, name: str) -> Names:
        """The models that somebody means by `name`: one by its whole name, or all that are called so anywhere.

        Raises NotAvailable where there is none, or none that may be asked.
        """
        meant = [one for one in self.known if one == name] or [one for one in self.known if _own_name(one) == name]
        if not meant:
            raise NotAvailable(f"There is no model {name} on this server.")
        usable = self._usable(meant)
        if not usable:
            raise NotAvailable(f"{name} may not be asked before an admin has allowed it.")
        return usable

    def twins(self, name: str) -> Names:
        """The same model at other providers."""
        return tuple(one for one in self.usable if one != name and _own_name(one) == _own_name(name))

    def bounds(self, name: str) -> Bounds:
        """What was decided about a model."""
        rule = self.routing.instances.get(name, InstanceRule())
        can = rule.capability
        if can is None:
            can = max((CAPABILITIES.get(place, 0.0) for place in self.places(name)), default=0.0) or DEFAULT_CAPABILITY
        return Bounds(rule.max_connections or self.routing.max_connections, can)

    def places(self, name: str) -> list[Place]:
        """Where a model stands in the routes."""
        there = {"fallback": self.routing.fallback} | {tier: self.routing.tier(tier) for tier in TIERS}
        return [place for place in _PLACES if name in there[place]]

    def _usable(self, names: Collection[str]) -> Names:
        return tuple(name for name in dict.fromkeys(names) if name in self.usable)

    def _is_there(self, name: str) -> bool:
        if is_tier(name):
            return name in self.tiers
        return name == self.built_in or name in self.usable or any(_own_name(one) == name for one in self.usable)


@dataclass(frozen=True, slots=True)
class Plan:
    """Who may answer, by name: a group for each tier, and those after it. Nobody is in it twice."""

    name: str
    by_tier: Mapping[Tier, Names]
    after: tuple[Names, ...]

    @property
    def names(self) -> Names:
        """Everybody in it."""
        groups = [*self.by_tier.values(), *self.after]
        return tuple(dict.fromkeys(name for group in groups for name in group))


def planned(roster: Roster, asked: str | None) -> Plan | None:
    """Who may answer where `asked` is wanted, or nobody by name; None for the built-in model alone.

    Raises NotAvailable for a model that is not there or may not be asked.
    """
    wanted = roster.default if asked is None else asked
    if is_tier(wanted) and not roster.tiers:
        wanted = roster.default
    if wanted == roster.built_in:
        return None
    if is_tier(wanted):
        return _of_tiers(roster, wanted)
    first = roster.called(wanted)
    after = (roster.twins(wanted), *((name,) for name in roster.fallback))
    return Plan(wanted, dict.fromkeys(TIERS, first), after)


def _of_tiers(roster: Roster, wanted: str) -> Plan:
    """The plan for a tier, or for the one that follows from the question. Who is missing is stood in for by default."""
    groups: dict[Tier, Names] = {}
    for tier in TIERS:
        meant: Tier = tier if wanted == AUTO else next(each for each in TIERS if each == wanted)
        groups[tier] = roster.of_tier(meant) or _stand_in(roster)
    return Plan(wanted, groups, tuple((name,) for name in roster.fallback))


def _stand_in(roster: Roster) -> Names:
    """Who answers for a tier in which nobody is."""
    chosen = roster.chosen
    named = tuple(one for one in roster.usable if chosen in (one, _own_name(one)))
    if named and chosen is not None and not is_tier(chosen):
        return named
    return roster.of_tier("balanced") or tuple(roster.usable[:1])


@dataclass(frozen=True, slots=True)
class BalancedRoute:
    """A plan whose names are people one can ask. See `Route` for the contract."""

    plan: Plan
    instances: Mapping[str, Instance]
    """Those of the plan that can be asked at all, by name."""
    strategy: Strategy
    known: Instances
    """Where every choice is noted."""
    parameters: Parameters = field(default_factory=Parameters)

    @property
    def name(self) -> str:
        return self.plan.name

    def seat(self) -> OneSeat:
        return OneSeat(self._groups, self._choose, self.known.clock, self.known.longest_wait_s)

    def _choose(self, able: Sequence[Instance]) -> Instance:
        return self.known.picked(next_of(able, self.strategy))

    def _groups(self, load: Load) -> list[list[Instance]]:
        """Those who can be asked at all."""
        groups = (self._first(load), *self.plan.after)
        return [[self.instances[name] for name in group if name in self.instances] for group in groups]

    def _first(self, load: Load) -> Names:
        groups = set(self.plan.by_tier.values())
        if len(groups) == 1:
            return groups.pop()
        return self.plan.by_tier[tier_for(load, prefers_speed=self.parameters.prefer == "speed")]


def is_tier(name: str) -> bool:
    return name == AUTO or name in TIERS


def _own_name(name: str) -> str:
    """What the provider calls a model."""
    return name.partition("/")[2] or name
