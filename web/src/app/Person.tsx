import { chatAddress } from "../state/addresses";
import { headOf } from "../state/room";
import { useActs, useRoom } from "../state/use-room";
import { Link } from "../ui/navigation";
import { Pop, PopItem } from "../ui/Pop";
import { Themes } from "./Themes";

/** Who one is, how the page looks, and the way out; and whether anything waits for one's word. */
export function Person({ listKeys }: { listKeys: () => void }) {
  const me = useRoom((room) => room.me);
  const acts = useActs();
  if (!me) return null;
  const name = me.full_name || me.username;
  return (
    <div className="me">
      <Pop face={<span className="me-face">{name === me.role ? name : `${name} · ${me.role}`} ⌄</span>} label={`${name}: theme, keys, settings, sign out`}>
        {(close) => (
          <>
            <Themes />
            <PopItem
              act={() => {
                close();
                listKeys();
              }}
            >
              Keys <kbd>?</kbd>
            </PopItem>
            <Link to="/settings" className="pop-item" onGo={close}>
              Settings
            </Link>
            <PopItem act={() => void acts.signOut()}>Sign out</PopItem>
          </>
        )}
      </Pop>
      <Waiting />
    </div>
  );
}

function Waiting() {
  const inbox = useRoom((room) => headOf(room)?.inbox);
  const [first] = inbox ?? [];
  if (first === undefined) return null;
  return (
    <Link to={inbox?.length === 1 ? chatAddress({ conversation: first.conversation_id, message: first.message_id }) : "/inbox"} className="waiting">
      {inbox?.length} waiting
    </Link>
  );
}
