import { useState } from "react";
import type { UserRole } from "../../protocol";
import type { InvitationMade, InvitationView } from "../../protocol/people";
import { useAsked } from "../../state/asked";
import { useActs, useRest, useRoom } from "../../state/use-room";
import { atTime, day } from "../../ui/dates";
import { Choice, Field } from "../../ui/Field";
import { NotCome } from "../../ui/NotCome";
import { Form } from "./Form";
import { Once } from "./Once";
import { ROLES, ROLE_CHOICES } from "./roles";
import { useSending } from "./use-sending";

/** Who may come: an invitation is a link that makes one account. */
export function Invitations() {
  const rest = useRest();
  const acts = useActs();
  const { value: invitations, problem, again, put } = useAsked("invitations", () => rest.invitations());
  const [made, setMade] = useState<InvitationMade | null>(null);
  const [isOpen, setOpen] = useState(false);
  const revoke = (invitation: InvitationView) =>
    acts.attempt(async () => {
      await rest.revokeInvitation(invitation.id);
      put((invitations ?? []).map((one) => (one.id === invitation.id ? { ...one, status: "revoked" } : one)));
      if (made?.id === invitation.id) setMade(null);
      acts.tell("That invitation counts no more.");
    });
  return (
    <section aria-labelledby="invitations">
      <h2 id="invitations">Invitations</h2>
      <p className="soft">An invitation is a link for one person. They choose their own name and password with it; nothing is sent by Parlour.</p>
      <NotCome why={problem} again={again} />
      {made !== null && <Once what={`This link lets one person in, until ${atTime(made.expires_at)}.`} secret={made.link} done={() => setMade(null)} />}
      <ul className="settings-rows">
        {(invitations ?? []).map((invitation) => (
          <li key={invitation.id}>
            <div>
              <b>{invitation.email ?? ROLES[invitation.role].name}</b>
              <p className="faint">{factsOf(invitation)}</p>
            </div>
            {invitation.status === "open" && (
              <button className="quiet" aria-label={`Revoke the invitation of ${day(invitation.created_at)}`} onClick={() => void revoke(invitation)}>
                Revoke
              </button>
            )}
          </li>
        ))}
      </ul>
      {isOpen ? (
        <Invite
          leave={() => setOpen(false)}
          made={(invitation) => {
            setMade(invitation);
            setOpen(false);
            put([invitation, ...(invitations ?? [])]);
          }}
        />
      ) : (
        <button className="plain" onClick={() => setOpen(true)}>
          Invite somebody
        </button>
      )}
    </section>
  );
}

function Invite({ made, leave }: { made: (invitation: InvitationMade) => void; leave: () => void }) {
  const rest = useRest();
  const projects = useRoom((room) => room.me?.projects ?? NONE);
  const [role, setRole] = useState<UserRole>("user");
  const [email, setEmail] = useState("");
  const [chosen, choose] = useState<readonly string[]>([]);
  const { busy, problem, send } = useSending();
  const invite = () =>
    send(async () => made(await rest.invite({ role, project_ids: [...chosen], ...(email.trim() !== "" && { email: email.trim() }) })));
  const others = projects.filter(({ is_home }) => !is_home);
  return (
    <Form label="An invitation" problem={problem} busy={busy} send="Make the link" onSend={() => void invite()} leave={leave}>
      <Choice label="They come as" value={role} options={ROLE_CHOICES} autoFocus onText={(text) => setRole(text as UserRole)} />
      <Field
        label="Their e-mail (may stay empty)"
        type="email"
        value={email}
        maxLength={254}
        autoComplete="off"
        hint="It stands in their account. Nothing is sent there."
        onText={setEmail}
      />
      {others.length > 0 && (
        <fieldset className="checks">
          <legend>Projects they are in at once</legend>
          {others.map(({ id, name }) => (
            <label key={id}>
              <input
                type="checkbox"
                checked={chosen.includes(id)}
                onChange={(event) => choose(event.target.checked ? [...chosen, id] : chosen.filter((one) => one !== id))}
              />
              {name}
            </label>
          ))}
        </fieldset>
      )}
    </Form>
  );
}

const NONE: readonly { id: string; name: string; is_home: boolean }[] = [];

function factsOf({ role, status, invited_by, created_at, expires_at, accepted_by }: InvitationView): string {
  const became = {
    open: `open until ${atTime(expires_at)}`,
    accepted: `${accepted_by ?? "somebody"} came`,
    expired: `ran out on ${day(expires_at)}`,
    revoked: "revoked",
  };
  return `${ROLES[role].name} · by ${invited_by} on ${day(created_at)} · ${became[status]}`;
}
