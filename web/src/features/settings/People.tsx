import { useState } from "react";
import type { LinkMade, UserChange, UserView } from "../../protocol/people";
import { useAsked } from "../../state/asked";
import { useActs, useRest, useRoom } from "../../state/use-room";
import { atTime, day } from "../../ui/dates";
import { NotCome } from "../../ui/NotCome";
import { Sure } from "../../ui/Sure";
import { Invitations } from "./Invitations";
import { NotYours } from "./NotYours";
import { Once } from "./Once";
import { ROLES, ROLE_CHOICES } from "./roles";

/** Who has an account here, and who may come. */
export function People() {
  const mayDecide = useRoom((room) => room.me?.permissions.includes("house:manage") ?? false);
  if (!mayDecide) return <NotYours title="People" what="can let people in, and change what they may do." />;
  return (
    <>
      <Invitations />
      <Accounts />
    </>
  );
}

function Accounts() {
  const rest = useRest();
  const acts = useActs();
  const { value: users, problem, again, put } = useAsked("users", () => rest.users());
  const [made, setMade] = useState<{ user: UserView; link: LinkMade } | null>(null);
  const change = (user: UserView, to: UserChange, done: string) =>
    acts.attempt(async () => {
      const now = await rest.changeUser(user.id, to);
      put((users ?? []).map((one) => (one.id === now.id ? now : one)));
      acts.tell(done);
    });
  const link = (user: UserView) =>
    acts.attempt(async () => {
      setMade({ user, link: await rest.linkFor(user.id) });
    });
  return (
    <section aria-labelledby="accounts">
      <h2 id="accounts">People</h2>
      <p className="soft">What you change here counts at once, also in pages that are open.</p>
      <NotCome why={problem} again={again} />
      {users === null && problem === null && <p className="faint">Fetching…</p>}
      {made !== null && (
        <Once
          what={`This link signs ${nameOf(made.user)} in, once, until ${atTime(made.link.expires_at)}.`}
          secret={made.link.link}
          done={() => setMade(null)}
        />
      )}
      <ul className="settings-rows">
        {(users ?? []).map((user) => (
          <Row key={user.id} user={user} change={(to, done) => void change(user, to, done)} link={() => void link(user)} />
        ))}
      </ul>
    </section>
  );
}

interface RowProps {
  user: UserView;
  change: (to: UserChange, done: string) => void;
  link: () => void;
}

function Row({ user, change, link }: RowProps) {
  const isMe = useRoom((room) => room.me?.user_id === user.id);
  const name = nameOf(user);
  const become = (role: UserView["role"]) => change({ role }, `${name} is ${role === "admin" ? "an" : "a"} ${role} now.`);
  return (
    <li>
      <div>
        <b>
          <bdi>{name}</bdi>
        </b>
        <p className="faint">{factsOf(user, isMe)}</p>
      </div>
      <div className="settings-acts" role="group" aria-label={`What to do with ${name}`}>
        {user.is_active && (
          <select className="pick" aria-label={`Role of ${name}`} value={user.role} onChange={(event) => become(event.target.value as UserView["role"])}>
            {ROLE_CHOICES.map(([role]) => (
              <option key={role} value={role}>
                {ROLES[role].name}
              </option>
            ))}
          </select>
        )}
        {user.is_active && (
          <button className="quiet" aria-label={`A new link for ${name}`} onClick={link}>
            New link
          </button>
        )}
        {!user.is_active && (
          <button className="plain" onClick={() => change({ is_active: true }, `${name} can come in again.`)}>
            Let in again
          </button>
        )}
        {user.is_active && !isMe && (
          <Sure
            label="Let in no more…"
            question={`Let ${name} in no more? Every page and token of theirs ends at once. What they said stays.`}
            yes="Let in no more"
            no="Leave it"
            act={() => change({ is_active: false }, `${name} is let in no more.`)}
          />
        )}
      </div>
    </li>
  );
}

function nameOf({ full_name, username }: UserView): string {
  return full_name === "" ? username : full_name;
}

function factsOf({ username, full_name, email, last_login_at, is_active, has_password }: UserView, isMe: boolean): string {
  const seen = last_login_at === null ? "never signed in" : `signed in on ${day(last_login_at)}`;
  const facts = [isMe && "you", full_name !== "" && username, email, !is_active && "not let in", seen, !has_password && "by links only"];
  return facts.filter(Boolean).join(" · ");
}
