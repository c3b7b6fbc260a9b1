/** What a person says to what waits for their word, and what became of it. */

import { newId } from "../connection/clock";
import type { Rest } from "../connection/rest";
import type { Approval, ClientCommand, Json } from "../protocol";
import { Refused } from "./session";

/** A word on its way, or why it did not count. */
export interface Saying {
  decision: "approve" | "deny";
  problem: string | null;
  /** Whether saying it again would be of no use: somebody decided, or the time is over. */
  isOver: boolean;
}

export interface Deciding {
  /** What is being said, by the approval it is said to. */
  sayings: Readonly<Record<string, Saying>>;
  /** What was decided or is no longer asked, here or elsewhere, since the page was opened. */
  settled: Readonly<Record<string, Approval>>;
}

export const NOTHING_DECIDED: Deciding = { sayings: {}, settled: {} };

/** What is said to an approval; with `arguments` it is done with these instead, with `answers` it is told these. */
export interface Word {
  decision: "approve" | "deny";
  arguments?: Json;
  /** What a tool is told that wants to know more. */
  answers?: Json;
  remember?: boolean;
}

interface Means {
  rest: Rest;
  now: () => Deciding;
  set: (changes: Partial<Deciding>) => void;
  /** Carries out a command once, over lost lines. */
  ask: (command: ClientCommand) => Promise<void>;
  attempt: (act: () => Promise<void>) => Promise<boolean>;
}

const OVER = new Set(["already_decided", "not_found"]);

/** The acts of a room that are about what waits for a person. */
export function deciding({ rest, now, set, ask, attempt }: Means) {
  const put = (id: string, saying: Saying) => set({ sayings: { ...now().sayings, [id]: saying } });

  return {
    /** Says yes or no, once; true when it counted. */
    async decide(approval_id: string, { decision, ...more }: Word): Promise<boolean> {
      put(approval_id, { decision, problem: null, isOver: false });
      try {
        await ask({ type: "decide_tool_call", approval_id, decision, ...more, command_id: newId() });
        return true;
      } catch (error) {
        const { message, code } = error instanceof Refused ? error : { message: "It could not be said. Please try again.", code: "" };
        put(approval_id, { decision, problem: message, isOver: OVER.has(code) });
        return false;
      }
    },

    /** Takes back what a tool did. */
    undo: (message: string, call: string) => attempt(() => rest.undo(message, call, newId())),
  };
}

/** What is known after an approval was settled. */
export function withSettled({ sayings, settled }: Deciding, approval: Approval): Deciding {
  const others = Object.entries(sayings).filter(([id]) => id !== approval.id);
  return { sayings: Object.fromEntries(others), settled: { ...settled, [approval.id]: approval } };
}
