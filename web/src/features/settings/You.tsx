import { useState } from "react";
import type { Me } from "../../protocol/rest";
import { useActs, useRoom } from "../../state/use-room";
import { Field } from "../../ui/Field";
import { Form } from "./Form";
import { Told } from "./Told";
import { ROLES } from "./roles";
import { useSending } from "./use-sending";

/** Who one is: what the others see, and how one can be reached. */
export function You() {
  const me = useRoom((room) => room.me);
  const [isOpen, setOpen] = useState(false);
  if (!me) return null;
  return (
    <section aria-labelledby="you">
      <h2 id="you">You</h2>
      {isOpen ? (
        <Change me={me} leave={() => setOpen(false)} />
      ) : (
        <>
          <dl className="fields">
            {me.full_name !== "" && <Told name="Name">{me.full_name}</Told>}
            <Told name="Signs in as">{me.username}</Told>
            {me.email !== null && <Told name="E-mail">{me.email}</Told>}
            <Told name="Role">{ROLES[me.role].words}</Told>
          </dl>
          <button className="plain settings-change" onClick={() => setOpen(true)}>
            Change name or e-mail
          </button>
        </>
      )}
    </section>
  );
}

function Change({ me, leave }: { me: Me; leave: () => void }) {
  const acts = useActs();
  const [name, setName] = useState(me.full_name);
  const [email, setEmail] = useState(me.email ?? "");
  const { busy, problem, send } = useSending();
  const save = async () => {
    const isSaved = await send(() => acts.changeMe({ full_name: name.trim(), email: email.trim() }));
    if (!isSaved) return;
    acts.tell("That is kept.");
    leave();
  };
  return (
    <Form label="Who you are" problem={problem} busy={busy} send="Save" onSend={() => void save()} leave={leave}>
      <Field label="Name" value={name} autoFocus maxLength={200} autoComplete="name" hint="What the others here see." onText={setName} />
      <Field
        label="E-mail"
        type="email"
        value={email}
        maxLength={254}
        autoComplete="email"
        hint="You can sign in with it instead of your name here. It may stay empty."
        onText={setEmail}
      />
    </Form>
  );
}
