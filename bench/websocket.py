"""The client's end of a WebSocket, as cheap as it can be, so that the load client does not measure itself."""

import asyncio
from collections.abc import Callable
from typing import cast
from urllib.parse import urlsplit

TEXT, CLOSE = 0x1, 0x8


class Refused(Exception):
    """The server did not open the socket."""


class WebSocket(asyncio.Protocol):
    """One socket. `heard` gets the payload of every text frame, `gone` is told why it ended."""

    def __init__(self, request: bytes, heard: Callable[[bytes], None], gone: Callable[[str], None]) -> None:
        self._request = request
        self._heard = heard
        self._gone = gone
        self._held = b""
        self._reason = "the connection broke"
        self.open: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._transport.write(self._request)

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.open.done():
            self.open.set_exception(Refused(self._reason))
        self._gone(self._reason)

    def send(self, text: bytes) -> None:
        """Send a text frame, masked with zeros: that is allowed, and leaves the words as they are."""
        if len(text) < 126:
            head = bytes((0x80 | TEXT, 0x80 | len(text)))
        else:
            head = bytes((0x80 | TEXT, 0x80 | 126)) + len(text).to_bytes(2, "big")
        self._transport.write(head + b"\0\0\0\0" + text)

    def close(self) -> None:
        """Hang up."""
        self._reason = ""
        self._transport.close()

    def data_received(self, data: bytes) -> None:
        if self._held:
            data = self._held + data
        at = 0
        if not self.open.done():
            at = self._opened(data)
        while at >= 0 and (frame := _frame(data, at)) is not None:
            opcode, start, at = frame
            if opcode == TEXT:
                self._heard(data[start:at])
            elif opcode == CLOSE:
                self._reason = f"the server closed the socket: {data[start + 2 : at].decode()}"
        self._held = data[at:] if at >= 0 else data

    def _opened(self, data: bytes) -> int:
        """Where the frames begin; -1 while the answer to the handshake is not whole."""
        end = data.find(b"\r\n\r\n")
        if end < 0:
            return -1
        if data.startswith(b"HTTP/1.1 101"):
            self.open.set_result(None)
        else:
            self.open.set_exception(Refused(data.partition(b"\r\n")[0].decode()))
            self._transport.close()
        return end + 4


def _frame(data: bytes, at: int) -> tuple[int, int, int] | None:
    """The opcode of the frame at `at`, where its payload begins and where it ends; None while it is not whole."""
    if len(data) < at + 2:
        return None
    length, start = data[at + 1], at + 2
    if length >= 126:
        start += 2 if length == 126 else 8
        if len(data) < start:
            return None
        length = int.from_bytes(data[at + 2 : start], "big")
    return (data[at] & 0x0F, start, start + length) if len(data) >= start + length else None


async def connected(url: str, token: str, heard: Callable[[bytes], None], gone: Callable[[str], None]) -> WebSocket:
    """An open socket at the http or ws address `url`. Raises Refused, OSError."""
    parts = urlsplit(url)
    head = [
        f"GET {parts.path} HTTP/1.1",
        f"Host: {parts.netloc}",
        "Upgrade: websocket",
        "Connection: Upgrade",
        "Sec-WebSocket-Key: cGFybG91ci1iZW5jaC1rZQ==",
        "Sec-WebSocket-Version: 13",
        *([f"Authorization: Bearer {token}"] if token else []),
    ]
    request = ("\r\n".join(head) + "\r\n\r\n").encode()
    loop = asyncio.get_running_loop()
    _, socket = await loop.create_connection(lambda: WebSocket(request, heard, gone), *host_and_port(url))
    await socket.open
    return socket


def host_and_port(url: str) -> tuple[str, int]:
    """Where `url` lies."""
    parts = urlsplit(url)
    assert parts.hostname is not None
    assert parts.port is not None
    return parts.hostname, parts.port
