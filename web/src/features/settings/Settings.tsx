import type { ReactNode } from "react";
import { useEffect } from "react";
import { Link } from "../../ui/navigation";
import { General } from "./General";
import { ModelSettings } from "./ModelSettings";
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
  { name: "", title: "General", Inside: General },
  { name: "models", title: "Models", Inside: ModelSettings },
] as const;

/** The settings: one section at a time, each at its own address. */
export function Settings({ section, menu, covered, look }: Props) {
  const here = SECTIONS.find(({ name }) => name === section);
  const title = here?.title ?? "Settings";
  useEffect(() => {
    document.title = `${title} · Settings · Parlour`;
  }, [title]);
  return (
    <main className="room" inert={covered}>
      <header className="top settings-top">
        {menu}
        <h1>Settings</h1>
        <nav aria-label="Settings">
          {SECTIONS.map((one) => (
            <Link key={one.name} to={one.name === "" ? "/settings" : `/settings/${one.name}`} className="settings-tab" current={one === here}>
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
