import type { RefObject } from "react";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import type { Entry } from "../../connection/outbox";
import type { ConversationState } from "../../protocol";
import { useActs, useRoom } from "../../state/use-room";
import { useVisit } from "./grown";
import { leaveAt, placeIn } from "./places";
import { useRewording } from "./rewording";
import { RowView } from "./RowView";
import type { Row } from "./rows";
import { holds, rowsOf } from "./rows";
import { useSought } from "./sought";
import type { TalkHandle } from "./Talk";
import { Talk } from "./Talk";

interface Props {
  /** The conversation; "" for one that is not begun. */
  id: string;
  /** Its followed end, and what of it is shown: the same, or a stretch apart that a link led to. */
  state: ConversationState | null;
  shown: ConversationState | null;
  /** What is on its way. */
  entries: readonly Entry[];
  /** Changes when one has said something: then the end is shown. */
  said: number;
  onTakeBack: (words: string) => void;
}

/** Reading a conversation: where one is in it, and ways to elsewhere. */
export function Reading({ id, state, shown, entries, said, onTakeBack }: Props) {
  const acts = useActs();
  const talk = useRef<TalkHandle>(null);
  const [isNew, setNew] = useState(false);
  const isEnd = shown === state;
  const rows = useMemo(() => rowsOf(shown, entries, isEnd), [shown, entries, isEnd]);
  const visit = useVisit(rows);
  const hasEarlier = shown !== null && shown.window > 0;
  const { linked, start, isSeeking, seek } = useSought(id, shown, talk);

  useEffect(() => {
    if (said === 0) return;
    leaveAt(id, null);
    talk.current?.toEnd();
  }, [id, said]);

  // After a long absence the server sends only the end anew; whoever was reading elsewhere is brought back there.
  useEffect(() => {
    const place = placeIn(id);
    if (place !== null && !rows.some((row) => holds(row, place.message))) seek(place);
    // A new way to seek is no reason to.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [id, rows]);

  useRewordedInSight(talk);

  const toLatest = () => {
    leaveAt(id, null);
    if (isEnd) talk.current?.toEnd();
    else acts.rejoin(id);
  };

  const draw = useCallback(
    (row: Row) => <RowView key={row.key} row={row} linked={linked !== null && holds(row, linked) ? linked : null} onTakeBack={onTakeBack} />,
    [linked, onTakeBack],
  );
  if (isSeeking) return <p className="faint loading">Looking for that message…</p>;
  return (
    <div className="talk-frame">
      <Talk
        key={visit}
        ref={talk}
        rows={rows}
        draw={draw}
        tail={tailOf(shown, entries.length)}
        start={start ?? (visit > 0 ? null : placeIn(id))}
        head={hasEarlier && <Earlier conversation={id} />}
        onStart={() => {
          if (hasEarlier) void acts.readEarlier(id);
        }}
        onEnd={() => {
          if (!isEnd) void acts.readLater(id);
        }}
        onPlace={(place) => leaveAt(id, place)}
        onNew={setNew}
      />
      {(isNew || !isEnd) && (
        <button className="more" onClick={toLatest}>
          {isEnd ? "New messages ↓" : "Latest messages ↓"}
        </button>
      )}
    </div>
  );
}

/** What is to be changed may be out of sight, and stays in it whatever comes meanwhile. */
function useRewordedInSight(talk: RefObject<TalkHandle | null>): void {
  const { now } = useRewording();
  useEffect(() => {
    if (now !== null) talk.current?.toMessage(now.message);
  }, [talk, now]);
}

function Earlier({ conversation }: { conversation: string }) {
  const acts = useActs();
  const isReading = useRoom((room) => room.reading.has(`earlier ${conversation}`));
  if (isReading) return <p className="faint">Fetching earlier messages…</p>;
  return (
    <button className="quiet" onClick={() => void acts.readEarlier(conversation)}>
      Earlier messages
    </button>
  );
}

/** What changes whenever something was added at the end. */
function tailOf(state: ConversationState | null, waiting: number): string {
  const rev = state?.messages.reduce((highest, message) => Math.max(highest, message.rev), 0) ?? 0;
  return `${rev} ${waiting}`;
}
