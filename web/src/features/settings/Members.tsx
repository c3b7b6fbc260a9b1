import { useState } from "react";
import type { Member } from "../../protocol";
import type { ProjectDetail } from "../../protocol/people";
import { useAsked } from "../../state/asked";
import { useActs, useRest, useRoom } from "../../state/use-room";
import { Choice } from "../../ui/Field";
import { NotCome } from "../../ui/NotCome";
import { Form } from "./Form";
import { ROLES } from "./roles";
import { useSending } from "./use-sending";

/** Who is in a project, and who comes and goes. */
export function Members({ project }: { project: ProjectDetail }) {
  const rest = useRest();
  const acts = useActs();
  const { id, name, is_home, owner_id, may_manage } = project;
  const { value: members, problem, again, put } = useAsked(`members ${id}`, () => rest.members(id));
  const me = useRoom((room) => room.me?.user_id);
  const mayChange = may_manage && !is_home;
  const remove = (member: Member) =>
    acts.attempt(async () => {
      await rest.removeMember(id, member.user_id);
      put((members ?? []).filter((one) => one.user_id !== member.user_id));
      acts.tell(`${member.name} is in “${name}” no more.`);
    });
  return (
    <>
      <h3>Members</h3>
      <NotCome why={problem} again={again} />
      <ul className="settings-rows">
        {(members ?? []).map((member) => (
          <li key={member.user_id}>
            <div>
              <b>
                <bdi>{member.name}</bdi>
              </b>
              <p className="faint">{member.user_id === owner_id ? "Its owner" : ROLES[member.role].name}</p>
            </div>
            {!is_home && member.user_id !== owner_id && (may_manage || member.user_id === me) && (
              <button className="quiet" aria-label={member.user_id === me ? `Leave ${name}` : `Take out ${member.name}`} onClick={() => void remove(member)}>
                {member.user_id === me ? "Leave" : "Take out"}
              </button>
            )}
          </li>
        ))}
      </ul>
      {is_home && <p className="faint">Everybody who has an account here is in it.</p>}
      {mayChange && members !== null && <LetIn project={id} members={members} now={put} />}
    </>
  );
}

/** Lets in somebody of those who have an account: everybody here is in the shared project. */
function LetIn({ project, members, now }: { project: string; members: readonly Member[]; now: (members: Member[]) => void }) {
  const rest = useRest();
  const home = useRoom((room) => room.me?.projects.find(({ is_home }) => is_home)?.id ?? "");
  const { value: everybody } = useAsked(`members ${home}`, () => rest.members(home));
  const [chosen, choose] = useState("");
  const { busy, problem, send, refuse } = useSending();
  const others = (everybody ?? []).filter(({ user_id }) => members.every((member) => member.user_id !== user_id));
  if (everybody === null) return null;
  if (others.length === 0) return <p className="faint">Everybody who has an account here is in it already.</p>;
  const add = async () => {
    if (chosen === "") refuse("Choose somebody.");
    else if (await send(async () => now(await rest.addMember(project, chosen)))) choose("");
  };
  const options = [["", "Choose somebody"] as const, ...others.map(({ user_id, name }) => [user_id, name] as const)];
  return (
    <Form label="Let somebody in" problem={problem} busy={busy} send="Let in" onSend={() => void add()}>
      <Choice label="Somebody more" value={chosen} options={options} onText={choose} />
    </Form>
  );
}
