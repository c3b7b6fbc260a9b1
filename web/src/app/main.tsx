import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { browserClock } from "../connection/clock";
import { keptIn, recalled, remembered } from "../connection/keep";
import { restAt } from "../connection/rest";
import { browserShelf } from "../connection/shelf";
import { onWaking } from "../connection/waking";
import { wireTo } from "../connection/wire";
import { createRoom } from "../state/room";
import { RoomProvider } from "../state/use-room";
import "../ui/base.css";
import "../ui/over.css";
import "../ui/prose.css";
import { App } from "./App";
import { followTheme } from "./theme";

const NOT_KEPT =
  "This browser lets the page keep nothing. What you write is safe while this tab stays open; after that, only what was sent.";
const SORT = "parlour.sort";

const address = new URL("/api/v1/chat/ws", location.href);
address.protocol = location.protocol === "https:" ? "wss:" : "ws:";

const room = createRoom({
  rest: restAt("/api/v1", (input, init) => fetch(input, init)),
  open: () => wireTo(address),
  clock: browserClock,
  keep: keptIn(browserShelf),
  sort: {
    kept: recalled(browserShelf, SORT) === "oldest" ? "oldest" : "latest",
    keep: (sort) => remembered(browserShelf, SORT, sort),
  },
});

followTheme();
onWaking(browserClock, room.acts.wake);
addEventListener("pagehide", () => void room.acts.finish());
if (!browserShelf.lasts()) room.acts.tell(NOT_KEPT);
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
