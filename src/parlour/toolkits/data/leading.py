"""Where a change goes, for whoever decides: their yes holds for that place, and for none that takes its name later."""

import hashlib
from dataclasses import replace

from parlour.toolkits.data.datasource import Datasource
from parlour.tools.acting import Foreseen


def leading_to(chosen: Datasource, seen: Foreseen) -> Foreseen:
    """The same, with the datasource and where it leads in what is shown."""
    shown = f"It goes to “{chosen.name}”: {_where(chosen.address)}."
    note = f"{seen.preview.note}\n{shown}" if seen.preview.note else shown
    return replace(seen, preview=seen.preview.model_copy(update={"note": note}))


def _where(address: str) -> str:
    """An address as it is shown. What follows a question mark may be a secret: only whether it is the same is told."""
    place, mark, rest = address.partition("?")
    return f"{place}?{hashlib.sha256(rest.encode()).hexdigest()[:12]}" if mark else place
