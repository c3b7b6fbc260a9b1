/**
 * What was written and is not yet known to have arrived. Every entry keeps the id that makes it count once, so it
 * may be sent again after a lost line, and over a reload of the page.
 */

import type { Ack, ErrorFrame, SendMessage } from "../protocol";

/** A message on its way. */
export interface Entry {
  command: SendMessage;
  /** waiting: not sent on this line yet; sent: no word yet; arrived: committed; failed: refused, with the words. */
  state: "waiting" | "sent" | "arrived" | "failed";
  /** The message this one goes behind, while the conversation both belong to has no id yet. */
  behind: string | null;
  problem: string | null;
}

/** Where entries outlive the page: the browser's session storage, or nothing. */
export interface Keep {
  load(): Entry[];
  save(entries: Entry[]): void;
}

/** The entries that are not on the page of messages yet, in the order of writing. */
export class Outbox {
  private held: Entry[];

  constructor(
    private readonly keep: Keep,
    private readonly changed: () => void,
  ) {
    this.held = keep.load().map((entry) => (entry.state === "sent" ? { ...entry, state: "waiting" } : entry));
  }

  get entries(): readonly Entry[] {
    return this.held;
  }

  /** Takes a message in; it is sent by the next `flush`. */
  put(command: SendMessage, behind: string | null = null): void {
    this.become([...this.held, { command, state: "waiting", behind, problem: null }]);
  }

  /** The line was lost: what had no answer goes out again on the next one. */
  lineLost(): void {
    this.become(this.held.map((entry) => (entry.state === "sent" ? { ...entry, state: "waiting" } : entry)));
  }

  /** Sends what waits. `send` says whether a command went out. */
  flush(send: (command: SendMessage) => boolean): void {
    const gone = new Set<string>();
    for (const entry of this.held) {
      if (entry.state !== "waiting" || entry.behind !== null) continue;
      if (!send({ ...entry.command, id: keyOf(entry) })) break;
      gone.add(keyOf(entry));
    }
    if (gone.size > 0) this.become(this.held.map((entry) => (gone.has(keyOf(entry)) ? { ...entry, state: "sent" } : entry)));
  }

  /** The server committed a message: true when it was one of these. */
  acknowledged(ack: Ack): boolean {
    const key = ack.reply_to;
    if (key === null || !this.held.some((entry) => keyOf(entry) === key)) return false;
    const conversation_id = ack.ids["conversation_id"] ?? null;
    this.become(
      this.held.map((entry) => {
        if (keyOf(entry) === key) return { ...entry, state: "arrived", command: { ...entry.command, conversation_id } };
        if (entry.behind === key) return { ...entry, behind: null, command: { ...entry.command, conversation_id } };
        return entry;
      }),
    );
    return true;
  }

  /** The server refused a message: true when it was one of these. What goes behind it cannot go either. */
  refused(error: ErrorFrame): boolean {
    const key = error.reply_to;
    if (key === null || !this.held.some((entry) => keyOf(entry) === key)) return false;
    this.become(
      this.held.map((entry) =>
        keyOf(entry) === key || entry.behind === key ? { ...entry, state: "failed", problem: error.error } : entry,
      ),
    );
    return true;
  }

  /** A person asks to send a refused message again, under the same id. */
  again(key: string): void {
    this.become(
      this.held.map((entry) => (keyOf(entry) === key ? { ...entry, state: "waiting", behind: null, problem: null } : entry)),
    );
  }

  /** Takes entries out: they are on the page now, or nobody wants them any more. */
  drop(keys: ReadonlySet<string>): void {
    if (this.held.some((entry) => keys.has(keyOf(entry)))) this.become(this.held.filter((entry) => !keys.has(keyOf(entry))));
  }

  private become(entries: Entry[]): void {
    this.held = entries;
    this.keep.save(entries);
    this.changed();
  }
}

/** What makes an entry count once. */
export function keyOf(entry: Entry): string {
  return entry.command.client_message_id;
}
