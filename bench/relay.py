"""A bare relay, for comparison: a Starlette socket before a provider. It keeps nothing and knows nobody.

    python -m bench.relay --provider http://127.0.0.1:PORT/v1 --port 8100

It reads the provider's bytes itself, which is much cheaper than a vendor's SDK, and runs in the same server with
the same options as Parlour does: what it costs is about what any Python server has to pay.
"""

import argparse
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import orjson
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from bench.client import RELAY


def relay(provider: str) -> Starlette:
    """The relay as an app."""
    sessions: list[aiohttp.ClientSession] = []

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncGenerator[None]:
        async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:
            sessions.append(session)
            yield

    async def talk(websocket: WebSocket) -> None:
        await websocket.accept()
        try:
            while True:
                command = orjson.loads(await websocket.receive_text())
                await _answer(websocket, sessions[0], f"{provider}/chat/completions", command["content"])
        except WebSocketDisconnect:
            return

    async def healthz(_: Request) -> Response:
        return PlainTextResponse("ok")

    return Starlette(routes=[WebSocketRoute(RELAY, talk), Route("/healthz", healthz)], lifespan=lifespan)


async def _answer(websocket: WebSocket, session: aiohttp.ClientSession, url: str, question: str) -> None:
    body = {"model": "bench", "stream": True, "messages": [{"role": "user", "content": question}]}
    held, offset = b"", 0
    async with session.post(url, json=body) as response:
        async for read in response.content.iter_any():
            *events, held = (held + read).split(b"\n\n")
            for event in events:
                text = _text(event)
                if text:
                    await _say(websocket, {"chunk": text, "offset": offset, "is_final": False})
                    offset += len(text)
    await _say(websocket, {"chunk": "", "offset": offset, "is_final": True, "length": offset, "status": "completed"})


def _text(event: bytes) -> str:
    if event == b"data: [DONE]":
        return ""
    return "".join(choice["delta"].get("content") or "" for choice in orjson.loads(event[6:])["choices"])


async def _say(websocket: WebSocket, fields: dict[str, Any]) -> None:
    await websocket.send_text(orjson.dumps({"type": "stream_chunk", **fields}).decode())


def main() -> None:
    """Serve until it is ended."""
    parser = argparse.ArgumentParser(description="A bare relay, for comparison.")
    parser.add_argument("--provider", required=True)
    parser.add_argument("--port", type=int, required=True)
    options = parser.parse_args()
    uvicorn.run(
        relay(options.provider),
        port=options.port,
        backlog=2048,
        http="httptools",
        ws="websockets-sansio",
        ws_per_message_deflate=False,
        ws_ping_interval=None,
        log_level="warning",
        access_log=False,
    )


if __name__ == "__main__":
    main()
