"""The load client's own end of a socket reads frames however they arrive."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.websocket import Refused, WebSocket

HANDSHAKE = b"HTTP/1.1 101 Switching Protocols\r\n\r\n"


def framed(payload: bytes) -> bytes:
    if len(payload) < 126:
        return bytes((0x81, len(payload))) + payload
    if len(payload) < 65_536:
        return bytes((0x81, 126)) + len(payload).to_bytes(2, "big") + payload
    return bytes((0x81, 127)) + len(payload).to_bytes(8, "big") + payload


class Sink(asyncio.Transport):
    def __init__(self) -> None:
        super().__init__()
        self.written = b""

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self.written += bytes(data)

    def close(self) -> None:
        """Nothing is open."""


def opened(heard: list[bytes], gone: list[str]) -> tuple[WebSocket, Sink]:
    socket, sink = WebSocket(b"GET /", heard.append, gone.append), Sink()
    socket.connection_made(sink)
    return socket, sink


@given(
    payloads=st.lists(st.binary(max_size=300) | st.binary(min_size=66_000, max_size=66_001), max_size=5),
    cuts=st.lists(st.integers(0, 400), max_size=8),
)
def test_the_same_frames_are_heard_however_the_bytes_are_cut(payloads: list[bytes], cuts: list[int]) -> None:
    async def read() -> list[bytes]:
        heard: list[bytes] = []
        socket, _ = opened(heard, [])
        whole = HANDSHAKE + b"".join(map(framed, payloads))
        at = 0
        for size in cuts:
            socket.data_received(whole[at : at + size])
            at += size
        socket.data_received(whole[at:])
        return heard

    assert asyncio.run(read()) == payloads


async def test_a_refused_handshake_says_what_the_server_said() -> None:
    socket, _ = opened([], [])
    socket.data_received(b"HTTP/1.1 403 Forbidden\r\n\r\n")
    with pytest.raises(Refused, match="403"):
        await socket.open


async def test_a_socket_that_the_server_closes_says_why() -> None:
    gone: list[str] = []
    socket, _ = opened([], gone)
    reason = b"\x0f\xa0Too slow"
    socket.data_received(HANDSHAKE + bytes((0x88, len(reason))) + reason)
    socket.connection_lost(None)
    assert gone == ["the server closed the socket: Too slow"]


async def test_what_is_sent_is_masked_as_a_client_must() -> None:
    socket, sink = opened([], [])
    socket.send(b"x" * 200)
    assert sink.written.endswith(b"\x81\xfe\x00\xc8\0\0\0\0" + b"x" * 200)
