"""For how long what a datasource told may be told again."""

from typing import Annotated

from pydantic import Field

from parlour.toolkits.data.datasource import Datasource
from parlour.tools.caching import LONGEST_SECONDS, Basis

CacheSeconds = Annotated[float, Field(ge=0, le=LONGEST_SECONDS)]
"""A setting: for so many seconds what was read is told again. 0 for never."""


def basis_of(datasource: Datasource, seconds: object, version: str = "") -> Basis | None:
    """What results of a datasource rest on, and for how long they may be told again; None where they may not be.

    Nothing is kept of one that may be changed from here, on whichever server: what was read before a change would deny
    it. `version` is what else has to be the same.
    """
    if not isinstance(seconds, int | float) or seconds <= 0 or datasource.writable:
        return None
    return Basis(f"datasource {datasource.id}", f"{datasource.rev} {version}", float(seconds))
