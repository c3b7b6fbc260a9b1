"""What is asked over the wire of OpenAI's Chat Completions, read as something that is said here.

What would change the answer and cannot be done is refused, by the name of its field; what only tunes it is left out.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from parlour.api.openai_format import ResponseFormat, Stops, form_of, stops_of
from parlour.errors import InvalidRequest
from parlour.protocol.content import Parameters
from parlour.turn.given import Given

WHOEVER = frozenset({"", "default"})
"""Names that stand for whoever answers here."""
_UNABLE = {
    "tools": "This server runs tools of its own for every answer; it takes none from a program.",
    "functions": "This server runs tools of its own for every answer; it takes none from a program.",
    "logprobs": "How likely its words were is not told here.",
    "audio": "Answers are text here.",
    "prediction": "What is expected as the answer is not taken here.",
}
"""What a request may not hold, unless there is nothing in it, and why."""


class _Open(BaseModel):
    """A shape that may hold more than is looked at."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class ChatMessage(_Open):
    """One message as a program tells it."""

    role: Literal["system", "developer", "user", "assistant", "tool", "function"]
    content: str | list[dict[str, Any]] | None = None
    tool_calls: list[Any] | None = None


class StreamOptions(_Open):
    """How a stream is wanted."""

    include_usage: bool | None = None


class ChatRequest(_Open):
    """The body of `POST /v1/chat/completions`, as far as it means anything here."""

    messages: Annotated[list[ChatMessage], Field(min_length=1, max_length=10_000)]
    model: Annotated[str, Field(max_length=200)] | None = None
    stream: bool | None = None
    stream_options: StreamOptions | None = None
    temperature: Annotated[float, Field(ge=0, le=2)] | None = None
    top_p: Annotated[float, Field(gt=0, le=1)] | None = None
    presence_penalty: Annotated[float, Field(ge=-2, le=2)] | None = None
    frequency_penalty: Annotated[float, Field(ge=-2, le=2)] | None = None
    max_tokens: Annotated[int, Field(ge=1, le=1_000_000)] | None = None
    max_completion_tokens: Annotated[int, Field(ge=1, le=1_000_000)] | None = None
    n: int | None = None
    modalities: list[str] | None = None
    response_format: ResponseFormat | None = None
    stop: Stops | None = None
    metadata: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as it is understood: what is said, what came before, and how the answer is wanted."""

    question: str
    talk: Sequence[tuple[str, str]]
    """What was asked and answered before, whole."""
    given: Given
    """As much of it as is kept, instructions, what the answer ends at and what it is to be."""
    model: str | None
    parameters: Parameters | None
    conversation_id: str | None
    project_id: str | None
    is_streamed: bool
    with_usage: bool


def read_request(body: Any) -> Asked:
    """The request that a JSON body is. Raises InvalidRequest, with the `param` that does not fit."""
    try:
        request = ChatRequest.model_validate(body)
    except ValidationError as error:
        fault = error.errors()[0]
        place = ".".join(map(str, fault["loc"])) or "body"
        raise InvalidRequest(f"What was sent does not fit. {place}: {fault['msg']}", param=place) from error
    _check_ability(body, request)
    instructions, talk, question = _read_talk(request.messages)
    model = None if request.model in WHOEVER else request.model
    if model is not None and not _fits(model):
        raise InvalidRequest("No model is called that.", param="model")
    return Asked(
        question=question,
        talk=talk,
        given=Given.of(instructions, talk, stops_of(request.stop), form_of(request.response_format)),
        model=model,
        parameters=_parameters(request),
        conversation_id=_named(request, "conversation_id"),
        project_id=_named(request, "project_id"),
        is_streamed=bool(request.stream),
        with_usage=bool(request.stream_options and request.stream_options.include_usage),
    )


def _check_ability(body: dict[str, Any], request: ChatRequest) -> None:
    for name, why in _UNABLE.items():
        if body.get(name):
            raise InvalidRequest(why, param=name)
    if request.n not in (None, 1):
        raise InvalidRequest("One answer is given at a time here.", param="n")
    if set(request.modalities or ()) - {"text"}:
        raise InvalidRequest("Answers are text here.", param="modalities")


def _parameters(request: ChatRequest) -> Parameters | None:
    wanted = Parameters(
        temperature=request.temperature,
        top_p=request.top_p,
        presence_penalty=request.presence_penalty,
        frequency_penalty=request.frequency_penalty,
        max_tokens=request.max_completion_tokens or request.max_tokens,
    )
    return wanted if wanted != Parameters() else None


def _named(request: ChatRequest, name: str) -> str | None:
    found = (request.metadata or {}).get(name)
    if found is None:
        return None
    if not isinstance(found, str) or not _fits(found):
        raise InvalidRequest(f"metadata.{name} is an id.", param=f"metadata.{name}")
    return found


def _fits(name: str) -> bool:
    """Whether this may be the name or the id of something."""
    return 0 < len(name.strip()) <= len(name) <= 200 and name.isprintable()


# --- the talk ------------------------------------------------------------------------------------------------------


def _read_talk(messages: Sequence[ChatMessage]) -> tuple[str, list[tuple[str, str]], str]:
    """Instructions, what was asked and answered before, and what is asked, which is the last message."""
    last = len(messages) - 1
    if messages[last].role != "user":
        raise InvalidRequest("The last message is what is asked: its role is `user`.", param=f"messages.{last}.role")
    instructions: list[str] = []
    talk: list[tuple[str, str]] = []
    for number, message in enumerate(messages[:last]):
        text = _text_of(message, number)
        match message.role:
            case "system" | "developer":
                instructions.append(text)
            case "user":
                talk.append((text, ""))
            case _ if talk:
                asked, answered = talk[-1]
                talk[-1] = asked, "\n\n".join(filter(None, (answered, text)))
            case _ if text:
                instructions.append(f"You began this talk with: {text}")
            case _:
                pass
    return "\n\n".join(filter(None, instructions)), talk, _text_of(messages[last], last)


def _text_of(message: ChatMessage, number: int) -> str:
    if message.role in ("tool", "function") or message.tool_calls:
        words = "What tools returned is known here first hand; a program cannot say it."
        raise InvalidRequest(words, param=f"messages.{number}.role")
    if message.content is None or isinstance(message.content, str):
        text = message.content or ""
    else:
        text = "\n".join(_text_parts(message.content, number))
    if "\x00" in text:
        raise InvalidRequest("A message holds no NUL characters.", param=f"messages.{number}.content")
    return text


def _text_parts(parts: Iterable[dict[str, Any]], number: int) -> Iterable[str]:
    for part in parts:
        match part:
            case {"type": "text" | "refusal", **rest}:
                text = rest.get("text", rest.get("refusal"))
                yield text if isinstance(text, str) else ""
            case _:
                raise InvalidRequest("Only text is taken in a message.", param=f"messages.{number}.content")
