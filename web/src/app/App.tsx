import { lazy } from "react";
import { Chat } from "../features/chat/Chat";
import { Sidebar } from "../features/list/Sidebar";
import { SeenPlace } from "../features/seen/SeenPlace";
import { SignIn } from "../features/sign-in/SignIn";
import { useActs, useRoom } from "../state/use-room";
import { MenuIcon } from "../ui/icons";
import { Later } from "../ui/Later";
import { usePath } from "../ui/navigation";
import { Toasts } from "../ui/Toasts";
import { useDrawer } from "./drawer";

const Settings = lazy(async () => ({ default: (await import("../features/settings/Settings")).Settings }));

/** The page: who one is decides between the sign-in and the room, the address decides what is open in it. */
export function App() {
  const me = useRoom((room) => room.me);
  const away = useRoom((room) => room.away);
  const toasts = useRoom((room) => room.toasts);
  const acts = useActs();
  const path = usePath();
  const link = path === "/link" ? new URLSearchParams(location.search).get("token") : null;
  return (
    <>
      {link !== null || me === null ? <SignIn link={link} /> : me !== undefined && <House path={path} />}
      {link === null && me === undefined && away !== null && (
        <p className="away" role="status">
          {away}
        </p>
      )}
      {me && <SeenPlace />}
      <Toasts lines={toasts} dismiss={acts.dismiss} />
    </>
  );
}

function House({ path }: { path: string }) {
  const section = sectionAt(path);
  const conversation = conversationAt(path);
  const place = section === null ? (conversation ?? "new") : path;
  const { open, show, hide, button } = useDrawer(place);
  const menu = (
    <button ref={button} className="menu" aria-label="Show conversations" aria-expanded={open} onClick={show}>
      <MenuIcon />
    </button>
  );
  return (
    <div className={open ? "house listing" : "house"}>
      <Sidebar current={conversation} />
      {open && <button className="veil" aria-label="Close the list" onClick={hide} />}
      {section === null ? (
        <Chat key={place} id={conversation} covered={open} menu={menu} />
      ) : (
        <Later>
          <Settings section={section} covered={open} menu={menu} />
        </Later>
      )}
    </div>
  );
}

/** The section of the settings an address names, "" for the first; null elsewhere. */
function sectionAt(path: string): string | null {
  return /^\/settings(?:\/([^/]*))?$/.exec(path)?.[1] ?? (path === "/settings" ? "" : null);
}

/** The conversation an address names: `/chat/<id>`, also inside of a project. */
function conversationAt(path: string): string | null {
  return /^(?:\/projects\/[^/]+)?\/chat\/([0-9a-f-]{36})$/.exec(path)?.[1] ?? null;
}
