import { useState } from "react";
import { useActs } from "../../state/use-room";
import { Mark } from "../../ui/Mark";
import { go } from "../../ui/navigation";
import "./sign-in.css";

/** The page of a one-time link. Looking at it changes nothing; only pressing the button uses the link up. */
export function SignIn({ link }: { link: string | null }) {
  return (
    <main className="sign-in">
      <div className="sign-in-inside">
        <Mark />
        <h1>Parlour</h1>
        {link === null ? <NoLink /> : <WithLink link={link} />}
      </div>
    </main>
  );
}

function WithLink({ link }: { link: string }) {
  const acts = useActs();
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const enter = async () => {
    setBusy(true);
    const refused = await acts.signIn(link);
    if (refused === null) go("/", true);
    setProblem(refused);
    setBusy(false);
  };
  return (
    <>
      <p className="soft">This link signs you in on this device. It works once.</p>
      <button className="main" autoFocus disabled={busy} onClick={() => void enter()}>
        {busy ? "Signing in…" : "Sign in"}
      </button>
      {problem !== null && (
        <p className="problem" role="alert">
          {problem}
        </p>
      )}
    </>
  );
}

function NoLink() {
  return (
    <>
      <p className="soft">You are not signed in here. Open a one-time link to come in.</p>
      <p className="soft">
        On the machine that runs Parlour, <code>parlour link</code> prints a new one.
      </p>
    </>
  );
}
