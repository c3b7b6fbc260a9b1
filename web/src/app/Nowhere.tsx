import type { ReactNode } from "react";
import { Link } from "../ui/navigation";
import { useTitle } from "../ui/title";

interface Props {
  what: string;
  why: string;
  menu: ReactNode;
  covered: boolean;
}

/** Says that nothing is at an address, and leads on. */
export function Nowhere({ what, why, menu, covered }: Props) {
  useTitle(what);
  return (
    <main className="room" inert={covered}>
      <header className="top">
        {menu}
        <h1>{what}</h1>
      </header>
      <div className="column empty">
        <p className="soft">{why}</p>
        <Link to="/chat" className="plain way-on">
          Begin a conversation
        </Link>
      </div>
    </main>
  );
}
