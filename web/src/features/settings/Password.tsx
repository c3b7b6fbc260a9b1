import { useState } from "react";
import { useActs, useRest, useRoom } from "../../state/use-room";
import { Field } from "../../ui/Field";
import { Form } from "./Form";
import { useSending } from "./use-sending";

/** One's password: a first one, or another one. */
export function Password() {
  const me = useRoom((room) => room.me);
  const [isOpen, setOpen] = useState(false);
  if (!me) return null;
  return (
    <section aria-labelledby="password">
      <h2 id="password">Password</h2>
      <p className="soft">
        {me.has_password
          ? "You sign in with your name and your password, or by a one-time link."
          : "You have none: you sign in by one-time links, which an admin can give you. With one you can come in by yourself."}
      </p>
      {isOpen ? (
        <Change hasOne={me.has_password} username={me.username} leave={() => setOpen(false)} />
      ) : (
        <button className="plain settings-change" onClick={() => setOpen(true)}>
          {me.has_password ? "Change it" : "Choose one"}
        </button>
      )}
    </section>
  );
}

function Change({ hasOne, username, leave }: { hasOne: boolean; username: string; leave: () => void }) {
  const rest = useRest();
  const acts = useActs();
  const [present, setPresent] = useState("");
  const [wanted, setWanted] = useState("");
  const { busy, problem, send } = useSending();
  const save = async () => {
    const isSaved = await send(async () => {
      await rest.changePassword({ password: wanted, ...(hasOne && { current_password: present }) });
      await acts.refreshMe();
    });
    if (!isSaved) return;
    acts.tell("Your password is kept. Wherever else you were signed in, you are not any more.");
    leave();
  };
  return (
    <Form label="Your password" problem={problem} busy={busy} send="Save" onSend={() => void save()} leave={leave}>
      <input type="hidden" name="username" autoComplete="username" value={username} readOnly />
      {hasOne && (
        <Field label="Your password now" type="password" value={present} autoFocus autoComplete="current-password" onText={setPresent} />
      )}
      <Field
        label="The new one"
        type="password"
        value={wanted}
        autoFocus={!hasOne}
        autoComplete="new-password"
        hint="At least 10 characters; a few words are easier to keep in mind than a riddle."
        onText={setWanted}
      />
    </Form>
  );
}
