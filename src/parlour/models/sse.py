"""Server-sent events, split out of the bytes as they arrive: the WHATWG "event stream" grammar, data only.

Names, ids and retry times of events are passed over: no provider of chat completions says anything by them.
"""

BOM = b"\xef\xbb\xbf"


class EventTooLong(ValueError):
    """The other side sent an event or a line longer than we are willing to hold."""


class EventSplitter:
    """Bytes in, the data of whole events out. However the bytes are cut into reads, the events are the same."""

    def __init__(self, longest: int) -> None:
        """`longest` is the greatest length in bytes of one line, and of one event's data."""
        self._longest = longest
        self._held: list[bytes] = []
        self._held_size = 0
        self._data: list[bytes] = []
        self._data_size = 0
        self._after_return = False
        self._at_start = True

    def feed(self, chunk: bytes) -> list[bytes]:
        """The data of every event that `chunk` completes, in order. Raises EventTooLong."""
        if self._after_return and chunk:
            # A "\r" ended the previous read. It was taken for a whole line end, so its "\n" is none.
            self._after_return = False
            chunk = chunk.removeprefix(b"\n")
        if not chunk:
            return []
        lines = chunk.splitlines()
        ending = chunk[-1]
        if ending == 10:
            tail = b""
        elif ending == 13:
            self._after_return = True
            tail = b""
        else:
            tail = lines.pop()
        if self._held and lines:
            lines[0] = b"".join((*self._held, lines[0]))
            self._held.clear()
            self._held_size = 0
        if tail:
            self._hold(tail)
        return self._events(lines)

    def rest(self) -> list[bytes]:
        """What to make of the end of the bytes: an event whose lines are whole counts, half a line does not."""
        return self._events([b""])

    def _hold(self, tail: bytes) -> None:
        self._held.append(tail)
        self._held_size += len(tail)
        if self._held_size > self._longest:
            raise EventTooLong(f"a line of more than {self._longest} bytes")

    def _events(self, lines: list[bytes]) -> list[bytes]:
        events: list[bytes] = []
        data = self._data
        if self._at_start and lines:
            self._at_start = False
            lines[0] = lines[0].removeprefix(BOM)
        for line in lines:
            if not line:
                if data:
                    payload = data[0] if len(data) == 1 else b"\n".join(data)
                    data.clear()
                    self._data_size = 0
                    if payload:
                        events.append(payload)
            elif line.startswith(b"data:"):
                self._data_size += len(line)
                if self._data_size > self._longest:
                    raise EventTooLong(f"an event of more than {self._longest} bytes")
                data.append(line[6:] if line.startswith(b"data: ") else line[5:])
            elif len(line) > self._longest:
                raise EventTooLong(f"a line of more than {self._longest} bytes")
        return events


class WholeBody:
    """The same for a body that is one JSON document: a provider that does not stream, or an error with status 200."""

    def __init__(self, longest: int) -> None:
        """`longest` is the greatest length of the body in bytes."""
        self._longest = longest
        self._body = bytearray()

    def feed(self, chunk: bytes) -> list[bytes]:
        """Nothing yet. Raises EventTooLong."""
        self._body += chunk
        if len(self._body) > self._longest:
            raise EventTooLong(f"a body of more than {self._longest} bytes")
        return []

    def rest(self) -> list[bytes]:
        """The body."""
        return [bytes(self._body)]
