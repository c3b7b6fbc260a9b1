"""What a command tells a thing: which of its abilities is used, and with which number, colour or mode."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from pydantic import JsonValue

from parlour.models.intents.fitting import Fit
from parlour.models.intents.frames import Grammar
from parlour.models.intents.tagging import Quantity
from parlour.tools.language import Act, Setting


@dataclass(frozen=True, slots=True)
class Way:
    """One thing that may be meant: an ability, and what it is given."""

    ability: str
    value: float | str | None = None
    relative: bool = False
    setting: Setting | None = None

    def arguments(self, act: Act) -> dict[str, JsonValue]:
        """The arguments that say so."""
        found: dict[str, JsonValue] = {act.argument: self.ability}
        if act.value and self.value is not None:
            number = self.value
            found[act.value] = int(number) if isinstance(number, float) and number.is_integer() else number
        if act.relative and self.relative:
            found[act.relative] = True
        return found


def ways(fit: Fit, grammar: Grammar) -> list[Way]:
    """Everything that the words may tell, in the order in which the frame prefers it."""
    act = fit.bound.frame.act
    if act is None:
        return []
    tags = [fill.tag for fill in fit.fills.values()]
    quantity = next((t.quantity for t in tags if t.quantity is not None), None)
    about = next((t.value for t in tags if t.role == "setting"), "") or (quantity.ability if quantity else "")
    settings = {s.ability: s for s in grammar.settings}
    if fit.bound.frame.constants:
        return [Way(ability) for ability in act.does]
    found = (_way(ability, settings, quantity, act) for ability in act.does if about in ("", ability))
    return [way for way in found if way is not None]


def _way(ability: str, settings: Mapping[str, Setting], quantity: Quantity | None, act: Act) -> Way | None:
    setting = settings.get(ability)
    if setting is None:
        return Way(ability) if quantity is None else None
    if quantity is None:
        return Way(ability, setting.step * act.sign, True, setting) if act.sign and setting.step else None
    if quantity.kind == "word":
        return Way(ability, quantity.text, False, setting) if quantity.unit in setting.units else None
    if quantity.kind == "step":
        sign = quantity.sign or act.sign
        return Way(ability, setting.step * quantity.number * sign, True, setting) if sign and setting.step else None
    return _numbered(ability, setting, quantity, act)


def _numbered(ability: str, setting: Setting, quantity: Quantity, act: Act) -> Way | None:
    """A number to get to or to change by; where that was not said, one below the least can only be a change."""
    if quantity.unit not in setting.units:
        return None
    is_change = quantity.relative
    if is_change is None and act.sign:
        is_change = True if setting.least is not None and quantity.number < setting.least else None
        if is_change is None:
            return None
    if is_change:
        number = quantity.number if quantity.sign or quantity.number < 0 else quantity.number * act.sign
        return Way(ability, number, True, setting) if number else None
    if setting.most is not None and not 0 <= quantity.number <= setting.most:
        return None
    return Way(ability, quantity.number, False, setting)


def classes_meant(fit: Fit, told: Iterable[Way]) -> tuple[tuple[str, ...], bool]:
    """Classes of what is meant where no thing is named, the best first, and whether all of them are."""
    act = fit.bound.frame.act
    if act is not None and act.among:
        return act.among, False
    settings = [way.setting for way in told if way.setting is not None]
    if len(settings) == 1:
        return settings[0].classes, settings[0].together
    return (), False
