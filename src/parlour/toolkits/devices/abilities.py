"""What a named thing can be told, for whoever understands commands by names alone."""

from parlour.toolkits.devices.families import ROUTINES, SCENES, Family, family_of
from parlour.tools.language import Named


def abilities_of(named: Named) -> tuple[str, ...]:
    """The actions of its family that it says it has itself; all of them where it does not say."""
    family = _family(named)
    if family is None:
        return ()
    said = None if named.services is None else set(named.services)
    able = tuple(a for a, doing in family.doings.items() if said is None or said & {a, *doing.services})
    return (*able, "toggle") if any(set(pair) <= set(able) for pair in family.pairs) else able


def _family(named: Named) -> Family | None:
    if named.kind == "automation":
        return ROUTINES if "automation" in named.classes else SCENES
    return family_of(named.classes[0]) if named.kind == "device" and named.classes else None
