"""Anthropic's own client, without the headers that it takes from the environment of whoever runs it."""

from typing import Any

import anthropic


class AsyncAnthropic(anthropic.AsyncAnthropic):
    """The same, with no header but its own: ANTHROPIC_CUSTOM_HEADERS may hold a secret, and is for another server.

    Called as the original is, since its name stands in what it says of itself to the provider.
    """

    def __init__(self, **options: Any) -> None:
        # Taken as they are: it makes copies of itself, with more of them than are given here.
        super().__init__(**options)
        self._custom_headers = {}
