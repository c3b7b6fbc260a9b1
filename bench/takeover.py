"""Ask one node, listen to the other, kill the first: how long was the answer silent, and is it whole?

    python -m bench.takeover --asks http://…:8001 --hears http://…:8000 --kills PID --token …

Prints one line of JSON. A gap in the feed, and an answer that is another one in the end than what was heard, are told
as faults.
"""

import argparse
import asyncio
import os
import signal
import sys
import time
from typing import Any

import aiohttp
import orjson

QUESTION = "chunks=100 spacing=20 size=24"
HEARD_BEFORE = 25
PATIENCE_S = 60.0
SOCKET = "/api/v1/chat/ws"


class Answer:
    """An answer as it is heard, number by number."""

    def __init__(self) -> None:
        self.cursor = 0
        self.pieces = 0
        self.text = ""
        self.message_id = ""
        self.is_over = False
        self.faults: list[str] = []

    def hear(self, frame: dict[str, Any]) -> bool:
        """Take a frame; whether it brought words."""
        if "from_seq" not in frame:
            self.cursor = max(self.cursor, frame.get("seq", 0))
            return False
        if frame["from_seq"] != self.cursor + 1:
            self.faults.append(f"after {self.cursor} came {frame['from_seq']}")
        self.cursor = frame["seq"]
        if frame["type"] == "answer_restarted":
            self.text = ""
        if frame["type"] != "stream_chunk":
            return False
        self.message_id, self.is_over = frame["message_id"], frame["is_final"]
        self.text += frame["chunk"]
        self.pieces += bool(frame["chunk"])
        return bool(frame["chunk"])


async def silence(given: argparse.Namespace) -> dict[str, object]:
    """Do it; what came of it."""
    headers = {"Authorization": f"Bearer {given.token}"}
    answer, killed_at, spoke_at = Answer(), 0.0, 0.0
    async with aiohttp.ClientSession(headers=headers, raise_for_status=True) as http:
        async with http.post(f"{given.hears}/api/v1/chat/conversations", json={}) as made:
            conversation = (await made.json())["id"]
        async with http.ws_connect(given.hears + SOCKET) as hears:
            await hears.send_str(orjson.dumps({"type": "subscribe", "topic": f"conversation:{conversation}"}).decode())
            body = {"content": QUESTION, "client_message_id": conversation, "conversation_id": conversation, "wait": 0}
            async with http.post(f"{given.asks}/api/v1/chat/messages", json=body):
                pass
            while not answer.is_over:
                brought_words = answer.hear(orjson.loads((await hears.receive(PATIENCE_S)).data))
                if killed_at and brought_words and not spoke_at:
                    spoke_at = time.monotonic()
                if answer.pieces == HEARD_BEFORE and not killed_at:
                    os.kill(given.kills, signal.SIGKILL)
                    killed_at = time.monotonic()
        async with http.get(f"{given.hears}/api/v1/chat/messages/{answer.message_id}") as kept:
            parts = (await kept.json())["parts"]
    if "".join(part.get("text", "") for part in parts) != answer.text:
        answer.faults.append("what was heard is not what is kept")
    return {"silent_s": spoke_at - killed_at, "faults": answer.faults}


def main() -> None:
    """Read the arguments, do it, print it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("--asks", "--hears", "--token"):
        parser.add_argument(name, required=True)
    parser.add_argument("--kills", type=int, required=True, help="the process id of the node that is asked")
    sys.stdout.buffer.write(orjson.dumps(asyncio.run(silence(parser.parse_args()))))


if __name__ == "__main__":
    main()
