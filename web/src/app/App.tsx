import { useEffect, useState } from "react";
import { Chat } from "../features/chat/Chat";
import { Sidebar } from "../features/list/Sidebar";
import { SignIn } from "../features/sign-in/SignIn";
import { useActs, useRoom } from "../state/use-room";
import { MenuIcon } from "../ui/icons";
import { usePath } from "../ui/navigation";
import { Toasts } from "../ui/Toasts";

/** The page: who one is decides between the sign-in and the room, the address decides what is open in it. */
export function App() {
  const me = useRoom((room) => room.me);
  const toasts = useRoom((room) => room.toasts);
  const acts = useActs();
  const path = usePath();
  const link = path === "/link" ? new URLSearchParams(location.search).get("token") : null;
  return (
    <>
      {link !== null || me === null ? <SignIn link={link} /> : me !== undefined && <House conversation={conversationAt(path)} />}
      <Toasts lines={toasts} dismiss={acts.dismiss} />
    </>
  );
}

function House({ conversation }: { conversation: string | null }) {
  const [listed, setListed] = useState<string | null>(null);
  const place = conversation ?? "new";
  const open = listed === place;
  useEffect(() => {
    if (!open) return undefined;
    const close = (event: KeyboardEvent) => event.key === "Escape" && setListed(null);
    addEventListener("keydown", close);
    return () => removeEventListener("keydown", close);
  }, [open]);
  return (
    <div className={open ? "house listing" : "house"}>
      <Sidebar current={conversation} />
      {open && <button className="veil" aria-label="Close the list" onClick={() => setListed(null)} />}
      <Chat
        key={place}
        id={conversation}
        menu={
          <button className="menu" aria-label="Show conversations" aria-expanded={open} onClick={() => setListed(place)}>
            <MenuIcon />
          </button>
        }
      />
    </div>
  );
}

/** The conversation an address names: `/chat/<id>`. */
function conversationAt(path: string): string | null {
  return /^\/chat\/([0-9a-f-]{36})$/.exec(path)?.[1] ?? null;
}
