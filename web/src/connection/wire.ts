import type { Wire } from "./socket";

/** The browser's WebSocket as the connection uses it. */
export function wireTo(address: URL): Wire {
  const socket = new WebSocket(address);
  const wire: Wire = {
    onopen: null,
    onmessage: null,
    onclose: null,
    send: (text) => {
      // What is sent on a line that is closing is lost, and the browser complains of it; the end of the line is told.
      if (socket.readyState === WebSocket.OPEN) socket.send(text);
    },
    close: (code) => socket.close(code),
  };
  socket.onopen = () => wire.onopen?.();
  socket.onmessage = (event) => wire.onmessage?.({ data: event.data });
  socket.onclose = (event) => wire.onclose?.({ code: event.code });
  return wire;
}
