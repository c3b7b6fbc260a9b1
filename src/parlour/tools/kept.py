"""What a tool over our own database returns, instead of changing anything itself."""

from dataclasses import dataclass

from pydantic import JsonValue

from parlour.journal.unit import Unit


@dataclass(frozen=True, slots=True)
class Kept:
    """What a tool over our own database returns: its result, and the unit that makes it true.

    The unit is committed together with the settlement of the call, so that it is never unknown whether it was done.
    Where one of its guards does not hold, the tool is run again and reads anew.
    """

    result: JsonValue
    unit: Unit
