"""Settled steps as rows, and rows as settled steps. What stands here can be read by every later version."""

from dataclasses import asdict
from typing import Any

from parlour.models.base import Keepsake, RequestedCall
from parlour.protocol.content import Usage
from parlour.tools.outcomes import Outcome
from parlour.tools.plan import Place
from parlour.turn.steps import ModelStep, Settled, ToolStep, Tried


def body_of(settled: Settled) -> tuple[str, dict[str, Any]]:
    """The kind of a step's row and its JSON body."""
    match settled:
        case ModelStep():
            return "model", {
                "text": settled.text,
                "reasoning": settled.reasoning,
                "calls": [
                    {"id": call.id, "name": call.name, "arguments": call.arguments, "raw": call.raw}
                    for call in settled.calls
                ],
                "reason": settled.reason,
                "model": settled.model,
                "usage": settled.usage.model_dump() if settled.usage else None,
                "keepsake": asdict(settled.keepsake) if settled.keepsake else None,
                "seen": settled.seen,
                "asked": list(settled.asked),
                "plan": [asdict(place) for place in settled.plan],
                "expected_s": settled.expected_s,
                "cached": settled.cached,
                "tried": [asdict(request) for request in settled.tried],
            }
        case ToolStep(outcome):
            return "tool", {name: getattr(outcome, name) for name in Outcome.__dataclass_fields__}


def step_from(kind: str, body: dict[str, Any]) -> Settled:
    """The step that a row keeps."""
    if kind == "tool":
        return ToolStep(Outcome(**body))
    return ModelStep(
        text=body["text"],
        reasoning=body["reasoning"],
        calls=tuple(RequestedCall(**call) for call in body["calls"]),
        reason=body["reason"],
        model=body["model"],
        usage=Usage.model_validate(body["usage"]) if body["usage"] else None,
        keepsake=Keepsake(**body["keepsake"]) if body.get("keepsake") else None,
        seen=body["seen"],
        asked=tuple(body.get("asked", ())),
        plan=tuple(
            Place(place["call"], tuple(place["after"]), tuple(place["needs"])) for place in body.get("plan", ())
        ),
        expected_s=body.get("expected_s"),
        cached=body.get("cached", False),
        tried=tuple(Tried(**request) for request in body.get("tried", ())),
    )
