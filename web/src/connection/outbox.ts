/**
 * What was written and is not yet known to have arrived. Every entry keeps the id that makes it count once, so it
 * may be sent again after a lost line, over a reload of the page, and by another tab of the browser.
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
  /** When it was written, by this machine's calendar: later ones have a greater number. */
  written: number;
}

/** Where entries outlive the page: the browser's storage, or nothing. */
export interface Keep {
  /** What is kept for somebody, in the order of writing; from now on it is theirs. */
  open(user: string): Entry[];
  put(key: string, entry: Entry): void;
  drop(key: string): void;
  /** Calls `act` when another tab changed one of theirs, or dropped it (null). */
  onElsewhere(act: (key: string, entry: Entry | null) => void): void;
  /** Forgets what they were writing and did not send. */
  forgetDrafts(): void;
}

/** The entries that are not on the page of messages yet, in the order of writing. */
export class Outbox {
  private held: Entry[] = [];

  constructor(
    private readonly keep: Keep,
    private readonly changed: () => void,
  ) {
    keep.onElsewhere((key, entry) => this.elsewhere(key, entry));
  }

  /** Somebody came in: theirs is what goes out from now on. */
  open(user: string): void {
    this.held = this.keep.open(user).map((entry) => (entry.state === "sent" ? { ...entry, state: "waiting" } : entry));
    this.changed();
  }

  get entries(): readonly Entry[] {
    return this.held;
  }

  /** Takes a message in; it is sent by the next `flush`. */
  put(command: SendMessage, date: number, behind: string | null = null): void {
    const written = Math.max(date, (this.held.at(-1)?.written ?? 0) + 1);
    this.become([...this.held, { command, state: "waiting", behind, problem: null, written }]);
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

  /** The server takes nothing for a while: true when this was about one of these, which waits for that then. */
  heldBack(error: ErrorFrame): boolean {
    const key = error.reply_to;
    if (key === null || !this.held.some((entry) => keyOf(entry) === key)) return false;
    this.become(this.held.map((entry) => (keyOf(entry) === key ? { ...entry, state: "waiting" } : entry)));
    return true;
  }

  /** A person asks to send a refused message again, under the same id; behind the one before it if that is on its way. */
  again(key: string): void {
    const onTheirWay = new Set(this.held.filter(({ state }) => state !== "failed").map(keyOf));
    const place = ({ behind }: Entry) => (behind !== null && onTheirWay.has(behind) ? behind : null);
    this.become(
      this.held.map((entry) => (keyOf(entry) === key ? { ...entry, state: "waiting", behind: place(entry), problem: null } : entry)),
    );
  }

  /** Takes entries out: they are on the page now, or nobody wants them any more. */
  drop(keys: ReadonlySet<string>): void {
    if (this.held.some((entry) => keys.has(keyOf(entry)))) this.become(this.held.filter((entry) => !keys.has(keyOf(entry))));
  }

  /** Another tab sent it, or took it back; or it learned which conversation this one belongs to. */
  private elsewhere(key: string, entry: Entry | null): void {
    if (!this.held.some((own) => keyOf(own) === key)) return;
    if (entry === null) this.held = this.held.filter((own) => keyOf(own) !== key);
    else if (entry.behind === null) {
      const { command } = entry;
      this.held = this.held.map((own) => (keyOf(own) === key && own.behind !== null ? { ...own, command, behind: null } : own));
    }
    this.changed();
  }

  private become(entries: Entry[]): void {
    const before = new Set(this.held);
    const keys = new Set(entries.map(keyOf));
    for (const entry of entries) if (!before.has(entry)) this.keep.put(keyOf(entry), entry);
    for (const entry of this.held) if (!keys.has(keyOf(entry))) this.keep.drop(keyOf(entry));
    this.held = entries;
    this.changed();
  }
}

/** What makes an entry count once. */
export function keyOf(entry: Entry): string {
  return entry.command.client_message_id;
}
