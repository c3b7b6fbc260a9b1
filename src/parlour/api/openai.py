"""`/v1`: the door for clients of OpenAI's wire. What they ask is a turn like any other, with our tools and history."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any

import orjson
import structlog
from fastapi import APIRouter, Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.types import Scope

from parlour.api.auth import Asking
from parlour.api.doors import Doors, OfferedModel, Said
from parlour.api.errors import problem
from parlour.api.exchange import exchanged
from parlour.api.following import spoken
from parlour.api.openai_answer import DONE, KEEP_ALIVE, Completion, finish_reason, model_of
from parlour.api.openai_errors import error_body
from parlour.api.openai_talk import said
from parlour.api.openai_wire import Asked, read_request
from parlour.errors import InvalidRequest, ModelFailed, NotAvailable, NotFound, ParlourError, Unavailable
from parlour.identity.access import project_for
from parlour.identity.who import Who
from parlour.protocol.content import Approval
from parlour.protocol.rest import Exchange
from parlour.store.queries.approvals import approvals_of_turn

LONGEST_WAIT_S = 600.0
"""So long an answer that is wanted whole is waited for, as official clients do."""
STILL = (
    "The answer takes longer than a request may. It is written all the same: ask again with the same key to wait on."
)
ONCE = {"X-Should-Retry": "false"}

log = structlog.get_logger(__name__)


def openai_routes(doors: Doors) -> APIRouter:
    """`/v1/chat/completions` and `/v1/models`."""
    routes = APIRouter(prefix="/v1", tags=["OpenAI's wire"])

    @routes.post("/chat/completions", response_class=JSONResponse)
    async def complete(who: Asking, request: Request) -> Response:
        """Ask as a client of OpenAI's Chat Completions does, whole or as a stream of server-sent events.

        See [Any client of OpenAI's wire](../how-to/openai-clients.md) for what is taken and what is refused.
        """
        body = await _json(request)
        asked = read_request(body)
        try:
            begun = await said(doors, who, asked, request.headers, body)
        except NotAvailable as absent:
            raise NotFound(absent.safe, param="model") from absent
        created = int(doors.clock.now().timestamp())
        answer = Completion(begun.ids["turn_id"], begun.ids["conversation_id"], created, asked.given)
        if asked.is_streamed:
            lines = _stream(doors, who, asked, begun, answer)
            return StreamingResponse(lines, headers=_told(answer), media_type="text/event-stream")
        return await _whole(doors, who, request.scope, begun, answer)

    @routes.get("/models", response_class=JSONResponse)
    async def models(who: Asking) -> Response:
        """Everybody who may answer, the default first."""
        return JSONResponse({"object": "list", "data": [_model(each) for each in await _offered(doors, who)]})

    @routes.get("/models/{name:path}", response_class=JSONResponse)
    async def model(who: Asking, name: str) -> Response:
        """One of them."""
        for each in await _offered(doors, who):
            if each.id == name:
                return JSONResponse(_model(each))
        raise NotFound("No model of this name may answer here.", param="model")

    return routes


async def _whole(doors: Doors, who: Who, scope: Scope, begun: Said, answer: Completion) -> Response:
    """The answer once it has ended or waits for a person."""
    exchange = await exchanged(doors, who, begun, wait=LONGEST_WAIT_S)
    if exchange.turn.status in ("queued", "running"):
        raise Unavailable(STILL)
    if (fault := _fault(exchange)) is not None:
        return problem(scope, ModelFailed.status, *fault, _told(answer) | ONCE)
    waiting = await _waiting(doors, exchange)
    return JSONResponse(answer.whole(exchange, waiting, doors.address), headers=_told(answer))


def _told(answer: Completion) -> dict[str, str]:
    """The headers of an answer: where it is kept, and that nobody in between keeps it or holds it back."""
    return {
        "X-Conversation-Id": answer.conversation_id,
        "X-Turn-Id": answer.turn_id,
        "Cache-Control": "no-store",
        "X-Accel-Buffering": "no",
    }


async def _json(request: Request) -> Any:
    try:
        return orjson.loads(await request.body())
    except orjson.JSONDecodeError as error:
        raise InvalidRequest("The body is no JSON.") from error


async def _offered(doors: Doors, who: Who) -> list[OfferedModel]:
    async with doors.reads.read() as connection:
        project = await project_for(connection, who, None)
    return [each for each in await doors.models.offered(who, project.id) if each.is_allowed]


def _model(offered: OfferedModel) -> dict[str, Any]:
    return {"id": offered.id, "object": "model", "created": 0, "owned_by": offered.provider}


async def _waiting(doors: Doors, exchange: Exchange) -> list[Approval]:
    if exchange.turn.status != "waiting":
        return []
    async with doors.reads.read() as connection:
        asked = await approvals_of_turn(connection, exchange.turn.id)
    return [each.value for each in asked if each.value.status == "pending"]


def _fault(exchange: Exchange) -> tuple[str, str] | None:
    """Why there is no answer, in a code and a sentence; None where there is one."""
    if exchange.turn.status != "failed":
        return None
    error = exchange.ai_message.error if exchange.ai_message else None
    return (error.code, error.message) if error else (ModelFailed.code, ModelFailed().safe)


# --- the stream ----------------------------------------------------------------------------------------------------


async def _stream(doors: Doors, who: Who, asked: Asked, begun: Said, answer: Completion) -> AsyncGenerator[bytes]:
    """The lines of an answer. Who goes away ends the stream and nothing else."""
    model = asked.model or "default"
    try:
        yield answer.piece(model, {"role": "assistant", "content": ""})
        has_spoken = False
        async with aclosing(spoken(doors, who, begun)) as heard:
            async for words in heard:
                is_told = bool(words) and asked.given.form is None
                yield answer.piece(model, {"content": words}) if is_told else KEEP_ALIVE
                has_spoken = has_spoken or is_told
        exchange = await exchanged(doors, who, begun, wait=0)
        if (fault := _fault(exchange)) is not None:
            yield _broken(ModelFailed.status, *fault)
            return
        waiting = await _waiting(doors, exchange)
        model = model_of(exchange.ai_message)
        if rest := answer.rest(exchange, waiting, doors.address, has_spoken=has_spoken):
            yield answer.piece(model, rest)
        yield answer.piece(model, {}, finish_reason(exchange), parlour=answer.ours(exchange, waiting))
        if asked.with_usage:
            yield answer.usage(exchange.ai_message)
        yield DONE
    except ParlourError as error:
        log.info("a stream was ended", code=error.code)
        yield _broken(error.status, error.code, error.safe)


def _broken(status: int, code: str, message: str) -> bytes:
    return b"data: " + error_body(status, code, message) + b"\n\n"
