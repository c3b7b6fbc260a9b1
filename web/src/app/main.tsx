import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { browserClock } from "../connection/clock";
import { forTab, keptIn } from "../connection/keep";
import { restAt } from "../connection/rest";
import { wireTo } from "../connection/wire";
import { createRoom } from "../state/room";
import { RoomProvider } from "../state/use-room";
import "../ui/base.css";
import "../ui/over.css";
import "../ui/prose.css";
import { App } from "./App";

const address = new URL("/api/v1/chat/ws", location.href);
address.protocol = location.protocol === "https:" ? "wss:" : "ws:";

const room = createRoom({
  rest: restAt("/api/v1", (input, init) => fetch(input, init)),
  open: () => wireTo(address),
  clock: browserClock,
  keep: keptIn(forTab),
});

addEventListener("online", room.acts.wake);
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "visible") room.acts.wake();
});
void room.acts.start();

const place = document.getElementById("root");
if (place === null) throw new Error("the page has no place for the room");
createRoot(place).render(
  <StrictMode>
    <RoomProvider room={room}>
      <App />
    </RoomProvider>
  </StrictMode>,
);
