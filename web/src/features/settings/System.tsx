import { useRoom } from "../../state/use-room";
import { Abilities } from "./Abilities";
import { Status } from "./Status";

/** How the house does, for admins, and what can be done in it, and by whom. */
export function System() {
  const isAdmin = useRoom((room) => room.me?.permissions.includes("house:manage") ?? false);
  return (
    <>
      {isAdmin && <Status />}
      <Abilities />
    </>
  );
}
