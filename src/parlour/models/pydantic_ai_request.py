"""A request in the words of pydantic-ai: canonical values in, messages, tools and settings out. No I/O."""

from collections.abc import Mapping

from pydantic_ai import messages as said
from pydantic_ai.models import Model, ModelRequestParameters
from pydantic_ai.output import OutputObjectDefinition
from pydantic_ai.settings import ModelSettings
from pydantic_ai.tools import ToolDefinition

from parlour.models.base import AssistantMessage, ModelRequest, ToolMessage, UserMessage, longest
from parlour.models.call_ids import fitted
from parlour.models.other_kinds import THINKING_TOKENS, OtherKind
from parlour.models.pydantic_ai_keepsake import laid_out
from parlour.tools.tool import Tool


def messages_of(request: ModelRequest, kind: OtherKind, model: Model) -> list[said.ModelMessage]:
    """The talk, in order; what came of calls, and what was said next, is one request."""
    messages: list[said.ModelMessage] = []
    parts: list[said.ModelRequestPart] = []
    for message in fitted(request.messages, kind.call_ids):
        match message:
            case UserMessage():
                parts.append(said.UserPromptPart(_shown(message)))
            case ToolMessage():
                outcome = "failed" if message.failed else "success"
                parts.append(said.ToolReturnPart(message.name, message.content, message.tool_call_id, outcome=outcome))
            case AssistantMessage():
                if parts:
                    messages.append(said.ModelRequest(parts))
                    parts = []
                answered, by = laid_out(message, kind.name, model.system)
                messages.append(said.ModelResponse(answered, model_name=by, provider_name=model.system))
    if parts:
        messages.append(said.ModelRequest(parts))
    return messages


def parameters_of(request: ModelRequest) -> ModelRequestParameters:
    """The system's words, the tools, and what form the answer has to have."""
    system = [said.InstructionPart(request.system)] if request.system else None
    tools = [_tool(tool) for tool in request.tools]
    form = request.form
    if form is None:
        return ModelRequestParameters(function_tools=tools, instruction_parts=system)
    return ModelRequestParameters(
        function_tools=tools,
        instruction_parts=system,
        output_mode="prompted",
        output_object=OutputObjectDefinition(
            json_schema=form.schema or {"type": "object"}, name=form.name, description=form.description or None
        ),
    )


def settings_of(request: ModelRequest, kind: OtherKind, options: Mapping[str, str]) -> ModelSettings:
    """How it is to answer. What a provider does not know is left out there."""
    asked = request.parameters
    # Cached is what stays the same from request to request: tools, the system's words, and the talk so far.
    settings: ModelSettings = {"cache": True, "framing_announcement": "never"}
    thinking = _paid_thinking(options.get("thinking", ""), request)
    if thinking == "off":
        settings["thinking"] = False
    elif thinking == "low" or thinking == "medium" or thinking == "high":
        settings["thinking"] = thinking
    most = longest(request, THINKING_TOKENS.get(thinking, 0))
    if most is not None:
        settings["max_tokens"] = most
    if asked.top_p is not None:
        settings["top_p"] = asked.top_p
    # A temperature is always asked for, by default; so where there can be only one, the other was meant.
    if asked.temperature is not None and not (
        kind.temperature_or_top_p and (asked.top_p or thinking in THINKING_TOKENS)
    ):
        settings["temperature"] = min(asked.temperature, kind.temperature)
    if asked.presence_penalty is not None:
        settings["presence_penalty"] = asked.presence_penalty
    if asked.frequency_penalty is not None:
        settings["frequency_penalty"] = asked.frequency_penalty
    # White space alone is refused by some as a word to stop at; the end is then found here.
    if kind.takes_stops and (stops := [stop for stop in request.stop if stop.strip()]):
        settings["stop_sequences"] = stops
    return settings


def _paid_thinking(wanted: str, request: ModelRequest) -> str:
    """How hard it thinks: as it is set to, or as hard as a budget pays for with the whole answer after it."""
    most, answer = request.most_tokens, request.parameters.max_tokens or 0
    if most is None or wanted not in THINKING_TOKENS:
        return wanted
    paid = [level for level, tokens in THINKING_TOKENS.items() if tokens <= min(THINKING_TOKENS[wanted], most - answer)]
    return max(paid, key=THINKING_TOKENS.__getitem__, default="off")


def _shown(message: UserMessage) -> str | list[said.UserContent]:
    """What a person said; behind the pictures that they showed, since it is about them."""
    if not message.images:
        return message.text
    pictures: list[said.UserContent] = [
        said.BinaryContent(image.data, media_type=image.content_type) for image in message.images
    ]
    return [*pictures, message.text] if message.text else pictures


def _tool(tool: Tool) -> ToolDefinition:
    return ToolDefinition(name=tool.name, description=tool.description, parameters_json_schema=tool.parameters)
