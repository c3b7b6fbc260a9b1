import { useMemo } from "react";
import { useShallow } from "zustand/react/shallow";
import type { Conversation } from "../../protocol";
import type { End } from "../../state/list";
import { listed, remains } from "../../state/list";
import { listsOf } from "../../state/room";
import { useRoom } from "../../state/use-room";

/** The list from one end as far as it is known, and whether more can be read; null until anything is known. */
export function useListed(end: End): { conversations: Conversation[]; more: boolean } | null {
  const known = useRoom(useShallow(listsOf));
  return useMemo(() => {
    if (known.head === null) return null;
    return { conversations: listed(known, end), more: remains(known, end) };
  }, [known, end]);
}
