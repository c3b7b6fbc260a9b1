import type { MouseEvent, ReactNode } from "react";
import { lazy, useCallback, useMemo, useState } from "react";
import { Inbox } from "../features/approvals/Inbox";
import { Waiting } from "../features/approvals/Waiting";
import { Chat } from "../features/chat/Chat";
import type { DrawOthers } from "../features/chat/others";
import type { DrawWaiting } from "../features/chat/waits";
import { Sidebar } from "../features/list/Sidebar";
import { Models } from "../features/models/Models";
import { With } from "../features/models/With";
import { ProjectChoice } from "../features/projects/ProjectChoice";
import { lookInto } from "../features/seen/place";
import { Welcome } from "../features/welcome/Welcome";
import { chatAddress } from "../state/addresses";
import { useActs, useRoom } from "../state/use-room";
import { MenuIcon } from "../ui/icons";
import { Later } from "../ui/Later";
import { useHash, usePath } from "../ui/navigation";
import { Announcer } from "./Announcer";
import { Attention } from "./Attention";
import { useCommands } from "./commands";
import { useDrawer } from "./drawer";
import { COMMAND, useKeys } from "./keys";
import { Nowhere } from "./Nowhere";
import { Over } from "./Over";
import { Person } from "./Person";
import type { Inside } from "./places";
import { Themes } from "./Themes";

const Settings = lazy(async () => ({ default: (await import("../features/settings/Settings")).Settings }));

/** The list, the room beside it, and what lies over both at times. */
export function House({ place }: { place: Inside }) {
  const [over, setOver] = useState<"find" | "keys" | null>(null);
  const project = useProject(place);
  const conversation = place.kind === "chat" ? place.conversation : null;
  const { open, show, hide, button } = useDrawer(`${usePath()} ${useHash()}`);
  const start = chatAddress({ project: project ?? null });

  const find = useCallback(() => setOver("find"), []);
  const list = useCallback(() => setOver("keys"), []);
  const close = useCallback(() => setOver(null), []);
  useKeys({ find, list, undo: useLastUndo() });
  const commands = useCommands(start, list);

  const menu = (
    <button ref={button} className="menu" aria-label="Show conversations" aria-expanded={open} onClick={show}>
      <MenuIcon />
    </button>
  );
  const pressed = COMMAND === "⌘" ? "⌘K" : "Ctrl K";
  const aside = (
    <button className="find-key" aria-label={`Find or do something: ${pressed}`} title="Find or do something" onClick={find}>
      <kbd>{pressed}</kbd>
    </button>
  );
  return (
    <div className={open ? "house listing" : "house"}>
      <a className="skip" href="#message" onClick={toTheRoom}>
        Skip to the conversation
      </a>
      <Sidebar current={conversation} start={start} aside={aside} foot={<Person listKeys={list} />} />
      {open && <button className="veil" aria-label="Close the list" onClick={hide} />}
      <Room place={place} project={project} menu={menu} covered={open} />
      <Attention />
      <Announcer key={conversation} conversation={conversation} />
      <Over what={over} commands={commands} close={close} />
    </div>
  );
}

interface RoomProps {
  place: Inside;
  project: string | null | undefined;
  menu: ReactNode;
  covered: boolean;
}

/** What an address leads to. */
function Room({ place, project, menu, covered }: RoomProps) {
  if (place.kind === "nowhere") {
    return <Nowhere what="Nothing is here" why={`Nothing in this house has the address ${location.pathname}.`} menu={menu} covered={covered} />;
  }
  if (place.kind === "settings") {
    return (
      <Later>
        <Settings section={place.section} covered={covered} menu={menu} look={<Themes />} />
      </Later>
    );
  }
  if (place.kind === "inbox") return <Inbox menu={menu} covered={covered} />;
  if (project === undefined) {
    const why = "There is no such project, or you are not a member of it.";
    return <Nowhere what="This project is not here" why={why} menu={menu} covered={covered} />;
  }
  return (
    <Chat
      key={place.conversation ?? `new ${project ?? ""}`}
      id={place.conversation}
      project={project}
      covered={covered}
      menu={menu}
      models={
        <>
          {place.conversation === null && <ProjectChoice project={project} />}
          <Models conversation={place.conversation} project={project} />
        </>
      }
      welcome={welcome}
      onSeen={lookInto}
      drawWaiting={drawWaiting}
      drawOthers={drawOthers}
    />
  );
}

const drawWaiting: DrawWaiting = (message, call, onGone) => <Waiting message={message} call={call} onGone={onGone} />;
const drawOthers: DrawOthers = (ask) => <With ask={ask} />;
const welcome = (ask: (question: string) => void) => <Welcome ask={ask} />;

/** The project an address names; null for the shared one, undefined for one that is not here. */
function useProject(place: Inside): string | null | undefined {
  const projects = useRoom((room) => room.me?.projects);
  const named = place.kind === "chat" ? place.project : null;
  const found = projects?.find((project) => project.id === named);
  if (named === null || found?.is_home === true) return null;
  return found?.id;
}

/** Takes back what was done last, as long as that is offered. */
function useLastUndo(): (() => void) | null {
  const toasts = useRoom((room) => room.toasts);
  const acts = useActs();
  return useMemo(() => {
    const last = toasts.findLast((toast) => toast.undo !== null);
    if (last === undefined) return null;
    return () => {
      last.undo?.();
      acts.dismiss(last.id);
    };
  }, [toasts, acts]);
}

function toTheRoom(event: MouseEvent): void {
  event.preventDefault();
  const places = ["main textarea", "main h1 ~ * a", "main"];
  for (const place of places) {
    const found = document.querySelector<HTMLElement>(place);
    found?.focus();
    if (found !== null && document.activeElement === found) return;
  }
}
