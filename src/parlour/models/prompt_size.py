"""How many tokens a request has before it is answered: forecast for budgets, and where a provider does not say."""

from collections.abc import Callable

from parlour.models.base import ModelRequest, UserMessage, texts_of

IMAGE_TOKENS = 1_000
"""Of one picture, about: providers count them by their size in pixels, between some 100 and 1,600."""


def prompt_tokens(request: ModelRequest, count: Callable[[str], int]) -> int:
    """The sum over its words, its tools, the form it asks for and its pictures, each text as `count` has it."""
    said = [request.system, *(text for message in request.messages for text in texts_of(message))]
    said += [request.form.words] if request.form else []
    said += [tool.told for tool in request.tools]
    pictures = sum(len(message.images) for message in request.messages if isinstance(message, UserMessage))
    return sum(count(text) for text in said if text) + IMAGE_TOKENS * pictures
