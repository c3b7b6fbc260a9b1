"""How a refusal or failure is answered to clients of OpenAI's wire: its shape, with our codes and sentences."""

from collections.abc import Mapping

import orjson
from starlette.responses import Response
from starlette.types import Scope

PREFIX = "/v1/"

_STATUS = {422: 400, 501: 400}
"""What that wire says otherwise: it knows one status for what does not fit, and takes what is not there as a fault."""
_TYPES = {401: "authentication_error", 403: "permission_error", 404: "not_found_error", 429: "rate_limit_error"}
_WORTH_ANOTHER_TRY = frozenset({"moved", "duplicate"})
"""Of what stands in a request's way, the codes of what is over in a moment."""


def is_openai(scope: Scope) -> bool:
    """Whether a request speaks that wire."""
    return scope["path"].startswith(PREFIX)


def error_body(status: int, code: str, message: str, param: str | None = None) -> bytes:
    """The error as that wire has it."""
    kind = _TYPES.get(status) or ("server_error" if status >= 500 else "invalid_request_error")
    return orjson.dumps({"error": {"message": message, "type": kind, "param": param, "code": code}})


def openai_problem(
    status: int, code: str, message: str, headers: Mapping[str, str] | None = None, param: str | None = None
) -> Response:
    """The answer that says what went wrong. Official clients try again by themselves unless it says that is no use."""
    status = _STATUS.get(status, status)
    told = dict(headers or {})
    if status == 409 and code not in _WORTH_ANOTHER_TRY:
        told["X-Should-Retry"] = "false"
    return Response(error_body(status, code, message, param), status, told, media_type="application/json")
