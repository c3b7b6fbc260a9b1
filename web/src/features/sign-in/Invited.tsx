import { useState } from "react";
import { useAsked } from "../../state/asked";
import { useActs } from "../../state/use-room";
import { atTime } from "../../ui/dates";
import { Field } from "../../ui/Field";
import { NotCome } from "../../ui/NotCome";
import { Door, Problem, useComingIn } from "./SignIn";

interface Props {
  /** The secret behind the # of the link. */
  secret: string;
  entered: () => void;
}

/** The page of an invitation: what it promises, and a name to come in by. */
export function Invited({ secret, entered }: Props) {
  const { value: promised, problem, again } = useAsked(`invitation ${secret}`, (rest) => rest.invitation(secret));
  return (
    <Door title="You are invited">
      <NotCome why={problem} again={again} />
      {promised === null && problem === null && <p className="faint">Looking at the invitation…</p>}
      {promised !== null && (
        <>
          <p>
            {promised.invited_by} invites you. You would be a {promised.role} here, in {listed(promised.projects)}.
          </p>
          <p className="faint">The invitation holds until {atTime(promised.expires_at)}, and makes one account.</p>
          <Register secret={secret} entered={entered} />
        </>
      )}
    </Door>
  );
}

function Register({ secret, entered }: Props) {
  const acts = useActs();
  const { busy, problem, enter, refuse } = useComingIn(entered);
  const [username, setUsername] = useState("");
  const [name, setName] = useState("");
  const [password, setPassword] = useState("");
  const come = () => {
    if (username.trim() === "") refuse("Choose a name to sign in with.");
    else if (!busy) {
      const answer = { secret, username: username.trim(), full_name: name.trim(), ...(password !== "" && { password }) };
      void enter(() => acts.accept(answer));
    }
  };
  return (
    <form
      className="by-password"
      aria-label="Make your account"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        come();
      }}
    >
      <Field
        label="Name to sign in with"
        value={username}
        name="username"
        autoFocus
        autoComplete="username"
        autoCapitalize="none"
        spellCheck={false}
        maxLength={64}
        hint="Small letters and digits, such as robin."
        onText={setUsername}
      />
      <Field label="What the others call you" value={name} name="name" autoComplete="name" maxLength={200} hint="It may stay empty." onText={setName} />
      <Field
        label="Password"
        type="password"
        name="password"
        value={password}
        autoComplete="new-password"
        hint="At least 10 characters. It may stay empty: then you sign in by links that an admin gives you."
        onText={setPassword}
      />
      <Problem words={problem} />
      <button className="main" disabled={busy}>
        {busy ? "Coming in…" : "Come in"}
      </button>
    </form>
  );
}

function listed(projects: readonly string[]): string {
  return new Intl.ListFormat("en-GB").format(projects.map((name) => `“${name}”`));
}
