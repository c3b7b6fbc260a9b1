import type { SessionView } from "../../protocol/people";
import { useAsked } from "../../state/asked";
import { useActs, useRest, useRoom } from "../../state/use-room";
import { day, since } from "../../ui/dates";
import { NotCome } from "../../ui/NotCome";
import { useNow } from "../../ui/now";

/** Where one is signed in, and how to end that. */
export function Sessions() {
  const rest = useRest();
  const acts = useActs();
  const { value: sessions, problem, again, put } = useAsked("sessions", () => rest.sessions());
  const end = (session: SessionView) =>
    acts.attempt(async () => {
      await rest.endSession(session.id);
      put((sessions ?? []).filter((one) => one.id !== session.id));
      acts.tell("It is signed out there.");
    });
  const endOthers = () =>
    acts.attempt(async () => {
      const others = (sessions ?? []).filter((one) => !one.is_current);
      await Promise.all(others.map(({ id }) => rest.endSession(id)));
      put((sessions ?? []).filter((one) => one.is_current));
      acts.tell("You are signed in nowhere but here.");
    });
  return (
    <section aria-labelledby="sessions">
      <h2 id="sessions">Where you are signed in</h2>
      <NotCome why={problem} again={again} />
      <ul className="settings-rows">
        {(sessions ?? []).map((session) => (
          <Row key={session.id} session={session} end={() => void end(session)} />
        ))}
      </ul>
      {(sessions ?? []).length > 1 && (
        <button className="plain" onClick={() => void endOthers()}>
          Sign out everywhere else
        </button>
      )}
    </section>
  );
}

function Row({ session, end }: { session: SessionView; end: () => void }) {
  const now = useNow() + useRoom((room) => room.view.ahead);
  const name = nameOf(session);
  return (
    <li>
      <div>
        <b>{name}</b>
        <p className="faint">
          Last used {since(session.last_used_at, now)}
          {session.address !== null && ` from ${session.address}`} · since {day(session.created_at)}
        </p>
      </div>
      {session.is_current ? (
        <span className="answers-now">this one</span>
      ) : (
        <button className="quiet" aria-label={`Sign out: ${name}`} onClick={end}>
          Sign out
        </button>
      )}
    </li>
  );
}

const BROWSERS = ["Edg", "OPR", "Firefox", "Chrome", "Safari"];
const NAMES: Record<string, string> = { Edg: "Edge", OPR: "Opera" };
const SYSTEMS: [string, string][] = [["Android", "Android"], ["iPhone", "iPhone"], ["iPad", "iPad"], ["Windows", "Windows"], ["Mac OS", "Mac"], ["Linux", "Linux"]];

/** A browser by its short name; a program as it calls itself. */
function nameOf({ kind, agent }: SessionView): string {
  if (kind === "program" || agent === null) return agent ?? (kind === "program" ? "A program" : "A browser");
  const browser = BROWSERS.find((one) => agent.includes(`${one}/`));
  const system = SYSTEMS.find(([sign]) => agent.includes(sign))?.[1];
  if (browser === undefined) return agent.slice(0, 60);
  return `${NAMES[browser] ?? browser}${system === undefined ? "" : ` on ${system}`}`;
}
