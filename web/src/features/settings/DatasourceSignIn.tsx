import { useState } from "react";
import type { SignIn } from "../../connection/datasources";
import { RestError } from "../../connection/rest";
import type { DatasourceView } from "../../protocol/datasources";
import { useAsked } from "../../state/asked";
import { useActs, useRest } from "../../state/use-room";
import { NotCome } from "../../ui/NotCome";
import { Sure } from "../../ui/Sure";

interface Props {
  datasource: DatasourceView;
  /** Sends this browser elsewhere. */
  leave?: (url: string) => void;
}

/** Whether one may have to sign in there: at an MCP server elsewhere that brings no token. Who may not see that, asks. */
export function takesSignIn({ kind, settings, secrets }: DatasourceView): boolean {
  const isElsewhere = settings == null || Boolean(settings["url"]);
  return kind === "mcp" && isElsewhere && secrets?.includes("token") !== true;
}

/** Signing in at an MCP server that wants it: how that stands, and what can be done. */
export function DatasourceSignIn({ datasource, leave = (url) => window.location.assign(url) }: Props) {
  const { id, project_id, name } = datasource;
  const rest = useRest();
  const acts = useActs();
  const [busy, setBusy] = useState(false);
  const [refused, setRefused] = useState<string | null>(null);
  const { value, problem, again } = useAsked(`sign-in ${id} ${String(datasource.rev)}`, () => rest.signInOf(project_id, id));
  // To who decides nothing here it is of no use that the door is closed to them.
  if (value === null) return problem === null || datasource.settings == null ? null : <NotCome why={problem} again={again} />;

  const begin = async () => {
    setBusy(true);
    setRefused(null);
    try {
      const { url } = await rest.beginSignIn(project_id, id);
      if (!/^https?:\/\//.test(url)) throw new RestError("It named no place to sign in.", 422);
      leave(url);
    } catch (error) {
      setRefused(error instanceof RestError ? error.message : "The sign-in could not be begun. Please try again.");
    } finally {
      setBusy(false);
    }
  };
  const end = () =>
    acts.attempt(async () => {
      await rest.endSignIn(project_id, id);
      acts.tell(`${name} is signed out of. What it gave is forgotten here.`);
      again();
    });
  return (
    <div className="datasource-sign-in">
      <Standing now={value} wrong={refused ?? value.problem} />
      <button type="button" className={value.wanted && !value.signed_in ? "plain" : "quiet"} disabled={busy} onClick={() => void begin()}>
        {value.signed_in ? "Sign in again" : "Sign in"}
      </button>
      {value.signed_in && (
        <Sure
          label="Sign out…"
          question={`Sign out of ${name}? Its tools cannot be used until somebody signs in again.`}
          yes="Sign out"
          no="Stay signed in"
          act={() => void end()}
        />
      )}
    </div>
  );
}

/** How it stands, and what went wrong last. */
function Standing({ now, wrong }: { now: SignIn; wrong: string | null }) {
  return (
    <>
      {wrong !== null && (
        <p role="alert" className="problem">
          {wrong}
        </p>
      )}
      {now.signed_in && <p className="soft">{signedIn(now)}</p>}
      {now.wanted && !now.signed_in && wrong === null && <p className="problem">It wants somebody to sign in.</p>}
    </>
  );
}

function signedIn({ issuer, by, at, personal }: SignIn): string {
  if (personal) return `You are signed in at ${hostOf(issuer)}.`;
  const day = at === null ? "" : `, ${new Date(at).toLocaleDateString()}`;
  return `Signed in at ${hostOf(issuer)} by ${by ?? "somebody"}${day}.`;
}

function hostOf(issuer: string | null): string {
  return issuer !== null && URL.canParse(issuer) ? new URL(issuer).host : "its server";
}
