"""What a tool of an MCP server gave back, as JSON of a sensible size. All of it is data that others wrote."""

from typing import Any, cast

import mcp_types as types
import orjson
from pydantic import JsonValue

from parlour.protocol.content import Json
from parlour.toolkits.data.masking import Masks
from parlour.toolkits.data.mcp.wording import plain
from parlour.tools.outcomes import Failed

LONGEST_FAULT = 1_000
MOST_PIECES = 100
"""Of one result, besides its text."""


def result_of(answered: types.CallToolResult, server: str, most_bytes: int, masks: Masks) -> Json:
    """The result without secrets. Raises Failed, in the server's words, for one that says that it went wrong."""
    text = said_by("\n".join(block.text for block in answered.content if isinstance(block, types.TextContent)), masks)
    if answered.is_error:
        said = text[:LONGEST_FAULT] or "It did not say why."
        raise Failed(f"“{server}” says that this went wrong: {said}")
    others = [block for block in answered.content if not isinstance(block, types.TextContent)]
    result: Json = {"server": server}
    room = most_bytes
    data, is_cut = masks.value(clean(answered.structured_content)), len(others) > MOST_PIECES
    if data is not None:
        size = len(orjson.dumps(data))
        if size <= room:
            result["data"], room = data, room - size
        else:
            is_cut = True
    if text and not ("data" in result and _is_same(text, data)):
        short = _cut(text, room)
        is_cut = is_cut or len(short) < len(text)
        result["text"], room = short, room - len(orjson.dumps(short))
    pieces: list[JsonValue] = []
    for block in others[:MOST_PIECES]:
        piece = _piece(block, max(0, room), masks)
        room -= len(orjson.dumps(piece))
        if room < 0:
            is_cut = True
            break
        pieces.append(piece)
    if pieces:
        result["pieces"] = pieces
    if is_cut:
        result["cut"] = True
    return result


def said_by(text: str, masks: Masks) -> str:
    """What a server says, without secrets: looked at once nothing is taken out of it any more."""
    return masks.text(plain(text, len(text)))


def _piece(block: Any, room: int, masks: Masks) -> JsonValue:
    """What else than text is there: described, not shown."""
    match block:
        case types.ImageContent(mime_type=kind, data=data) | types.AudioContent(mime_type=kind, data=data):
            return {"kind": block.type, "media_type": said_by(kind, masks)[:100], "bytes": len(data) * 3 // 4}
        case types.ResourceLink(name=name, uri=uri):
            return {"kind": "link", "name": said_by(name, masks)[:200], "uri": said_by(str(uri), masks)[:1_000]}
        case types.EmbeddedResource(resource=types.TextResourceContents(uri=uri, text=text)):
            return {
                "kind": "resource",
                "uri": said_by(str(uri), masks)[:1_000],
                "text": _cut(said_by(text, masks), room),
            }
        case types.EmbeddedResource(resource=types.BlobResourceContents(uri=uri, blob=blob)):
            return {"kind": "resource", "uri": said_by(str(uri), masks)[:1_000], "bytes": len(blob) * 3 // 4}
        case _:
            return {"kind": "unknown"}


def _cut(text: str, room: int) -> str:
    """As much of a text as fits into so many bytes of JSON."""
    while text and (size := len(orjson.dumps(text))) > room:
        text = text[: min(len(text) - 1, len(text) * max(0, room) // size)]
    return text


def _is_same(text: str, data: JsonValue) -> bool:
    """Whether the text only says again what the data are, for those who cannot read them."""
    # The official package wraps what is no object.
    inner = data["result"] if isinstance(data, dict) and data.keys() == {"result"} else data
    if text == inner:
        return True
    try:
        return orjson.loads(text) in (data, inner)
    except ValueError:
        return False


def clean(value: Any) -> JsonValue:
    """JSON without what no database can hold."""
    match value:
        case str():
            return plain(value, len(value))
        case dict():
            return {plain(str(key), 1_000): clean(each) for key, each in cast("dict[Any, Any]", value).items()}
        case list():
            return [clean(each) for each in cast("list[Any]", value)]
        case _:
            return value
