import type { ReactNode } from "react";
import { Link } from "../../ui/navigation";
import { useTitle } from "../../ui/title";
import { useRoom } from "../../state/use-room";
import { Access } from "./Access";
import { Connections } from "./Connections";
import { Data } from "./Data";
import { General } from "./General";
import { ModelSettings } from "./ModelSettings";
import { People } from "./People";
import { Projects } from "./Projects";
import { Runs } from "./Runs";
import { System } from "./System";
import { Usage } from "./Usage";
import "./settings.css";

interface Props {
  /** The address below /settings; "" for the first section. */
  section: string;
  /** The button that opens the list on a small screen. */
  menu: ReactNode;
  /** Whether something lies over it, so that it can be neither seen nor reached. */
  covered: boolean;
  /** What lets the look of the page be chosen. */
  look: ReactNode;
}

const SECTIONS = [
  { name: "", title: "General", Inside: General, forAdmins: false },
  { name: "access", title: "Signing in", Inside: Access, forAdmins: false },
  { name: "projects", title: "Projects", Inside: Projects, forAdmins: false },
  { name: "data", title: "Data", Inside: Data, forAdmins: false },
  { name: "models", title: "Models", Inside: ModelSettings, forAdmins: false },
  { name: "runs", title: "Runs", Inside: Runs, forAdmins: false },
  { name: "usage", title: "Usage", Inside: Usage, forAdmins: false },
  { name: "system", title: "System", Inside: System, forAdmins: false },
  { name: "people", title: "People", Inside: People, forAdmins: true },
  { name: "connections", title: "Connections", Inside: Connections, forAdmins: true },
] as const;

/** On a small screen the sections stand in one line, which may be longer than the screen is wide. */
function intoSight(link: HTMLAnchorElement | null): void {
  link?.scrollIntoView({ block: "nearest", inline: "center" });
}

/** The settings: one section at a time, each at its own address. */
export function Settings({ section, menu, covered, look }: Props) {
  const here = SECTIONS.find(({ name }) => name === section);
  const isAdmin = useRoom((room) => room.me?.permissions.includes("house:manage") ?? false);
  const title = here?.title ?? "Settings";
  useTitle(`${title} · Settings`);
  return (
    <main className="room" inert={covered}>
      <header className="top settings-top">
        {menu}
        <h1>Settings</h1>
        <nav aria-label="Settings">
          {SECTIONS.filter((one) => isAdmin || !one.forAdmins || one === here).map((one) => (
            <Link key={one.name} to={one.name === "" ? "/settings" : `/settings/${one.name}`} className="settings-tab" current={one === here} {...(one === here && { ref: intoSight })}>
              {one.title}
            </Link>
          ))}
        </nav>
      </header>
      <div className="settings">
        <div className="column">{here === undefined ? <p className="soft">There are no such settings.</p> : <here.Inside look={look} />}</div>
      </div>
    </main>
  );
}
