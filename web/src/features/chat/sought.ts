import type { RefObject } from "react";
import { useCallback, useEffect, useState } from "react";
import type { ConversationState } from "../../protocol";
import { useActs } from "../../state/use-room";
import { useFragment } from "../../ui/navigation";
import type { Place } from "./places";
import { leaveAt } from "./places";
import type { TalkHandle } from "./Talk";

/** How long the message that a link led to is marked, in milliseconds. */
const MARKED = 4_000;
/** Where in the window it comes to stand, in pixels. */
const BELOW_THE_TOP = -44;

interface Sought {
  /** The message to mark. */
  linked: string | null;
  /** Where the talk begins to be shown; null for where it would anyway. */
  start: Place | null;
  isSeeking: boolean;
  /** Goes to a place that is not held. */
  seek: (place: Place) => void;
}

/** Takes somebody to the message that the address names, and marks it for a while. */
export function useSought(id: string, shown: ConversationState | null, talk: RefObject<TalkHandle | null>): Sought {
  const acts = useActs();
  const fragment = useFragment();
  const [start, setStart] = useState<Place | null>(null);
  const [isSeeking, setSeeking] = useState(false);
  const [found, setFound] = useState<string | null>(null);
  const [linked, setLinked] = useState<string | null>(null);
  const isKnown = shown !== null;
  const isHeld = fragment !== null && fragment !== found && shown?.messages.some((message) => message.id === fragment) === true;

  const seek = useCallback(
    async (place: Place) => {
      leaveAt(id, null);
      setStart(place);
      setSeeking(true);
      await acts.goTo(id, place.message);
      setSeeking(false);
    },
    [acts, id],
  );

  useEffect(() => {
    if (!isKnown || fragment === null) return undefined;
    const arrive = async () => {
      if (isHeld) talk.current?.toMessage(fragment);
      else await seek({ message: fragment, offset: BELOW_THE_TOP });
      setFound(fragment);
      setLinked(fragment);
    };
    void arrive();
    return undefined;
    // Once for each link: what comes later does not take anybody back.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [isKnown, fragment]);

  useEffect(() => {
    if (linked === null) return undefined;
    const timer = setTimeout(() => setLinked(null), MARKED);
    return () => clearTimeout(timer);
  }, [linked]);

  const isFarOff = isKnown && fragment !== null && fragment !== found && !isHeld;
  return { linked, start, isSeeking: isSeeking || isFarOff, seek: (place) => void seek(place) };
}
