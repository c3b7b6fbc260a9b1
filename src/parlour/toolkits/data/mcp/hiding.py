"""What of a server is never shown: everything that it was given to be let in, and may send back."""

import re
from collections.abc import Callable, Iterator

from pydantic import SecretStr

from parlour.toolkits.data.masking import Masks
from parlour.toolkits.data.mcp.commands import Command
from parlour.toolkits.data.mcp.settings import McpSettings

SHORTEST = 6
"""Characters. What is shorter in a header or a variable, such as "1" or "debug", stands in much that is no secret."""
_LISTED = re.compile(r"key|token|secret|pass|pwd|credential|auth", re.IGNORECASE)
"""Of the variables that whoever runs this server lists, those that are called so are secret."""


class Hidden:
    """The secrets of one server. Those of a sign-in are others once it was renewed."""

    def __init__(
        self, settings: McpSettings, command: Command | None, signed_in: Callable[[], tuple[str, ...]] = tuple
    ) -> None:
        self._fixed = tuple(_secrets(settings, command))
        self._signed_in = signed_in
        self._known: tuple[str, ...] = ()
        self._masks = Masks(self._fixed)

    @property
    def masks(self) -> Masks:
        """What hides them."""
        signed_in = self._signed_in()
        if signed_in != self._known:
            self._known = signed_in
            self._masks = Masks((*self._fixed, *signed_in))
        return self._masks


def _secrets(settings: McpSettings, command: Command | None) -> Iterator[str]:
    yield from (_text(each) for each in (settings.token, settings.client_secret) if each is not None)
    given = [_text(each) for each in (*settings.headers.values(), *settings.variables.values())]
    listed = command.environment if command is not None else {}
    given += [value for name, value in listed.items() if _LISTED.search(name)]
    for each in given:
        # A header may say first in which way it is to be read: "Bearer …".
        way, _, rest = each.partition(" ")
        yield from (part for part in (each, rest if way.isalpha() else "") if len(part) >= SHORTEST)


def _text(secret: SecretStr) -> str:
    return secret.get_secret_value()
