import type { Notice } from "../../protocol";
import { useRoom } from "../../state/use-room";
import { Ago } from "../../ui/Ago";

/** What the house said beside the talk, on one faint line. */
export function NoticeLine({ notice }: { notice: Notice }) {
  const ahead = useRoom((room) => room.view.ahead);
  return (
    <p className={`notice ${notice.level}`}>
      <span>{notice.text}</span>
      <Ago at={notice.created_at} ahead={ahead} />
    </p>
  );
}
