import { useEffect, useState } from "react";
import { useActs } from "../../state/use-room";
import { Mark } from "../../ui/Mark";
import "./sign-in.css";
import { tokenIn } from "./token";

interface Props {
  /** The token of the link that was opened; null where none was. */
  link: string | null;
  /** Why somebody who was in is not any more. */
  why: string | null;
  /** Called once somebody is in. */
  entered: () => void;
}

/** The page of a one-time link. Looking at it changes nothing; only pressing the button uses the link up. */
export function SignIn({ link, why, entered }: Props) {
  useEffect(() => {
    document.title = "Sign in · Parlour";
  }, []);
  return (
    <main className="sign-in">
      <div className="sign-in-inside">
        <Mark />
        <h1>Parlour</h1>
        {link === null ? <WithoutLink why={why} entered={entered} /> : <WithLink link={link} entered={entered} />}
      </div>
    </main>
  );
}

/** Signing in with a token; why it did not work is said below. */
function useSigningIn(entered: () => void) {
  const acts = useActs();
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const enter = async (token: string | null) => {
    if (token === null) {
      setProblem("This is not a sign-in link. One looks like …/link?token=… and is used as a whole.");
      return;
    }
    setBusy(true);
    const refused = await acts.signIn(token);
    if (refused === null) entered();
    setProblem(refused);
    setBusy(false);
  };
  return { busy, problem, enter };
}

function WithLink({ link, entered }: { link: string; entered: () => void }) {
  const { busy, problem, enter } = useSigningIn(entered);
  return (
    <>
      <p className="soft">This link signs you in on this device. It works once.</p>
      <button className="main" autoFocus disabled={busy} onClick={() => void enter(link)}>
        {busy ? "Signing in…" : "Sign in"}
      </button>
      <Problem words={problem} />
    </>
  );
}

function WithoutLink({ why, entered }: { why: string | null; entered: () => void }) {
  const { busy, problem, enter } = useSigningIn(entered);
  const [pasted, setPasted] = useState("");
  return (
    <>
      {why !== null && <p role="status">{why}</p>}
      <p className="soft">You are not signed in here. Open a one-time link to come in, or paste it below.</p>
      <form
        className="paste"
        onSubmit={(event) => {
          event.preventDefault();
          void enter(tokenIn(pasted));
        }}
      >
        <input
          aria-label="Sign-in link"
          placeholder="http://…/link?token=…"
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          value={pasted}
          onChange={(event) => setPasted(event.target.value)}
        />
        <button className="main" disabled={busy || pasted.trim() === ""}>
          {busy ? "Signing in…" : "Sign in"}
        </button>
      </form>
      <Problem words={problem} />
      <p className="soft">
        On the machine that runs Parlour, <code>parlour link</code> prints a new one.
      </p>
    </>
  );
}

function Problem({ words }: { words: string | null }) {
  if (words === null) return null;
  return (
    <p className="problem" role="alert">
      {words}
    </p>
  );
}
