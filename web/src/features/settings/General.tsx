import type { Me } from "../../protocol/rest";
import { useRoom } from "../../state/use-room";
import { Tokens } from "./Tokens";

const ROLES: Record<Me["role"], string> = {
  admin: "Admin: decides what is connected here and who answers.",
  moderator: "Moderator: asks, and lets things happen.",
  user: "User: asks, and lets things happen.",
  guest: "Guest: asks, and changes nothing.",
};

/** Who one is, and what lets programs in. */
export function General() {
  const me = useRoom((room) => room.me);
  if (!me) return null;
  return (
    <>
      <section aria-labelledby="you">
        <h2 id="you">You</h2>
        <dl className="fields">
          {me.full_name !== "" && <Told name="Name">{me.full_name}</Told>}
          <Told name="Signs in as">{me.username}</Told>
          <Told name="Role">{ROLES[me.role]}</Told>
        </dl>
      </section>
      <Tokens />
    </>
  );
}

function Told({ name, children }: { name: string; children: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
