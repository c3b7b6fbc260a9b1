import type { ReactNode } from "react";
import { useState } from "react";
import { useActs } from "../../state/use-room";
import { Field } from "../../ui/Field";
import { Mark } from "../../ui/Mark";
import { useTitle } from "../../ui/title";
import "./sign-in.css";
import { tokenIn } from "./token";

/** The door: a mark, a name, and what stands there. */
export function Door({ title, children }: { title: string; children: ReactNode }) {
  useTitle(title);
  return (
    <main className="sign-in">
      <div className="sign-in-inside">
        <Mark />
        <h1>Parlour</h1>
        {children}
      </div>
    </main>
  );
}

interface Props {
  /** The token of the link that was opened; null where none was. */
  link: string | null;
  /** Why somebody who was in is not any more. */
  why: string | null;
  /** Called once somebody is in. */
  entered: () => void;
}

/** Signing in. Looking at a one-time link changes nothing; only pressing the button uses it up. */
export function SignIn({ link, why, entered }: Props) {
  return <Door title="Sign in">{link === null ? <WithoutLink why={why} entered={entered} /> : <WithLink link={link} entered={entered} />}</Door>;
}

/** Coming in by `come`, which says why it did not work. */
export function useComingIn(entered: () => void) {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const enter = async (come: () => Promise<string | null>) => {
    setBusy(true);
    const refused = await come();
    if (refused === null) entered();
    setProblem(refused);
    setBusy(false);
  };
  return { busy, problem, enter, refuse: setProblem };
}

function WithLink({ link, entered }: { link: string; entered: () => void }) {
  const acts = useActs();
  const { busy, problem, enter } = useComingIn(entered);
  return (
    <>
      <p className="soft">This link signs you in on this device. It works once.</p>
      <button className="main" autoFocus disabled={busy} onClick={() => void enter(() => acts.signIn(link))}>
        {busy ? "Signing in…" : "Sign in"}
      </button>
      <Problem words={problem} />
    </>
  );
}

function WithoutLink({ why, entered }: { why: string | null; entered: () => void }) {
  return (
    <>
      {why !== null && <p role="status">{why}</p>}
      <p className="soft">You are not signed in here.</p>
      <ByPassword entered={entered} />
      <ByLink entered={entered} />
    </>
  );
}

function ByPassword({ entered }: { entered: () => void }) {
  const acts = useActs();
  const { busy, problem, enter, refuse } = useComingIn(entered);
  const [username, setUsername] = useState("");
  const [password, setPassword] = useState("");
  return (
    <form
      className="by-password"
      aria-label="Sign in by name"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        if (username.trim() === "" || password === "") refuse("Write your name and your password.");
        else if (!busy) void enter(() => acts.logIn({ username: username.trim(), password }));
      }}
    >
      <Field
        label="Name or e-mail"
        value={username}
        name="username"
        autoComplete="username"
        autoCapitalize="none"
        spellCheck={false}
        maxLength={254}
        onText={setUsername}
      />
      <Field label="Password" type="password" name="password" value={password} autoComplete="current-password" onText={setPassword} />
      <Problem words={problem} />
      <button className="main" disabled={busy}>
        {busy ? "Signing in…" : "Sign in"}
      </button>
    </form>
  );
}

function ByLink({ entered }: { entered: () => void }) {
  const acts = useActs();
  const { busy, problem, enter, refuse } = useComingIn(entered);
  const [pasted, setPasted] = useState("");
  return (
    <section className="by-link" aria-label="Sign in with a link">
      <p className="soft">Without a password, open a one-time link to come in, or paste it here.</p>
      <form
        className="paste"
        onSubmit={(event) => {
          event.preventDefault();
          const token = tokenIn(pasted);
          if (token === null) refuse("This is not a sign-in link. One looks like …/link?token=… and is used as a whole.");
          else void enter(() => acts.signIn(token));
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
        <button className="plain" disabled={busy || pasted.trim() === ""}>
          Use it
        </button>
      </form>
      <Problem words={problem} />
      <p className="faint">
        An admin can give you one. On the machine that runs Parlour, <code>parlour link</code> prints one.
      </p>
    </section>
  );
}

export function Problem({ words }: { words: string | null }) {
  if (words === null) return null;
  return (
    <p className="problem" role="alert">
      {words}
    </p>
  );
}
