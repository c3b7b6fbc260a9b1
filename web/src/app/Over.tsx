import { useEffect, useState } from "react";
import type { Command } from "../features/find/choices";
import type { Keys } from "../features/find/Keys";
import type { Palette } from "../features/find/Palette";
import { useActs } from "../state/use-room";
import { Dialog } from "../ui/Dialog";
import { KEYS } from "./keys";

interface Props {
  what: "find" | "keys" | null;
  commands: readonly Command[];
  close: () => void;
}

interface Parts {
  Palette: typeof Palette;
  Keys: typeof Keys;
}

const REST = 2_000;
const NOT_THERE = "This part of the page could not be fetched. Everything else works; loading the page again may help.";

/** What lies over the page at times. It is fetched once the page has come to rest, to be there when the server is not. */
export function Over({ what, commands, close }: Props) {
  const acts = useActs();
  const [parts, setParts] = useState<Parts | null>(null);
  const wanted = what !== null;

  useEffect(() => {
    if (parts !== null) return undefined;
    const fetch = () => {
      fetchParts().then(setParts, () => {
        if (!wanted) return;
        acts.tell(NOT_THERE);
        close();
      });
    };
    const timer = setTimeout(fetch, wanted ? 0 : REST);
    return () => clearTimeout(timer);
  }, [parts, wanted, acts, close]);

  if (what === null) return null;
  // Until it is there, what is typed must not go into the message that is being written.
  if (parts === null) return <Dialog label="On its way" close={close}><p className="faint">Fetching…</p></Dialog>;
  return what === "find" ? <parts.Palette commands={commands} close={close} /> : <parts.Keys groups={KEYS} close={close} />;
}

async function fetchParts(): Promise<Parts> {
  const [{ Palette }, { Keys }] = await Promise.all([import("../features/find/Palette"), import("../features/find/Keys")]);
  return { Palette, Keys };
}
