import type { ReactNode } from "react";
import type { Me } from "../../protocol/rest";
import { useRoom } from "../../state/use-room";
import { Tokens } from "./Tokens";

const ROLES: Record<Me["role"], string> = {
  admin: "Admin: decides what is connected here and who answers.",
  moderator: "Moderator: asks, and lets things happen.",
  user: "User: asks, and lets things happen.",
  guest: "Guest: asks, and changes nothing.",
};

/** Who one is, how the page looks, and what lets programs in. */
export function General({ look }: { look: ReactNode }) {
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
      <section aria-labelledby="look">
        <h2 id="look">Theme</h2>
        <p className="soft">For this browser. System follows what your device is set to.</p>
        {look}
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
