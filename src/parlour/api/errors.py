"""How a refusal or failure is answered: one shape, a safe sentence, and an id that leads to the detail in the log."""

from collections.abc import Mapping, Sequence
from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from parlour.api.headers import request_id_of
from parlour.api.openai_errors import is_openai, openai_problem
from parlour.errors import InvalidRequest, NotFound, ParlourError, RateLimited
from parlour.protocol.content import Json
from parlour.protocol.rest import ErrorBody, ErrorDetail

log = structlog.get_logger(__name__)

_OTHERWISE = {
    404: (NotFound.code, "There is nothing at this address."),
    405: ("method_not_allowed", "This address does not take that method."),
    413: ("too_large", "This is more than can be taken at once."),
}


def refuse_politely(app: FastAPI) -> None:
    """Have every error of `app` answered in the one shape."""
    app.add_exception_handler(ParlourError, _named)
    app.add_exception_handler(RequestValidationError, _misfit)
    app.add_exception_handler(HTTPException, _of_the_framework)


def problem(
    scope: Scope,
    status: int,
    code: str,
    message: str,
    headers: Mapping[str, str] | None = None,
    details: Json | None = None,
    param: str | None = None,
) -> Response:
    """The answer that says what went wrong; `param` names what of the request, for a wire that has a place for it."""
    if is_openai(scope):
        return openai_problem(status, code, message, headers, param)
    detail = ErrorDetail(code=code, message=message, request_id=request_id_of(scope), details=details)
    body = ErrorBody(detail=message, error=detail)
    return Response(body.model_dump_json(exclude_none=True), status, headers, media_type="application/json")


def too_large(scope: Scope) -> Response:
    """The answer to a body that is larger than any that is taken."""
    return problem(scope, 413, *_OTHERWISE[413])


class AlwaysAnswers:
    """The last resort: what nobody expected is logged with its detail and answered without it.

    The connection stays open, so that one bug is not two errors to a client. Once an answer has begun nothing
    honest can be sent any more; then the error goes on to the server, which ends the connection.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        has_begun = False

        async def send_noticed(message: Message) -> None:
            nonlocal has_begun
            has_begun = True
            await send(message)

        try:
            await self._app(scope, receive, send_noticed)
        except Exception as error:
            log.error("request failed", path=scope["path"], exc_info=error)
            if has_begun:
                raise
            message = "Something went wrong on our side. The request id leads to the detail in the server's log."
            await problem(scope, ParlourError.status, ParlourError.code, message)(scope, receive, send)


async def _named(request: Request, error: Exception) -> Response:
    assert isinstance(error, ParlourError)
    if error.is_fault:
        log.error("request failed", code=error.code, path=request.url.path, exc_info=error, **error.details)
    else:
        log.info("request refused", code=error.code, path=request.url.path, **error.details)
    told: Json | None = dict(error.told) if isinstance(error, RateLimited) else None
    param = str(error.details["param"]) if "param" in error.details else None
    return problem(request.scope, error.status, error.code, error.safe, _headers(error), told, param)


def _headers(error: ParlourError) -> dict[str, str]:
    """What programs are told of a refusal before they read it."""
    if error.status == 401:
        return {"WWW-Authenticate": "Bearer"}
    return {"Retry-After": str(error.told.get("retry_after", 1))} if isinstance(error, RateLimited) else {}


async def _misfit(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    return problem(request.scope, InvalidRequest.status, InvalidRequest.code, _faults(error.errors()))


async def _of_the_framework(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    fallback = (InvalidRequest.code, "This request is not understood.")
    code, message = _OTHERWISE.get(error.status_code, fallback)
    return problem(request.scope, error.status_code, code, message, error.headers)


def _faults(errors: Sequence[Any]) -> str:
    """Each misfit by its place; never the value that was sent, which may be a secret."""
    said = [f"{'.'.join(str(step) for step in error['loc'][1:]) or 'body'}: {error['msg']}" for error in errors[:5]]
    return "What was sent does not fit. " + "; ".join(said)
